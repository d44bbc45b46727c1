//! The pause before the next attempt.

use std::time::Duration;

/// Determines the pause after a failure.
pub trait Backoff: Send + Sync + 'static {
    /// Returns the pause after the given number of failures (1 after the first). `random` is uniform in
    /// `0.0..1.0`, so that implementations need no randomness of their own and tests can fix it.
    fn delay(&self, failures: u32, random: f64) -> Duration;
}

/// Exponential growth with full jitter: a random pause between zero and
/// `min(cap, base · 2^(failures - 1))`, so that clients that failed together do not retry
/// together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exponential {
    base: Duration,
    cap: Duration,
}

impl Exponential {
    /// Creates a backoff that grows from `base` up to `cap`.
    #[must_use]
    pub fn new(base: Duration, cap: Duration) -> Self {
        Self { base, cap }
    }
}

impl Default for Exponential {
    /// From half a second up to 30 seconds.
    fn default() -> Self {
        Self::new(Duration::from_millis(500), Duration::from_secs(30))
    }
}

impl Backoff for Exponential {
    fn delay(&self, failures: u32, random: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let most = self.base.saturating_mul(1 << doublings).min(self.cap);
        let share = if random.is_finite() { random.clamp(0.0, 1.0) } else { 1.0 };
        Duration::try_from_secs_f64(most.as_secs_f64() * share).unwrap_or(most).min(most)
    }
}
