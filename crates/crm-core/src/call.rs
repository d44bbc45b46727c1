//! Builds and sends one request.

mod macros;
mod multipart;
mod raw;

pub use crate::codec::{Integer, Param};
pub use crate::request::{BeforeSend, BodyStream, Progress, Upload};

use std::fmt::{self, Display};
use std::marker::PhantomData;

use http::{HeaderName, HeaderValue};

use crate::codec::{self, Wire};
use crate::error::Error;
use crate::meta::{Called, OpMeta};
use crate::options::{CallOptions, is_reserved};
use crate::pipeline::{Fetched, Pipeline, Preview};
use crate::poll::{Answer, PollPolicy, Poller};
use crate::request::{Body, Request, path};
use crate::sync::BoxFuture;
use crate::vendor::RawReply;

/// The future of a call that is being sent.
pub type Sending<T> = BoxFuture<'static, Result<T, Error>>;

/// One call with everything needed to send it, any number of times. It can be cloned, stored, and
/// sent from another task.
///
/// Errors made while building are kept, and [`send`](Self::send) returns the first one as
/// [`ErrorKind::Validation`](crate::ErrorKind::Validation) without sending anything. `Debug` shows no values.
#[must_use = "nothing is sent before `.send().await`"]
pub struct Call<T> {
    pub(crate) pipeline: Pipeline,
    pub(crate) request: Request,
    reply: PhantomData<fn() -> T>,
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self { pipeline: self.pipeline.clone(), request: self.request.clone(), reply: PhantomData }
    }
}

impl<T> Call<T> {
    /// A call of an operation, with nothing filled in.
    pub fn new(pipeline: &Pipeline, op: &'static OpMeta) -> Self {
        Self { pipeline: pipeline.clone(), request: Request::new(op), reply: PhantomData }
    }

    /// Fills a placeholder of the path. The value becomes one segment: slashes, question marks
    /// and the like are escaped. An empty value, `.` and `..` are errors.
    pub fn path(mut self, name: &'static str, value: impl Display) -> Self {
        self.request.fill(name, path::segment(value.to_string()));
        self
    }

    /// [`path`](Self::path) with a value that the handle holds, such as the type of object. Errors and traces show it
    /// if it has the form of a type name: letters, digits, `_` and `-`.
    pub fn held(self, name: &'static str, value: impl Display) -> Self {
        let mut call = self.path(name, value);
        call.request.held = Some(name);
        call
    }

    /// Names the handle that the operation is called through, for example `contacts` for an operation of `objects`.
    pub fn through(mut self, handle: &'static str) -> Self {
        self.request.handle = Some(handle);
        self
    }

    /// Fills a placeholder with a value that may hold several segments, for example `summarize/daily`.
    /// Each is escaped and checked like [`path`](Self::path).
    pub fn path_segments(mut self, name: &'static str, value: impl Display) -> Self {
        self.request.fill(name, path::segments(&value.to_string()));
        self
    }

    /// Adds a query parameter. A list adds one pair per item; an absent value adds nothing.
    pub fn query(mut self, name: &'static str, value: &(impl Param + ?Sized)) -> Self {
        self.request.query(name.into(), value);
        self
    }

    /// Adds a query parameter whose name is known only at run time, for example `property.email`.
    pub fn query_named(mut self, name: String, value: &(impl Param + ?Sized)) -> Self {
        self.request.query(name.into(), value);
        self
    }

    /// Adds a query parameter whose items are joined with commas. An absent value adds nothing.
    pub fn query_joined(mut self, name: &'static str, value: &(impl Param + ?Sized)) -> Self {
        if let Some(joined) = joined(value) {
            self.request.query.push((name.into(), joined));
        }
        self
    }

    /// Replaces a query parameter. An absent value removes it.
    pub fn set_query(mut self, name: &'static str, value: &(impl Param + ?Sized)) -> Self {
        self.request.remove_query(name);
        self.query(name, value)
    }

    /// Sets a header. The items of a list are joined with commas; an absent value sets nothing.
    /// `Authorization` and the headers of the connection are errors.
    pub fn header(mut self, name: &'static str, value: &(impl Param + ?Sized)) -> Self {
        let Some(text) = joined(value) else { return self };
        match (HeaderName::try_from(name), HeaderValue::from_str(&text)) {
            (Ok(header), Ok(value)) if !is_reserved(&header) => {
                self.request.headers.insert(header, value);
            }
            _ => self.request.mistake(|| format!("the header \"{name}\" cannot be sent")),
        }
        self
    }

    /// Sets the body, as JSON. A required field without a value is an error.
    pub fn json<B: Wire>(mut self, body: &B) -> Self {
        match codec::encode(body) {
            Ok(bytes) => self.request.body = Body::Json(bytes.into()),
            Err(error) => self.request.mistake(|| format!("the body cannot be sent: {error}")),
        }
        self
    }

    /// Sets the body, as an HTML form. A required field without a value is an error.
    pub fn form<B: Wire>(mut self, body: &B) -> Self {
        match codec::encode_form(body) {
            Ok(text) => self.request.body = Body::Form(text.into()),
            Err(error) => self.request.mistake(|| format!("the body cannot be sent: {error}")),
        }
        self
    }

    /// Sets the body, as plain text.
    pub fn text(mut self, body: impl Into<String>) -> Self {
        self.request.body = Body::Text(body.into().into());
        self
    }

    /// Sets one member of the JSON body. Lists that are paged through their body use it to advance.
    pub fn set_body_field(mut self, name: &str, value: serde_json::Value) -> Self {
        self.request.set_body_field(name, value);
        self
    }

    /// Sets work that is done before each attempt, after the wait for the rate limit.
    pub fn before_send(mut self, work: BeforeSend) -> Self {
        self.request.before_send = Some(work);
        self
    }

    /// Rejects the call: `send` returns this reason as a validation error and sends nothing.
    pub fn refuse(mut self, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        self.request.mistake(|| reason);
        self
    }

    /// Returns the first value of a query parameter.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.request.query.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    /// Returns one member of the JSON body.
    #[must_use]
    pub fn body_value(&self, name: &str) -> Option<serde_json::Value> {
        self.request.body_value(name)
    }

    /// The same call with its reply read as another type.
    pub fn reply_as<U: Wire>(self) -> Call<U> {
        Call { pipeline: self.pipeline, request: self.request, reply: PhantomData }
    }

    /// Pipeline through which the call is sent, for calls that follow from it.
    #[must_use]
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Applies settings to this call only.
    pub fn with(mut self, options: CallOptions) -> Self {
        self.pipeline = self.pipeline.with(options);
        self
    }

    /// Returns the call with the additions of its options applied to the request itself.
    pub(crate) fn settled(self) -> Self {
        let request = self.request.with(self.pipeline.options()).into_owned();
        Self { pipeline: self.pipeline.without_additions(), request, reply: PhantomData }
    }

    /// Metadata of the operation.
    #[must_use]
    pub fn op(&self) -> &'static OpMeta {
        self.request.op
    }

    /// The operation with the name that it was called by, for errors about its reply.
    #[must_use]
    pub fn called(&self) -> Called {
        self.request.called()
    }

    /// Returns the request as [`send_raw`](Self::send_raw) would send it, without its credential: a download has other
    /// `Accept` headers. Sends nothing, except to renew a token that is due.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send) that are found before anything is sent.
    pub async fn preview(&self) -> Result<Preview, Error> {
        self.pipeline.preview(&self.request).await.map_err(|error| error.with_operation(self.called()))
    }

    /// Sends and returns the reply unchanged, whatever its type. A reply outside 200 to 299 is
    /// an error here too; a 202 of a long-running operation is returned.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), except [`ErrorKind::Decode`](crate::ErrorKind::Decode) and
    /// [`ErrorKind::Pending`](crate::ErrorKind::Pending).
    pub async fn send_raw(self) -> Result<RawReply, Error> {
        self.pipeline.fetch(&self.request).await.map(|fetched| fetched.reply)
    }

    /// [`send_raw`](Self::send_raw) as a boxed future.
    #[doc(hidden)]
    pub fn sending_raw(self) -> Sending<RawReply>
    where
        T: 'static,
    {
        Box::pin(self.send_raw())
    }
}

impl<T: Wire> Call<T> {
    /// Sends the request and reads the reply.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] classifies the failure. A 202 of a long-running operation is
    /// [`ErrorKind::Pending`](crate::ErrorKind::Pending), unless [`CallOptions::wait`] is set.
    pub async fn send(self) -> Result<T, Error> {
        if let Some(policy) = self.pipeline.wait_policy().filter(|_| self.request.op.long_running) {
            return self.ask_until_done(policy).await;
        }
        let fetched = self.pipeline.fetch(&self.request).await?;
        if fetched.is_pending(&self.request) {
            return Err(fetched.pending(&self.pipeline, &self.request));
        }
        fetched.decode(&self.pipeline, &self.request)
    }

    /// Sends the request and returns the value with its reply, which removes the credential from errors that the value
    /// contains. Not for long-running operations: a 202 is read like any other success.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), except [`ErrorKind::Pending`](crate::ErrorKind::Pending).
    #[doc(hidden)]
    pub async fn send_with_reply(self) -> Result<(T, RawReply), Error> {
        let fetched = self.pipeline.fetch(&self.request).await?;
        let value = fetched.decode(&self.pipeline, &self.request)?;
        Ok((value, fetched.reply))
    }

    /// [`send`](Self::send) as a boxed future. Builders return it, so that sending is compiled only once.
    #[doc(hidden)]
    pub fn sending(self) -> Sending<T>
    where
        T: Send + 'static,
    {
        Box::pin(self.send())
    }

    /// Polls until a long-running operation has its result.
    pub fn poll(self, policy: PollPolicy) -> Poller<T>
    where
        T: 'static,
    {
        let clock = self.pipeline.clock();
        let called = self.called();
        Poller::build(policy, clock, Some(called), move |_| {
            let call = self.clone();
            Box::pin(async move {
                Ok(match question(&call.pipeline, &call.request).await? {
                    Answer::Pending(hint) => Answer::Pending(hint),
                    Answer::Done(fetched) => Answer::Done(fetched.decode(&call.pipeline, &call.request)?),
                })
            })
        })
    }

    /// [`poll`](Self::poll) without the requirement of `'static`.
    async fn ask_until_done(self, policy: PollPolicy) -> Result<T, Error> {
        let (clock, called) = (self.pipeline.clock(), self.called());
        let (pipeline, request) = (self.pipeline.clone(), self.request.clone());
        let fetched = Poller::build(policy, clock, Some(called), move |_| {
            let (pipeline, request) = (pipeline.clone(), request.clone());
            Box::pin(async move { question(&pipeline, &request).await })
        })
        .await?;
        fetched.decode(&self.pipeline, &self.request)
    }
}

impl Call<BodyStream> {
    /// Sends the request and returns the body as a stream, without reading it into memory.
    ///
    /// # Errors
    ///
    /// Those of any call, until the head of the reply arrives. Later errors are returned by the stream.
    pub async fn send(self) -> Result<BodyStream, Error> {
        self.pipeline.open(&self.request).await
    }

    /// [`send`](Self::send) as a boxed future.
    #[doc(hidden)]
    pub fn sending(self) -> Sending<BodyStream> {
        Box::pin(self.send())
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.called().name)
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

/// Polls once for the result of a long-running operation.
async fn question(pipeline: &Pipeline, request: &Request) -> Result<Answer<Fetched>, Error> {
    pipeline.count_poll();
    let fetched = pipeline.fetch(request).await?;
    Ok(if fetched.is_pending(request) { Answer::Pending(fetched.reply.retry_after()) } else { Answer::Done(fetched) })
}

fn joined(value: &(impl Param + ?Sized)) -> Option<String> {
    let mut joined: Option<String> = None;
    value.each(&mut |text| match &mut joined {
        Some(all) => {
            all.push(',');
            all.push_str(text);
        }
        None => joined = Some(text.to_owned()),
    });
    joined
}

#[cfg(test)]
mod tests;
