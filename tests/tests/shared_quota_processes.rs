//! Eight processes with sixteen tasks each on one quota, counted by the vendor.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crm_core::{Quotas, RedisLimiter, Window};
use crm_fake::{Fake, Recorded, Vendor};
use crm_tests::redis_server::RedisServer;
use hubspot_client::Client;

const WORKERS: usize = 8;
const TASKS: usize = 16;
const LIMIT: u64 = 64;
const PER: Duration = Duration::from_millis(1_250);
/// A permit is counted when it is given, and its request arrives a little later, one more so than
/// another: on two busy cores this much.
const GUARD: Duration = Duration::from_millis(30);
/// Connections are made and the account is new in the first windows.
const WARM_UP: u32 = 3;
const WINDOWS: u32 = 20;

/// How often a run is begun anew where the vendor refused something although the permits were right:
/// a machine that stands still delays requests by more than the guard is for.
const ATTEMPTS: u32 = 4;

/// What a line begins with that says when a worker was given a permit, in microseconds.
const GRANT: &str = "grant ";
/// What a worker is told, by environment: Redis, the vendor, its token, and its number.
const TOLD: [&str; 4] = ["CRM_SHOW_REDIS", "CRM_SHOW_VENDOR", "CRM_SHOW_TOKEN", "CRM_SHOW_WORKER"];

/// One after the other: each alone has the machine busy.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn eight_processes_use_one_quota_and_exceed_it_never() {
    show("Redis stays", async |_| {});
}

#[test]
fn so_they_do_when_redis_dies_and_comes_back_empty() {
    show("Redis dies and comes back empty", async |server| {
        tokio::time::sleep(PER * 8).await;
        server.kill();
        tokio::time::sleep(PER * 3 / 2).await;
        server.restart();
    });
}

fn show(title: &str, disturb: impl AsyncFn(&mut RedisServer)) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for attempt in 1.. {
        let Some(server) = RedisServer::start() else { return };
        let seen = runtime.block_on(run(server, &disturb));
        println!("\n{title}: {WORKERS} processes × {TASKS} tasks, {LIMIT} in {PER:?}, {WINDOWS} windows");
        println!("  the busiest window held {}, {} requests were refused", seen.busiest, seen.refused);
        seen.check_permits();
        if seen.refused > 0 && attempt < ATTEMPTS {
            println!("  the permits were right, so their requests were held up; once more\n");
            continue;
        }
        return seen.judge();
    }
}

/// Lets the workers work. A refusal by the vendor ends it: it stops all of them.
async fn run(mut server: RedisServer, disturb: &impl AsyncFn(&mut RedisServer)) -> Seen {
    let fake = Fake::builder(Vendor::HubSpot).quota(LIMIT, PER).start().await.unwrap();
    let started = Instant::now();
    let mut workers: Vec<Worker> = (0..WORKERS).map(|number| Worker::start(number, &server, &fake)).collect();
    tokio::time::sleep(PER * WARM_UP).await;
    let before = fake.report().requests;
    disturb(&mut server).await;
    let end = PER * (WARM_UP + WINDOWS + 2);
    let most = LIMIT * u64::from(WINDOWS);
    while fake.report().requests <= before + most && fake.report().rate_limited == 0 && started.elapsed() < end {
        tokio::time::sleep(PER / 20).await;
    }
    workers.iter_mut().for_each(Worker::must_live);
    let permits = workers.into_iter().flat_map(Worker::end).collect();
    let report = fake.report();
    Seen {
        permits,
        measured: fake.requests().into_iter().skip(before as usize).take(most as usize + 1).collect(),
        busiest: report.busiest_window["burst"].0,
        refused: report.rate_limited,
    }
}

/// What the vendor saw.
struct Seen {
    /// As many requests as the windows can hold, and one more: what they took is the time between
    /// the first and the last. Bursts do not blur that.
    measured: Vec<Recorded>,
    /// When each permit was given, in microseconds.
    permits: Vec<u64>,
    busiest: u64,
    refused: u64,
}

impl Seen {
    /// No window holds more permits than the limit, on any machine.
    fn check_permits(&self) {
        let mut permits = self.permits.clone();
        permits.sort_unstable();
        let most = LIMIT as usize;
        let closest = permits.windows(most + 1).map(|some| Duration::from_micros(some[most] - some[0])).min();
        assert!(closest.is_some_and(|closest| closest >= PER), "{} permits in {closest:?}", most + 1);
    }

    fn judge(&self) {
        assert_eq!(self.refused, 0);
        assert!(self.busiest <= LIMIT, "{}", self.busiest);
        let [first, rest @ ..] = &self.measured[..] else { panic!("no requests") };
        let most = LIMIT * u64::from(WINDOWS);
        assert_eq!(rest.len() as u64, most, "far too few requests");
        let took = rest[rest.len() - 1].at - first.at;
        let used = percent(PER.as_secs_f64() * f64::from(WINDOWS), took.as_secs_f64());
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
        println!("measured busiest window: {}\nmeasured limit: {LIMIT}", self.busiest);
        assert!(used >= 97.0, "{used}");
        assert_eq!(counts.len(), WORKERS);
        assert!(counts.values().all(|&count| count * 2 * WORKERS as u64 >= most), "{counts:?}");
    }
}

fn percent(part: f64, whole: f64) -> f64 {
    part * 100.0 / whole
}

/// A process of its own: this program again, told to be a worker.
struct Worker(Child);

impl Worker {
    fn start(number: usize, server: &RedisServer, fake: &Fake) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "worker", "--nocapture"]).stdout(Stdio::piped());
        let told = [server.url(), fake.base_url(), fake.token().to_owned(), number.to_string()];
        Self(command.envs(TOLD.into_iter().zip(told)).spawn().unwrap())
    }

    fn must_live(&mut self) {
        let ended = self.0.try_wait().unwrap();
        assert!(ended.is_none(), "a worker failed: {ended:?}");
    }

    /// Ends it. When it was given permits.
    fn end(mut self) -> Vec<u64> {
        self.0.kill().unwrap();
        let mut said = String::new();
        self.0.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        said.lines().filter_map(|line| line.strip_prefix(GRANT)?.parse().ok()).collect()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It is gone already where this fails.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the tests above run in processes of their own: sends requests as fast as the limiter lets it, until it is
/// killed.
#[tokio::test]
async fn worker() {
    let told = TOLD.map(|name| std::env::var(name).ok());
    let [Some(redis), Some(vendor), Some(token), Some(number)] = told else { return };
    let quotas = Quotas::new([Window::new("burst", LIMIT, PER).guard(GUARD)]);
    let limiter = Arc::new(RedisLimiter::builder(redis, quotas, WORKERS as u32).build().unwrap());
    let builder = Client::builder().token(token).base_url(vendor).user_agent(&format!("worker {number}"));
    let client = builder.limiter(limiter.clone()).build().unwrap();
    let number: u32 = number.parse().unwrap();
    tokio::spawn(async move {
        let mut told = 0;
        loop {
            tokio::time::sleep(PER / 20).await;
            let grants = limiter.grants();
            grants[told..].iter().for_each(|grant| println!("\n{GRANT}{}", grant.0.as_micros()));
            told = grants.len();
        }
    });
    let tasks = (0..TASKS as u32).map(|task| {
        let client = client.clone();
        tokio::spawn(async move {
            // Connections are made one after the other. So requests are spread over the window, as
            // those of programs are that do something else too; a burst of all of them at once
            // would measure how fast this machine handles bursts.
            tokio::time::sleep(PER * (task * WORKERS as u32 + number) / (WORKERS * TASKS) as u32).await;
            client.owners().list().send().await.unwrap();
            tokio::time::sleep(PER).await;
            loop {
                client.owners().list().send().await.unwrap();
            }
        })
    });
    futures::future::select_all(tasks).await.0.unwrap();
}
