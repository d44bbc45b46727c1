//! The permit of an attempt, until the attempt has ended.

use crate::limit::{Acquire, End, Permit, RateLimiter};
use crate::vendor::Feedback;

/// Reports the result of an attempt to the limiter, once. If it is dropped before, the attempt counts as given up if it
/// may have been sent, and as over otherwise.
pub(super) struct Underway<'a> {
    limiter: &'a dyn RateLimiter,
    acquire: &'a Acquire,
    permit: Permit,
    sent: bool,
    ended: bool,
}

impl<'a> Underway<'a> {
    pub(super) fn new(limiter: &'a dyn RateLimiter, acquire: &'a Acquire, permit: Permit) -> Self {
        Self { limiter, acquire, permit, sent: false, ended: false }
    }

    /// Records that the request may be sent from here on.
    pub(super) fn sends(&mut self) {
        self.sent = true;
    }

    /// Records that the reply arrived, or that nothing was sent.
    pub(super) fn over(&mut self) {
        self.end(End::Over);
    }

    /// Passes the information about limits in the reply to the limiter.
    pub(super) fn observe(&self, status: u16, feedback: &Feedback) {
        self.limiter.observe(self.acquire, &self.permit, status, feedback);
    }

    fn end(&mut self, end: End) {
        if !std::mem::replace(&mut self.ended, true) {
            self.limiter.finish(self.acquire, &self.permit, end);
        }
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.end(if self.sent { End::GivenUp } else { End::Over });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::limit::LimitRefusal;
    use crate::sync::{BoxFuture, lock};

    /// Records the results of attempts.
    #[derive(Debug, Default)]
    struct Ends(Mutex<Vec<End>>);

    impl RateLimiter for Ends {
        fn acquire<'a>(&'a self, _: &'a Acquire) -> BoxFuture<'a, Result<Permit, LimitRefusal>> {
            Box::pin(std::future::ready(Ok(Permit::default())))
        }

        fn finish(&self, _: &Acquire, _: &Permit, end: End) {
            lock(&self.0).push(end);
        }

        fn observe(&self, _: &Acquire, _: &Permit, _: u16, _: &Feedback) {}
    }

    #[test]
    fn what_is_dropped_was_given_up_only_if_it_may_have_been_sent() {
        let (ends, acquire) = (Ends::default(), Acquire::new("acme", ""));
        let attempt = || Underway::new(&ends, &acquire, Permit::default());
        drop(attempt());
        let mut sent = attempt();
        sent.sends();
        drop(sent);
        let mut answered = attempt();
        answered.sends();
        answered.over();
        drop(answered);
        assert_eq!(*lock(&ends.0), [End::Over, End::GivenUp, End::Over]);
    }
}
