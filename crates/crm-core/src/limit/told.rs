//! The information in a reply, sorted by window.

use std::time::Duration;

use super::{HOLD_SPANS, Quotas, Window};
use crate::vendor::Feedback;

/// Minimum length of a window to which "left today" applies.
const DAY_LIKE: Duration = Duration::from_secs(3_600);
/// Maximum time for which a vendor's hint can hold a window; short windows are held for a few of their lengths at most.
const LONGEST_HOLD: Duration = Duration::from_secs(86_400);
/// Time for which a vendor's limit, or its remaining number, applies if the vendor sends no end.
pub(super) const BELIEVED: Duration = Duration::from_secs(3_600);

/// The information in a reply about one window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The index of the window.
    pub(super) window: usize,
    /// The vendor's own limit.
    pub(super) limit: Option<u64>,
    /// Remaining number, and the time for which it applies.
    pub(super) remaining: Option<(u64, Duration)>,
    pub(super) refused: Option<Refused>,
}

/// A refusal that the limiter should have prevented, or one that is certain to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// The vendor sent a duration, or nothing is left today.
    For(Duration),
    /// The vendor sent neither a reason nor a duration.
    Unexplained,
}

impl Told {
    /// Reads a reply to an operation of this class.
    pub(super) fn all(quotas: &Quotas, class: &str, status: u16, feedback: &Feedback) -> Vec<Self> {
        let windows = quotas.windows_of_class(class);
        let mut told = Vec::new();
        let named = feedback.window.and_then(|name| quotas.windows.iter().position(|window| window.name() == name));
        if let Some(window) = named.or_else(|| windows.first().copied()) {
            let believed = |reset: Option<Duration>| {
                let span = quotas.windows[window].span();
                reset.unwrap_or(BELIEVED).min(span).max(Duration::from_millis(1))
            };
            // A day's quota that is used up explains the refusal.
            let explained = feedback.daily_remaining == Some(0) && feedback.window.is_none();
            let refused = (status == 429 && !explained).then(|| match feedback.reset_after {
                Some(hint) => Refused::For(hint.min(longest_hold(&quotas.windows[window]))),
                None => Refused::Unexplained,
            });
            let remaining = feedback.remaining.map(|remaining| (remaining, believed(feedback.reset_after)));
            told.push(Self { window, limit: feedback.limit, remaining, refused });
        }
        let length = |window: &usize| quotas.windows[*window].per();
        let daily = windows.iter().copied().filter(|window| length(window) >= DAY_LIKE).max_by_key(length);
        if let (Some(remaining), Some(window)) = (feedback.daily_remaining, daily) {
            let until = BELIEVED.min(quotas.windows[window].span());
            told.push(match remaining {
                // A hold, because a person can lift it after the vendor's midnight.
                0 => Self { window, refused: Some(Refused::For(until)), ..Self::default() },
                _ => Self { window, remaining: Some((remaining, until)), ..Self::default() },
            });
        }
        told
    }
}

fn longest_hold(window: &Window) -> Duration {
    window.span().saturating_mul(HOLD_SPANS).min(LONGEST_HOLD)
}
