//! Errors for bad input: unusual answers of token endpoints, and invalid requests for consent.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crm_core::{ManualClock, OAuthCredentials};
use crm_fake::{Fault, Hint, Payload, Step, Vendor, When};
use hoopai_client::{App, Client, MemoryStore, Secret};
use hubspot_client::operations;
use serde_json::json;

use super::{ACCOUNT, CANARY, fake, shared, tokens, told};

const TOKEN: &str = "oauth.get_token";

/// The result of each failure of HoopAI's token endpoint: the message, and true if the refresh
/// token was sent again a minute later.
#[tokio::test]
async fn every_failure_of_a_token_endpoint_has_a_clear_error() {
    let text = |text: &str| Payload::Text(text.to_owned());
    let oauth = |code: &str| Payload::Json(json!({"error": code, "error_description": "because"}));
    let faults: Vec<(&str, Step)> = vec![
        ("a web page", Fault::Html.into()),
        ("not JSON", Fault::NotJson.into()),
        ("nothing", Fault::Status(200, Payload::Empty).into()),
        ("no token", Fault::Body(json!({"expires_in": 5})).into()),
        ("an empty token", Fault::Body(json!({"access_token": "", "refresh_token": "r"})).into()),
        ("a malformed token", Fault::Body(json!({"access_token": "canary token", "refresh_token": "r"})).into()),
        ("429", Fault::RateLimited { hint: Some(Hint::RetryAfterSeconds(90)) }.into()),
        ("500", Fault::status(500).into()),
        ("500 although it was done", Fault::status(500).applied()),
        ("503", Fault::Status(503, text("busy")).into()),
        ("502 with a web page", Fault::Status(502, Payload::Html).into()),
        ("an answer that is cut off", Fault::CutBody { after: 10 }.into()),
        ("a connection that breaks", Fault::Reset { when: When::BeforeReply }.into()),
        ("revoked or used", Fault::Status(400, oauth("invalid_grant")).into()),
        ("another client", Fault::Status(401, oauth("invalid_client")).into()),
        ("wrong scope", Fault::Status(400, oauth("invalid_scope")).into()),
        (
            "a location that is gone",
            Fault::Status(400, Payload::Json(json!({"message": "Location is not active"}))).into(),
        ),
    ];
    let mut table = String::new();
    for (name, fault) in faults {
        let (fake, clock) = (fake(Vendor::HoopAi).await, ManualClock::auto());
        let builder = || Client::builder().base_url(fake.base_url()).clock(shared(&clock));
        let app = App::with(builder(), "app-1", format!("{CANARY}-secret")).unwrap();
        let credentials = OAuthCredentials::new(ACCOUNT, app, MemoryStore::new()).unwrap();
        let credentials = Arc::new(credentials.with_clock(shared(&clock), 7));
        credentials.install(tokens(&fake, &clock)).await.unwrap();
        let client = builder().credentials(Arc::clone(&credentials)).build().unwrap();
        clock.advance(Duration::from_secs(7_200));
        fake.fail(fault.on(TOKEN).times(4));
        let error = client.contacts().get("1").send().await.unwrap_err();
        fake.heal();
        clock.advance(Duration::from_secs(120));
        let again = client.contacts().get("1").send().await.unwrap_err();
        let then = match again.status() {
            Some(404) => "the next call renews".to_owned(),
            _ => format!("the next call fails too ({})", again.kind()),
        };
        let calls = fake.report().per_operation[TOKEN];
        writeln!(table, "{name}\n{}\n{then}; token calls: {calls}\n", told(&error)).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn requests_for_consent_are_checked() {
    let app = hubspot_client::App::new("app-1", format!("{CANARY}-secret")).unwrap();
    let begin = || app.authorize("https://example.com/callback");
    let wrong = [
        app.authorize("callback").scopes(["crm.objects.contacts.read"]),
        begin(),
        begin().scopes(["crm.objects.contacts.read crm.objects.contacts.write"]),
        begin().scopes([""]),
        begin().scopes(["crm.objects.contact.read"]),
        begin().scopes(["crm.lists.read"]).covering([&operations::OBJECTS_LIST]),
    ];
    let mut table: Vec<String> = wrong.into_iter().map(|request| request.build().unwrap_err().to_string()).collect();
    begin().unlisted_scope("brand.new").build().unwrap();

    let request = begin().scopes(["crm.objects.contacts.read"]).build().unwrap();
    let state = request.state().expose();
    for answer in [
        "code=1".to_owned(),
        "code=1&state=other".to_owned(),
        format!("state={state}"),
        format!("error=access_denied&error_description=no&state={state}"),
    ] {
        table.push(request.answered(&answer).unwrap_err().to_string());
    }
    table.push(hubspot_client::App::new("", "secret").unwrap_err().to_string());
    table.push(App::new("id", Secret::new("")).unwrap_err().to_string());
    insta::assert_snapshot!(table.join("\n"));
    assert!(!format!("{app:?} {request:?}").contains(CANARY));
    assert!(!format!("{request:?}").contains(state));
}
