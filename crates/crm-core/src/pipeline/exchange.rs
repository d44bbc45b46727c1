//! One exchange over the wire.

use std::borrow::Cow;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::{HeaderMap, StatusCode, header};
use reqwest::{Request, Response};

use super::connections::Seat;
use super::failure;
use super::underway::Underway;
use crate::error::{Error, Sent};
use crate::vendor::RawReply;

/// The most that is read of the body of an error reply.
const ERROR_BODY: usize = 1024 * 1024;
/// The most that is reserved because a reply promises it.
const RESERVED: usize = 1024 * 1024;

/// What came back.
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

    /// Takes the reply from the connection of `seat`. A body that is read is an error if it has more than `most` bytes.
    fn take(response: Response, seat: Seat, most: usize) -> impl Future<Output = Result<Self, Error>> + Send;

    /// The reply, as far as it is there.
    fn reply(&self) -> Cow<'_, RawReply>;
}

/// A reply that was read to its end.
pub(super) struct Whole(pub(super) RawReply);

impl Success for Whole {
    const ACCEPT: &'static str = "application/json";

    async fn take(mut response: Response, _seat: Seat, most: usize) -> Result<Self, Error> {
        let (status, headers) = (response.status(), response.headers().clone());
        let promised = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if promised > most {
            return Err(too_large(most, status, Bytes::new()));
        }
        let mut body = BytesMut::with_capacity(promised.min(RESERVED));
        while let Some(chunk) = response.chunk().await.map_err(|error| failure::interrupted(error, status))? {
            body.extend_from_slice(&chunk);
            if body.len() > most {
                return Err(too_large(most, status, body.freeze()));
            }
        }
        Ok(Self(RawReply::new(status, headers, body.freeze())))
    }

    fn reply(&self) -> Cow<'_, RawReply> {
        Cow::Borrowed(&self.0)
    }
}

/// A reply whose body is still to be read.
pub(super) struct Open(pub(super) Response, pub(super) Seat);

impl Success for Open {
    const ACCEPT: &'static str = "*/*";

    async fn take(response: Response, seat: Seat, _: usize) -> Result<Self, Error> {
        Ok(Self(response, seat))
    }

    fn reply(&self) -> Cow<'_, RawReply> {
        Cow::Owned(RawReply::new(self.0.status(), self.0.headers().clone(), Bytes::new()))
    }
}

/// Sends once on the connection of `seat`, and takes a success in the form `S`.
///
/// The error has its kind, how far the request came, and the status if there was one.
pub(super) async fn exchange<S: Success>(
    client: &reqwest::Client,
    request: Request,
    most: usize,
    seat: Seat,
    underway: &mut Underway<'_>,
) -> Result<Delivered<S>, Error> {
    let content = request.body().is_some();
    underway.sends();
    let answered = client.execute(request).await.map_err(|error| failure::unanswered(error, content));
    // Without an answer the request may still be on its way: a proxy may forward it after the connection broke, and a
    // client of the user's own may give up earlier than this library.
    if !matches!(&answered, Err(error) if error.sent() == Sent::Maybe) {
        underway.over();
    }
    let response = answered?;
    let status = response.status();
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return Err(failure::proxy_credentials());
    }
    let encoding = encoding(response.headers());
    if !status.is_success() {
        return Ok(Delivered::Failure(refusal(response, encoding.is_none()).await));
    }
    if let Some(encoding) = encoding {
        let text = format!("the reply is encoded as {encoding}, which was not asked for");
        return Err(Error::decode(text).with_status(status));
    }
    S::take(response, seat, most).await.map(Delivered::Success)
}

/// Reads an error reply as far as that is possible: the status says enough.
async fn refusal(mut response: Response, readable: bool) -> RawReply {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = BytesMut::new();
    while readable
        && body.len() <= ERROR_BODY
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    RawReply::new(status, headers, body.freeze())
}

/// What a body is compressed with. The client never asks for that, and does not unpack: a few bytes
/// could become any number.
fn encoding(headers: &HeaderMap) -> Option<String> {
    let said = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut words = said.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    let word = words.find(|word| !word.is_empty() && !word.eq_ignore_ascii_case(b"identity"))?;
    let plain = word.len() <= 20 && word.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    Some(if plain { String::from_utf8_lossy(word).into_owned() } else { "something unknown".to_owned() })
}

fn too_large(most: usize, status: StatusCode, begun: Bytes) -> Error {
    let text = format!("the reply is larger than the {most} bytes that max_reply allows; ask for less at once");
    Error::decode(text).with_status(status).with_body(begun)
}

/// The body of an open reply with our errors. It keeps its connection.
pub(super) struct OpenBody<S> {
    body: Pin<Box<S>>,
    status: StatusCode,
    seat: Seat,
}

impl<S> OpenBody<S> {
    pub(super) fn new(body: S, status: StatusCode, seat: Seat) -> Self {
        Self { body: Box::pin(body), status, seat }
    }
}

impl<S: Stream<Item = reqwest::Result<Bytes>>> Stream for OpenBody<S> {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let item = std::task::ready!(this.body.as_mut().poll_next(cx));
        this.seat.gets_on();
        Poll::Ready(item.map(|item| item.map_err(|error| failure::interrupted(error, this.status))))
    }
}
