//! The progress of an export on standard error.

use std::io::IsTerminal as _;
use std::time::Duration;

use tokio::time::Instant;

use crate::note;

/// The time between two lines.
const ON_A_TERMINAL: Duration = Duration::from_millis(200);
const ELSEWHERE: Duration = Duration::from_secs(5);

/// Shows how far an export is.
pub(super) struct Progress {
    begun: Instant,
    shown: Instant,
    terminal: bool,
    /// The records that earlier runs wrote.
    before: u64,
}

impl Progress {
    /// Begins after the records of earlier runs.
    pub(super) fn new(before: u64) -> Self {
        let now = Instant::now();
        Self { begun: now, shown: now, terminal: std::io::stderr().is_terminal(), before }
    }

    /// Shows the progress if it is time.
    pub(super) fn show(&mut self, rows: u64, total: Option<u64>) {
        let now = Instant::now();
        let pause = if self.terminal { ON_A_TERMINAL } else { ELSEWHERE };
        if now - self.shown < pause {
            return;
        }
        self.shown = now;
        let line = sentence(rows, rows - self.before.min(rows), total, now - self.begun);
        if self.terminal { note::status(&line) } else { note::say(&line) }
    }
}

/// The sentence about `rows` records, `fresh` of them read in `time`.
fn sentence(rows: u64, fresh: u64, total: Option<u64>, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let rate = if seconds > 0.0 { fresh as f64 / seconds } else { 0.0 };
    let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
    // A total is counted at the beginning, so there can be more records.
    let left = total.and_then(|total| total.checked_sub(rows)).filter(|left| *left > 0 && rate > 0.0);
    let left = left.map(|left| format!(", {} left", length(left as f64 / rate))).unwrap_or_default();
    format!("{rows}{of} records, {rate:.0} per second{left}")
}

fn length(seconds: f64) -> String {
    match seconds.ceil() {
        seconds if seconds < 120.0 => format!("{seconds} s"),
        seconds if seconds < 7_200.0 => format!("{:.0} min", seconds / 60.0),
        seconds => format!("{:.0} h", seconds / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_and_the_time_that_is_left_follow_from_this_run() {
        let of = |rows, fresh, total, seconds| sentence(rows, fresh, total, Duration::from_secs(seconds));
        assert_eq!(of(1_500, 500, Some(5_000), 5), "1500 of 5000 records, 100 per second, 35 s left");
        assert_eq!(of(10, 10, Some(100_010), 1), "10 of 100010 records, 10 per second, 3 h left");
        assert_eq!(of(12, 12, Some(10), 1), "12 of 10 records, 12 per second");
        assert_eq!(of(5, 0, Some(10), 0), "5 of 10 records, 0 per second");
        assert_eq!(of(5, 5, None, 1), "5 records, 5 per second");
    }
}
