//! The number of pages of a list that are fetched at once, and the time of each request.

use std::collections::VecDeque;
use std::time::Duration;

/// Number of concurrent places if no limit is known, and their maximum.
const PLACES: usize = 8;
const MOST_PLACES: usize = 32;
/// Number of recent pages of which the shortest time of a request counts as the latency, because some of them waited for the
/// limit.
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

    /// Records the duration of a page and the requests that it took. One of them was counted when it was sent.
    pub(super) fn learn(&mut self, took: Duration, requests: u32, rate: Option<f64>, now: Duration) {
        let requests = requests.max(1);
        self.pause(requests - 1, rate, now);
        let took = took / requests;
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

    /// Counts some requests, and returns the time for which they are delayed to keep to the share.
    pub(super) fn pause(&mut self, requests: u32, rate: Option<f64>, now: Duration) -> Duration {
        let Some(rate) = rate.filter(|_| self.share < 1.0) else { return Duration::ZERO };
        let at = self.free_at.max(now);
        let takes = Duration::try_from_secs_f64(f64::from(requests) / (rate * self.share));
        self.free_at = at.saturating_add(takes.unwrap_or(Duration::MAX));
        at - now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a page of one request.
    fn learn(pace: &mut Pace, millis: u64) {
        pace.learn(Duration::from_millis(millis), 1, Some(10.0), Duration::ZERO);
    }

    #[test]
    fn places_follow_from_rate_and_latency() {
        let mut pace = Pace::new(1.0);
        assert_eq!((pace.places(Some(19.0)), pace.places(None)), (1, 1));
        learn(&mut pace, 250);
        learn(&mut pace, 3_000);
        assert_eq!((pace.places(Some(19.0)), pace.places(None)), (7, 8));
        assert_eq!(pace.places(Some(1e9)), 32);
        for _ in 0..16 {
            learn(&mut pace, 1);
        }
        assert_eq!(pace.places(Some(19.0)), 2);
    }

    #[test]
    fn further_requests_of_a_page_count() {
        let at = Duration::from_millis;
        let mut pace = Pace::new(0.5);
        assert_eq!(pace.pause(1, Some(10.0), at(0)), at(0));
        pace.learn(at(1_000), 4, Some(10.0), at(1_000));
        assert_eq!((pace.places(Some(10.0)), pace.pause(1, Some(10.0), at(1_000))), (3, at(600)));
    }

    #[test]
    fn a_share_spreads_the_pages() {
        let at = Duration::from_millis;
        let mut pace = Pace::new(0.5);
        let pauses = [0, 0, 0, 1_000].map(|now| pace.pause(1, Some(10.0), at(now)));
        assert_eq!(pauses, [at(0), at(200), at(400), at(0)]);
        assert_eq!((pace.pause(1, None, at(0)), Pace::new(1.0).pause(1, Some(10.0), at(0))), (at(0), at(0)));
        let mut pace = Pace::new(1e-21);
        learn(&mut pace, 250);
        for rate in [0.0, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE, f64::NAN] {
            assert!((1..=MOST_PLACES).contains(&pace.places(Some(rate))));
            assert!(pace.pause(1, Some(rate), at(0)) <= Duration::MAX);
        }
        for share in [0.0, -1.0, 1.01, f64::NAN, f64::INFINITY] {
            assert!(Pace::new(share).mistake().is_some());
        }
    }
}
