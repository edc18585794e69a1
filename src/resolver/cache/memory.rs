//! Answers that are kept, and lookups of the same thing at the same time that share one question.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, WeakShared};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::time::Instant;

/// A bounded number of answers and of questions under way. Those whose time is over are removed
/// every so many insertions. Where there is no room, those that were not used for longest go; a
/// question that goes still answers its waiters, but the next caller asks it again. Clones share
/// all entries.
///
/// moka's own single flight and expiry are not used: it asks the question again when the first
/// waiter gives up, and its clock is the system's, which tests cannot stop.
#[derive(Clone)]
pub(in crate::resolver) struct Memory<K, V: Clone> {
    entries: Cache<K, Entry<V>>,
    insertions: Arc<AtomicU64>,
    /// After how many insertions the entries whose time is over are removed.
    sweep: u64,
}

#[derive(Clone)]
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
    pub(in crate::resolver) fn new(capacity: u64) -> Self {
        Self {
            entries: Cache::builder()
                .max_capacity(capacity)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            insertions: Arc::default(),
            sweep: capacity.div_ceil(8),
        }
    }

    /// The answer that is kept, if there is one.
    pub(in crate::resolver) fn get(&self, key: &K) -> Option<V> {
        match self.entries.get(key)? {
            Entry::Kept { value, expires } if expires > Instant::now() => Some(value),
            _ => None,
        }
    }

    /// Keeps an answer for `lifetime`.
    pub(in crate::resolver) fn insert(&self, key: K, value: V, lifetime: Duration) {
        // Rare enough that looking through all entries adds little to each insertion.
        let count = self.insertions.fetch_add(1, Ordering::Relaxed);
        if count.is_multiple_of(self.sweep) {
            for (key, _) in self.entries.iter().filter(|(_, entry)| entry.is_over()) {
                self.entries.invalidate(&*key);
            }
        }
        let expires = Instant::now() + lifetime;
        self.entries.insert(key, Entry::Kept { value, expires });
        // Otherwise moka removes what is too much only some time later.
        self.entries.run_pending_tasks();
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
        if let Some(value) = self.get(key) {
            return value;
        }
        let (this, owned, asked) = (self.clone(), key.clone(), ask());
        let question = async move {
            let (value, lifetime) = asked.await;
            if !lifetime.is_zero() {
                this.insert(owned, value.clone(), lifetime);
            }
            value
        };
        let question = question.boxed().shared();
        let Some(weak) = question.downgrade() else {
            return question.await;
        };
        loop {
            let place = self.entries.entry_by_ref(key);
            let entry = place.or_insert_with_if(|| Entry::UnderWay(weak.clone()), Entry::is_over);
            match entry.into_value() {
                Entry::Kept { value, .. } => return value,
                Entry::UnderWay(question) => {
                    // Its last waiter may have given up just now.
                    if let Some(question) = question.upgrade() {
                        return question.await;
                    }
                }
            }
        }
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
                assert!(memory.entries.entry_count() <= capacity);
                assert_eq!(memory.get(&key), Some(key));
            }
            assert_eq!(memory.entries.iter().count() as u64, capacity);
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
