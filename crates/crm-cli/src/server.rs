//! A small HTTP server for callbacks. The size of requests is limited, and slow clients are cut off.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hubspot_client::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::failure::Failure;

/// The maximum size of a body in bytes.
const MOST_BYTES: usize = 5 << 20;
/// The maximum number of connections at once.
const MOST_CONNECTIONS: usize = 100;
/// The maximum time in which a request must arrive, once for its head and once for its body.
const ARRIVAL: Duration = Duration::from_secs(10);
/// The maximum time for requests that are under way when the server ends.
const GRACE: Duration = Duration::from_secs(2);

/// A request as it was received.
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The answer to a request: its status and a text for a person.
pub(crate) type Answer = (StatusCode, String);

/// Reads an address to listen at: a port of this computer, or `ADDRESS:PORT`.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let port = || text.parse().ok().map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    text.parse()
        .ok()
        .or_else(port)
        .ok_or_else(|| "write a port, or ADDRESS:PORT with the number of an address".to_owned())
}

/// A server that listens.
pub(crate) struct Server {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Listens at an address. `option` is the option that chooses another one.
    pub(crate) async fn bind(address: SocketAddr, option: &str) -> Result<Self, Failure> {
        let bound = async {
            let listener = TcpListener::bind(address).await?;
            let address = listener.local_addr()?;
            Ok(Self { listener, address })
        };
        bound.await.map_err(|error: std::io::Error| {
            Failure::usage(format!("cannot listen at {address}: {error}; choose another address with {option}"))
        })
    }

    /// Answers requests until `end` is ready, and returns its value.
    pub(crate) async fn serve<T, F: Future<Output = Answer> + Send + 'static>(
        self,
        answer: impl Fn(Request) -> F + Send + Sync + 'static,
        end: impl Future<Output = T>,
    ) -> T {
        let answer = Arc::new(answer);
        let mut end = std::pin::pin!(end);
        let mut connections = JoinSet::new();
        let value = loop {
            let room = connections.len() < MOST_CONNECTIONS;
            tokio::select! {
                value = &mut end => break value,
                accepted = self.listener.accept(), if room => match accepted {
                    Ok((stream, _)) => drop(connections.spawn(connection(stream, Arc::clone(&answer)))),
                    // Probably out of file handles: wait until some are closed.
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        };
        drop(self.listener);
        let all = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GRACE, all).await;
        value
    }
}

async fn connection<F: Future<Output = Answer> + Send>(stream: TcpStream, answer: Arc<impl Fn(Request) -> F>) {
    let service = service_fn(|request| async {
        let (status, text) = match read(request).await {
            Ok(request) => answer(request).await,
            Err(refused) => refused,
        };
        let mut response = Response::new(Full::new(Bytes::from(text)));
        *response.status_mut() = status;
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, text);
        Ok::<_, Infallible>(response)
    });
    let mut server = http1::Builder::new();
    // One request per connection, so that none is idle when the server ends.
    server.keep_alive(false).timer(TokioTimer::new()).header_read_timeout(ARRIVAL);
    // A client that hangs up or is too slow ends here with an error.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

async fn read(request: hubspot_client::http::Request<Incoming>) -> Result<Request, Answer> {
    let (parts, body) = request.into_parts();
    let body = match tokio::time::timeout(ARRIVAL, Limited::new(body, MOST_BYTES).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return Err((StatusCode::PAYLOAD_TOO_LARGE, format!("the body is longer than {MOST_BYTES} bytes\n")));
        }
        Ok(Err(_)) => return Err((StatusCode::BAD_REQUEST, "the body cannot be read\n".to_owned())),
        Err(_) => return Err((StatusCode::REQUEST_TIMEOUT, "the body was sent too slowly\n".to_owned())),
    };
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    Ok(Request { method: parts.method, target, headers: parts.headers, body })
}
