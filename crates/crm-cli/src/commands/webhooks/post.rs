//! Posts a webhook to a server of the user.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hubspot_client::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::addresses;
use crate::failure::Failure;

/// The maximum time for the server's answer.
const ANSWER: Duration = Duration::from_secs(30);
/// The maximum size of the answer in bytes.
const MOST_BYTES: usize = 64 * 1024;
/// Headers of one connection, which are not passed on.
const OF_CONNECTION: [header::HeaderName; 7] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// A server of the user.
#[derive(Clone)]
pub(super) struct Place {
    host: String,
    port: u16,
    /// Path and query; empty for those of the request.
    target: String,
}

impl Place {
    /// Reads an address. HTTPS is for vendors; a server of a test needs none.
    pub(super) fn read(address: &str, option: &str) -> Result<Self, Failure> {
        let wrong = || Failure::usage(format!("{option} must be an address such as http://127.0.0.1:3000/webhooks"));
        let uri: Uri = address.parse().map_err(|_| wrong())?;
        let host = uri.host().map(|host| host.trim_matches(['[', ']'])).filter(|host| !host.is_empty());
        if uri.scheme_str() == Some("https") {
            return Err(Failure::usage(format!("{option} takes an address with http only, for a server without TLS")));
        }
        let (Some("http"), Some(host)) = (uri.scheme_str(), host) else { return Err(wrong()) };
        addresses::check(&uri, option)?;
        let target = uri.path_and_query().map(|target| target.as_str()).filter(|target| *target != "/");
        let port = uri.port_u16().unwrap_or(80);
        Ok(Self { host: host.to_owned(), port, target: target.unwrap_or_default().to_owned() })
    }

    /// Returns the address that a request to this place has.
    pub(super) fn address(&self) -> String {
        format!("http://{}{}", self.authority(), if self.target.is_empty() { "/" } else { &self.target })
    }

    fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == 80 { host } else { format!("{host}:{}", self.port) }
    }

    /// Posts a body with its headers, and returns the answer. `target` is the path if the place has none.
    pub(super) async fn post(
        &self,
        target: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), Failure> {
        let failed = |reason: &dyn std::fmt::Display| {
            Failure::other(format!("the webhook was not answered at {}: {reason}", self.authority()))
        };
        let sent = async {
            let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
            let stream = stream.map_err(|error| {
                Failure::unavailable(format!(
                    "no connection to {}: {error}; check the address and that the server runs",
                    self.authority()
                ))
            })?;
            let (mut sender, connection) =
                http1::handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
            let mut request = Request::new(Full::new(body));
            *request.method_mut() = Method::POST;
            let target = if self.target.is_empty() { target } else { &self.target };
            *request.uri_mut() = target.parse().unwrap_or_default();
            *request.headers_mut() = headers;
            for name in OF_CONNECTION {
                request.headers_mut().remove(name);
            }
            if let (false, Ok(host)) =
                (request.headers().contains_key(header::HOST), HeaderValue::try_from(self.authority()))
            {
                request.headers_mut().insert(header::HOST, host);
            }
            let answer = async {
                let (parts, body) = sender.send_request(request).await.map_err(|error| failed(&error))?.into_parts();
                let body = Limited::new(body, MOST_BYTES).collect().await.map_err(|error| failed(&error))?;
                Ok((parts.status, body.to_bytes()))
            };
            tokio::pin!(answer, connection);
            // The connection carries the request, and ends with its own error if it breaks.
            tokio::select! {
                answer = &mut answer => answer,
                ended = &mut connection => match ended {
                    Ok(()) => answer.await,
                    Err(error) => Err(failed(&error)),
                },
            }
        };
        tokio::time::timeout(ANSWER, sent).await.unwrap_or_else(|_| Err(failed(&"there was no answer within 30 s")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_an_http_address() {
        let address =
            |text: &str| Place::read(text, "URL").map(|place| place.address()).map_err(|error| error.to_string());
        assert_eq!(address("http://localhost"), Ok("http://localhost/".to_owned()));
        assert_eq!(address("http://[::1]:3000/a?b=%20c"), Ok("http://[::1]:3000/a?b=%20c".to_owned()));
        for wrong in ["localhost:3000", "http://", "/path", "http://a b/"] {
            assert!(address(wrong).is_err_and(|error| error.starts_with("URL must be an address")), "{wrong}");
        }
        assert!(address("https://example.com/").is_err_and(|error| error.contains("http only")));
    }
}
