//! Renewals against a scripted vendor, on the manual clock.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures::future::join_all;
use http::StatusCode;

use super::store::StoreLock;
use super::{MemoryStore, OAuthCredentials, StoredTokens, TokenSet, TokenSource, TokenStore};
use crate::auth::{Authorization, Credentials};
use crate::clock::{Clock, ManualClock};
use crate::error::{Error, ErrorKind, Sent, VendorDetail};
use crate::sync::{BoxFuture, lock};

const HOUR: Duration = Duration::from_secs(3_600);
const CANARY: &str = "canary";

/// What the vendor does with a refresh.
#[derive(Clone)]
enum Answer {
    New,
    Fails(Error),
    Hangs,
}

/// A vendor whose refresh tokens work once. Its tokens are numbered.
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
    fn rotates(&self) -> bool {
        self.0.rotates
    }

    fn refresh<'a>(&'a self, held: &'a TokenSet) -> BoxFuture<'a, Result<TokenSet, Error>> {
        let refresh = held.refresh_token().map(|token| token.expose().to_owned());
        Box::pin(self.answer(refresh.unwrap_or_default()))
    }

    fn obtain(&self) -> Option<BoxFuture<'_, Result<TokenSet, Error>>> {
        self.0.obtains.then(|| Box::pin(self.answer("nothing".to_owned())) as _)
    }
}

/// A store that fails, or is written to, when told.
#[derive(Clone, Default)]
struct Shaky {
    store: Arc<Mutex<MemoryStore>>,
    /// How many writes succeed before the others fail.
    writes: Arc<Mutex<Option<usize>>>,
}

impl Shaky {
    fn inner(&self) -> MemoryStore {
        lock(&self.store).clone()
    }

    /// Loses everything.
    fn forgets(&self) {
        *lock(&self.store) = MemoryStore::new();
    }

    fn fails_after(&self, writes: usize) {
        *lock(&self.writes) = Some(writes);
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
            self.inner().swap(account, record).await
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
    /// An account whose first tokens have an hour to go.
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

    /// The number of the token that a call gets.
    async fn token(&self) -> Result<usize, Error> {
        self.credentials.authorize().await.map(|authorization| number(&authorization))
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
    authorization.secret().unwrap().rsplit('-').next().unwrap().parse().unwrap()
}

fn vendor_error(status: u16, code: &str) -> Error {
    let detail = VendorDetail { code: Some(code.to_owned()), ..VendorDetail::default() };
    Error::from_vendor(ErrorKind::Other).with_status(StatusCode::from_u16(status).unwrap()).with_vendor(detail)
}

fn lost() -> Error {
    Error::new(ErrorKind::Io, "the connection broke").with_sent(Sent::Maybe)
}

/// All messages of the chain.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!(" <- {error}"));
        source = error.source();
    }
    text
}

#[tokio::test]
async fn many_callers_share_one_renewal_that_is_stored_before_it_is_used() {
    let world = World::with([]).await;
    world.clock.advance(HOUR * 2);
    let all = join_all((0..200).map(|_| async {
        let token = world.token().await.unwrap();
        let stored = world.store.load("account-1").await.unwrap().unwrap();
        assert!(stored.tokens().access_token().expose().ends_with(&format!("-{token}")), "used before stored");
        token
    }));
    assert_eq!(all.await, vec![2; 200]);
    assert_eq!(world.source.sent(), [format!("{CANARY}-refresh-1")]);
}

#[tokio::test]
async fn a_token_near_its_end_is_renewed_while_calls_go_on_with_it() {
    let world = World::with([]).await;
    assert_eq!(world.token().await.unwrap(), 1);
    // Renewal begins between five and ten minutes before the end.
    world.clock.advance(HOUR - Duration::from_secs(601));
    assert_eq!(world.token().await.unwrap(), 1);
    assert_eq!(world.source.sent().len(), 0);
    world.clock.advance(Duration::from_secs(301));
    assert_eq!(world.token().await.unwrap(), 1, "nobody waits");
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(world.token().await.unwrap(), 2);
    assert_eq!(world.source.sent().len(), 1);
}

#[tokio::test]
async fn a_good_token_survives_failed_renewals() {
    let world = World::with(vec![Answer::Fails(vendor_error(503, "busy")); 3]).await;
    world.clock.advance(HOUR - Duration::from_secs(60));
    for _ in 0..3 {
        assert_eq!(world.token().await.unwrap(), 1);
        // Calls in between do not ask again.
        assert_eq!(world.token().await.unwrap(), 1);
        world.clock.sleep(Duration::from_secs(6)).await;
    }
    assert_eq!(world.source.sent(), vec![format!("{CANARY}-refresh-1"); 3]);
    world.clock.advance(HOUR);
    assert_eq!(world.token().await.unwrap(), 5);
}

#[tokio::test]
async fn a_wait_without_end_and_a_record_that_cannot_be_counted_on_from_are_errors() {
    let endless = vendor_error(429, "busy").with_retry_after(Some(Duration::MAX));
    let world = World::with([Answer::Fails(endless)]).await;
    world.clock.advance(HOUR * 2);
    let error = world.token().await.unwrap_err();
    assert!(error.to_string().contains("could not be renewed"), "{error}");
    let record = format!(r#"{{"format":1,"revision":{},"generation":1,"access_token":"a"}}"#, u64::MAX);
    assert_eq!(StoredTokens::decode(&record).unwrap_err().kind(), ErrorKind::Token);
}

#[tokio::test]
async fn a_refusal_as_expired_renews_once_for_all_who_hold_the_token() {
    let world = World::with([]).await;
    let used = world.credentials.authorize().await.unwrap();
    assert!(!world.credentials.refused(&used).await.unwrap(), "a token as young did not expire");
    world.clock.advance(Duration::from_secs(60));
    let renewed = join_all((0..50).map(|_| world.credentials.refused(&used))).await;
    assert!(renewed.into_iter().all(|renewed| renewed.unwrap()));
    assert_eq!(world.token().await.unwrap(), 2);
    assert!(world.credentials.refused(&used).await.unwrap(), "there is another one already");
    assert_eq!(world.source.sent().len(), 1);
}

#[tokio::test]
async fn two_processes_renew_once() {
    let world = World::with([]).await;
    let other = world.restarted();
    assert_eq!(number(&other.authorize().await.unwrap()), 1);
    world.clock.advance(HOUR * 2);
    let both = join_all([world.credentials.authorize(), other.authorize()]).await;
    assert_eq!(both.iter().map(|one| number(one.as_ref().unwrap())).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(world.source.sent().len(), 1);
}

#[tokio::test]
async fn a_refresh_token_is_not_sent_again_after_a_lost_answer() {
    for lost in [lost(), vendor_error(500, "oops"), vendor_error(200, "html"), Error::decode("a web page")] {
        let world = World::with([Answer::Fails(lost)]).await;
        world.clock.advance(HOUR * 2);
        let first = world.token().await.unwrap_err();
        assert!(told(&first).contains("authorise the account again"), "{}", told(&first));
        for credentials in [world.restarted(), world.restarted()] {
            let error = credentials.authorize().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Token);
            assert!(told(&error).contains("was sent at 2026-01-01T14:00:00Z"), "{}", told(&error));
        }
        assert_eq!(world.source.sent().len(), 1);
        world.credentials.presume_unspent().await.unwrap();
        assert_eq!(world.token().await.unwrap(), 3);
    }
}

#[tokio::test]
async fn a_hanging_endpoint_ends_in_an_error_and_authorising_again_helps() {
    let world = World::with([Answer::Hangs]).await;
    world.clock.advance(HOUR * 2);
    let waiting = world.token();
    let mut waiting = std::pin::pin!(waiting);
    // Deadlines do not move the automatic clock.
    while futures::poll!(waiting.as_mut()).is_pending() {
        world.clock.sleep(Duration::from_secs(1)).await;
    }
    let told = told(&world.token().await.unwrap_err());
    assert!(told.contains("did not answer within 45 s"), "{told}");
    world.credentials.install(tokens(40, world.clock.wall()).unwrap()).await.unwrap();
    assert_eq!(world.token().await.unwrap(), 40);
    assert_eq!(number(&world.restarted().authorize().await.unwrap()), 40);
}

#[tokio::test]
async fn what_did_not_spend_the_refresh_token_is_tried_again() {
    for failure in [
        vendor_error(429, "slow down"),
        vendor_error(503, "busy"),
        vendor_error(400, "invalid_client"),
        Error::new(ErrorKind::Connect, "nobody there"),
        Error::new(ErrorKind::LocalLimit, "five a minute"),
    ] {
        let world = World::with([Answer::Fails(failure.clone())]).await;
        world.clock.advance(HOUR * 2);
        assert_eq!(world.token().await.unwrap_err().kind(), ErrorKind::Token);
        // At once it is the same failure, without asking again; a moment later it is asked.
        assert_eq!(world.token().await.unwrap_err().kind(), ErrorKind::Token);
        world.clock.advance(Duration::from_secs(6));
        assert_eq!(world.token().await.unwrap(), 3, "{failure}");
        assert_eq!(world.source.sent(), vec![format!("{CANARY}-refresh-1"); 2]);
    }
}

#[tokio::test]
async fn a_refused_refresh_token_is_not_sent_again_by_anyone() {
    let world = World::with([Answer::Fails(vendor_error(400, "invalid_grant"))]).await;
    world.clock.advance(HOUR * 2);
    world.token().await.unwrap_err();
    let error = world.restarted().authorize().await.unwrap_err();
    assert!(told(&error).contains("the vendor refused its refresh token at"), "{error}");
    assert_eq!(world.source.sent().len(), 1);
}

#[tokio::test]
async fn tokens_that_can_be_had_anew_are_had_anew() {
    for failure in [vendor_error(400, "invalid_grant"), lost()] {
        let clock = ManualClock::auto();
        let source = FakeSource::build(&clock, true, true, [Answer::Fails(failure)]);
        let world = World::new(clock, source).await;
        world.clock.advance(HOUR * 2);
        assert_eq!(world.token().await.unwrap(), 3);
        assert_eq!(world.source.sent(), [format!("{CANARY}-refresh-1"), "nothing".to_owned()]);
    }
    // And to begin with.
    let clock = ManualClock::auto();
    let (source, store) = (FakeSource::build(&clock, true, true, []), Shaky::default());
    assert_eq!(number(&process(&clock, &source, &store).authorize().await.unwrap()), 2);
}

#[tokio::test]
async fn without_rotation_a_lost_answer_is_no_harm() {
    let clock = ManualClock::auto();
    let source = FakeSource::build(&clock, false, false, [Answer::Fails(lost())]);
    let world = World::new(clock, source).await;
    world.clock.advance(HOUR * 2);
    world.token().await.unwrap_err();
    world.clock.advance(Duration::from_secs(6));
    assert_eq!(world.token().await.unwrap(), 3);
}

#[tokio::test]
async fn a_set_that_cannot_be_stored_is_kept_and_stored_later() {
    let world = World::with([]).await;
    world.clock.advance(HOUR * 2);
    // The mark is written, the new set is not.
    world.store.fails_after(1);
    let error = world.token().await.unwrap_err();
    assert!(told(&error).contains("kept in memory"), "{}", told(&error));
    assert!(told(&error).contains("the disk is full"), "{}", told(&error));
    assert!(world.token().await.is_err());
    world.store.heals();
    assert_eq!(world.token().await.unwrap(), 2);
    assert_eq!(number(&world.restarted().authorize().await.unwrap()), 2);
    assert_eq!(world.source.sent().len(), 1, "and never sent twice");
}

#[tokio::test]
async fn nothing_is_sent_that_cannot_be_written_down() {
    let world = World::with([]).await;
    world.clock.advance(HOUR * 2);
    world.store.fails_after(0);
    let error = world.token().await.unwrap_err();
    assert!(told(&error).contains("the disk is full"), "{}", told(&error));
    assert_eq!(world.source.sent().len(), 0);
    world.store.heals();
    world.clock.advance(Duration::from_secs(6));
    assert_eq!(world.token().await.unwrap(), 2);
}

#[tokio::test]
async fn what_a_store_lost_is_put_back_while_it_is_sure_to_be_the_last() {
    let world = World::with([]).await;
    world.clock.advance(HOUR - Duration::from_secs(60));
    world.store.forgets();
    assert_eq!(world.token().await.unwrap(), 1);
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(world.token().await.unwrap(), 2);
    assert_eq!(number(&world.restarted().authorize().await.unwrap()), 2);

    world.store.forgets();
    world.clock.advance(HOUR * 2);
    let error = world.token().await.unwrap_err();
    assert!(told(&error).contains("the store lost its tokens"), "{}", told(&error));
    assert_eq!(world.source.sent(), [format!("{CANARY}-refresh-1")]);

    // A failover to a server that lags behind: the older record is not taken.
    let world = World::with([]).await;
    let old = world.store.load("account-1").await.unwrap().unwrap();
    world.clock.advance(HOUR - Duration::from_secs(60));
    assert_eq!(world.token().await.unwrap(), 1);
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(world.token().await.unwrap(), 2);
    world.store.forgets();
    assert!(world.store.swap("account-1", &old).await.unwrap());
    world.clock.advance(HOUR - Duration::from_secs(60));
    assert_eq!(world.token().await.unwrap(), 2);
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(world.token().await.unwrap(), 3);
    assert_eq!(world.source.sent(), [format!("{CANARY}-refresh-1"), format!("{CANARY}-refresh-2")]);

    // One that stays is sure at any time.
    let clock = ManualClock::auto();
    let source = FakeSource::build(&clock, false, false, []);
    let world = World::new(clock, source).await;
    world.store.forgets();
    world.clock.advance(HOUR * 2);
    assert_eq!(world.token().await.unwrap(), 2);
}

#[tokio::test]
async fn a_caller_who_gives_up_does_not_take_the_new_tokens_along() {
    let world = World::with([]).await;
    world.clock.advance(HOUR * 2);
    {
        let mut waiting = std::pin::pin!(world.token());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
    }
    world.clock.sleep(Duration::from_secs(2)).await;
    let stored = world.store.load("account-1").await.unwrap().unwrap();
    assert_eq!(stored.generation(), 2);
    assert_eq!(world.token().await.unwrap(), 2);
}

#[test]
fn a_process_that_dies_in_a_renewal_leaves_word_of_it() {
    let clock = ManualClock::auto();
    let source = FakeSource::new(&clock, [Answer::Hangs]);
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let first = runtime();
    let world = first.block_on(async {
        let world = World::new(clock, source).await;
        world.clock.advance(HOUR * 2);
        {
            let mut waiting = std::pin::pin!(world.token());
            assert!(futures::poll!(waiting.as_mut()).is_pending());
        }
        world.clock.sleep(Duration::from_secs(1)).await;
        world
    });
    drop(first);
    let told = runtime().block_on(async { told(&world.restarted().authorize().await.unwrap_err()) });
    assert!(told.contains("nobody knows its successor"), "{told}");
    assert_eq!(world.source.sent().len(), 1);
}

#[tokio::test]
async fn an_account_without_tokens_says_what_to_do() {
    let clock = ManualClock::auto();
    let (source, store) = (FakeSource::new(&clock, []), Shaky::default());
    let credentials = process(&clock, &source, &store);
    let error = credentials.authorize().await.unwrap_err();
    assert!(error.to_string().contains("authorise the account first"), "{error}");
    let only_access = TokenSet::new("t").unwrap().with_expiry(clock.wall() + HOUR);
    credentials.install(only_access).await.unwrap();
    clock.advance(HOUR * 2);
    let error = credentials.authorize().await.unwrap_err();
    assert!(error.to_string().contains("there is no refresh token"), "{error}");
    assert!(OAuthCredentials::new("", source, store).is_err());
}

#[tokio::test]
async fn tokens_are_never_shown() {
    let world = World::with([Answer::Fails(vendor_error(400, "invalid_grant"))]).await;
    let stored = world.store.load("account-1").await.unwrap().unwrap();
    world.clock.advance(HOUR * 2);
    let error = world.token().await.unwrap_err();
    let shown = format!(
        "{error} {error:?} {} {stored:?} {:?} {:?} {:?} {:?}",
        told(&error),
        stored.encode(),
        world.credentials,
        world.store.inner(),
        world.credentials.tokens().await.unwrap(),
    );
    assert!(!shown.contains(CANARY), "{shown}");
}

#[test]
fn replies_of_token_endpoints() {
    let now = SystemTime::UNIX_EPOCH;
    let read = |reply: serde_json::Value| TokenSet::from_reply(&reply, now);
    use serde_json::json;
    let full = read(json!({"access_token": "a", "expires_in": "60", "scope": "x  y", "hub_id": 7, "id_token": "i"}));
    let full = full.unwrap();
    assert_eq!(full.expires_at(), Some(now + Duration::from_secs(60)));
    assert_eq!(full.scopes(), ["x", "y"]);
    assert_eq!(full.detail("hub_id"), Some(&json!(7)));
    assert_eq!((full.detail("id_token"), full.refresh_token().is_some()), (None, false));
    for odd in [json!(-1), json!(1e300), json!(null), json!("soon"), json!([])] {
        assert_eq!(read(json!({"access_token": "a", "expires_in": odd})).unwrap().expires_at(), None);
    }
    for bad in [
        json!([]),
        json!({}),
        json!({"access_token": ""}),
        json!({"access_token": 7}),
        json!({"access_token": "canary x"}),
        json!({"access_token": "a", "refresh_token": "canary\n"}),
    ] {
        let error = read(bad.clone()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{bad}");
        assert!(!format!("{} {error:?}", told(&error)).contains(CANARY));
    }
}

#[test]
fn stored_texts_come_back_or_say_where_they_break() {
    let set = tokens(3, SystemTime::UNIX_EPOCH + HOUR).unwrap();
    let text = StoredTokens::first(set).encode();
    assert_eq!(StoredTokens::decode(text.expose()).unwrap().encode(), text);
    // Cut anywhere, it is no record and no panic.
    for end in 0..text.expose().len() {
        let error = StoredTokens::decode(&text.expose()[..end]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(CANARY), "{error}");
    }
    for (bad, why) in [
        ("[]", "its format is not 1"),
        (r#"{"format":2}"#, "its format is not 1"),
        (r#"{"format":1}"#, "\"access_token\" is missing"),
        (r#"{"format":1,"access_token":"a b","revision":1,"generation":1}"#, "a token in it is not usable"),
        (r#"{"format":1,"access_token":"a","generation":1}"#, "\"revision\" is missing"),
    ] {
        let error = StoredTokens::decode(bad).unwrap_err();
        assert!(error.to_string().contains(why), "{bad}: {error}");
    }
}
