//! Reasons for failed exchanges, read from the errors of the HTTP libraries.
//!
//! If an error has no type to match, its text is compared. If a newer version changes a text, the failure is read as
//! the general case, which is at least as cautious.

use std::error::Error as StdError;
use std::{io, iter};

use http::StatusCode;

use crate::error::{Error, ErrorKind, Sent};

/// The errors of HTTP/2 by which a server reports that it did nothing (RFC 9113, 6.8 and 8.7): `h2` has them for a
/// stream above the last one that GOAWAY includes, and for REFUSED_STREAM. GOAWAY can be followed by the server's own
/// text.
const REFUSED: [&str; 2] = [
    "connection error received: not a result of an error",
    "stream error received: refused stream before processing any application logic",
];
/// `hyper`, if the request could not be written to its end.
const NOT_WRITTEN: &str = "error writing a body to connection";
/// `hyper-util`, if no tunnel through a proxy could be opened. The status of the proxy's answer is not in the error.
const TUNNEL: &str = "tunnel error: ";
/// The same if the proxy itself was not reached.
const NO_PROXY: &str = "tunnel error: failed to create underlying connection";
/// The same if the proxy answered CONNECT with 407.
const PROXY_CREDENTIALS: &str = "tunnel error: proxy authorization required";
/// `hyper-rustls` and `hyper-util`, if the scheme of a proxy's address is not `http` or `https`. The vendor's own
/// address was already checked.
const SCHEME: [&str; 2] = ["unsupported scheme ", "invalid URL, scheme is not http"];

/// OpenSSL, which `native-tls` uses on Linux.
#[cfg(feature = "native-tls")]
const OPENSSL: [(&str, &str); 2] =
    [("certificate verify failed", CERTIFICATE_ADVICE), ("wrong version number", NO_TLS_ADVICE)];

/// No file descriptor is available to the process or to the system: ENFILE and EMFILE, for which `io::ErrorKind` has no
/// name.
#[cfg(unix)]
const OUT_OF_SOCKETS: [i32; 2] = [23, 24];
/// WSAEMFILE and WSAENOBUFS.
#[cfg(not(unix))]
const OUT_OF_SOCKETS: [i32; 2] = [10_024, 10_055];

/// Reads a failure before the head of the reply arrived. `content` is true if the request has a body.
pub(super) fn unanswered(error: reqwest::Error, content: bool) -> Error {
    let error = error.without_url();
    if let Some(advice) = permanent(&error) {
        let text = format!("{}: {}; {advice}", unconnected(&error), innermost(&error));
        return Error::config(text).with_source(error);
    }
    if out_of_sockets(&error) {
        let text = format!(
            "could not connect: this machine has no socket or local port left: {}; raise the limit of open files \
             (ulimit -n) or lower ClientBuilder::max_connections",
            innermost(&error)
        );
        return Error::new(ErrorKind::Connect, text).with_sent(Sent::No).with_source(error);
    }
    let (kind, sent, text) = if error.is_builder() {
        (ErrorKind::Validation, Sent::No, "the request could not be built")
    } else if error.is_connect() {
        (ErrorKind::Connect, Sent::No, unconnected(&error))
    } else if causes(&error).any(never_sent) {
        (ErrorKind::Connect, Sent::No, "the connection closed before the request was sent")
    } else if causes(&error).any(refused) {
        (ErrorKind::Connect, Sent::No, "the server refused the request before it was processed")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, Sent::Maybe, "no answer in time")
    } else if content && causes(&error).any(|cause| cause.to_string().starts_with(NOT_WRITTEN)) {
        let text = "the server closed the connection while the request was sent, and may have refused it \
                    (for example for its size)";
        (ErrorKind::Io, Sent::Maybe, text)
    } else {
        (ErrorKind::Io, Sent::Maybe, "the connection broke before the answer")
    };
    Error::new(kind, format!("{text}: {}", innermost(&error))).with_sent(sent).with_source(error)
}

/// Returns the part of the way at which a connection failed.
fn unconnected(error: &reqwest::Error) -> &'static str {
    let tunnel = causes(error).map(ToString::to_string).find(|text| text.starts_with(TUNNEL));
    match tunnel.as_deref() {
        None | Some(PROXY_CREDENTIALS) => "could not connect",
        Some(NO_PROXY) => "could not connect to the proxy",
        Some(_) => {
            "the proxy opened no connection to the vendor (check its log and rules, and the user and password in its address)"
        }
    }
}

/// Reads a failure within the body of a success. reqwest calls these decode errors; they are broken connections.
pub(super) fn interrupted(error: reqwest::Error, status: StatusCode) -> Error {
    let error = error.without_url();
    let (kind, text) = if error.is_timeout() {
        (ErrorKind::Timeout, "the reply stalled")
    } else {
        (ErrorKind::Io, "the reply was cut off")
    };
    let text = format!("{text}: {}", innermost(&error));
    Error::new(kind, text).with_sent(Sent::Maybe).with_status(status).with_source(error)
}

/// Reads a failure of unpacking the body of a success.
pub(super) fn damaged(error: io::Error, status: StatusCode) -> Error {
    let text = format!("the reply was cut off or damaged: {error}");
    Error::new(ErrorKind::Io, text).with_sent(Sent::Maybe).with_status(status).with_source(error)
}

/// The error for a 407, which is a proxy's own reply.
pub(super) fn proxy_credentials() -> Error {
    let text = format!("the proxy requires credentials; {CREDENTIALS_ADVICE}");
    Error::config(text).with_sent(Sent::Answered).with_status(StatusCode::PROXY_AUTHENTICATION_REQUIRED)
}

#[cfg(any(feature = "_rustls", feature = "native-tls"))]
const CERTIFICATE_ADVICE: &str = "check the address, the system's clock and its CA certificates; to trust another CA, add it to \
                                  the system's certificates or give a client to ClientBuilder::http";
#[cfg(any(feature = "_rustls", feature = "native-tls"))]
const NO_TLS_ADVICE: &str = "check the address: the server there does not speak TLS 1.2 or 1.3 for this host";
const CREDENTIALS_ADVICE: &str = "put the right user and password into the proxy's address (special characters \
                                  percent-encoded), in HTTPS_PROXY or in the client given to ClientBuilder::http";

/// Returns advice for failures that another attempt cannot fix.
fn permanent(error: &reqwest::Error) -> Option<&'static str> {
    if !error.is_connect() {
        return None;
    }
    causes(error).find_map(|cause| {
        #[cfg(feature = "_rustls")]
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return tls(error);
        }
        let text = cause.to_string();
        #[cfg(feature = "native-tls")]
        if let Some((_, advice)) = OPENSSL.into_iter().find(|(reason, _)| text.contains(reason)) {
            return Some(advice);
        }
        if text == PROXY_CREDENTIALS {
            return Some(CREDENTIALS_ADVICE);
        }
        let scheme = SCHEME.iter().any(|scheme| text.starts_with(scheme));
        scheme.then_some("use a proxy with http or https, or give a client that supports it to ClientBuilder::http")
    })
}

/// Returns advice for handshake failures that another attempt cannot fix.
#[cfg(feature = "_rustls")]
fn tls(error: &rustls::Error) -> Option<&'static str> {
    use rustls::{AlertDescription as Alert, CertificateError, Error as Tls, InvalidMessage};
    match error {
        // The revocation status may be known later.
        Tls::InvalidCertificate(CertificateError::UnknownRevocationStatus) => None,
        Tls::InvalidCertificate(_) => Some(CERTIFICATE_ADVICE),
        Tls::PeerIncompatible(_)
        | Tls::AlertReceived(Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::UnrecognisedName)
        | Tls::InvalidMessage(InvalidMessage::InvalidContentType) => Some(NO_TLS_ADVICE),
        _ => None,
    }
}

/// True if a connection was not established because this machine, and not the vendor, lacks something for it.
pub(super) fn out_of_sockets(error: &(dyn StdError + 'static)) -> bool {
    causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|error| {
        let code = error.raw_os_error();
        error.kind() == io::ErrorKind::AddrNotAvailable || code.is_some_and(|code| OUT_OF_SOCKETS.contains(&code))
    })
}

/// Returns true if the request was still in the client.
fn never_sent(cause: &(dyn StdError + 'static)) -> bool {
    cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled)
}

fn refused(cause: &(dyn StdError + 'static)) -> bool {
    let text = cause.to_string();
    REFUSED.iter().any(|refusal| text.starts_with(refusal))
}

/// Returns the innermost cause; the others only repeat it in general terms.
pub(super) fn innermost<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    causes(error).last().unwrap_or(error)
}

/// Returns the error and all its causes, including errors that an `io::Error` wraps but does not return as its source.
pub(super) fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped as &(dyn StdError + 'static)),
        None => error.source(),
    })
}
