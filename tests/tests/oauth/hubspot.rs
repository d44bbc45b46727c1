//! HubSpot: consent with PKCE, refresh tokens that stay, and the one 401 that means expired.

use std::sync::Arc;
use std::time::Duration;

use crm_core::{Clock, ErrorKind, ManualClock, OAuthCredentials, Pkce};
use crm_fake::{Fake, Fault, Payload, Vendor};
use hubspot_client::types::ObjectCreate;
use hubspot_client::{App, Client, ConsentRequest, MemoryStore, operations};
use serde_json::json;

use super::{ACCOUNT, CANARY, answered, fake, form, shared, tokens, told, value};

const TOKEN: &str = "oauth.create_token";
const CALLBACK: &str = "https://example.com/callback";

fn app(fake: &Fake, clock: &ManualClock) -> App {
    let builder = Client::builder().base_url(fake.base_url()).clock(shared(clock));
    App::with(builder, "app-1", format!("{CANARY}-secret")).unwrap()
}

async fn client(fake: &Fake, clock: &ManualClock) -> Client {
    let credentials = OAuthCredentials::new(ACCOUNT, app(fake, clock), MemoryStore::new()).unwrap();
    let credentials = credentials.with_clock(shared(clock), 7);
    credentials.install(tokens(fake, clock)).await.unwrap();
    clock.advance(Duration::from_secs(60));
    let builder = Client::builder().base_url(fake.base_url()).credentials(credentials);
    builder.clock(shared(clock)).build().unwrap()
}

#[tokio::test]
async fn from_consent_to_a_call() {
    let (fake, clock) = (fake(Vendor::HubSpot).await, ManualClock::auto());
    let app = app(&fake, &clock);
    let request = app
        .authorize(CALLBACK)
        .scopes(["crm.objects.contacts.read"])
        .optional_scopes(["crm.objects.contacts.write"])
        .covering([&operations::OBJECTS_LIST])
        .pkce()
        .build()
        .unwrap();
    let pkce = request.pkce().unwrap();
    let state = request.state().expose();
    let url = request.url().replace(state, "STATE").replace(&pkce.challenge(), "CHALLENGE");
    insta::assert_snapshot!(url, @"https://app.hubspot.com/oauth/authorize?response_type=code&client_id=app-1&redirect_uri=https%3A%2F%2Fexample.com%2Fcallback&scope=crm.objects.contacts.read&optional_scope=crm.objects.contacts.write&state=STATE&code_challenge=CHALLENGE&code_challenge_method=S256");
    // The data of a session is enough.
    let verifier = Pkce::from_verifier(pkce.verifier().expose()).unwrap();
    let kept = ConsentRequest::resume(CALLBACK, state, Some(verifier));
    let consent = kept.answered(&format!("{CALLBACK}?code={CANARY}-code&state={state}")).unwrap();

    let credentials = OAuthCredentials::new(ACCOUNT, app.clone(), MemoryStore::new()).unwrap();
    let credentials = Arc::new(credentials.with_clock(shared(&clock), 7));
    credentials.install(app.exchange(&consent).await.unwrap()).await.unwrap();
    let sent = form(&fake, TOKEN);
    assert_eq!(value(&sent, "grant_type"), Some("authorization_code"));
    assert_eq!(value(&sent, "client_id"), Some("app-1"));
    assert_eq!(value(&sent, "client_secret"), Some("canary-secret"));
    assert_eq!(value(&sent, "code_verifier"), Some(pkce.verifier().expose()));
    assert_eq!(value(&sent, "redirect_uri"), Some("https%3A%2F%2Fexample.com%2Fcallback"));

    let builder = Client::builder().base_url(fake.base_url()).credentials(Arc::clone(&credentials));
    let client = builder.clock(shared(&clock)).build().unwrap();
    client.contacts().list().send().await.unwrap();
    let first = credentials.tokens().await.unwrap().unwrap();
    // Half an hour later.
    clock.advance(Duration::from_secs(1_801));
    client.contacts().list().send().await.unwrap();
    assert_eq!(value(&form(&fake, TOKEN), "grant_type"), Some("refresh_token"));
    let second = credentials.tokens().await.unwrap().unwrap();
    assert_ne!(first.access_token(), second.access_token());
    assert_eq!(first.refresh_token(), second.refresh_token(), "it stays");
    assert_eq!(second.expires_at(), Some(clock.wall() + Duration::from_secs(1_800)));
}

#[tokio::test]
async fn an_expired_token_is_renewed_and_the_call_repeated_once() {
    let (fake, clock) = (fake(Vendor::HubSpot).await, ManualClock::auto());
    let client = client(&fake, &clock).await;
    fake.expire_tokens();
    client.contacts().create(ObjectCreate::from([("email", "a@example.com")])).send().await.unwrap();
    assert_eq!(fake.count("contacts"), 1);
    assert_eq!((answered(&fake, TOKEN, 200), answered(&fake, "contacts.create", 401)), (1, 1));

    // The retries end if the vendor always refuses.
    clock.advance(Duration::from_secs(60));
    fake.fail(Fault::Status(401, Payload::Vendor).on("contacts.list").times(9));
    let error = client.contacts().list().send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Auth, 2));
    assert_eq!(answered(&fake, TOKEN, 200), 2);
}

#[tokio::test]
async fn a_401_that_does_not_mean_expired_is_an_answer() {
    let (fake, clock) = (fake(Vendor::HubSpot).await, ManualClock::auto());
    let client = client(&fake, &clock).await;
    for category in ["INVALID_AUTHENTICATION", "MISSING_SCOPES"] {
        let body = Payload::Json(json!({"status": "error", "category": category, "message": "no"}));
        fake.fail(Fault::Status(401, body).on("contacts.list"));
        let error = client.contacts().list().send().await.unwrap_err();
        assert_eq!(error.attempts(), 1, "{}", told(&error));
    }
    assert_eq!(answered(&fake, TOKEN, 200), 0);
}

#[tokio::test]
async fn an_app_of_its_own_needs_no_consent() {
    let (fake, clock) = (fake(Vendor::HubSpot).await, ManualClock::auto());
    let machine = app(&fake, &clock).machine(["webhooks-journal-data-access"]);
    let credentials = OAuthCredentials::new("app", machine, MemoryStore::new()).unwrap().with_clock(shared(&clock), 7);
    let builder = Client::builder().base_url(fake.base_url()).credentials(credentials);
    let client = builder.clock(shared(&clock)).build().unwrap();
    client.contacts().list().send().await.unwrap();
    let sent = form(&fake, TOKEN);
    assert_eq!(value(&sent, "grant_type"), Some("client_credentials"));
    assert_eq!(value(&sent, "scope"), Some("webhooks-journal-data-access"));
    clock.advance(Duration::from_secs(2_000));
    client.contacts().list().send().await.unwrap();
    assert_eq!(answered(&fake, TOKEN, 200), 2);
}

#[tokio::test]
async fn tokens_of_another_account_do_not_replace_those_of_the_first() {
    let (fake, clock) = (fake(Vendor::HubSpot).await, ManualClock::auto());
    let credentials = OAuthCredentials::new(ACCOUNT, app(&fake, &clock), MemoryStore::new()).unwrap();
    let of = |hub: serde_json::Value| tokens(&fake, &clock).with_detail("hub_id", hub);
    credentials.install(of(json!(11))).await.unwrap();
    let error = credentials.install(of(json!(22))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(told(&error).contains("another account of the vendor than those stored for"), "{}", told(&error));
    assert_eq!(credentials.tokens().await.unwrap().unwrap().detail("hub_id"), Some(&json!(11)));
    // The same account as text, and tokens that do not name it.
    credentials.install(of(json!("11"))).await.unwrap();
    credentials.install(tokens(&fake, &clock)).await.unwrap();
}
