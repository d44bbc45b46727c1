//! Many processes with one store, and processes that die.
//!
//! This test program starts itself again: with `CRM_WORKER` set, [`worker`] is a separate process.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crm_core::{
    BeforeSend, BoxFuture, Clock, Error, FileStore, ManualClock, OAuthCredentials, RedisStore, StoreLock, StoredTokens,
    TokenSet, TokenSource, TokenStore,
};
use crm_fake::{Fake, Vendor};
use crm_testkit::redis_server::RedisServer;
use futures::future::join_all;
use hoopai_client::{App, Client, ErrorKind};

use super::{ACCOUNT, CANARY, shared, told};

const TOKEN: &str = "oauth.get_token";
const KEY: &str = "hoopai/account-1";
/// The steps of a renewal at which a process may die.
const STEPS: [&str; 8] = ["load", "lock", "locked", "mark", "marked", "answer", "save", "saved"];

/// A store out of a text: `file:<directory>` or the address of a Redis.
async fn store(place: &str) -> Arc<dyn TokenStore> {
    match place.split_once(':') {
        Some(("file", path)) => Arc::new(FileStore::open(path).unwrap()),
        Some(("redis", _)) => Arc::new(RedisStore::open(place).unwrap()),
        _ => panic!("{place} is no store"),
    }
}

/// Dies at a step as by `kill -9`.
#[derive(Clone, Default)]
struct Death(String);

impl Death {
    fn at(&self, step: &str) {
        if self.0 == step {
            let status = Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
            panic!("still alive: {status:?}");
        }
    }
}

/// A store and a source that die.
struct Mortal {
    store: Arc<dyn TokenStore>,
    death: Death,
}

impl TokenStore for Mortal {
    fn load<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<StoredTokens>, Error>> {
        Box::pin(async move {
            self.death.at("load");
            self.store.load(account).await
        })
    }

    fn swap<'a>(&'a self, account: &'a str, record: &'a StoredTokens) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            let (before, after) = if record.generation() == 1 { ("mark", "marked") } else { ("save", "saved") };
            self.death.at(before);
            let result = self.store.swap(account, record).await;
            self.death.at(after);
            result
        })
    }

    fn lock<'a>(&'a self, account: &'a str, lease: Duration) -> BoxFuture<'a, Result<Option<StoreLock>, Error>> {
        Box::pin(async move {
            self.death.at("lock");
            let result = self.store.lock(account, lease).await;
            self.death.at("locked");
            result
        })
    }
}

struct MortalSource {
    app: App,
    death: Death,
}

impl TokenSource for MortalSource {
    fn vendor(&self) -> &str {
        self.app.vendor()
    }

    fn rotates(&self) -> bool {
        true
    }

    fn refresh<'a>(&'a self, held: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>> {
        Box::pin(async move {
            let result = self.app.refresh(held, sending).await;
            self.death.at("answer");
            result
        })
    }
}

/// A client whose renewals wait by `clock`, or by the real one.
fn client(url: &str, store: Arc<dyn TokenStore>, death: Death, clock: Option<Arc<dyn Clock>>) -> Client {
    let app = App::with(Client::builder().base_url(url), "app-1", format!("{CANARY}-secret")).unwrap();
    let source = MortalSource { app, death: death.clone() };
    let mut credentials = OAuthCredentials::new(ACCOUNT, source, Mortal { store, death }).unwrap();
    if let Some(clock) = clock {
        credentials = credentials.with_clock(clock, 7);
    }
    Client::builder().base_url(url).quotas(hoopai_client::Quotas::none()).credentials(credentials).build().unwrap()
}

/// The other process: many tasks that make a call each, at once.
#[test]
fn worker() {
    let Ok(place) = std::env::var("CRM_WORKER") else { return };
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let (url, tasks) = (variable("CRM_URL"), variable("CRM_TASKS").parse().unwrap_or(1));
    let death = Death(variable("CRM_DEATH"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let client = client(&url, store(&place).await, death, None);
        let all = join_all((0..tasks).map(|_| client.contacts().get("1").send())).await;
        for outcome in all {
            // The fake has no such contact: the token was taken.
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::NotFound);
        }
    });
}

fn start(place: &str, fake: &Fake, tasks: usize, death: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["oauth::processes::worker", "--exact", "--nocapture"]);
    command.env("CRM_WORKER", place).env("CRM_URL", fake.base_url()).env("CRM_DEATH", death);
    command.env("CRM_TASKS", tasks.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

async fn ended(mut child: Child) -> bool {
    tokio::task::spawn_blocking(move || child.wait().unwrap().success()).await.unwrap()
}

/// An account whose token expired, and whose refresh token is good once.
async fn expired(place: &str) {
    let tokens =
        TokenSet::new(format!("{CANARY}-old")).unwrap().with_refresh_token(format!("{CANARY}-refresh")).unwrap();
    let source = App::new("app-1", "secret").unwrap();
    let credentials = OAuthCredentials::new(ACCOUNT, source, store(place).await).unwrap();
    credentials.install(tokens.with_expiry(SystemTime::UNIX_EPOCH)).await.unwrap();
}

async fn fake() -> Fake {
    Fake::builder(Vendor::HoopAi).no_quota().start().await.unwrap()
}

async fn two_hundred_tasks_in_four_processes_refresh_once(place: &str) {
    let fake = fake().await;
    expired(place).await;
    let workers: Vec<Child> = (0..4).map(|_| start(place, &fake, 50, "")).collect();
    for done in join_all(workers.into_iter().map(ended)).await {
        assert!(done);
    }
    let report = fake.report();
    assert_eq!((report.per_operation[TOKEN], report.per_operation["contacts.get"], report.unauthorized), (1, 200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_two_hundred_tasks_in_four_processes_refresh_once() {
    let directory = tempfile::tempdir().unwrap();
    two_hundred_tasks_in_four_processes_refresh_once(&format!("file:{}", directory.path().display())).await;
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn redis_two_hundred_tasks_in_four_processes_refresh_once() {
    let redis = RedisServer::start();
    two_hundred_tasks_in_four_processes_refresh_once(&redis.url()).await;
}

/// After a kill the store is intact, and the next start works or reports what to do.
async fn the_next_start(place: &str, fake: &Fake, step: &str) -> &'static str {
    let stored = store(place).await.load(KEY).await.unwrap().expect("the record is there");
    assert!(stored.revision() >= 1, "{step}");
    // Another process might have the answer, so it waits two minutes, by its own clock.
    let clock = shared(&ManualClock::auto());
    let client = client(&fake.base_url(), store(place).await, Death::default(), Some(clock));
    let outcome = client.contacts().get("1").send().await;
    let error = outcome.unwrap_err();
    let calls = fake.report().per_operation.get(TOKEN).copied().unwrap_or(0);
    assert!(calls <= 2, "{step}: the refresh token was sent {calls} times");
    if error.kind() == ErrorKind::NotFound {
        assert_eq!(calls, 1, "{step}");
        return "works";
    }
    // The only copy of the new tokens was in the process that died: the vendor has the last word.
    assert_eq!(calls, 2, "{step}");
    assert!(told(&error).contains("authorise the account again"), "{step}: {}", told(&error));
    "asks to authorise the account again"
}

#[tokio::test(flavor = "multi_thread")]
async fn files_survive_a_death_at_every_step() {
    let mut table = Vec::new();
    for step in STEPS {
        let directory = tempfile::tempdir().unwrap();
        let place = format!("file:{}", directory.path().display());
        let fake = fake().await;
        expired(&place).await;
        assert!(!ended(start(&place, &fake, 3, step)).await, "{step}");
        table.push(format!("killed at {step}: the next start {}", the_next_start(&place, &fake, step).await));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn redis_survives_a_death_at_every_step() {
    let mut table = Vec::new();
    for step in STEPS {
        let redis = RedisServer::start();
        let fake = fake().await;
        expired(&redis.url()).await;
        assert!(!ended(start(&redis.url(), &fake, 3, step)).await, "{step}");
        // The lease of the killed process ends a minute later.
        redis.command(&format!("DEL crm:tokens:lock:{KEY}")).unwrap();
        table.push(format!("killed at {step}: the next start {}", the_next_start(&redis.url(), &fake, step).await));
    }
    insta::assert_snapshot!("files_survive_a_death_at_every_step", table.join("\n"));
}

/// Wherever it happens to be, in the middle of a write too.
#[tokio::test(flavor = "multi_thread")]
async fn files_survive_a_death_at_any_time() {
    let mut ends = std::collections::BTreeMap::new();
    let start_up = SystemTime::now();
    {
        let directory = tempfile::tempdir().unwrap();
        let place = format!("file:{}", directory.path().display());
        let fake = fake().await;
        expired(&place).await;
        assert!(ended(start(&place, &fake, 3, "")).await);
    }
    let whole = start_up.elapsed().unwrap();
    for n in 0..40_u32 {
        let directory = tempfile::tempdir().unwrap();
        let place = format!("file:{}", directory.path().display());
        let fake = fake().await;
        expired(&place).await;
        let mut child = start(&place, &fake, 3, "");
        // Spread over the life of a worker; the time of a process is the real one.
        std::thread::sleep(whole * n / 40);
        child.kill().unwrap();
        ended(child).await;
        *ends.entry(the_next_start(&place, &fake, &n.to_string()).await).or_insert(0) += 1;
    }
    assert!(ends["works"] > 0, "{ends:?}");
}
