//! Eight processes with sixteen tasks each on one quota, counted by the vendor.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crm_core::{Quotas, RedisLimiter, Window};
use crm_fake::{Fake, Recorded, Vendor};
use crm_testkit::forwarder::Forwarder;
use crm_testkit::redis_server::RedisServer;
use hubspot_client::Client;

const WORKERS: usize = 8;
const TASKS: usize = 16;
/// Connections are made and the account is new in the first windows.
const WARM_UP: u32 = 3;

/// A measurement.
#[derive(Clone, Copy)]
struct Case {
    title: &'static str,
    limit: u64,
    per: Duration,
    windows: u32,
    /// Percentage of the quota that must be used.
    used: f64,
}

/// A case of some seconds. A busy machine delays each window by tens of milliseconds, which is several per
/// cent of a window this short. `cargo xtask bench` records the percentage that a quiet machine reaches.
const SHORT: Case = Case { title: "", limit: 64, per: Duration::from_millis(1_250), windows: 10, used: 90.0 };

/// Environment variables of a worker: Redis, the vendor, its token, its number, the limit, and the
/// length of the window in milliseconds.
const TOLD: [&str; 6] =
    ["CRM_SHOW_REDIS", "CRM_SHOW_VENDOR", "CRM_SHOW_TOKEN", "CRM_SHOW_WORKER", "CRM_SHOW_LIMIT", "CRM_SHOW_PER"];

/// One after the other: each alone has the machine busy.
static TURN: Mutex<()> = Mutex::new(());

#[test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
fn eight_processes_use_one_quota_and_exceed_it_never() {
    show(Case { title: "Redis stays", ..SHORT }, &[], async |_, _, _| {});
}

#[test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
fn so_they_do_when_redis_dies_and_comes_back_with_an_old_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let keep = ["--dir", folder.path().to_str().unwrap()];
    let case = Case { title: "Redis dies and comes back with an old snapshot", ..SHORT };
    show(case, &keep, async |server, _, per| snapshot(server, per).await);
}

/// Takes some minutes: `cargo test --test suite shared_quota_processes:: -- --ignored`.
#[test]
#[ignore = "takes four minutes"]
fn so_they_do_for_twenty_windows_whatever_happens_to_redis() {
    let folder = tempfile::tempdir().unwrap();
    let keep = ["--dir", folder.path().to_str().unwrap()];
    let case = Case {
        title: "An old snapshot, closed connections, two failovers, and no data",
        limit: 100,
        per: Duration::from_secs(10),
        windows: 20,
        used: 90.0,
    };
    show(case, &keep, async |server, way, per| {
        snapshot(server, per).await;
        for _ in 0..3 {
            tokio::time::sleep(per * 3 / 2).await;
            server.command("CLIENT KILL TYPE normal SKIPME yes").unwrap();
        }
        let other = RedisServer::start();
        other.command(&format!("REPLICAOF 127.0.0.1 {}", server.port())).unwrap();
        tokio::time::sleep(per * 3 / 2).await;
        fail_over(server, &other, way);
        tokio::time::sleep(per * 3 / 2).await;
        fail_over(&other, server, way);
        tokio::time::sleep(per * 3 / 2).await;
        drop(other);
        server.command("FLUSHALL").unwrap();
        tokio::time::sleep(per * 3 / 2).await;
        server.kill();
        tokio::time::sleep(per / 2).await;
        server.restart();
    });
}

/// Redis dies, and comes back at once with what it had three windows before.
async fn snapshot(server: &mut RedisServer, per: Duration) {
    tokio::time::sleep(per).await;
    assert_eq!(server.command("SAVE").unwrap(), "+OK");
    tokio::time::sleep(per * 5 / 2).await;
    server.kill();
    server.restart();
}

/// The replica becomes the primary behind the address that all workers use. The old primary keeps its
/// connections, and follows the new one.
fn fail_over(from: &RedisServer, to: &RedisServer, way: &Forwarder) {
    to.command("REPLICAOF NO ONE").unwrap();
    from.command(&format!("REPLICAOF 127.0.0.1 {}", to.port())).unwrap();
    way.turn(to.port());
}

fn show(case: Case, arguments: &[&str], disturb: impl AsyncFn(&mut RedisServer, &Forwarder, Duration)) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let server = RedisServer::start_with(arguments);
    let Case { title, limit, per, windows, .. } = case;
    println!("\n{title}: {WORKERS} processes × {TASKS} tasks, {limit} in {per:?}, {windows} windows");
    runtime.block_on(run(case, server, &disturb)).judge(case);
}

/// Lets the workers work. A refusal by the vendor ends it: it stops all of them.
async fn run(
    case: Case,
    mut server: RedisServer,
    disturb: &impl AsyncFn(&mut RedisServer, &Forwarder, Duration),
) -> Seen {
    let way = Forwarder::to(server.port());
    let Case { limit, per, windows, .. } = case;
    let fake = Fake::builder(Vendor::HubSpot).quota(limit, per).start().await.unwrap();
    let started = Instant::now();
    let mut workers: Vec<Worker> = (0..WORKERS).map(|number| Worker::start(number, case, &way, &fake)).collect();
    tokio::time::sleep(per * WARM_UP).await;
    let before = fake.report().requests;
    disturb(&mut server, &way, per).await;
    let end = per * (WARM_UP + windows * 5 / 4 + 2);
    let most = limit * u64::from(windows);
    while fake.report().requests <= before + most && fake.report().rate_limited == 0 && started.elapsed() < end {
        tokio::time::sleep(per / 20).await;
    }
    workers.iter_mut().for_each(Worker::must_live);
    drop(workers);
    let report = fake.report();
    Seen {
        measured: fake.requests().into_iter().skip(before as usize).take(most as usize + 1).collect(),
        busiest: report.busiest_window["burst"].0,
        refused: report.rate_limited,
    }
}

/// Requests as the vendor received them.
struct Seen {
    /// One request more than the windows allow: their time is the time between
    /// the first and the last. This is not affected by bursts.
    measured: Vec<Recorded>,
    busiest: u64,
    refused: u64,
}

impl Seen {
    fn judge(&self, case: Case) {
        let Case { limit, per, windows, used: needed, .. } = case;
        println!("  the busiest window held {}, {} requests were refused", self.busiest, self.refused);
        assert_eq!(self.refused, 0);
        assert!(self.busiest <= limit, "{}", self.busiest);
        let [first, rest @ ..] = &self.measured[..] else { panic!("no requests") };
        let most = limit * u64::from(windows);
        assert_eq!(rest.len() as u64, most, "far too few requests");
        let took = rest[rest.len() - 1].at - first.at;
        let used = percent(per.as_secs_f64() * f64::from(windows), took.as_secs_f64());
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        rest.iter().for_each(|request| *counts.entry(request.header("user-agent").unwrap_or("?")).or_default() += 1);
        for (worker, count) in &counts {
            println!(
                "  {worker:10} {count:5}   {:5.1} % of its part",
                percent((*count * WORKERS as u64) as f64, most as f64)
            );
        }
        println!("  all        {most:5}   in {took:.3?}: {used:.2} % of the quota\n");
        // For `cargo xtask bench`.
        println!("measured quota used: {}", used / 100.0);
        println!("measured busiest window: {}\nmeasured limit: {limit}", self.busiest);
        assert!(used >= needed, "{used}");
        assert_eq!(counts.len(), WORKERS);
        assert!(counts.values().all(|&count| count * 2 * WORKERS as u64 >= most), "{counts:?}");
    }
}

fn percent(part: f64, whole: f64) -> f64 {
    part * 100.0 / whole
}

/// A separate process: this program again, as a worker.
struct Worker(Child);

impl Worker {
    fn start(number: usize, case: Case, way: &Forwarder, fake: &Fake) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "shared_quota_processes::worker"]).stdout(Stdio::null());
        let (limit, per) = (case.limit.to_string(), case.per.as_millis().to_string());
        let told = [way.url(), fake.base_url(), fake.token().to_owned(), number.to_string(), limit, per];
        Self(command.envs(TOLD.into_iter().zip(told)).spawn().unwrap())
    }

    fn must_live(&mut self) {
        let ended = self.0.try_wait().unwrap();
        assert!(ended.is_none(), "a worker failed: {ended:?}");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It is gone already where this fails.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program of the worker processes: sends requests as fast as the limiter allows, until it is
/// killed.
#[tokio::test]
async fn worker() {
    let told = TOLD.map(|name| std::env::var(name).ok());
    let [Some(redis), Some(vendor), Some(token), Some(number), Some(limit), Some(per)] = told else { return };
    let per = Duration::from_millis(per.parse().unwrap());
    let quotas = Quotas::new([Window::new("burst", limit.parse().unwrap(), per)]);
    let limiter = Arc::new(RedisLimiter::builder(redis, quotas, WORKERS as u32).build().unwrap());
    let builder = Client::builder().token(token).base_url(vendor).user_agent(&format!("worker {number}"));
    let client = builder.limiter(limiter).build().unwrap();
    let number: u32 = number.parse().unwrap();
    let tasks = (0..TASKS as u32).map(|task| {
        let client = client.clone();
        tokio::spawn(async move {
            // Connections are made one after the other. So requests are spread over the window, as
            // those of programs are that do something else too; a burst of all of them at once
            // would measure how fast this machine handles bursts.
            tokio::time::sleep(per * (task * WORKERS as u32 + number) / (WORKERS * TASKS) as u32).await;
            client.owners().list().send().await.unwrap();
            tokio::time::sleep(per).await;
            loop {
                client.owners().list().send().await.unwrap();
            }
        })
    });
    futures::future::select_all(tasks).await.0.unwrap();
}
