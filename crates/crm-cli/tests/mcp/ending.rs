//! The end of the input, or a signal, while calls are under way.

use std::io::Read as _;
use std::process::Command;
use std::time::{Duration, Instant};

use crm_fake::{Fake, Fault, Vendor};
use serde_json::{Value, json};

use super::client::{Client, asks};
use crate::support::until;
use crate::support::vendor::Running;

/// Begins a call that the fake answers after some time.
fn begin(fake: &Running, after: Duration, tool: &str, arguments: Value) -> (Client, u64) {
    fake.0.fail(Fault::Slow(after));
    let profile = fake.profile();
    let mut client = Client::start("mcp --yes", profile.path(), false);
    let id = client.begin("tools/call", json!({"name": tool, "arguments": arguments}));
    until("the request", || !fake.0.requests().is_empty());
    (client, id)
}

fn create() -> Value {
    json!({"operation": "hubspot contacts create", "body": {"properties": {"email": "ada@example.com"}}})
}

fn list() -> Value {
    json!({"operation": "hubspot contacts list"})
}

/// Returns the exit code and the messages of a server.
fn ended(mut client: Client) -> (Option<i32>, String) {
    let code = client.child.wait().unwrap().code();
    let mut errors = String::new();
    client.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    // Its success is not expected.
    std::mem::forget(client);
    (code, errors)
}

#[test]
fn a_call_that_ends_soon_is_answered() {
    let fake = Running::start(Fake::builder(Vendor::HubSpot));
    let (mut client, id) = begin(&fake, Duration::from_millis(300), "write", create());
    client.input = None;
    assert_ne!(client.wait(id)["result"]["isError"], true);
}

#[test]
fn calls_that_are_not_answered_are_a_failure() {
    for (tool, arguments, code, sentence) in [
        ("write", create(), 8, "their writes may have happened"),
        ("read", list(), 1, "calls that only read were under way; they were not answered"),
    ] {
        let fake = Running::start(Fake::builder(Vendor::HubSpot));
        let (mut client, _) = begin(&fake, Duration::from_secs(60), tool, arguments);
        client.input = None;
        let (found, errors) = ended(client);
        assert!(found == Some(code) && errors.contains(sentence), "{tool}: {found:?} {errors}");
    }
}

/// Clients send a signal soon after they close the input, or without closing it.
#[cfg(unix)]
#[test]
fn a_signal_does_not_hide_the_write() {
    for closes in [true, false] {
        let fake = Running::start(Fake::builder(Vendor::HubSpot));
        let (mut client, _) = begin(&fake, Duration::from_secs(60), "write", create());
        if closes {
            client.input = None;
        }
        let begun = Instant::now();
        Command::new("kill").args(["-TERM", &client.child.id().to_string()]).status().unwrap();
        let (code, errors) = ended(client);
        assert!(code == Some(8) && begun.elapsed() < Duration::from_secs(4), "{closes} {code:?} {errors}");
    }
}

#[test]
fn a_client_that_reads_nothing_does_not_keep_the_server() {
    let mut client = Client::start("--fake mcp", "/nowhere", false);
    for _ in 0..100 {
        client.begin("tools/list", json!({}));
    }
    client.input = None;
    let (code, errors) = ended(client);
    assert!(code == Some(1) && errors.contains("before the client read the answers"), "{code:?} {errors}");
}

/// Nothing was sent, so nothing is in doubt.
#[test]
fn a_question_that_is_not_answered_is_a_no() {
    let mut client = Client::with("--fake mcp", "/nowhere", false, asks());
    let arguments = json!({"operation": "hubspot contacts archive", "arguments": {"objectId": 1}});
    let id = client.begin("tools/call", json!({"name": "write", "arguments": arguments}));
    assert_eq!(client.next()["method"], "elicitation/create");
    client.input = None;
    assert!(client.wait(id).to_string().contains("did not confirm"));
}
