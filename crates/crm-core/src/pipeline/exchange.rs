//! One exchange over the wire.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderValue, Method, StatusCode, header};
use hyper::body::{Body as _, Frame};
use reqwest::{Request, Response};

use super::body::{Body, Coding, Fault};
use super::connections::Seat;
use super::failure;
use super::underway::Underway;
use crate::auth::Secret;
use crate::error::{Error, Sent};
use crate::vendor::RawReply;

/// Maximum number of bytes read from the body of an error reply.
const ERROR_BODY: usize = 1024 * 1024;
/// The content coding of a body that is not encoded.
const PLAIN: &str = "identity";

/// The result of an exchange.
pub(super) enum Delivered<S> {
    /// A reply with a status from 200 to 299.
    Success(S),
    /// Any other reply.
    Failure(RawReply),
}

/// The form in which a call takes a successful reply.
pub(super) trait Success: Sized + Send {
    /// The media types that it accepts.
    const ACCEPT: &'static str;
    /// The content coding that it requests.
    const ACCEPT_ENCODING: &'static str;

    /// Returns the coding in which it takes a body, or the name of one that it does not take. `found` is that of the
    /// reply, and `asked` the header of the request.
    fn coding(found: Result<Coding, String>, asked: Option<&HeaderValue>) -> Result<Coding, String>;

    /// Takes the reply from the connection of `seat`. A body that is read into memory is an error if it has more than
    /// `most` bytes.
    fn take(
        response: Response,
        coding: Coding,
        seat: Seat,
        most: usize,
    ) -> impl Future<Output = Result<Self, Error>> + Send;

    /// The reply, as far as it has arrived.
    fn reply(&self) -> Cow<'_, RawReply>;

    /// Keeps the credential of the request, which errors about the reply must not show.
    fn keep(&mut self, secret: Option<Arc<Secret>>);
}

/// A reply that was read to its end.
pub(super) struct Whole(pub(super) RawReply);

impl Success for Whole {
    const ACCEPT: &'static str = "application/json";
    const ACCEPT_ENCODING: &'static str = "gzip";

    fn coding(found: Result<Coding, String>, _: Option<&HeaderValue>) -> Result<Coding, String> {
        found
    }

    async fn take(response: Response, coding: Coding, _seat: Seat, most: usize) -> Result<Self, Error> {
        let status = response.status();
        if coding == Coding::Plain && promised(&response) > most {
            return Err(too_large(most, status, Bytes::new()));
        }
        let (reply, end) = read(response, coding, most).await;
        end.map_err(|end| match end {
            End::Interrupted(error) => failure::interrupted(error, status),
            End::Fault(Fault::TooLarge) => too_large(most, status, reply.body().clone()),
            End::Fault(Fault::Wrong(text)) => Error::decode(text).with_status(status),
            End::Fault(Fault::Damaged(error)) => failure::damaged(error, status),
        })?;
        Ok(Self(reply))
    }

    fn reply(&self) -> Cow<'_, RawReply> {
        Cow::Borrowed(&self.0)
    }

    fn keep(&mut self, secret: Option<Arc<Secret>>) {
        self.0.secret = secret;
    }
}

/// A reply whose body is still to be read.
pub(super) struct Open(pub(super) Response, pub(super) Seat, pub(super) Option<Arc<Secret>>);

impl Success for Open {
    const ACCEPT: &'static str = "*/*";
    /// A download is stored in the form that the vendor has. Without the header any coding would be acceptable.
    const ACCEPT_ENCODING: &'static str = PLAIN;

    /// A coding that the call requests by a header of its own is returned as it is.
    fn coding(found: Result<Coding, String>, asked: Option<&HeaderValue>) -> Result<Coding, String> {
        let other = match found {
            Ok(Coding::Plain) => return Ok(Coding::Plain),
            Ok(Coding::Gzip) => "gzip".to_owned(),
            Err(other) => other,
        };
        if asked.is_some_and(|asked| asked != PLAIN) { Ok(Coding::Plain) } else { Err(other) }
    }

    async fn take(response: Response, _: Coding, seat: Seat, _: usize) -> Result<Self, Error> {
        Ok(Self(response, seat, None))
    }

    fn reply(&self) -> Cow<'_, RawReply> {
        Cow::Owned(RawReply::new(self.0.status(), self.0.headers().clone(), Bytes::new()))
    }

    fn keep(&mut self, secret: Option<Arc<Secret>>) {
        self.2 = secret;
    }
}

/// Sends once on the connection of `seat`, and returns a success in the form `S`.
///
/// The error has its kind, the progress of the request, and the status if there was one.
pub(super) async fn exchange<S: Success>(
    client: &reqwest::Client,
    request: Request,
    most: usize,
    seat: Seat,
    underway: &mut Underway<'_>,
) -> Result<Delivered<S>, Error> {
    let content = request.body().is_some();
    let asked = request.headers().get(header::ACCEPT_ENCODING).cloned();
    let is_head = request.method() == Method::HEAD;
    underway.sends();
    let answered = client.execute(request).await.map_err(|error| failure::unanswered(error, content));
    // Without a reply the request may still be under way: a proxy may forward it after the connection broke, and the
    // user's own client may give up earlier than this library.
    if !matches!(&answered, Err(error) if error.sent() == Sent::Maybe) {
        underway.over();
    }
    let response = answered?;
    let status = response.status();
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return Err(failure::proxy_credentials());
    }
    let coding = Coding::of(response.headers());
    if !status.is_success() {
        return Ok(Delivered::Failure(refusal(response, coding).await));
    }
    let is_empty = is_head
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT)
        || response.content_length() == Some(0);
    let coding = if is_empty { Ok(Coding::Plain) } else { S::coding(coding, asked.as_ref()) };
    match coding {
        Ok(coding) => S::take(response, coding, seat, most).await.map(Delivered::Success),
        Err(other) => {
            let text = format!("the reply is encoded as {other}, which is not read");
            Err(Error::decode(text).with_status(status))
        }
    }
}

/// The reason why a body was not read to its end.
enum End {
    Interrupted(reqwest::Error),
    Fault(Fault),
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Reads a reply, unpacked, up to `most` bytes. Returns the bytes read so far even if it ends with an error.
async fn read(mut response: Response, coding: Coding, most: usize) -> (RawReply, Result<(), End>) {
    let (status, mut headers) = (response.status(), std::mem::take(response.headers_mut()));
    let mut body = Body::new(coding, promised(&response), most);
    let end = fill(&mut body, &mut response).await;
    if body.is_packed() {
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
    }
    let (bytes, whole) = body.end();
    (RawReply::new(status, headers, bytes), end.and_then(|()| Ok(whole?)))
}

async fn fill(body: &mut Body, response: &mut Response) -> Result<(), End> {
    while let Some(piece) = response.chunk().await.map_err(End::Interrupted)? {
        body.push(&piece)?;
    }
    Ok(())
}

fn promised(response: &Response) -> usize {
    response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0)
}

/// Reads an error reply as far as possible: the status is enough.
async fn refusal(response: Response, coding: Result<Coding, String>) -> RawReply {
    match coding {
        Ok(coding) => read(response, coding, ERROR_BODY).await.0,
        Err(_) => RawReply::new(response.status(), response.headers().clone(), Bytes::new()),
    }
}

fn too_large(most: usize, status: StatusCode, begun: Bytes) -> Error {
    let text = format!("the reply is larger than the {most} bytes that max_reply allows; ask for less at once");
    Error::decode(text).with_status(status).with_body(begun)
}

/// The body of an open reply with our errors. It keeps its connection.
pub(super) struct OpenBody {
    body: reqwest::Body,
    status: StatusCode,
    seat: Seat,
}

impl OpenBody {
    pub(super) fn new(response: Response, seat: Seat) -> Self {
        Self { status: response.status(), body: response.into(), seat }
    }
}

impl Stream for OpenBody {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
            this.seat.gets_on();
            return Poll::Ready(match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(piece))) => Some(Ok(piece)),
                Some(Err(error)) => Some(Err(failure::interrupted(error, this.status))),
                // Trailers belong to no download.
                Some(Ok(Err(_))) => continue,
                None => None,
            });
        }
    }
}
