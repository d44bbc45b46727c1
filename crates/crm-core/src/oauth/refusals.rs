//! Refused tokens for which a renewal does not help.

use std::time::Duration;

/// Time without renewals after a refusal for which a renewal did not help. It doubles while this
/// continues.
const FIRST: Duration = Duration::from_secs(600);
const LONGEST: Duration = Duration::from_secs(86_400);

/// Remembers for a bounded time that renewing did not help: the operation is refused for another
/// reason than the token, and each renewal would use up a refresh token and a token call of the app.
#[derive(Default)]
pub(super) struct Refusals {
    until: Duration,
    hold: Duration,
}

impl Refusals {
    /// Returns true if a renewal is not expected to help.
    pub(super) fn futile(&self, now: Duration) -> bool {
        now < self.until
    }

    /// Records that a call was refused with a token that this process renewed because of a refusal.
    pub(super) fn not_cured(&mut self, now: Duration) {
        if self.futile(now) {
            return;
        }
        let again = !self.hold.is_zero() && now < self.until.saturating_add(self.hold);
        self.hold = if again { self.hold.saturating_mul(2).min(LONGEST) } else { FIRST };
        self.until = now.saturating_add(self.hold);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_doubles_while_it_goes_on_and_is_bounded() {
        let mut refusals = Refusals::default();
        let mut now = Duration::from_secs(1);
        let mut holds = Vec::new();
        for _ in 0..12 {
            assert!(!refusals.futile(now));
            refusals.not_cured(now);
            refusals.not_cured(now);
            holds.push(refusals.hold.as_secs() / 60);
            now += refusals.hold;
        }
        assert_eq!(holds, [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440, 1440]);
        // After an equal time without a refusal, the time starts from the beginning.
        now += refusals.hold;
        refusals.not_cured(now);
        assert_eq!(refusals.hold, FIRST);
    }
}
