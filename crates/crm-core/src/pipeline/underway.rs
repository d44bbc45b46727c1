//! The permit of an attempt, from its grant to the attempt's end.

use crate::limit::{End, Grant, Permit, RateLimiter};
use crate::vendor::Feedback;

/// Tells the limiter once how the attempt ended. If it is dropped before, it was given up if it may have been sent, and is
/// over otherwise.
pub(super) struct Underway<'a> {
    limiter: &'a dyn RateLimiter,
    permit: &'a Permit,
    grant: Grant,
    sent: bool,
    ended: bool,
}

impl<'a> Underway<'a> {
    pub(super) fn new(limiter: &'a dyn RateLimiter, permit: &'a Permit, grant: Grant) -> Self {
        Self { limiter, permit, grant, sent: false, ended: false }
    }

    /// From here on the request may be sent.
    pub(super) fn sends(&mut self) {
        self.sent = true;
    }

    /// The reply is there, or nothing was sent.
    pub(super) fn over(&mut self) {
        self.end(End::Over);
    }

    /// What the reply says about the limits.
    pub(super) fn observe(&self, status: u16, feedback: &Feedback) {
        self.limiter.observe(self.permit, &self.grant, status, feedback);
    }

    fn end(&mut self, end: End) {
        if !std::mem::replace(&mut self.ended, true) {
            self.limiter.finish(self.permit, &self.grant, end);
        }
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.end(if self.sent { End::GivenUp } else { End::Over });
    }
}
