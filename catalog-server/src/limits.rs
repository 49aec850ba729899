//! Is this client asking too often, and is the server falling behind?
//!
//! Rates are kept by the generic cell rate algorithm (ITU-T I.371, Annex A): one instant per client,
//! in a table of fixed size, without a lock. Clients that share a slot by their hash share its
//! rate; each has two slots and is refused only if both are full, and the hash is keyed by chance,
//! so nobody can choose whose slot to fill. Overload is told by how late a timer is served: that is
//! how long a new request would wait.

use crate::config::Limits;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Slots of a table; 512 KiB.
const SLOTS: usize = 1 << 16;
/// How often lateness is measured.
const PROBE: Duration = Duration::from_millis(20);

/// A client may ask again after this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany(pub(crate) Duration);

/// One rate for many clients.
struct Rate {
    hash: RandomState,
    /// Microseconds since `since` at which the client's bucket is empty again.
    empty_at: Box<[AtomicU64]>,
    since: Instant,
    period_us: u64,
    burst_us: u64,
}

impl Rate {
    /// So many per second, and so many at once; 0 per second: no limit.
    fn new(per_second: u32, burst: u32) -> Rate {
        let period_us = 1_000_000u64.checked_div(per_second.into()).unwrap_or(0);
        Rate {
            hash: RandomState::new(),
            empty_at: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            since: Instant::now(),
            period_us,
            burst_us: period_us * u64::from(burst.max(1)),
        }
    }

    fn take(&self, client: impl Hash) -> Result<(), TooMany> {
        self.take_at(client, self.since.elapsed().as_micros() as u64)
    }

    fn take_at(&self, client: impl Hash, now: u64) -> Result<(), TooMany> {
        if self.period_us == 0 {
            return Ok(());
        }
        let hash = self.hash.hash_one(client);
        let slots = [hash as usize % SLOTS, (hash >> 32) as usize % SLOTS];
        let [first, second] = slots.map(|slot| self.fill(slot, now));
        match (first, second) {
            (Err(first), Err(second)) => Err(TooMany(first.0.min(second.0))),
            _ => Ok(()),
        }
    }

    fn fill(&self, slot: usize, now: u64) -> Result<(), TooMany> {
        let slot = &self.empty_at[slot];
        let mut known = slot.load(Relaxed);
        loop {
            let next = known.max(now) + self.period_us;
            if next > now + self.burst_us {
                return Err(TooMany(Duration::from_micros(next - now - self.burst_us)));
            }
            match slot.compare_exchange_weak(known, next, Relaxed, Relaxed) {
                Ok(_) => return Ok(()),
                Err(newer) => known = newer,
            }
        }
    }
}

/// What protects the server from too many requests.
pub(crate) struct Guard {
    listeners: Rate,
    addresses: Rate,
    under_way: AtomicUsize,
    max_under_way: usize,
    late_us: AtomicU64,
    max_late_us: u64,
}

/// A request under way; counted until it is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay<'a>(&'a AtomicUsize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Guard {
    pub(crate) fn new(limits: &Limits) -> Guard {
        Guard {
            listeners: Rate::new(limits.listener_per_s, limits.listener_burst),
            addresses: Rate::new(limits.address_per_s, limits.address_burst),
            under_way: AtomicUsize::new(0),
            max_under_way: limits.max_under_way,
            late_us: AtomicU64::new(0),
            max_late_us: limits.max_late_ms * 1000,
        }
    }

    /// A listener asks, from wherever.
    pub(crate) fn listener(&self, id: u64) -> Result<(), TooMany> {
        self.listeners.take(id)
    }

    /// An address asks. Of IPv6 the network counts: one customer has at least a /64.
    pub(crate) fn address(&self, address: IpAddr) -> Result<(), TooMany> {
        self.addresses.take(match address {
            IpAddr::V6(v6) if v6.to_ipv4_mapped().is_none() => {
                let network = v6.to_bits() & !(u128::from(u64::MAX));
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
            other => other.to_canonical(),
        })
    }

    /// Begins a request; an error if the server has fallen behind, with the place for whom that does not stop.
    pub(crate) fn begin(&self) -> Result<UnderWay<'_>, UnderWay<'_>> {
        let late = self.max_late_us > 0 && self.late_us.load(Relaxed) > self.max_late_us;
        let before = self.under_way.fetch_add(1, Relaxed);
        let place = UnderWay(&self.under_way);
        match !late && before < self.max_under_way {
            true => Ok(place),
            false => Err(place),
        }
    }

    /// How late a task is served now, microseconds.
    pub(crate) fn late_us(&self) -> u64 {
        self.late_us.load(Relaxed)
    }

    /// Measures for ever how late a timer is served. Falls slowly, so that shedding does not flap.
    pub(crate) async fn watch(&self) {
        loop {
            let due = tokio::time::Instant::now() + PROBE;
            tokio::time::sleep_until(due).await;
            let late = due.elapsed().as_micros() as u64;
            self.note(late);
        }
    }

    fn note(&self, late_us: u64) {
        let known = self.late_us.load(Relaxed);
        self.late_us.store(late_us.max(known / 4 * 3), Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let rate = Rate::new(10, 3);
        for _ in 0..3 {
            assert_eq!(rate.take_at("a", 0), Ok(()));
        }
        assert_eq!(
            rate.take_at("a", 0),
            Err(TooMany(Duration::from_millis(100)))
        );
        assert_eq!(rate.take_at("b", 0), Ok(()), "others are not concerned");
        assert_eq!(rate.take_at("a", 100_000), Ok(()));
        assert!(rate.take_at("a", 100_000).is_err());
        let open = Rate::new(0, 0);
        assert!(
            (0..1000).all(|_| open.take_at("a", 0).is_ok()),
            "0 is no limit"
        );
    }

    #[test]
    fn an_address_of_a_customer_s_network_is_that_customer() {
        let limits = Limits {
            address_per_s: 1,
            address_burst: 1,
            ..Limits::none()
        };
        let guard = Guard::new(&limits);
        let ask = |text: &str| guard.address(text.parse().unwrap());
        assert!(ask("2001:db8::1").is_ok());
        assert!(ask("2001:db8::2").is_err(), "the same /64");
        assert!(ask("2001:db8:0:1::2").is_ok());
        assert!(ask("10.0.0.1").is_ok());
        assert!(ask("::ffff:10.0.0.1").is_err(), "the same machine");
    }

    #[test]
    fn a_server_that_is_late_or_full_takes_no_more() {
        let limits = Limits {
            max_under_way: 1,
            max_late_ms: 100,
            ..Limits::none()
        };
        let guard = Guard::new(&limits);
        let first = guard.begin().unwrap();
        assert!(guard.begin().is_err());
        drop(first);
        drop(guard.begin().unwrap());
        guard.note(200_000);
        assert!(guard.begin().is_err());
        guard.note(0);
        assert!(guard.begin().is_err(), "it recovers step by step");
        (0..10).for_each(|_| guard.note(0));
        assert!(guard.begin().is_ok());
    }
}
