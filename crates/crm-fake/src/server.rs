//! The listener and its connections.

use std::convert::Infallible;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Incoming as IncomingBody;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::body::ReplyBody;
use crate::delivery::{Delivery, End};
use crate::engine::{Engine, Incoming, Outcome};
use crate::reply::{Content, Reply};
use crate::stream::{Cut, FaultStream, Switch};

/// The minimum number of bytes in a body that is compressed; most servers have such a minimum.
const PACKED_FROM: usize = 256;

/// Accepts connections until it is aborted; they end with it.
pub(crate) async fn run(listener: TcpListener, engine: Arc<Engine>) {
    let mut connections = JoinSet::new();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Probably out of file handles: wait until some are closed.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        // Small answers must not wait for acknowledgements; without it they only come later.
        let _ = stream.set_nodelay(true);
        let engine = Arc::clone(&engine);
        connections.spawn(async move {
            let switch = Switch::default();
            let io = TokioIo::new(FaultStream::new(stream, switch.clone()));
            let service = service_fn(move |request| {
                let (engine, switch) = (Arc::clone(&engine), switch.clone());
                async move { Ok::<_, Infallible>(respond(&engine, &switch, request).await) }
            });
            // A client that hangs up, and every reset by this fake, ends here with an error.
            let _ = http1::Builder::new().timer(TokioTimer::new()).serve_connection(io, service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn respond(engine: &Arc<Engine>, switch: &Switch, request: Request<IncomingBody>) -> Response<ReplyBody> {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Response::new(ReplyBody::new(Bytes::new(), None));
    };
    let incoming = Incoming {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or("").to_owned(),
        headers: parts.headers,
        body: body.to_bytes(),
    };
    let Outcome { reply, delivery } = engine.answer(&incoming);
    let packs = accepts_gzip(&incoming.headers) && allows_packing(&delivery, &reply);
    if let Some(delay) = delivery.delay {
        tokio::time::sleep(delay).await;
    }
    let (media, mut bytes) = match reply.content {
        Content::Empty => (None, Bytes::new()),
        Content::Json(value) if delivery.utf16 => {
            let units = value.to_string().encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
            (Some("application/json; charset=utf-16le"), Bytes::from(units))
        }
        Content::Json(value) => (Some("application/json;charset=utf-8"), Bytes::from(value.to_string())),
        Content::Text(media, text) => (Some(media), Bytes::from(text)),
        Content::Bytes(media, bytes) => (Some(media), bytes),
        Content::Build(media, build) => (Some(media), tokio::task::spawn_blocking(build).await.unwrap_or_default()),
    };
    let packed = packs && bytes.len() >= PACKED_FROM;
    if packed {
        bytes = gzip(&bytes);
    }
    match delivery.end {
        End::Whole => {}
        End::ResetAtOnce => switch.set(Cut::Reset),
        End::ResetAfterHeaders => {
            // There must be something after the headers, or they would be the whole answer.
            if bytes.is_empty() {
                bytes = Bytes::from_static(b"{}");
            }
            switch.set(Cut::ResetAfterHeaders);
        }
        End::ResetAfterReply => switch.set(Cut::ResetAfter(bytes.len())),
        End::CutAfter(after) => switch.set(Cut::CloseAfter(after.min(bytes.len().saturating_sub(1)))),
        End::ShortLength => bytes.truncate(bytes.len().saturating_sub(7)),
    }
    let mut response = Response::new(ReplyBody::new(bytes, delivery.drip));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(media) = media {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    }
    if packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| coding.trim().eq_ignore_ascii_case("gzip"))
}

/// Returns true if the body may be compressed. A fault that counts bytes counts those of the uncompressed body.
fn allows_packing(delivery: &Delivery, reply: &Reply) -> bool {
    let coded = reply.headers.iter().any(|(name, _)| *name == header::CONTENT_ENCODING);
    !coded && !matches!(delivery.end, End::CutAfter(_) | End::ShortLength)
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail.
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.unwrap_or_default().into()
}
