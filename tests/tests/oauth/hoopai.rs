//! HoopAI: refresh tokens that rotate, locations of a company, five token calls a minute.

use std::sync::Arc;
use std::time::Duration;

use crm_core::{Clock, ErrorKind, ManualClock, OAuthCredentials, TokenSet};
use crm_fake::{Fake, Fault, Payload, Vendor};
use futures::future::join_all;
use hoopai_client::{App, Client, Consent, MemoryStore, UserType};
use serde_json::json;

use super::{ACCOUNT, CANARY, answered, fake, form, shared, tokens, told, value};

const TOKEN: &str = "oauth.get_token";
const EXCHANGE: &str = "oauth.get_location_token";

fn app(fake: &Fake, clock: &ManualClock) -> App {
    let builder = Client::builder().base_url(fake.base_url()).clock(shared(clock));
    App::with(builder, "app-1", format!("{CANARY}-secret")).unwrap()
}

fn client(fake: &Fake, clock: &ManualClock, credentials: &Arc<OAuthCredentials>) -> Client {
    let builder = Client::builder().base_url(fake.base_url()).credentials(Arc::clone(credentials));
    builder.clock(shared(clock)).build().unwrap()
}

async fn account(fake: &Fake, clock: &ManualClock) -> Arc<OAuthCredentials> {
    let credentials = OAuthCredentials::new(ACCOUNT, app(fake, clock), MemoryStore::new()).unwrap();
    let credentials = credentials.with_clock(shared(clock), 7);
    credentials.install(tokens(fake, clock)).await.unwrap();
    clock.advance(Duration::from_secs(60));
    Arc::new(credentials)
}

#[tokio::test]
async fn a_code_becomes_tokens_that_rotate() {
    let (fake, clock) = (fake(Vendor::HoopAi).await, ManualClock::auto());
    let app = app(&fake, &clock);
    let consent = Consent::new(format!("{CANARY}-code"), "https://example.com/callback");
    let first = app.exchange(&consent, UserType::Company).await.unwrap();
    assert_eq!(value(&form(&fake, TOKEN), "user_type"), Some("Company"));
    assert_eq!(first.detail("userType"), Some(&json!("Company")));
    let credentials = OAuthCredentials::new("company", app, MemoryStore::new()).unwrap().with_clock(shared(&clock), 7);
    let credentials = Arc::new(credentials);
    credentials.install(first.clone()).await.unwrap();
    clock.advance(Duration::from_secs(90_000));
    client(&fake, &clock, &credentials).locations().get("location-fake").send().await.unwrap();
    assert_eq!(value(&form(&fake, TOKEN), "user_type"), Some("Company"), "as the tokens say");
    let second = credentials.tokens().await.unwrap().unwrap();
    assert_ne!(first.refresh_token(), second.refresh_token());
}

#[tokio::test]
async fn a_401_means_expired_unless_it_speaks_of_scopes_or_routes() {
    let (fake, clock) = (fake(Vendor::HoopAi).await, ManualClock::auto());
    let client = client(&fake, &clock, &account(&fake, &clock).await);
    for message in ["The token is not authorized for this scope.", "This route is not yet supported by the IAM Service"]
    {
        let body = Payload::Json(json!({"statusCode": 401, "message": message}));
        fake.fail(Fault::Status(401, body).on("contacts.get"));
        let error = client.contacts().get("1").send().await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Permission, 1), "{}", told(&error));
    }
    assert_eq!(answered(&fake, TOKEN, 200), 0);
    fake.expire_tokens();
    let error = client.contacts().get("1").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(answered(&fake, TOKEN, 200), 1);
}

#[tokio::test]
async fn a_location_gets_its_tokens_from_its_company_and_keeps_their_refresh_token() {
    let (fake, clock) = (fake(Vendor::HoopAi).await, ManualClock::auto());
    let company = account(&fake, &clock).await;
    let source = app(&fake, &clock).location(&client(&fake, &clock, &company), "company-fake", "location-fake");
    let location = OAuthCredentials::new("location", source, MemoryStore::new()).unwrap().with_clock(shared(&clock), 7);
    let location = Arc::new(location);
    let contacts = client(&fake, &clock, &location);
    let look = || contacts.contacts().get("1").send();
    assert_eq!(look().await.unwrap_err().kind(), ErrorKind::NotFound);
    let sent = form(&fake, EXCHANGE);
    assert_eq!((value(&sent, "companyId"), value(&sent, "locationId")), (Some("company-fake"), Some("location-fake")));
    let first = location.tokens().await.unwrap().unwrap();
    assert!(first.refresh_token().is_some());

    // Its own refresh token first.
    clock.advance(Duration::from_secs(90_000));
    assert_eq!(look().await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(fake.report().per_operation[TOKEN], 1);
    let exchanges = fake.report().per_operation[EXCHANGE];

    // If it fails, the company's token is used, which expired meanwhile too.
    clock.advance(Duration::from_secs(90_000));
    let body = Payload::Json(json!({"error": "invalid_grant", "error_description": "no"}));
    fake.fail(Fault::Status(400, body).on(TOKEN));
    assert_eq!(look().await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(fake.report().per_operation[EXCHANGE], exchanges + 1);
}

#[tokio::test]
async fn six_accounts_that_expire_together_keep_to_five_token_calls_a_minute() {
    let (fake, clock) = (fake(Vendor::HoopAi).await, ManualClock::auto());
    let app = app(&fake, &clock);
    let mut accounts = Vec::new();
    for n in 0..6 {
        let tokens = TokenSet::new("t").unwrap().with_refresh_token(format!("{CANARY}-{n}")).unwrap();
        let credentials = OAuthCredentials::new(format!("account-{n}"), app.clone(), MemoryStore::new()).unwrap();
        let credentials = credentials.with_clock(shared(&clock), n);
        credentials.install(tokens.with_expiry(clock.wall())).await.unwrap();
        accounts.push(Arc::new(credentials));
    }
    let clients: Vec<_> = accounts.iter().map(|account| client(&fake, &clock, account)).collect();
    let start = clock.now();
    let all = join_all(clients.iter().map(|client| client.contacts().get("1").send())).await;
    // The sixth would have to wait for longer than a renewal may take: the error contains the time to wait.
    let held: Vec<_> =
        all.into_iter().map(Result::unwrap_err).filter(|error| error.kind() == ErrorKind::Token).collect();
    assert_eq!(held.len(), 1);
    assert!(told(&held[0]).contains("rate limit") || told(&held[0]).contains("\"token\""), "{}", told(&held[0]));
    let wait = held[0].retry_after().unwrap();
    assert!(wait > Duration::from_secs(50), "{wait:?}");
    assert_eq!(fake.report().per_operation[TOKEN], 5);
    clock.sleep(wait).await;
    for client in &clients {
        assert_eq!(client.contacts().get("1").send().await.unwrap_err().kind(), ErrorKind::NotFound);
    }
    assert_eq!(fake.report().per_operation[TOKEN], 6);
    assert!(clock.now() - start < Duration::from_secs(70));
}

#[tokio::test]
async fn tokens_of_another_account_do_not_replace_those_of_the_first() {
    let (fake, clock) = (fake(Vendor::HoopAi).await, ManualClock::auto());
    let of = |details: &[(&str, &str)]| {
        let tokens = tokens(&fake, &clock);
        details.iter().fold(tokens, |tokens, (name, value)| tokens.with_detail(*name, *value))
    };
    let location = [("userType", "Location"), ("companyId", "c1"), ("locationId", "l1")];
    let company = [("userType", "Company"), ("companyId", "c1")];
    for (stored, new, same) in [
        (&location[..], &[("userType", "Location"), ("companyId", "c1"), ("locationId", "l2")][..], false),
        (&location, &[("userType", "Location"), ("companyId", "c2"), ("locationId", "l1")], true),
        (&location, &company, false),
        (&company, &location, false),
        (&company, &[("userType", "Company"), ("companyId", "c2")], false),
        (&company, &company, true),
        (&[], &location, true),
    ] {
        let credentials = OAuthCredentials::new(ACCOUNT, app(&fake, &clock), MemoryStore::new()).unwrap();
        credentials.install(of(stored)).await.unwrap();
        let installed = credentials.install(of(new)).await;
        assert_eq!(installed.is_ok(), same, "{stored:?} {new:?}");
        assert!(installed.is_ok() || installed.unwrap_err().kind() == ErrorKind::Config);
    }
}
