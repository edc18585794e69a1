//! Each thing asked once: answers are kept, and those who want the same at the same time share
//! one question.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, Shared, WeakShared};

use super::store::Store;

/// Answers to questions. Clones share them.
pub(in crate::resolver) struct Memory<K: Eq + Hash, V: Clone> {
    shared: Arc<Inner<K, V>>,
}

struct Inner<K: Eq + Hash, V: Clone> {
    kept: Store<K, V>,
    under_way: Mutex<UnderWay<K, V>>,
}

/// The questions that somebody waits for. Only those who wait own them: whoever of them is polled
/// drives the question on, and one that everybody has given up ends.
struct UnderWay<K, V: Clone> {
    questions: HashMap<K, Numbered<V>>,
    /// The number of the next question.
    next: u64,
}

struct Numbered<V: Clone> {
    number: u64,
    question: WeakShared<BoxFuture<'static, V>>,
}

enum Place<V: Clone> {
    Kept(V),
    UnderWay(Shared<BoxFuture<'static, V>>),
}

impl<K, V> Memory<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Keeps up to `capacity` answers.
    pub(in crate::resolver) fn new(capacity: usize) -> Self {
        Self {
            shared: Arc::new(Inner {
                kept: Store::new(capacity),
                under_way: Mutex::new(UnderWay {
                    questions: HashMap::new(),
                    next: 0,
                }),
            }),
        }
    }

    /// The answer that is kept, if there is one.
    pub(in crate::resolver) fn get(&self, key: &K) -> Option<V> {
        self.shared.kept.get(key)
    }

    /// Keeps an answer that took no question.
    pub(in crate::resolver) fn insert(&self, key: K, value: V, lifetime: Duration) {
        self.shared.kept.insert(key, value, lifetime);
    }

    /// The answer that is kept, or that of the question under way; else `ask` puts the question,
    /// and its answer is kept for the time that it comes with, which may be none.
    pub(in crate::resolver) async fn get_or_ask<A>(
        &self,
        key: &K,
        ask: impl FnOnce() -> A + Send,
    ) -> V
    where
        A: Future<Output = (V, Duration)> + Send + 'static,
    {
        if let Some(value) = self.get(key) {
            return value;
        }
        match self.place(key, ask) {
            Place::Kept(value) => value,
            Place::UnderWay(question) => question.await,
        }
    }

    fn place<A>(&self, key: &K, ask: impl FnOnce() -> A) -> Place<V>
    where
        A: Future<Output = (V, Duration)> + Send + 'static,
    {
        let mut under_way = self.shared.under_way();
        // An answer is kept before its question goes: one of the two is there.
        if let Some(value) = self.get(key) {
            return Place::Kept(value);
        }
        let joined = under_way.questions.get(key);
        if let Some(question) = joined.and_then(|numbered| numbered.question.upgrade()) {
            return Place::UnderWay(question);
        }
        let number = under_way.next;
        under_way.next += 1;
        let departure = Departure {
            shared: self.shared.clone(),
            key: key.clone(),
            number,
        };
        let asked = ask();
        let question = async move {
            let (value, lifetime) = asked.await;
            let key = departure.key.clone();
            if !lifetime.is_zero() {
                departure.shared.kept.insert(key, value.clone(), lifetime);
            }
            value
        };
        let question = question.boxed().shared();
        if let Some(weak) = question.downgrade() {
            let numbered = Numbered {
                number,
                question: weak,
            };
            under_way.questions.insert(key.clone(), numbered);
        }
        Place::UnderWay(question)
    }
}

impl<K: Eq + Hash, V: Clone> Clone for Memory<K, V> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<K: Eq + Hash, V: Clone> Inner<K, V> {
    fn under_way(&self) -> MutexGuard<'_, UnderWay<K, V>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a question off the list when it ends, be it answered or given up.
struct Departure<K: Eq + Hash, V: Clone> {
    shared: Arc<Inner<K, V>>,
    key: K,
    number: u64,
}

impl<K: Eq + Hash, V: Clone> Drop for Departure<K, V> {
    fn drop(&mut self) {
        let mut under_way = self.shared.under_way();
        // Another one may have been put since everybody gave this one up.
        let number = under_way.questions.get(&self.key).map(|it| it.number);
        if number == Some(self.number) {
            under_way.questions.remove(&self.key);
        }
    }
}
