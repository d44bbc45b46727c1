//! A successful reply, with the context that errors about it need.

use std::borrow::Cow;

use http::StatusCode;
use serde_json::Value;

use super::Pipeline;
use super::promise::{self, Broken};
use crate::codec::{Wire, memory};
use crate::error::{Error, ErrorKind, Sent};
use crate::request::Request;
use crate::vendor::RawReply;

pub(crate) struct Fetched {
    pub(crate) reply: RawReply,
}

impl Fetched {
    /// Returns true if the vendor reports that the result is not ready.
    pub(crate) fn is_pending(&self, request: &Request) -> bool {
        request.op.long_running && self.reply.status() == StatusCode::ACCEPTED
    }

    /// Returns the error for a caller that does not wait for the result.
    pub(crate) fn pending(&self, pipeline: &Pipeline, request: &Request) -> Error {
        let error = Error::new(ErrorKind::Pending, "the result is not ready; poll, or send the request again later")
            .with_status(self.reply.status())
            .with_sent(Sent::Answered)
            .with_retry_after(self.reply.retry_after())
            .with_body(self.reply.body().clone());
        self.failed(error, pipeline, request)
    }

    /// Reads the body, which must match the vendor's document and not take too much memory.
    pub(crate) fn decode<T: Wire>(&self, pipeline: &Pipeline, request: &Request) -> Result<T, Error> {
        let kept = self.within(pipeline, || self.matching(pipeline, request));
        kept.flatten().map_err(|error| self.failed(error, pipeline, request))
    }

    fn matching<T: Wire>(&self, pipeline: &Pipeline, request: &Request) -> Result<T, Error> {
        let read = self.reply.decode_reply::<T>(|| request.called().name().to_owned());
        read.and_then(|value| match promise::broken(&value, &self.reply, request.op, &*pipeline.shared.vendor) {
            None => Ok(value),
            Some(Broken::Other(fault)) => Err(self.unpromised(fault)),
            Some(Broken::NoList) => Err(self.listless(request)),
            Some(Broken::Refusal) => {
                let read = pipeline.shared.vendor.read_error(request.op, &self.reply);
                let fault = "the vendor reports an error, with a status of success";
                Err(self.unpromised(fault).with_vendor(self.reply.without_secret(read.detail)))
            }
        })
    }

    /// Reads the body within the memory that the client allows.
    fn within<T>(&self, pipeline: &Pipeline, read: impl FnOnce() -> T) -> Result<T, Error> {
        let most = pipeline.shared.max_decoded;
        memory::within(most, self.reply.body().len(), read).ok_or_else(|| {
            self.unpromised(format!(
                "the reply takes more than the {most} bytes of memory that max_decoded allows; ask for less at once"
            ))
        })
    }

    /// Returns an error unless the reply of a paged operation has its list.
    pub(crate) fn expect_list(&self, promised: bool, pipeline: &Pipeline, request: &Request) -> Result<(), Error> {
        if request.op.paging.is_none() {
            return Ok(());
        }
        let error = match self.within(pipeline, || promise::has_list(&self.reply, request.op, promised)) {
            Ok(true) => return Ok(()),
            Ok(false) => self.listless(request),
            Err(error) => error,
        };
        Err(self.failed(error, pipeline, request))
    }

    /// Returns the ids of the items of a page, if each item has one.
    pub(crate) fn ids(&self, pipeline: &Pipeline, request: &Request) -> Option<Vec<Value>> {
        self.within(pipeline, || promise::ids(&self.reply, request.op)).ok().flatten()
    }

    /// Returns the error for a page without its list.
    fn listless(&self, request: &Request) -> Error {
        let place = request.op.rules.items.join(".");
        let place = if place.is_empty() { String::new() } else { format!(" at `{place}`") };
        self.unpromised(format!("the page has no list{place}; ask for it again, a cursor stays on it"))
    }

    /// Returns the error for a success that does not match the vendor's document.
    fn unpromised(&self, fault: impl Into<Cow<'static, str>>) -> Error {
        Error::decode(fault)
            .with_status(self.reply.status())
            .with_sent(Sent::Answered)
            .with_body(self.reply.body().clone())
    }

    /// Ends the call with an error about its reply.
    fn failed(&self, error: Error, pipeline: &Pipeline, request: &Request) -> Error {
        let id = self.reply.request_id(&*pipeline.shared.vendor);
        pipeline.complete(error.with_request_id(id), request, self.reply.attempts)
    }
}
