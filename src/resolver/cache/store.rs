//! Values that are kept for a while, and no more of them than agreed.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;

/// A bounded number of values, each with its time. Where there is no room, those whose time is
/// over go first and then those that were not used for longest.
pub(super) struct Store<K, V> {
    entries: RwLock<HashMap<K, Entry<V>>>,
    capacity: usize,
    begin: Instant,
}

struct Entry<V> {
    value: V,
    expires: Instant,
    /// When it was used last: nanoseconds since the store began. Readers write it side by side.
    used: AtomicU64,
}

impl<K: Clone + Eq + Hash, V: Clone> Store<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            entries: RwLock::default(),
            capacity,
            begin: Instant::now(),
        }
    }

    /// The value under `key`, if there is one and its time is not over.
    pub(super) fn get(&self, key: &K) -> Option<V> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(key)?;
        let now = Instant::now();
        if entry.expires <= now {
            return None;
        }
        entry.used.store(self.mark(now), Ordering::Relaxed);
        Some(entry.value.clone())
    }

    /// Keeps the value for `lifetime`, in the place of any other under `key`.
    pub(super) fn insert(&self, key: K, value: V, lifetime: Duration) {
        let now = Instant::now();
        let entry = Entry {
            value,
            expires: now + lifetime,
            used: self.mark(now).into(),
        };
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= self.capacity && !entries.contains_key(&key) {
            make_room(&mut entries, self.capacity, now);
        }
        entries.insert(key, entry);
    }

    fn mark(&self, now: Instant) -> u64 {
        let age = now.saturating_duration_since(self.begin);
        u64::try_from(age.as_nanos()).unwrap_or(u64::MAX)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.entries.read().unwrap().len()
    }
}

/// Makes room for an eighth of the capacity at once, so that looking through all entries for it
/// comes to little for each one that is added.
fn make_room<K: Eq + Hash, V>(entries: &mut HashMap<K, Entry<V>>, capacity: usize, now: Instant) {
    entries.retain(|_, entry| entry.expires > now);
    let mut excess = entries
        .len()
        .saturating_sub(capacity - capacity.div_ceil(8));
    let Some(last) = excess.checked_sub(1) else {
        return;
    };
    let mut marks: Vec<u64> = entries
        .values()
        .map(|entry| entry.used.load(Ordering::Relaxed))
        .collect();
    let (_, &mut threshold, _) = marks.select_nth_unstable(last);
    entries.retain(|_, entry| {
        // Marks may be equal: no more go than have to.
        let goes = excess > 0 && entry.used.load(Ordering::Relaxed) <= threshold;
        excess -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn at_paused_time(test: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(test);
    }

    async fn pass(time: Duration) {
        tokio::time::advance(time).await;
    }

    #[test]
    fn values_have_their_time() {
        at_paused_time(async {
            let store = Store::new(8);
            store.insert("a", 1, Duration::from_secs(10));
            pass(Duration::from_millis(9_999)).await;
            assert_eq!(store.get(&"a"), Some(1));
            pass(Duration::from_millis(1)).await;
            assert_eq!(store.get(&"a"), None);
            store.insert("a", 2, HOUR);
            assert_eq!((store.get(&"a"), store.len()), (Some(2), 1));
        });
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        at_paused_time(async {
            let store = Store::new(16);
            for key in 0..16 {
                store.insert(key, (), HOUR);
                pass(Duration::from_secs(1)).await;
            }
            store.get(&0);
            store.insert(16, (), HOUR);
            let gone: Vec<i32> = (0..=16).filter(|key| store.get(key).is_none()).collect();
            assert_eq!(gone, [1, 2]);
        });
    }

    #[test]
    fn what_is_over_goes_before_what_was_not_used() {
        at_paused_time(async {
            let store = Store::new(16);
            for key in 0..16 {
                let short = if key >= 12 { HOUR } else { HOUR * 2 };
                store.insert(key, (), short);
            }
            pass(HOUR).await;
            store.insert(16, (), HOUR);
            let kept: Vec<i32> = (0..=16).filter(|key| store.get(key).is_some()).collect();
            assert_eq!(kept, (0..12).chain([16]).collect::<Vec<_>>());
        });
    }

    #[test]
    fn there_are_never_more_than_agreed() {
        at_paused_time(async {
            for capacity in [1, 2, 7, 8, 100] {
                let store = Store::new(capacity);
                for key in 0..1_000 {
                    // All at the same instant.
                    store.insert(key, key, HOUR);
                    assert!(store.len() <= capacity);
                    assert_eq!(store.get(&key), Some(key));
                }
                assert!(store.len() > capacity * 3 / 4);
            }
        });
    }
}
