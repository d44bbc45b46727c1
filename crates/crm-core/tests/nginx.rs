//! nginx: connections that it closes after a number of requests or seconds, and replies that it packs. Run with
//! `--ignored`.

use std::io::ErrorKind as IoErrorKind;
use std::process::{Child, Command};
use std::time::Duration;

use crate::support::{builder, op};
use crm_core::{Call, Error, Pipeline, RetryPolicy};
use futures::StreamExt;
use serde_json::{Value, json};
use tempfile::TempDir;

op!(READ, "things.list", GET, "/page", idempotent: true);
op!(CREATE, "things.create", POST, "/things", idempotent: false);

/// A running nginx that answers everything with `{}` and logs the requests that it processed.
struct Nginx {
    process: Child,
    folder: TempDir,
    base_url: String,
}

impl Nginx {
    async fn start(listen: &str, settings: &str) -> Self {
        let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "daemon off; master_process off; pid nginx.pid; error_log error.log; events {{ worker_connections 4096; }}
             http {{ log_format number $arg_number; log_format sent $body_bytes_sent; access_log access.log number; client_body_temp_path body;
             proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
             server {{ listen {address} {listen}; {settings} location / {{ return 200 '{{}}'; }} }} }}"
        );
        std::fs::write(folder.path().join("nginx.conf"), config).unwrap();
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder.path()).args(["-e", "error.log", "-c", "nginx.conf"]);
        let process = match command.spawn() {
            Ok(process) => process,
            Err(error) if error.kind() == IoErrorKind::NotFound => {
                panic!("nginx is not installed: install it (apt-get install nginx-light), or put it into PATH")
            }
            Err(error) => panic!("{error}"),
        };
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::task::yield_now().await;
        }
        Self { process, folder, base_url: format!("http://{address}") }
    }

    /// Returns the numbers of the requests that were processed, in order.
    fn numbers(&self) -> Vec<usize> {
        let log = std::fs::read_to_string(self.folder.path().join("access.log")).unwrap();
        let mut numbers: Vec<usize> = log.lines().map(|line| line.parse().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn create(pipeline: &Pipeline, number: usize) -> Result<Value, Error> {
    Call::<Value>::new(pipeline, &CREATE).query("number", &(number as u64)).json(&json!({})).send().await
}

/// Returns the number of errors, and prints the first.
fn failures(results: Vec<Result<Value, Error>>) -> usize {
    let errors: Vec<Error> = results.into_iter().filter_map(Result::err).collect();
    errors.first().inspect(|error| println!("{error}"));
    println!("{} failed", errors.len());
    errors.len()
}

#[tokio::test]
#[ignore = "needs nginx; takes seconds"]
async fn http2_connections_that_end_after_100_requests_lose_and_double_nothing() {
    let nginx = Nginx::start("http2", "keepalive_requests 100;").await;
    let http = reqwest::Client::builder().http2_prior_knowledge().no_proxy().build().unwrap();
    let pipeline = builder(&nginx.base_url, &crm_core::ManualClock::auto()).http(http).build().unwrap();
    let calls = futures::stream::iter(0..5_120).map(|number| create(&pipeline, number));
    let results = calls.buffer_unordered(64).collect().await;
    println!("{:?}", pipeline.stats());
    assert_eq!(failures(results), 0);
    assert_eq!(nginx.numbers(), (0..5_120).collect::<Vec<_>>(), "each exactly once");
}

#[tokio::test]
#[ignore = "needs nginx; takes 16 seconds"]
async fn writes_at_the_moment_at_which_a_server_closes_unused_connections_do_not_fail() {
    // Same as the default of Node.js and Apache.
    let nginx = Nginx::start("", "keepalive_timeout 5s;").await;
    let pipeline =
        &builder(&nginx.base_url, &crm_core::ManualClock::auto()).retry(RetryPolicy::none()).build().unwrap();
    let writers = (0..300).map(async |number| {
        let mut results = vec![create(pipeline, number).await];
        for round in 1..=3 {
            tokio::time::sleep(Duration::from_micros(4_996_000 + 20 * number as u64)).await;
            results.push(create(pipeline, number + 300 * round).await);
        }
        results
    });
    let results = futures::future::join_all(writers).await.into_iter().flatten().collect();
    assert_eq!(failures(results), 0);
    assert_eq!(nginx.numbers(), (0..1_200).collect::<Vec<_>>(), "each exactly once");
}

#[tokio::test]
#[ignore = "needs nginx"]
async fn a_page_that_nginx_packs_is_the_same_page() {
    let items: Vec<Value> = (0..1_000_u32).map(|n| json!({"id": n, "name": format!("{:x}", n.pow(3))})).collect();
    let page = json!({"results": items});
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), page.to_string()).unwrap();
    let settings = format!(
        "location = /page {{ alias {}; types {{ }} default_type application/json; gzip on; gzip_types application/json;
         access_log sent.log sent; }}",
        file.path().display()
    );
    for listen in ["", "http2"] {
        let nginx = Nginx::start(listen, &settings).await;
        let mut builder = builder(&nginx.base_url, &crm_core::ManualClock::auto());
        if listen == "http2" {
            builder = builder.http(reqwest::Client::builder().http2_prior_knowledge().no_proxy().build().unwrap());
        }
        let pipeline = builder.build().unwrap();
        for _ in 0..10 {
            assert_eq!(Call::<Value>::new(&pipeline, &READ).send().await.unwrap(), page);
        }
        let log = std::fs::read_to_string(nginx.folder.path().join("sent.log")).unwrap();
        let sent: Vec<usize> = log.lines().map(|line| line.parse().unwrap()).collect();
        println!("{} bytes are sent as {:?}", page.to_string().len(), sent[0]);
        assert!(sent.len() == 10 && sent.iter().all(|sent| sent * 2 < page.to_string().len()), "{sent:?}");
    }
}
