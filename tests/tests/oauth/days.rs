//! Ordinary bad days, over real HTTP: programs that end, runtimes that do not run, two vendors in one store.

use std::time::{Duration, Instant, SystemTime};

use crm_core::{
    Clock as _, Credentials as _, FileStore, ManualClock, MemoryStore, OAuthCredentials, Quotas, TokenSet,
    TokenStore as _, Window,
};
use crm_fake::{Fake, Fault, Payload, Vendor};
use futures::future::join_all;
use hoopai_client::{App, Client};
use serde_json::json;

use super::{ACCOUNT, CANARY, answered, fake, form, shared, tokens, told, value};

const TOKEN: &str = "oauth.get_token";

fn app(fake: &Fake) -> App {
    App::with(Client::builder().base_url(fake.base_url()), "app-1", format!("{CANARY}-secret")).unwrap()
}

/// Tokens of which the access token is over.
fn ended(name: &str) -> TokenSet {
    let tokens = TokenSet::new(format!("{CANARY}-ended")).unwrap().with_expiry(SystemTime::UNIX_EPOCH);
    tokens.with_refresh_token(format!("{CANARY}-{name}")).unwrap()
}

/// Twenty accounts of an app that may make five token calls at once, and the program ends after three seconds.
#[tokio::test]
async fn a_refresh_token_is_marked_when_it_is_sent_and_not_while_it_waits() {
    let (fake, clock) = (fake(Vendor::HoopAi).await, ManualClock::auto());
    // The sixth may wait for its permit, which comes before a renewal must be over.
    let quotas = Quotas::none().class("token", [Window::new("token", 5, Duration::from_secs(20))]);
    let builder = Client::builder().base_url(fake.base_url()).clock(shared(&clock)).quotas(quotas);
    let app = App::with(builder, "app-1", format!("{CANARY}-secret")).unwrap();
    let store = MemoryStore::new();
    let mut accounts = Vec::new();
    for n in 0..20 {
        let credentials = OAuthCredentials::new(format!("account-{n}"), app.clone(), store.clone()).unwrap();
        let credentials = credentials.with_clock(shared(&clock), n);
        credentials.install(ended(&n.to_string())).await.unwrap();
        accounts.push(credentials);
    }
    let all = join_all(accounts.iter().map(|account| account.authorize()));
    tokio::select! {
        _ = all => panic!("nobody waited for a permit"),
        () = clock.sleep(Duration::from_secs(3)) => {}
    }
    let (mut renewed, mut marked) = (0, 0);
    for n in 0..20 {
        let record = store.load(&format!("hoopai/account-{n}")).await.unwrap().unwrap();
        renewed += u32::from(record.generation() == 2);
        marked += u32::from(record.encode().expose().contains("sent_at"));
    }
    println!("{renewed} renewed, {marked} marked as sent");
    assert_eq!((renewed, marked, answered(&fake, TOKEN, 200)), (5, 0, 5));
}

/// The runtime in which a renewal began is not driven any more; callers of another one do not wait for it.
#[test]
fn a_runtime_that_stands_still_holds_up_no_other() {
    let servers = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fake = servers.block_on(fake(Vendor::HoopAi));
    // The answer comes while the first runtime does not run.
    fake.fail(Fault::Slow(Duration::from_millis(300)).on(TOKEN));
    let (first, second) = (runtime(), runtime());
    let credentials = first.block_on(async {
        let credentials = OAuthCredentials::new(ACCOUNT, app(&fake), MemoryStore::new()).unwrap();
        credentials.install(ended("refresh")).await.unwrap();
        // Begins the renewal, and is dropped.
        let _ = futures::poll!(std::pin::pin!(credentials.authorize()));
        credentials
    });
    let patience = Duration::from_secs(20);
    let authorized = second.block_on(async { tokio::time::timeout(patience, credentials.authorize()).await });
    assert_eq!(authorized.expect("nobody waits for the first runtime").unwrap().generation(), 2);
    drop(first);
}

/// Like a blocking wrapper: the runtime is driven during calls only, and a renewal continues between them.
#[test]
fn a_renewal_between_two_blocking_calls_is_carried_to_its_end() {
    let servers = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fake = servers.block_on(fake(Vendor::HoopAi));
    let store = MemoryStore::new();
    let credentials = OAuthCredentials::new(ACCOUNT, app(&fake), store.clone()).unwrap();
    runtime.block_on(async {
        // Due, and good for a minute.
        let soon = SystemTime::now() + Duration::from_secs(60);
        credentials.install(ended("refresh").with_expiry(soon)).await.unwrap();
        assert_eq!(credentials.authorize().await.unwrap().generation(), 1);
    });
    let stored = || servers.block_on(store.load("hoopai/account-1")).unwrap().unwrap().generation();
    let start = Instant::now();
    while stored() == 1 && start.elapsed() < Duration::from_secs(20) {
        std::thread::yield_now();
    }
    assert_eq!(stored(), 2, "nobody drove the renewal");
    // It is stored before it is used: until then the first token is given, which is still good.
    let used = || runtime.block_on(credentials.authorize()).unwrap().generation();
    while used() == 1 && start.elapsed() < Duration::from_secs(20) {
        std::thread::yield_now();
    }
    assert_eq!(used(), 2);
}

/// Two calls, and the program ends: the runtime is gone, and a new process finds the new tokens.
#[test]
fn a_program_that_settles_can_end_at_once() {
    let servers = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fake = servers.block_on(fake(Vendor::HoopAi));
    // The answer comes after the last call.
    fake.fail(Fault::Slow(Duration::from_millis(300)).on(TOKEN));
    let store = MemoryStore::new();
    let program = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    program.block_on(async {
        let credentials = OAuthCredentials::new(ACCOUNT, app(&fake), store.clone()).unwrap();
        let soon = SystemTime::now() + Duration::from_secs(60);
        let first = TokenSet::new(fake.token()).unwrap().with_refresh_token(format!("{CANARY}-refresh")).unwrap();
        credentials.install(first.with_expiry(soon)).await.unwrap();
        let client = Client::builder().base_url(fake.base_url()).credentials(credentials).build().unwrap();
        for _ in 0..2 {
            assert_eq!(client.contacts().get("1").send().await.unwrap_err().status(), Some(404));
        }
        client.settle().await.unwrap();
    });
    drop(program);
    let stored = servers.block_on(store.load("hoopai/account-1")).unwrap().unwrap();
    assert_eq!((stored.generation(), answered(&fake, TOKEN, 200)), (2, 1));
}

/// One store and one name for the customer: each vendor gets its own tokens only.
#[tokio::test]
async fn two_vendors_share_a_store_and_an_account_name() {
    let directory = tempfile::tempdir().unwrap();
    let store = || FileStore::open(directory.path()).unwrap();
    let clock = ManualClock::auto();
    let (hoopai, hubspot) = (fake(Vendor::HoopAi).await, fake(Vendor::HubSpot).await);
    let hubspot_app = {
        let builder = hubspot_client::Client::builder().base_url(hubspot.base_url());
        hubspot_client::App::with(builder, "app-2", format!("{CANARY}-secret")).unwrap()
    };
    let one = OAuthCredentials::new(ACCOUNT, app(&hoopai), store()).unwrap().with_clock(shared(&clock), 1);
    let two = OAuthCredentials::new(ACCOUNT, hubspot_app, store()).unwrap().with_clock(shared(&clock), 2);
    one.install(ended("of-hoopai")).await.unwrap();
    two.install(ended("of-hubspot")).await.unwrap();
    one.authorize().await.unwrap();
    two.authorize().await.unwrap();
    assert_eq!(value(&form(&hoopai, TOKEN), "refresh_token"), Some("canary-of-hoopai"));
    assert_eq!(value(&form(&hubspot, "oauth.create_token"), "refresh_token"), Some("canary-of-hubspot"));
}

/// Every call is refused, each more than ten seconds after the one before.
#[tokio::test]
async fn a_401_that_no_token_cures_renews_once() {
    let (fake, clock) = (fake(Vendor::HoopAi).await, ManualClock::auto());
    let builder = || Client::builder().base_url(fake.base_url()).clock(shared(&clock));
    let app = App::with(builder(), "app-1", format!("{CANARY}-secret")).unwrap();
    let credentials = OAuthCredentials::new(ACCOUNT, app, MemoryStore::new()).unwrap().with_clock(shared(&clock), 7);
    credentials.install(tokens(&fake, &clock)).await.unwrap();
    let client = builder().credentials(credentials).build().unwrap();
    let refusal = Payload::Json(json!({"statusCode": 401, "message": "Invalid JWT"}));
    fake.fail(Fault::Status(401, refusal).on("contacts.get").times(100));
    for _ in 0..20 {
        clock.advance(Duration::from_secs(11));
        let error = client.contacts().get("1").send().await.unwrap_err();
        assert_eq!(error.status(), Some(401), "{}", told(&error));
    }
    assert_eq!(answered(&fake, TOKEN, 200), 1);
}
