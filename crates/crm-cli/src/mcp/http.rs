//! Streamable HTTP: the same server for clients that do not start it as a child process. Each request needs the bearer
//! token of the environment; foreign hosts and all web pages are refused.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crm_core::Secret;
use http_body_util::Full;
use hubspot_client::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use subtle::ConstantTimeEq as _;
use tokio::net::{TcpListener, lookup_host};
use tokio::task::JoinSet;

use super::Server;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::note;

/// The variable of the environment with the bearer token.
const VARIABLE: &str = "CRM_MCP_TOKEN";
/// The minimum length of the token in bytes.
const SHORTEST: usize = 16;
/// The time until the headers of a request must be there, so that idle connections end.
const HEADERS: Duration = Duration::from_secs(30);
/// The time after which a session without an event ends, also during a call. The default of rmcp 3.11 is five minutes, which
/// a batch can take without a reply.
const IDLE: Duration = Duration::from_secs(24 * 3_600);
/// The time after which connections are accepted again if there are no file handles left.
const PAUSE: Duration = Duration::from_millis(20);

/// The maximum time for calls that are under way when the server ends.
const GRACE: Duration = Duration::from_secs(2);

type Service = StreamableHttpService<Server, LocalSessionManager>;

/// Serves until a signal comes. `address` is a port of this computer, or `HOST:PORT`.
pub(super) async fn serve(server: Server, address: &str) -> Result<(), Failure> {
    let token = token()?;
    let (host, address) = resolved(address).await?;
    let listener = TcpListener::bind(address).await;
    let listener = listener.map_err(|error| Failure::usage(format!("{address} cannot be listened on: {error}")))?;
    let address =
        listener.local_addr().map_err(|error| Failure::other(format!("the address is not known: {error}")))?;
    let mut interrupt = Interrupt::new();
    let shown = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    note::say(&format!("listening on http://{shown}:{}; the bearer token is that of {VARIABLE}", address.port()));
    let mut hosts = StreamableHttpServerConfig::default().allowed_hosts;
    if !address.ip().is_loopback() {
        hosts = vec![host];
    }
    let config = StreamableHttpServerConfig::default().with_allowed_hosts(hosts).enforce_origin_validation();
    let shared = Arc::clone(&server.shared);
    let mut sessions = LocalSessionManager::default();
    sessions.session_config.keep_alive = Some(IDLE);
    let service = Service::new(move || Ok(server.clone()), Arc::new(sessions), config);
    let token = Arc::new(token);
    let mut connections = JoinSet::new();
    while let Some(accepted) = interrupt.or(listener.accept()).await {
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let (service, token) = (service.clone(), Arc::clone(&token));
        connections.spawn(async move {
            let answer = service_fn(|request: Request<Incoming>| {
                let allowed = is_allowed(&request, &token);
                let service = service.clone();
                async move {
                    match allowed {
                        true => Ok::<_, std::convert::Infallible>(service.handle(request).await),
                        false => Ok(refused()),
                    }
                }
            });
            let mut connection = http1::Builder::new();
            connection.timer(TokioTimer::new()).header_read_timeout(HEADERS);
            // A client that hangs up is not an error of the server.
            let _ = connection.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
    drop(listener);
    // Calls that are under way may end; the streams of sessions have no end of their own.
    let ended = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, ended).await;
    shared.under_way.end()
}

/// Returns the token of the environment.
fn token() -> Result<Secret, Failure> {
    let token = std::env::var(VARIABLE).unwrap_or_default();
    match token.len() >= SHORTEST && HeaderValue::from_str(&token).is_ok() {
        true => Ok(token.into()),
        false => Err(Failure::credential(format!(
            "set {VARIABLE} to the bearer token that clients have to send: at least {SHORTEST} characters that nobody can guess"
        ))),
    }
}

/// Returns the host as it was written, and its address.
async fn resolved(text: &str) -> Result<(String, SocketAddr), Failure> {
    let text = if text.contains(':') { text.to_owned() } else { format!("127.0.0.1:{text}") };
    let wrong = || Failure::usage(format!("--http {text}: write a port, or HOST:PORT with the name that clients use"));
    let (host, _) = text.rsplit_once(':').ok_or_else(wrong)?;
    let address = lookup_host(&text).await.ok().and_then(|mut all| all.next()).ok_or_else(wrong)?;
    let any = matches!(address.ip(), IpAddr::V4(ip) if ip.is_unspecified())
        || matches!(address.ip(), IpAddr::V6(ip) if ip.is_unspecified());
    if any {
        return Err(Failure::usage(format!(
            "--http {text}: name the host that clients use; requests for other hosts are refused"
        )));
    }
    Ok((host.trim_matches(['[', ']']).to_owned(), address))
}

/// Returns true if a request has the token. The comparison takes the same time wherever the texts differ.
fn is_allowed<B>(request: &Request<B>, token: &Secret) -> bool {
    let given = request.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
    match given.split_at_checked("Bearer ".len()) {
        Some((scheme, given)) => {
            scheme.eq_ignore_ascii_case(b"Bearer ") && bool::from(given.ct_eq(token.expose().as_bytes()))
        }
        None => false,
    }
}

fn refused() -> Response<http_body_util::combinators::BoxBody<Bytes, std::convert::Infallible>> {
    let body = Full::new(Bytes::from_static(b"the bearer token is missing or wrong\n"));
    let mut response = Response::new(http_body_util::BodyExt::boxed(body));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}
