//! A quota is kept by the vendor's count of arrivals, over connections that are slow to open and with
//! transfer times that differ between requests. In real time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::{Acme, TOKEN, op};
use crm_core::Call;
use crm_core::{ClientBuilder, Pipeline, Quotas, RetryPolicy, Window};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

op!(LIST, "things.list", GET, "/things", idempotent: true);

const CONNECT: Duration = Duration::from_millis(250);
const AT_ONCE: Duration = Duration::ZERO;

/// A vendor that only counts. A new connection takes some time, and each request takes some time to arrive.
struct Vendor {
    base_url: String,
    arrivals: Arc<Mutex<Vec<Instant>>>,
}

impl Vendor {
    async fn start(connect: Duration, way_there: fn(&mut fastrand::Rng) -> Duration) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let arrivals: Arc<Mutex<Vec<Instant>>> = Arc::default();
        let log = Arc::clone(&arrivals);
        tokio::spawn(async move {
            for seed in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (log, random) = (Arc::clone(&log), fastrand::Rng::with_seed(seed));
                tokio::spawn(async move {
                    tokio::time::sleep(connect).await;
                    serve(stream, &log, random, way_there).await;
                });
            }
        });
        Self { base_url, arrivals }
    }

    fn client(&self, limit: u64, per: Duration) -> Pipeline {
        self.builder(limit, per).build().unwrap()
    }

    fn builder(&self, limit: u64, per: Duration) -> ClientBuilder<Pipeline> {
        let quotas = Quotas::new([Window::new("burst", limit, per)]);
        ClientBuilder::new(Acme, &self.base_url, quotas, |pipeline| pipeline)
            .token(TOKEN)
            .seed(7)
            // Far more than an attempt takes, also on a busy machine.
            .attempt_timeout(Duration::from_secs(3))
            .retry(RetryPolicy::default())
    }

    /// Returns the number of requests that arrived, and the number in the busiest window.
    fn counted(&self, per: Duration) -> (usize, usize) {
        let mut arrivals = self.arrivals.lock().unwrap().clone();
        arrivals.sort_unstable();
        let inside = |start: &Instant| arrivals.iter().filter(|at| **at >= *start && **at < *start + per).count();
        (arrivals.len(), arrivals.iter().map(inside).max().unwrap_or(0))
    }
}

async fn serve(
    mut stream: TcpStream,
    arrivals: &Mutex<Vec<Instant>>,
    mut random: fastrand::Rng,
    way_there: fn(&mut fastrand::Rng) -> Duration,
) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
        tokio::time::sleep(way_there(&mut random)).await;
        arrivals.lock().unwrap().push(Instant::now());
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

async fn all_at_once(clients: &[Pipeline], calls: usize) {
    let calls = (0..calls).map(|number| Call::<serde_json::Value>::new(&clients[number % clients.len()], &LIST).send());
    for reply in futures::future::join_all(calls).await {
        reply.unwrap();
    }
}

#[tokio::test]
async fn a_burst_over_new_connections() {
    let per = Duration::from_secs(10);
    let burst = async |connect| {
        let vendor = Vendor::start(connect, |_| AT_ONCE).await;
        let start = Instant::now();
        all_at_once(&[vendor.client(100, per)], 130).await;
        let (arrived, busiest) = vendor.counted(per);
        assert_eq!(arrived, 130);
        assert!(busiest <= 100, "{busiest} arrived in one window, connections take {connect:?}");
        assert!(start.elapsed() < per + Duration::from_secs(2), "{:?}", start.elapsed());
    };
    futures::join!(burst(AT_ONCE), burst(CONNECT));
}

/// Two clients of one token share its quota without any configuration.
#[tokio::test]
async fn a_short_window_over_ways_that_vary() {
    let per = Duration::from_secs(1);
    let searches = async |connect, way_there| {
        let vendor = Vendor::start(connect, way_there).await;
        all_at_once(&[vendor.client(5, per), vendor.client(5, per)], 40).await;
        let (arrived, busiest) = vendor.counted(per);
        assert_eq!(arrived, 40);
        assert!(busiest <= 5, "{busiest} arrived in one window, connections take {connect:?}");
    };
    let varies: fn(&mut fastrand::Rng) -> Duration = |random| Duration::from_millis(random.u64(20..120));
    futures::join!(
        searches(AT_ONCE, |_| AT_ONCE),
        searches(AT_ONCE, varies),
        searches(CONNECT, |_| AT_ONCE),
        searches(CONNECT, varies),
    );
}

/// An attempt that timed out still arrives, while its repetition is under way.
#[tokio::test]
async fn attempts_that_are_given_up_and_arrive_later() {
    let per = Duration::from_secs(1);
    let vendor =
        Vendor::start(CONNECT, |random| Duration::from_millis(if random.u8(..6) == 0 { 1_000 } else { 30 })).await;
    let client = vendor.builder(5, per).attempt_timeout(Duration::from_millis(600)).build().unwrap();
    all_at_once(&[client], 20).await;
    let (arrived, busiest) = vendor.counted(per);
    assert!(arrived > 20, "nothing was given up");
    assert!(busiest <= 5, "{busiest} arrived in one window");
}

/// The user's own client gives up earlier than the pipeline. Its request still arrives.
#[tokio::test]
async fn attempts_that_the_users_own_client_gives_up() {
    static FIRST: AtomicBool = AtomicBool::new(true);
    let per = Duration::from_secs(1);
    let vendor = Vendor::start(CONNECT, |_| match FIRST.swap(false, Ordering::Relaxed) {
        true => Duration::from_millis(650),
        false => Duration::ZERO,
    });
    let vendor = vendor.await;
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_millis(500)).build().unwrap();
    all_at_once(&[vendor.builder(1, per).http(http).build().unwrap()], 1).await;
    let (arrived, busiest) = vendor.counted(per);
    assert_eq!((arrived, busiest), (2, 1));
}
