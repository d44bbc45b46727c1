//! A tiny HTTP server on a loopback port that sends any reply, including invalid ones.

pub(crate) mod http2;
pub(crate) mod things;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crm_core::{Advice, Feedback, RawReply, RetryPolicy, Vendor, VendorError};
use crm_core::{ClientBuilder, Error, ErrorKind, FieldError, ManualClock, OpMeta, Pipeline, Quotas};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const TOKEN: &str = "canary-token-0123456789";

/// A request as it was received.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.0 == name).map(|header| header.1.as_str())
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|pair| pair.0 == name).map(|pair| pair.1)
    }
}

/// The reply to send.
pub(crate) enum Reply {
    Json(u16, String),
    With(u16, Vec<(&'static str, String)>, String),
    /// The same with a body of these bytes.
    Bytes(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// The head announces a longer body than follows.
    Cut(String),
    /// A reset before any reply.
    Reset,
    /// A close before any reply.
    Close,
    /// No reply at all.
    Hang,
    /// Bytes that are not HTTP.
    Garbage,
}

pub(crate) fn json(status: u16, body: &str) -> Reply {
    Reply::Json(status, body.to_owned())
}

pub(crate) struct Server {
    pub(crate) base_url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers each request with the result of `answer` for the request and its number, from 0.
    pub(crate) async fn start(mut answer: impl FnMut(&Seen, usize) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            let mut kept = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                let number = log.lock().unwrap().len();
                let reply = answer(&request, number);
                log.lock().unwrap().push(request);
                if let Some(open) = write(stream, reply).await {
                    kept.push(open);
                }
            }
        });
        Self { base_url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let mut first = lines.next()?.split(' ');
            let mut seen = Seen { method: first.next()?.into(), target: first.next()?.into(), ..Seen::default() };
            let headers = lines.filter_map(|line| line.split_once(": "));
            seen.headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
            if seen.header("transfer-encoding").is_some() && !body.ends_with("0\r\n\r\n") {
                // More pieces follow.
            } else if body.len() >= seen.header("content-length").map_or(0, |length| length.parse().unwrap()) {
                seen.body = body.to_owned();
                return Some(seen);
            }
        }
        let read = stream.read(&mut buffer).await.ok()?;
        if read == 0 {
            return None;
        }
        bytes.extend_from_slice(&buffer[..read]);
    }
}

/// Returns the stream if it must stay open.
async fn write(mut stream: TcpStream, reply: Reply) -> Option<TcpStream> {
    let (status, headers, body, more) = match reply {
        Reply::Json(status, body) => {
            (status, vec![("content-type", "application/json".to_owned())], body.into_bytes(), 0)
        }
        Reply::With(status, headers, body) => (status, headers, body.into_bytes(), 0),
        Reply::Bytes(status, headers, body) => (status, headers, body, 0),
        Reply::Cut(body) => (200, Vec::new(), body.into_bytes(), 10),
        Reply::Reset => {
            stream.set_zero_linger().unwrap();
            return None;
        }
        Reply::Close => return None,
        Reply::Hang => return Some(stream),
        Reply::Garbage => {
            let _ = stream.write_all(b"not http at all\r\n\r\n").await;
            return None;
        }
    };
    let mut text = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n", body.len() + more);
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    let _ = stream.write_all(&[text.as_bytes(), b"\r\n", &body].concat()).await;
    let _ = stream.shutdown().await;
    None
}

/// A vendor whose errors are `{"code", "message", "field"}`.
pub(crate) struct Acme;

impl Vendor for Acme {
    fn name(&self) -> &'static str {
        "acme"
    }

    fn read_error(&self, _: &OpMeta, reply: &RawReply) -> VendorError {
        let mut error = VendorError::from_status(reply.status());
        let body = reply.json().unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        error.detail.code = text("code");
        error.detail.message = text("message");
        if let Some(field) = text("field") {
            error.detail.fields.push(FieldError::new(Some(field), None, "is wrong"));
        }
        if error.detail.code.as_deref() == Some("DAILY") {
            error.kind = ErrorKind::QuotaExhausted;
        }
        if error.kind == ErrorKind::Auth {
            error.retry = Advice::Renew;
        }
        error
    }

    fn refuses(&self, body: &serde_json::Value) -> bool {
        body["failed"] == true
    }

    fn feedback(&self, _: &OpMeta, reply: &RawReply) -> Feedback {
        let remaining = reply.header("x-remaining").and_then(|text| text.parse().ok());
        Feedback { remaining, ..Feedback::default() }
    }

    fn request_id(&self, reply: &RawReply) -> Option<String> {
        reply.header("x-request-id").map(str::to_owned)
    }
}

/// A vendor of another name.
struct Other;

impl Vendor for Other {
    fn name(&self) -> &'static str {
        "other"
    }

    fn read_error(&self, op: &OpMeta, reply: &RawReply) -> VendorError {
        Acme.read_error(op, reply)
    }
}

pub(crate) fn builder(base_url: &str, clock: &ManualClock) -> ClientBuilder<Pipeline> {
    limited(base_url, clock, Quotas::none())
}

pub(crate) fn limited(base_url: &str, clock: &ManualClock, quotas: Quotas) -> ClientBuilder<Pipeline> {
    ClientBuilder::new(Acme, base_url, quotas, |pipeline| pipeline).token(TOKEN).clock(Arc::new(clock.clone())).seed(7)
}

/// Returns a pipeline of the other vendor.
pub(crate) fn other(server: &Server) -> Pipeline {
    ClientBuilder::new(Other, &server.base_url, Quotas::none(), |pipeline| pipeline).token(TOKEN).build().unwrap()
}

/// Returns a pipeline on an automatic clock.
pub(crate) fn pipeline(server: &Server) -> Pipeline {
    builder(&server.base_url, &ManualClock::auto()).build().unwrap()
}

/// Returns a pipeline without repeats.
pub(crate) fn once(server: &Server) -> Pipeline {
    builder(&server.base_url, &ManualClock::auto()).retry(RetryPolicy::none()).build().unwrap()
}

pub(crate) fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(next) = source {
        text += &format!(" {next} {next:?}");
        source = next.source();
    }
    text
}

/// Returns the maximum memory that this process has used.
#[cfg(target_os = "linux")]
pub(crate) fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix("kB").unwrap().trim().parse::<usize>().unwrap() * 1024
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);

macro_rules! op {
    ($name:ident, $id:literal, $method:ident, $path:literal, idempotent: $idempotent:literal $(, $($field:ident).+: $value:expr)*) => {
        static $name: crm_core::OpMeta = {
            #[allow(unused_mut, reason = "not every operation sets more")]
            let mut op = crm_core::OpMeta {
                id: $id,
                spec_id: $id,
                method: http::Method::$method,
                path: $path,
                idempotent: $idempotent,
                limit_class: "",
                paging: None,
                rules: crm_core::Rules::PLAIN,
                long_running: false,
                batch_max: None,
                scopes: &[],
                version: None,
                deprecated: false,
            };
            $(op.$($field).+ = $value;)*
            op
        };
    };
}
pub(crate) use op;
