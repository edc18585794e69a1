//! Answers that are kept, and lookups of the same thing at the same time that share one question.

use std::collections::hash_map::RandomState;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, WeakShared};
use lru::LruCache;
use tokio::time::Instant;

/// A bounded number of answers and of questions under way. Those whose time is over are removed
/// every so many insertions. Where there is no room, those that were not used for longest go; a
/// question that goes still answers its waiters, but the next caller asks it again. Clones share
/// all entries.
#[derive(Clone)]
pub(in crate::resolver) struct Memory<K, V: Clone>(Arc<Mutex<Entries<K, V>>>);

struct Entries<K, V: Clone> {
    cache: LruCache<K, Entry<V>, RandomState>,
    insertions: usize,
}

enum Entry<V: Clone> {
    Kept {
        value: V,
        expires: Instant,
    },
    /// Only the waiters own the question: each of them drives it when polled, and it ends when all
    /// of them give up.
    UnderWay(WeakShared<BoxFuture<'static, V>>),
}

impl<V: Clone> Entry<V> {
    fn is_over(&self) -> bool {
        match self {
            Self::Kept { expires, .. } => *expires <= Instant::now(),
            Self::UnderWay(question) => question.upgrade().is_none(),
        }
    }
}

impl<K, V> Memory<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Keeps up to `capacity` answers.
    pub(in crate::resolver) fn new(capacity: usize) -> Self {
        let capacity = NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN);
        Self(Arc::new(Mutex::new(Entries {
            cache: LruCache::with_hasher(capacity, RandomState::new()),
            insertions: 0,
        })))
    }

    fn entries(&self) -> MutexGuard<'_, Entries<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer that is kept, if there is one.
    pub(in crate::resolver) fn get(&self, key: &K) -> Option<V> {
        match self.entries().cache.get(key)? {
            Entry::Kept { value, expires } if *expires > Instant::now() => Some(value.clone()),
            _ => None,
        }
    }

    /// Keeps an answer for `lifetime`.
    pub(in crate::resolver) fn insert(&self, key: K, value: V, lifetime: Duration) {
        let expires = Instant::now() + lifetime;
        self.entries().put(key, Entry::Kept { value, expires });
    }

    /// Returns the kept answer, or waits for the question under way. If there is neither, `ask`
    /// asks the question, and its answer is kept for the time that comes with it, which may be zero.
    pub(in crate::resolver) async fn get_or_ask<A>(
        &self,
        key: &K,
        ask: impl FnOnce() -> A + Send,
    ) -> V
    where
        A: Future<Output = (V, Duration)> + Send + 'static,
    {
        let question = {
            let mut entries = self.entries();
            let under_way = match entries.cache.get(key) {
                Some(Entry::Kept { value, expires }) if *expires > Instant::now() => {
                    return value.clone();
                }
                Some(Entry::UnderWay(question)) => question.upgrade(),
                _ => None,
            };
            under_way.unwrap_or_else(|| {
                let (this, owned, asked) = (self.clone(), key.clone(), ask());
                let question = async move {
                    let (value, lifetime) = asked.await;
                    if !lifetime.is_zero() {
                        this.insert(owned, value.clone(), lifetime);
                    }
                    value
                };
                let question = question.boxed().shared();
                if let Some(weak) = question.downgrade() {
                    entries.put(key.clone(), Entry::UnderWay(weak));
                }
                question
            })
        };
        question.await
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Entries<K, V> {
    fn put(&mut self, key: K, entry: Entry<V>) {
        // Rare enough that looking through all entries adds little to each insertion.
        let sweep = self.cache.cap().get().div_ceil(8);
        if self.insertions.is_multiple_of(sweep) {
            let over = self.cache.iter().filter(|(_, entry)| entry.is_over());
            let over: Vec<K> = over.map(|(key, _)| key.clone()).collect();
            for key in over {
                self.cache.pop(&key);
            }
        }
        self.insertions = self.insertions.wrapping_add(1);
        self.cache.put(key, entry);
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::time::{advance, timeout};

    use super::super::at_paused_time;
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn values_have_their_time() {
        at_paused_time(async {
            let memory = Memory::new(8);
            memory.insert("a", 1, Duration::from_secs(10));
            advance(Duration::from_millis(9_999)).await;
            assert_eq!(memory.get(&"a"), Some(1));
            advance(Duration::from_millis(1)).await;
            assert_eq!(memory.get(&"a"), None);
            memory.insert("a", 2, HOUR);
            assert_eq!(memory.get(&"a"), Some(2));
        });
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let memory = Memory::new(16);
        for key in 0..16 {
            memory.insert(key, (), HOUR);
        }
        memory.get(&0);
        memory.insert(16, (), HOUR);
        let gone: Vec<i32> = (0..=16).filter(|key| memory.get(key).is_none()).collect();
        assert_eq!(gone, [1]);
    }

    #[test]
    fn what_is_over_goes_before_what_was_not_used() {
        at_paused_time(async {
            let memory = Memory::new(16);
            for key in 0..16 {
                let lifetime = if key >= 12 { HOUR } else { HOUR * 2 };
                memory.insert(key, (), lifetime);
            }
            advance(HOUR).await;
            memory.insert(16, (), HOUR);
            let kept: Vec<i32> = (0..=16).filter(|key| memory.get(key).is_some()).collect();
            assert_eq!(kept, (0..12).chain([16]).collect::<Vec<_>>());
        });
    }

    #[test]
    fn there_are_never_more_than_agreed() {
        for capacity in [1, 2, 7, 8, 100] {
            let memory = Memory::new(capacity);
            for key in 0..1_000 {
                memory.insert(key, key, HOUR);
                assert!(memory.entries().cache.len() <= capacity);
                assert_eq!(memory.get(&key), Some(key));
            }
            assert_eq!(memory.entries().cache.len(), capacity);
        }
    }

    /// A question that everybody gave up is no answer and is put again.
    #[test]
    fn given_up() {
        at_paused_time(async {
            let memory = Memory::new(8);
            let endless = memory.get_or_ask(&"a", pending::<(u8, Duration)>);
            assert!(timeout(HOUR, endless).await.is_err());
            assert_eq!(memory.get(&"a"), None);
            let answer = memory.get_or_ask(&"a", || ready((1, HOUR))).await;
            assert_eq!((answer, memory.get(&"a")), (1, Some(1)));
        });
    }

    /// An answer without a lifetime takes no memory once it was given.
    #[test]
    fn not_to_be_kept() {
        at_paused_time(async {
            let memory = Memory::new(8);
            let value = Arc::new(());
            let asked = value.clone();
            memory
                .get_or_ask(&"a", || ready((asked, Duration::ZERO)))
                .await;
            assert_eq!(Arc::strong_count(&value), 1);
        });
    }
}
