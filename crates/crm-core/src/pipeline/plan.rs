//! The settings of one call, and its history so far.

use std::time::Duration;

use super::{Pipeline, Shared};
use crate::error::Error;
use crate::meta::OpMeta;
use crate::request::Request;
use crate::retry::RetryPolicy;

/// The settings of one call.
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
            idempotent: pipeline.is_idempotent(request),
            class: options.limit_class.unwrap_or(request.op.limit_class),
        }
    }
}

/// The history of a call so far.
#[derive(Default)]
pub(super) struct History {
    pub(super) attempts: u32,
    /// True if an attempt may have been carried out although it failed.
    pub(super) maybe: bool,
    /// Number of refusals of the credential after which it was to be renewed.
    pub(super) renewals: u32,
    /// Cost of the last repeat.
    pub(super) spent: Option<u32>,
    pub(super) last: Option<Error>,
}

impl Pipeline {
    /// Adds the facts about the call to the error that ends it, and counts the error.
    pub(super) fn complete(&self, error: Error, request: &Request, attempts: u32) -> Error {
        self.shared.counters.error();
        let error = error.with_operation(request.called()).with_attempts(attempts);
        error.with_idempotent(self.is_idempotent(request))
    }

    /// The operation with the rule for repeats of this call, for the vendor's reading of its reply.
    pub(super) fn op(&self, request: &Request) -> OpMeta {
        OpMeta { idempotent: self.is_idempotent(request), ..request.op.clone() }
    }

    /// Returns true if the request may be sent twice.
    fn is_idempotent(&self, request: &Request) -> bool {
        self.options.idempotent.unwrap_or_else(|| request.is_idempotent())
    }
}
