//! A server with TLS that speaks HTTP/1.1 and HTTP/2, and clients that speak one of them.

use std::hint::black_box;
use std::io::{self, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures::StreamExt;
use futures::stream;
use http_body_util::Full;
use hubspot_client::Client;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{calls, data};

/// Answers every request with a contact, compressed as gzip.
pub(crate) async fn serve(listener: TcpListener) -> io::Result<()> {
    let acceptor = acceptor().map_err(io::Error::other)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data::varied_page()["results"][0].to_string().as_bytes())?;
    let contact = Bytes::from(encoder.finish()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (acceptor, contact) = (acceptor.clone(), contact.clone());
        tokio::spawn(async move {
            // The client reports a connection that breaks.
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let answer = service_fn(move |_: Request<Incoming>| {
                let response = Response::builder().header("content-type", "application/json");
                std::future::ready(response.header("content-encoding", "gzip").body(Full::new(contact.clone())))
            });
            let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

fn acceptor() -> Result<TlsAcceptor, Box<dyn std::error::Error + Send + Sync>> {
    let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let key = PrivateKeyDer::try_from(signing_key.serialize_der())?;
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let mut config = config.with_single_cert(vec![cert.der().clone()], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Makes 64 concurrent calls with a client of these settings.
fn calls(url: &str, settings: reqwest::ClientBuilder) -> impl FnMut() + use<> {
    // The certificate is self-signed.
    let http = settings.tls_danger_accept_invalid_certs(true).no_proxy().build().expect("a client");
    let client = Client::builder().token(calls::TOKEN).base_url(url).quotas(calls::quotas()).http(http).build();
    let (runtime, client) = (calls::runtime(), client.expect("a client"));
    move || {
        let calls = stream::iter(0..64).map(|_| client.contacts().get("1").send()).buffer_unordered(64);
        runtime.block_on(calls.for_each(async |contact| drop(black_box(contact.expect("a contact")))));
    }
}

pub(crate) fn http1(url: &str) -> impl FnMut() + use<> {
    calls(url, reqwest::Client::builder().http1_only())
}

pub(crate) fn http2(url: &str) -> impl FnMut() + use<> {
    calls(url, reqwest::Client::builder())
}
