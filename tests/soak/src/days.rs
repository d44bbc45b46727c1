//! Ordinary bad days: futures that are dropped or not polled, and processes that end while they renew the tokens of
//! accounts that share a client.

use std::future::{Future as _, poll_fn, ready};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use crm_core::{
    BeforeSend, Clock as _, Error, ErrorKind, Exponential, LocalLimiter, ManualClock, MemoryStore, OAuthCredentials,
    Quotas, RetryPolicy, SystemClock, TokenSet, TokenSource as _, TokenStore as _, Window,
};
use hoopai_client::{App, Client};
use hubspot_client::types::ObjectCreate;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;

use crate::ledger::Said;
use crate::operations::told;
use crate::round::{ATTEMPT, Round, client};

/// A write whose future is dropped at any point.
pub(crate) async fn dropped(round: &mut Round) -> Result<Said, String> {
    let (name, lives) = (round.name(), Duration::from_millis(round.rng.u64(0..40)));
    let create = round.crm.contacts().create(ObjectCreate::from([("firstname", name.clone())]));
    let said = timeout(lives, create.send()).await.map_or(Said::Maybe, |result| Said::of(&result));
    round.people.put(name, said);
    Ok(said)
}

/// Reads within a quota, one of which is begun and then not polled until the others are over.
pub(crate) async fn unpolled(round: &mut Round) -> Result<Said, String> {
    const LIMIT: usize = 6;
    let quotas = Quotas::new([Window::new("burst", LIMIT as u64, Duration::from_millis(30))]);
    let limiter = Arc::new(LocalLimiter::new(quotas, Arc::new(SystemClock::new())));
    let builder = hubspot_client::Client::builder().token(round.hubspot.token()).limiter(limiter);
    let client = client(builder, &round.hubspot, round.rng.u64(..));
    let read = || client.contacts().list().limit(1).send();
    let mut failed = together((0..LIMIT).map(|_| read())).await?;
    let mut kept = Box::pin(read());
    let begun = poll_fn(|cx| Poll::Ready(kept.as_mut().poll(cx))).await;
    let others = together((0..LIMIT * 2).map(|_| read())).await?;
    if others.len() == LIMIT * 2 && others.iter().all(|error| error.kind() == ErrorKind::LocalLimit) {
        return Err("a call that nobody polls holds up all others".to_owned());
    }
    failed.extend(others);
    if begun.is_pending() && round.rng.bool() {
        failed.extend(kept.await.err());
    }
    Ok(if failed.is_empty() { Said::Done } else { Said::NotDone })
}

/// The errors of calls that are made at once.
async fn together<F, T>(calls: impl Iterator<Item = F>) -> Result<Vec<Error>, String>
where
    F: Future<Output = Result<T, Error>> + Send + 'static,
    T: Send + 'static,
{
    let mut tasks: JoinSet<_> = calls.collect();
    let mut errors = Vec::new();
    while let Some(result) = tasks.join_next().await {
        errors.extend(result.map_err(|error| error.to_string())?.err());
    }
    Ok(errors)
}

/// Accounts whose access tokens have ended.
#[derive(Clone)]
struct Accounts {
    names: Vec<String>,
    store: MemoryStore,
    /// Of the renewals, whose pauses pass by themselves.
    clock: ManualClock,
    base_url: String,
    seed: u64,
}

impl Accounts {
    fn app(&self) -> App {
        let pauses = Exponential::new(Duration::from_millis(1), Duration::from_millis(4));
        let builder = hoopai_client::Client::builder().base_url(&self.base_url).quotas(Quotas::none());
        let builder = builder.attempt_timeout(ATTEMPT).retry(RetryPolicy::new().backoff(pauses));
        App::with(builder, "app", "secret").expect("an app")
    }

    fn credentials(&self, name: &str, app: &App) -> OAuthCredentials {
        let credentials = OAuthCredentials::new(name, app.clone(), self.store.clone()).expect("credentials");
        credentials.with_clock(Arc::new(self.clock.clone()), self.seed)
    }

    /// The accounts as a process has them: on one client, with one app.
    fn used(&self) -> Vec<Client> {
        let base = Client::builder().credentials(hoopai_client::Anonymous);
        let base = base.base_url(&self.base_url).quotas(Quotas::none()).attempt_timeout(ATTEMPT);
        let (base, app) = (base.build().expect("a client"), self.app());
        self.names.iter().map(|name| base.with_account(self.credentials(name, &app))).collect()
    }

    /// A process that ends after a while, and takes its renewals along.
    async fn process(&self, lives: Duration) -> Result<(), String> {
        let accounts = self.clone();
        let process = spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let used = accounts.used();
            runtime.block_on(async { drop(timeout(lives, calls(&used)).await) });
            std::io::Result::Ok(())
        });
        process.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }

    /// Returns true if the vendor still accepts the stored refresh token.
    async fn is_good_at_the_vendor(&self, name: &str) -> bool {
        let Ok(Some(record)) = self.store.load(&format!("hoopai/{name}")).await else { return true };
        self.app().refresh(record.tokens(), BeforeSend::new(|| ready(Ok(())))).await.is_ok()
    }
}

/// A call for each account, all at once. Returns whether the vendor took each one's token.
async fn calls(accounts: &[Client]) -> Vec<bool> {
    let mut calls = JoinSet::new();
    for (at, client) in accounts.iter().enumerate() {
        let call = client.contacts().get("nobody").send();
        calls.spawn(async move { (at, call.await.is_err_and(|error| error.status() == Some(404))) });
    }
    let mut taken = vec![false; accounts.len()];
    while let Some(result) = calls.join_next().await {
        let (at, good) = result.expect("a call that does not panic");
        taken[at] = good;
    }
    taken
}

/// Several accounts, used by processes that end at any point. In the end each can be used, or the vendor does not take
/// its refresh token any more because the answer with the next one was lost.
pub(crate) async fn restarts(round: &mut Round) -> Result<Said, String> {
    let names = (0..3).map(|_| round.name()).collect();
    let (store, clock, base_url) = (MemoryStore::new(), ManualClock::auto(), round.hoopai.base_url());
    let accounts = Accounts { names, store, clock, base_url, seed: round.rng.u64(..) };
    for name in &accounts.names {
        let ended = TokenSet::new("ended").map_err(told)?.with_expiry(SystemTime::UNIX_EPOCH);
        let tokens = ended.with_refresh_token(format!("refresh-{name}")).map_err(told)?;
        accounts.credentials(name, &accounts.app()).install(tokens).await.map_err(told)?;
    }
    for _ in 0..round.rng.u8(1..4) {
        accounts.process(Duration::from_millis(round.rng.u64(0..60))).await?;
    }
    round.hoopai.heal();
    let used = accounts.used();
    let mut taken = calls(&used).await;
    for _ in 0..10 {
        if taken.iter().all(|taken| *taken) {
            return Ok(Said::Done);
        }
        accounts.clock.sleep(Duration::from_secs(300)).await;
        taken = calls(&used).await;
    }
    for (name, taken) in accounts.names.iter().zip(taken) {
        if !taken && accounts.is_good_at_the_vendor(name).await {
            return Err(format!("account {name} is lost, and the vendor still takes its refresh token"));
        }
    }
    Ok(Said::NotDone)
}
