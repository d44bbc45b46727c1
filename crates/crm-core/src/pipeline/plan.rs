//! What holds for one call, and what happened to it so far.

use std::time::Duration;

use super::{Pipeline, Shared};
use crate::error::Error;
use crate::request::Request;
use crate::retry::RetryPolicy;

/// The settings that hold for one call.
pub(super) struct Plan {
    pub(super) timeout: Duration,
    pub(super) attempt_timeout: Duration,
    pub(super) queue_timeout: Duration,
    pub(super) retry: RetryPolicy,
    pub(super) idempotent: bool,
    pub(super) class: &'static str,
}

impl Plan {
    pub(super) fn new(pipeline: &Pipeline, request: &Request) -> Self {
        let Shared { timeout, attempt_timeout, queue_timeout, retry, .. } = &*pipeline.shared;
        let options = &pipeline.options;
        Self {
            timeout: options.timeout.unwrap_or(*timeout),
            attempt_timeout: options.attempt_timeout.unwrap_or(*attempt_timeout),
            queue_timeout: options.queue_timeout.unwrap_or(*queue_timeout),
            retry: options.retry.as_ref().unwrap_or(retry).clone(),
            idempotent: options.idempotent.unwrap_or(request.op.idempotent),
            class: options.limit_class.unwrap_or(request.op.limit_class),
        }
    }
}

/// What happened so far.
#[derive(Default)]
pub(super) struct History {
    pub(super) attempts: u32,
    /// Whether an attempt may have been carried out although it failed.
    pub(super) maybe: bool,
    pub(super) renewed: bool,
    /// What the last repeat cost.
    pub(super) spent: Option<u32>,
    pub(super) last: Option<Error>,
}

impl Pipeline {
    /// Completes the error that ends a call by what is known about the call, and counts it.
    pub(super) fn complete(&self, error: Error, request: &Request, attempts: u32) -> Error {
        self.shared.counters.error();
        let error = error.with_operation(request.called()).with_attempts(attempts);
        match self.options.idempotent {
            Some(idempotent) => error.with_idempotent(idempotent),
            None => error,
        }
    }
}
