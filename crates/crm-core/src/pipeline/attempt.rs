//! One exchange over the wire.

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
pub(crate) enum Delivered {
    /// The whole reply.
    Whole(RawReply),
    /// A successful reply whose body is still to be read.
    Open(Response, Seat),
}

impl Delivered {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Whole(reply) => reply.status(),
            Self::Open(response, _) => response.status(),
        }
    }
}

/// Sends once on the connection of `seat`, and reads a success of at most so many bytes; without a number its body is left to be
/// read.
///
/// The error has its kind, how far the request came, and the status if there was one.
pub(super) async fn attempt(
    client: &reqwest::Client,
    request: Request,
    most: Option<usize>,
    seat: Seat,
    underway: &mut Underway<'_>,
) -> Result<Delivered, Error> {
    let content = request.body().is_some();
    underway.sends();
    let answered = client.execute(request).await.map_err(|error| failure::unanswered(error, content));
    // Without an answer the request may still be on its way: a proxy may forward it after the connection broke, and a
    // client of the user's own may give up earlier than this library.
    if !matches!(&answered, Err(error) if error.sent() == Sent::Maybe) {
        underway.over();
    }
    let mut response = answered?;
    let status = response.status();
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return Err(failure::proxy_credentials());
    }
    let encoded = encoding(response.headers());
    if let Some(encoding) = encoded.as_ref().filter(|_| status.is_success()) {
        let text = format!("the reply is encoded as {encoding}, which was not asked for");
        return Err(Error::decode(text).with_status(status));
    }
    let most = match most {
        _ if !status.is_success() => ERROR_BODY,
        Some(most) => most,
        None => return Ok(Delivered::Open(response, seat)),
    };
    let headers = response.headers().clone();
    if encoded.is_some() {
        // Nobody could read it, and of an error the status says enough.
        return Ok(Delivered::Whole(RawReply::new(status, headers, Bytes::new())));
    }
    let promised = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if promised > most && status.is_success() {
        return Err(too_large(most, status, Bytes::new()));
    }
    let mut body = BytesMut::with_capacity(promised.min(RESERVED));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            // Of an error the status says enough.
            Err(_) if !status.is_success() => break,
            Err(error) => return Err(failure::interrupted(error, status)),
        }
        if body.len() > most {
            if status.is_success() {
                return Err(too_large(most, status, body.freeze()));
            }
            break;
        }
    }
    Ok(Delivered::Whole(RawReply::new(status, headers, body.freeze())))
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
pub(super) struct Chunks<S> {
    body: Pin<Box<S>>,
    status: StatusCode,
    seat: Seat,
}

impl<S> Chunks<S> {
    pub(super) fn new(body: S, status: StatusCode, seat: Seat) -> Self {
        Self { body: Box::pin(body), status, seat }
    }
}

impl<S: Stream<Item = reqwest::Result<Bytes>>> Stream for Chunks<S> {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let item = std::task::ready!(this.body.as_mut().poll_next(cx));
        this.seat.gets_on();
        Poll::Ready(item.map(|item| item.map_err(|error| failure::interrupted(error, this.status))))
    }
}
