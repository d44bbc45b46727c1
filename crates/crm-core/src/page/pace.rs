//! The number of pages of a list that are fetched at once, and the time of each.

use std::collections::VecDeque;
use std::time::Duration;

/// Number of concurrent places if no limit is known, and their maximum.
const PLACES: usize = 8;
const MOST_PLACES: usize = 32;
/// Number of recent pages of which the shortest time counts as the latency, because some of them waited for the limit.
const PAGES: usize = 16;

/// The pace of a list that is read at several places concurrently.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    share: f64,
    took: VecDeque<Duration>,
    /// The time of the clock before which no further page is sent, if a share of the limit is reserved for others.
    free_at: Duration,
}

impl Pace {
    /// Creates a pace that uses this share of the limit.
    pub(super) fn new(share: f64) -> Self {
        Self { share, took: VecDeque::new(), free_at: Duration::ZERO }
    }

    /// Returns the reason why this pace is not valid.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        let possible = self.share > 0.0 && self.share <= 1.0;
        (!possible).then_some("the share of an export must be above 0 and at most 1")
    }

    /// Records the duration of a page.
    pub(super) fn learn(&mut self, took: Duration) {
        if self.took.len() == PAGES {
            self.took.pop_front();
        }
        self.took.push_back(took);
    }

    /// Returns the number of places that use up a limit of `rate` pages per second: the pages that can be sent while
    /// one is fetched, and a few more for slower pages. One until a page has arrived.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped")]
    pub(super) fn places(&self, rate: Option<f64>) -> usize {
        let Some(latency) = self.took.iter().min() else { return 1 };
        let places =
            rate.map(|rate| ((rate * self.share * latency.as_secs_f64() * 1.25).ceil() as usize).saturating_add(1));
        places.unwrap_or(PLACES).clamp(1, MOST_PLACES)
    }

    /// Returns the time for which the next page is delayed to keep to the share.
    pub(super) fn pause(&mut self, rate: Option<f64>, now: Duration) -> Duration {
        let Some(rate) = rate.filter(|_| self.share < 1.0) else { return Duration::ZERO };
        let at = self.free_at.max(now);
        self.free_at =
            at.saturating_add(Duration::try_from_secs_f64(1.0 / (rate * self.share)).unwrap_or(Duration::MAX));
        at - now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_from_rate_and_latency() {
        let mut pace = Pace::new(1.0);
        assert_eq!((pace.places(Some(19.0)), pace.places(None)), (1, 1));
        pace.learn(Duration::from_millis(250));
        pace.learn(Duration::from_secs(3));
        assert_eq!((pace.places(Some(19.0)), pace.places(None)), (7, 8));
        assert_eq!(pace.places(Some(1e9)), 32);
        for _ in 0..16 {
            pace.learn(Duration::from_millis(1));
        }
        assert_eq!(pace.places(Some(19.0)), 2);
    }

    #[test]
    fn a_share_spreads_the_pages() {
        let at = Duration::from_millis;
        let mut pace = Pace::new(0.5);
        let pauses = [0, 0, 0, 1_000].map(|now| pace.pause(Some(10.0), at(now)));
        assert_eq!(pauses, [at(0), at(200), at(400), at(0)]);
        assert_eq!((pace.pause(None, at(0)), Pace::new(1.0).pause(Some(10.0), at(0))), (at(0), at(0)));
        let mut pace = Pace::new(1e-21);
        pace.learn(at(250));
        for rate in [0.0, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE, f64::NAN] {
            assert!((1..=MOST_PLACES).contains(&pace.places(Some(rate))));
            assert!(pace.pause(Some(rate), at(0)) <= Duration::MAX);
        }
        for share in [0.0, -1.0, 1.01, f64::NAN, f64::INFINITY] {
            assert!(Pace::new(share).mistake().is_some());
        }
    }
}
