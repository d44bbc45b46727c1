//! Renewals against a scripted vendor, on the manual clock.

mod consent;
mod crowd;
mod losing;
mod model;
mod moving;
mod records;
mod refused;
mod sharing;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures::future::join_all;
use http::StatusCode;

use super::store::{StoreLock, TokenState};
use super::{MemoryStore, OAuthCredentials, StoredTokens, TokenSet, TokenSource, TokenStore};
use crate::auth::{Authorization, Credentials};
use crate::clock::{Clock, ManualClock};
use crate::error::{Error, ErrorKind, Sent, VendorDetail};
use crate::request::BeforeSend;
use crate::sync::{BoxFuture, lock};

const HOUR: Duration = Duration::from_secs(3_600);
const CANARY: &str = "canary";
const VENDOR: &str = "vendor";
/// The key of the account in stores.
const KEY: &str = "vendor/account-1";

/// The vendor's reaction to a refresh.
#[derive(Clone)]
enum Answer {
    New,
    Fails(Error),
    Hangs,
}

/// A vendor whose refresh tokens can be used only once. Its tokens are numbered.
#[derive(Clone)]
struct FakeSource(Arc<Inner>);

struct Inner {
    clock: ManualClock,
    rotates: bool,
    obtains: bool,
    answers: Mutex<VecDeque<Answer>>,
    /// The refresh tokens that were sent.
    sent: Mutex<Vec<String>>,
}

impl FakeSource {
    fn new(clock: &ManualClock, answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::build(clock, true, false, answers)
    }

    fn build(clock: &ManualClock, rotates: bool, obtains: bool, answers: impl IntoIterator<Item = Answer>) -> Self {
        let (answers, sent) = (Mutex::new(answers.into_iter().collect()), Mutex::default());
        Self(Arc::new(Inner { clock: clock.clone(), rotates, obtains, answers, sent }))
    }

    fn sent(&self) -> Vec<String> {
        lock(&self.0.sent).clone()
    }

    async fn answer(&self, presented: String) -> Result<TokenSet, Error> {
        let number = {
            let mut sent = lock(&self.0.sent);
            sent.push(presented);
            sent.len() + 1
        };
        let asked_at = self.0.clock.wall();
        self.0.clock.sleep(Duration::from_millis(200)).await;
        let answer = lock(&self.0.answers).pop_front();
        match answer.unwrap_or(Answer::New) {
            Answer::New => tokens(number, asked_at),
            Answer::Fails(error) => Err(error),
            Answer::Hangs => std::future::pending().await,
        }
    }
}

impl TokenSource for FakeSource {
    fn vendor(&self) -> &str {
        VENDOR
    }

    fn rotates(&self) -> bool {
        self.0.rotates
    }

    fn refresh<'a>(&'a self, held: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>> {
        let refresh = held.refresh_token().map(|token| token.expose().to_owned());
        Box::pin(async move {
            sending.run().await?;
            self.answer(refresh.unwrap_or_default()).await
        })
    }

    fn recognises(&self, tokens: &TokenSet) -> bool {
        tokens.detail("otherVendor").is_none()
    }

    fn obtain(&self) -> Option<BoxFuture<'_, Result<TokenSet, Error>>> {
        self.0.obtains.then(|| Box::pin(self.answer("nothing".to_owned())) as _)
    }
}

/// A store that fails, or in which another process writes, on demand.
#[derive(Clone, Default)]
struct Shaky {
    store: Arc<Mutex<MemoryStore>>,
    /// Number of writes that succeed before the others fail.
    writes: Arc<Mutex<Option<usize>>>,
    /// Record that another process writes before the next write.
    overtaking: Arc<Mutex<Option<(String, StoredTokens)>>>,
}

impl Shaky {
    fn inner(&self) -> MemoryStore {
        lock(&self.store).clone()
    }

    /// Loses all records.
    fn forgets(&self) {
        *lock(&self.store) = MemoryStore::new();
    }

    fn fails_after(&self, writes: usize) {
        *lock(&self.writes) = Some(writes);
    }

    fn is_overtaken(&self, account: &str, record: StoredTokens) {
        *lock(&self.overtaking) = Some((account.to_owned(), record));
    }

    fn heals(&self) {
        *lock(&self.writes) = None;
    }
}

impl TokenStore for Shaky {
    fn load<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<StoredTokens>, Error>> {
        Box::pin(async move { self.inner().load(account).await })
    }

    fn swap<'a>(&'a self, account: &'a str, record: &'a StoredTokens) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            match &mut *lock(&self.writes) {
                Some(0) => return Err(Error::new(ErrorKind::Token, "the disk is full")),
                Some(left) => *left -= 1,
                None => {}
            }
            let overtaking = lock(&self.overtaking).take();
            if let Some((account, record)) = overtaking {
                assert!(self.inner().swap(&account, &record).await?);
            }
            // Records go through their text, like in other stores.
            self.inner().swap(account, &StoredTokens::decode(record.encode().expose())?).await
        })
    }

    fn lock<'a>(&'a self, account: &'a str, lease: Duration) -> BoxFuture<'a, Result<Option<StoreLock>, Error>> {
        Box::pin(async move { self.inner().lock(account, lease).await })
    }
}

fn tokens(number: usize, asked_at: SystemTime) -> Result<TokenSet, Error> {
    let reply = serde_json::json!({
        "access_token": format!("{CANARY}-access-{number}"),
        "refresh_token": format!("{CANARY}-refresh-{number}"),
        "expires_in": 3_600,
        "userType": "Location",
    });
    TokenSet::from_reply(&reply, asked_at)
}

struct World {
    clock: ManualClock,
    source: FakeSource,
    store: Shaky,
    credentials: OAuthCredentials,
}

impl World {
    /// Creates an account whose first tokens expire in an hour.
    async fn new(clock: ManualClock, source: FakeSource) -> Self {
        let store = Shaky::default();
        let credentials = process(&clock, &source, &store);
        credentials.install(tokens(1, clock.wall()).unwrap()).await.unwrap();
        Self { clock, source, store, credentials }
    }

    async fn with(answers: impl IntoIterator<Item = Answer>) -> Self {
        let clock = ManualClock::auto();
        let source = FakeSource::new(&clock, answers);
        Self::new(clock, source).await
    }

    /// Returns the number of the token that a call receives.
    async fn token(&self) -> Result<usize, Error> {
        self.credentials.authorize().await.map(|authorization| number(&authorization))
    }

    /// The same for a call that may take as long as a renewal: deadlines do not move the automatic clock.
    async fn token_in_time(&self) -> Result<usize, Error> {
        let mut waiting = std::pin::pin!(self.token());
        loop {
            if let std::task::Poll::Ready(outcome) = futures::poll!(waiting.as_mut()) {
                return outcome;
            }
            self.clock.sleep(Duration::from_millis(250)).await;
        }
    }

    /// The same account after a restart.
    fn restarted(&self) -> OAuthCredentials {
        process(&self.clock, &self.source, &self.store)
    }
}

fn process(clock: &ManualClock, source: &FakeSource, store: &Shaky) -> OAuthCredentials {
    let credentials = OAuthCredentials::new("account-1", source.clone(), store.clone()).unwrap();
    credentials.with_clock(Arc::new(clock.clone()), 7)
}

fn number(authorization: &Authorization) -> usize {
    authorization.secret().unwrap().expose().rsplit('-').next().unwrap().parse().unwrap()
}

fn vendor_error(status: u16, code: &str) -> Error {
    let detail = VendorDetail { code: Some(code.to_owned()), ..VendorDetail::default() };
    Error::from_vendor(ErrorKind::Other).with_status(StatusCode::from_u16(status).unwrap()).with_vendor(detail)
}

fn lost() -> Error {
    Error::new(ErrorKind::Io, "the connection broke").with_sent(Sent::Maybe)
}

/// Returns all messages of the chain.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!(" <- {error}"));
        source = error.source();
    }
    text
}
