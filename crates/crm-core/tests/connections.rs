//! Connections that cannot be established, that close early or that were not used for a while, and proxies.

use std::ffi::OsStr;
use std::fmt::Debug;
use std::io::{Read as _, Write as _};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{self, Reply, Server, TOKEN, builder, json as reply, op, shown};
use crm_core::{Call, ErrorKind, ManualClock, Pipeline, Sent};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

op!(READ, "things.read", GET, "/things", idempotent: true);
op!(CREATE, "things.create", POST, "/things", idempotent: false);

/// Larger than the socket buffers of both sides.
const LARGE: usize = 8 * 1024 * 1024;
/// The variable that passes an address to a test that is run again in a separate process.
const ADDRESS: &str = "CRM_CORE_TEST_ADDRESS";

/// Starts a server with a handler for each connection. Returns its address without a scheme.
async fn serve<F: Future<Output = ()> + Send + 'static>(
    each: impl Fn(TcpStream) -> F + Send + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(each(stream));
        }
    });
    (address, connections)
}

/// Runs the named test again in a separate process, with these variables; it must succeed.
fn again(test: &str, address: &str, variables: &[(&str, impl AsRef<OsStr> + Debug)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.to_lowercase().ends_with("_proxy") || name.starts_with("SSL_CERT") || name == "REQUEST_METHOD" {
            command.env_remove(name);
        }
    }
    command.args(["--exact", test, "--nocapture"]).env(ADDRESS, address);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{variables:?}: {text}");
}

fn pipeline(base_url: &str) -> Pipeline {
    builder(base_url, &ManualClock::auto()).allow_http(true).build().unwrap()
}

async fn read(pipeline: &Pipeline) -> Result<Value, crm_core::Error> {
    Call::<Value>::new(pipeline, &READ).send().await
}

#[tokio::test]
async fn an_upload_that_is_answered_early_has_its_answer_or_says_what_may_be() {
    // Same as HAProxy: replies while the body is still being sent, then closes with the rest of it unread.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let pipeline = pipeline(&format!("http://{}", listener.local_addr().unwrap()));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.read_exact(&mut [0; 1024]).unwrap();
            stream.write_all(b"HTTP/1.1 413 X\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").unwrap();
        }
    });
    let (mut read, body) = (0, json!("x".repeat(LARGE)));
    for _ in 0..20 {
        let error = Call::<Value>::new(&pipeline, &CREATE).json(&body).send().await.unwrap_err();
        assert_eq!(error.attempts(), 1);
        if error.status() == Some(413) {
            assert_eq!((error.kind(), error.may_have_happened()), (ErrorKind::Validation, false));
            read += 1;
        } else {
            assert_eq!((error.kind(), error.sent()), (ErrorKind::Io, Sent::Maybe));
            assert!(error.to_string().contains("and may have refused it"), "{}", shown(&error));
        }
    }
    println!("{read} of 20 answers were read");
}

#[tokio::test]
async fn an_early_answer_on_a_connection_that_stays_is_read() {
    let (address, _) = serve(|mut stream| async move {
        stream.read_exact(&mut [0; 1024]).await.unwrap();
        stream.write_all(b"HTTP/1.1 413 X\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let call = Call::<Value>::new(&pipeline(&format!("http://{address}")), &CREATE).json(&json!("x".repeat(LARGE)));
    assert_eq!(call.send().await.unwrap_err().status(), Some(413));
}

#[tokio::test]
async fn a_large_body_in_pieces_is_the_same_body() {
    let server = Server::start(|_, number| if number == 0 { reply(429, "") } else { reply(200, "{}") }).await;
    let text = "0123456789".repeat(60_000);
    let call = Call::<Value>::new(&support::pipeline(&server), &CREATE).json(&json!(text));
    call.send().await.unwrap();
    for seen in server.seen() {
        assert_eq!(seen.header("content-length"), Some("600002"));
        assert_eq!(seen.header("transfer-encoding"), None);
        assert!(seen.body == format!("\"{text}\""));
    }
    assert_eq!(server.seen().len(), 2);
}

/// A server with a certificate that no authority signed, and the certificate.
#[cfg(any(feature = "_rustls", feature = "native-tls"))]
async fn tls_server(protocols: &[&[u8]]) -> (String, Arc<AtomicUsize>, String) {
    use tokio_rustls::rustls;
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let (address, connections) = serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut head = [0; 16];
            stream.read_exact(&mut head).await.unwrap();
            assert!(head.starts_with(b"GET /things HTTP"), "{head:?}");
            stream.write_all(b"HTTP/1.1 200 X\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
            stream.shutdown().await.unwrap();
        }
    })
    .await;
    (format!("https://{}", address.replace("127.0.0.1", "localhost")), connections, cert.pem())
}

#[cfg(any(feature = "_rustls", feature = "native-tls"))]
#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_not_tried_again() {
    let (address, connections, _) = tls_server(&[]).await;
    let error = read(&pipeline(&address)).await.unwrap_err();
    assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Config, Sent::No, 1), "{error}");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    assert!(error.to_string().contains("; check the address, the system's clock"), "{error}");
}

#[cfg(any(feature = "_rustls", feature = "native-tls"))]
#[tokio::test]
async fn a_server_without_tls_is_not_tried_again() {
    let (address, connections) = serve(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").await;
        let _ = stream.read(&mut [0; 1024]).await;
    })
    .await;
    let error = read(&pipeline(&format!("https://{address}"))).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Config, 1), "{error}");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
}

#[cfg(any(feature = "_rustls", feature = "native-tls"))]
#[tokio::test]
async fn http2_of_another_crate_changes_nothing() {
    if let Ok(address) = std::env::var(ADDRESS) {
        assert_eq!(read(&pipeline(&address)).await.unwrap(), json!({}));
        return;
    }
    let (address, _, certificate) = tls_server(&[b"h2", b"http/1.1"]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate).unwrap();
    let file = file.path().to_str().unwrap().to_owned();
    let run =
        move || again("connections::http2_of_another_crate_changes_nothing", &address, &[("SSL_CERT_FILE", &file)]);
    tokio::task::spawn_blocking(run).await.unwrap();
}

#[cfg(feature = "_rustls")]
#[tokio::test]
async fn without_certificates_http_works_and_https_says_what_is_missing() {
    if let Ok(address) = std::env::var(ADDRESS) {
        assert_eq!(read(&pipeline(&address)).await.unwrap(), json!({}));
        let error = builder("https://localhost", &ManualClock::auto()).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        for text in ["No CA certificates were loaded", "ca-certificates", "SSL_CERT_FILE", "ClientBuilder::http"] {
            assert!(error.to_string().contains(text), "{text} in {error}");
        }
        return;
    }
    let server = Server::start(|_, _| reply(200, "{}")).await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap().to_owned();
    let run = move || {
        let test = "connections::without_certificates_http_works_and_https_says_what_is_missing";
        again(test, &server.base_url, &[("SSL_CERT_DIR", &folder)]);
    };
    tokio::task::spawn_blocking(run).await.unwrap();
}

/// Another client of the program may use other cryptography.
#[cfg(feature = "_rustls")]
#[tokio::test]
async fn the_process_gets_no_cryptography_and_that_of_the_application_is_used() {
    const TEST: &str = "connections::the_process_gets_no_cryptography_and_that_of_the_application_is_used";
    use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
    if let Ok(address) = std::env::var(ADDRESS) {
        assert_eq!(read(&pipeline(&address)).await.unwrap(), json!({}));
        assert!(CryptoProvider::get_default().is_none());
        let without_ciphers = CryptoProvider { cipher_suites: Vec::new(), ..ring::default_provider() };
        without_ciphers.install_default().unwrap();
        let error = builder(&address, &ManualClock::auto()).build().unwrap_err();
        assert!(
            error.to_string().contains("could not be set up: unexpected error: no usable cipher suites"),
            "{error}"
        );
        return;
    }

    let (address, _, certificate) = tls_server(&[]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate).unwrap();
    let file = file.path().to_str().unwrap().to_owned();
    tokio::task::spawn_blocking(move || again(TEST, &address, &[("SSL_CERT_FILE", &file)])).await.unwrap();
}

#[cfg(not(any(feature = "_rustls", feature = "native-tls")))]
#[test]
fn https_without_tls_is_found_when_the_client_is_built() {
    let build = |address: &str| builder(address, &ManualClock::auto()).build();
    let error = build("https://api.acme.example").unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Config, Sent::No));
    assert!(error.to_string().contains("https needs the feature `rustls`"), "{error}");
    assert!(build("http://127.0.0.1:1").is_ok());
    let own = builder("https://api.acme.example", &ManualClock::auto()).http(reqwest::Client::new());
    assert!(own.build().is_ok());
}

#[tokio::test]
async fn proxies_of_the_environment_are_used_except_for_no_proxy() {
    const TEST: &str = "connections::proxies_of_the_environment_are_used_except_for_no_proxy";
    if let Ok(address) = std::env::var(ADDRESS) {
        assert_eq!(read(&pipeline(&address)).await.unwrap(), json!({"by": "proxy"}));
        return;
    }
    let proxy = Server::start(|_, _| reply(200, "{\"by\":\"proxy\"}")).await;
    let with_user = proxy.base_url.replace("http://", "http://user:pass@");
    let closed = "http://127.0.0.1:1".to_owned();
    let direct = proxy.base_url.clone();
    let run = move || {
        again(TEST, "http://vendor.test", &[("HTTP_PROXY", &with_user)]);
        again(TEST, "http://vendor.test", &[("all_proxy", &with_user)]);
        // This machine needs no NO_PROXY. On Linux this address is another name for it.
        again(TEST, &direct, &[("http_proxy", &closed)]);
        if cfg!(target_os = "linux") {
            let unspecified = direct.replace("127.0.0.1", "0.0.0.0");
            again(TEST, &unspecified, &[("http_proxy", closed.as_str()), ("no_proxy", "0.0.0.0/8")]);
        }
    };
    tokio::task::spawn_blocking(run).await.unwrap();
    let seen = proxy.seen();
    let targets: Vec<_> = seen.iter().map(|seen| seen.target.as_str()).collect();
    assert_eq!(targets[..3], ["http://vendor.test/things", "http://vendor.test/things", "/things"]);
    assert_eq!(targets[3..], ["/things"; 1][..usize::from(cfg!(target_os = "linux"))]);
    // `user:pass`, and the vendor's credential in its own header.
    assert_eq!(seen[0].header("proxy-authorization"), Some("Basic dXNlcjpwYXNz"));
    assert_eq!(seen[0].header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(seen[2].header("proxy-authorization"), None);
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_not_tried_again() {
    const TEST: &str = "connections::a_proxy_that_cannot_be_used_is_not_tried_again";
    if let Ok(address) = std::env::var(ADDRESS) {
        let error = read(&pipeline(&address)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Config, 1), "{}", shown(&error));
        let text = std::env::var("EXPECTED").unwrap();
        assert!(error.to_string().contains(&text), "{error}");
        assert!(!shown(&error).contains("canary"), "{}", shown(&error));
        return;
    }
    let proxy = Server::start(|_, _| Reply::Json(407, String::new())).await;
    let (refusing, seen) = (proxy.base_url.clone(), proxy);
    let run = move || {
        let with_user = refusing.replace("http://", "http://user:canary@");
        let socks = "socks5h://user:canary@127.0.0.1:1";
        let (rustls, tls) = (cfg!(feature = "_rustls"), cfg!(any(feature = "_rustls", feature = "native-tls")));
        for (address, proxy, text, runs) in [
            ("http://vendor.test", with_user.as_str(), "the proxy requires credentials", true),
            ("https://vendor.test", &with_user, "proxy authorization required; put the right user and", tls),
            // Without rustls reqwest treats it as an HTTP proxy.
            ("http://vendor.test", socks, "use a proxy with http or https", rustls),
            ("https://vendor.test", socks, "use a proxy with http or https", rustls),
        ] {
            if runs {
                again(TEST, address, &[("ALL_PROXY", proxy), ("EXPECTED", text)]);
            }
        }
        1 + usize::from(tls)
    };
    let requests = tokio::task::spawn_blocking(run).await.unwrap();
    assert_eq!(seen.seen().len(), requests);
}

#[cfg(any(feature = "_rustls", feature = "native-tls"))]
#[tokio::test]
async fn a_failure_of_the_proxy_is_not_one_of_the_vendor() {
    const TEST: &str = "connections::a_failure_of_the_proxy_is_not_one_of_the_vendor";
    if let Ok(address) = std::env::var(ADDRESS) {
        let pipeline = pipeline(&address);
        let error = Call::<Value>::new(&pipeline, &CREATE).json(&json!({})).send().await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Connect, Sent::No), "{}", shown(&error));
        assert!(error.attempts() == 4 && !error.may_have_happened(), "{}", shown(&error));
        assert!(error.to_string().contains(&std::env::var("EXPECTED").unwrap()), "{error}");
        assert!(!shown(&error).contains("canary"), "{}", shown(&error));
        return;
    }
    const REFUSED: &str = "the proxy opened no connection to the vendor (check its log";
    let mut proxies = Vec::new();
    // What tinyproxy answers to a wrong password, Squid to a forbidden address, and mitmproxy to one that is not reached.
    for status in [401, 403, 502] {
        proxies.push((Server::start(move |_, _| reply(status, "<h1>canary</h1>")).await, REFUSED));
    }
    proxies.push((Server::start(|_, _| Reply::Close).await, REFUSED));
    let mut cases: Vec<_> = proxies.iter().map(|(proxy, text)| (proxy.base_url.clone(), *text)).collect();
    cases.push(("http://127.0.0.1:1".to_owned(), "could not connect to the proxy: "));
    let run = move || {
        for (proxy, text) in cases {
            let proxy = proxy.replace("http://", "http://user:canary@");
            again(TEST, "https://vendor.test", &[("HTTPS_PROXY", proxy.as_str()), ("EXPECTED", text)]);
        }
    };
    tokio::task::spawn_blocking(run).await.unwrap();
}

#[tokio::test]
async fn an_address_that_is_not_a_proxy_is_found_when_the_client_is_built() {
    const TEST: &str = "connections::an_address_that_is_not_a_proxy_is_found_when_the_client_is_built";
    if let Ok(address) = std::env::var(ADDRESS) {
        let built = builder(&address, &ManualClock::auto()).allow_http(true).build();
        match std::env::var("EXPECTED") {
            Ok(text) => {
                let error = built.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Config);
                assert!(error.to_string().contains(&text) && !shown(&error).contains("canary"), "{}", shown(&error));
            }
            Err(_) => drop(built.unwrap()),
        }
        return;
    }
    let wrong = "http://user:canary#@proxy.example:3128";
    let run = move || {
        again(
            TEST,
            "http://vendor.test",
            &[("http_proxy", wrong), ("EXPECTED", "http_proxy in the environment is not")],
        );
        again(TEST, "http://vendor.test", &[("ALL_PROXY", wrong), ("EXPECTED", "ALL_PROXY in the environment is not")]);
        #[cfg(unix)]
        {
            let text = std::os::unix::ffi::OsStrExt::from_bytes(b"http://user:canary\xe4@proxy.example:3128");
            let expected = OsStr::new("HTTP_PROXY in the environment is not valid UTF-8");
            again(TEST, "http://vendor.test", &[("HTTP_PROXY", text), ("EXPECTED", expected)]);
        }
        // Without a use for it, and where a request could have set it.
        again(TEST, "http://10.1.2.3", &[("HTTP_PROXY", wrong), ("NO_PROXY", "10.0.0.0/8")]);
        again(TEST, "http://127.0.0.1", &[("HTTP_PROXY", wrong)]);
        again(TEST, "http://vendor.test", &[("HTTPS_PROXY", wrong)]);
        again(TEST, "http://vendor.test", &[("HTTP_PROXY", wrong), ("REQUEST_METHOD", "GET")]);
    };
    tokio::task::spawn_blocking(run).await.unwrap();
}

#[tokio::test]
async fn an_unused_connection_is_closed_before_the_server_closes_it() {
    let (address, connections) = serve(|mut stream| async move {
        while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {
            stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
        }
    })
    .await;
    let pipeline = pipeline(&format!("http://{address}"));
    // Node.js and Apache close after five seconds.
    for (pause, expected) in [(0, 1), (3, 1), (5, 2)] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(pause)).await;
        tokio::time::resume();
        assert_eq!(read(&pipeline).await.unwrap(), json!({}));
        assert_eq!(connections.load(Ordering::SeqCst), expected, "after {pause} s");
    }
}
