//! The permit of an attempt, from its grant to the attempt's end.

use crate::limit::{End, Grant, Permit, RateLimiter};
use crate::vendor::Feedback;

/// Tells the limiter once how the attempt ended: given up, if it is dropped before.
pub(super) struct Underway<'a> {
    limiter: &'a dyn RateLimiter,
    permit: &'a Permit,
    grant: Grant,
    ended: bool,
}

impl<'a> Underway<'a> {
    pub(super) fn new(limiter: &'a dyn RateLimiter, permit: &'a Permit, grant: Grant) -> Self {
        Self { limiter, permit, grant, ended: false }
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
        self.end(End::GivenUp);
    }
}
