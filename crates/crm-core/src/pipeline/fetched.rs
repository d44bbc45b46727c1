//! A successful reply with what errors about it need to know.

use http::StatusCode;

use super::Pipeline;
use crate::call::Request;
use crate::codec::Wire;
use crate::error::{Error, ErrorKind, Sent};
use crate::vendor::RawReply;

pub(crate) struct Fetched {
    pub(crate) reply: RawReply,
}

impl Fetched {
    /// Whether the vendor says "not ready, ask again".
    pub(crate) fn is_pending(&self, request: &Request) -> bool {
        request.op.long_running && self.reply.status() == StatusCode::ACCEPTED
    }

    /// The error for a caller who did not want to wait.
    pub(crate) fn pending(&self, pipeline: &Pipeline, request: &Request) -> Error {
        let error = Error::new(ErrorKind::Pending, "the result is not ready; poll, or ask again later")
            .with_status(self.reply.status())
            .with_sent(Sent::Answered)
            .with_retry_after(self.reply.retry_after())
            .with_body(self.reply.body().clone());
        self.label(error, pipeline, request)
    }

    /// Reads the body.
    pub(crate) fn decode<T: Wire>(&self, pipeline: &Pipeline, request: &Request) -> Result<T, Error> {
        self.reply.decode().map_err(|error| self.label(error, pipeline, request))
    }

    fn label(&self, error: Error, pipeline: &Pipeline, request: &Request) -> Error {
        pipeline.shared.counters.error();
        error
            .with_operation(request.op)
            .with_attempts(self.reply.attempts)
            .with_request_id(pipeline.shared.vendor.request_id(&self.reply))
    }
}
