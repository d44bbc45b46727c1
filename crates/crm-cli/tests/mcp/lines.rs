//! Lines that are no message, or several, and lines that nobody reads the answers of.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::client::Client;

fn write(client: &mut Client, line: &[u8]) {
    client.input.as_mut().unwrap().write_all(&[line, b"\n"].concat()).unwrap();
}

/// Writes a line, and returns the id and the code of the error that answers it, and its message.
fn error(client: &mut Client, line: &[u8]) -> (Value, i64, String) {
    write(client, line);
    let answer = client.next();
    let error = &answer["error"];
    (answer["id"].clone(), error["code"].as_i64().unwrap(), error["message"].as_str().unwrap().to_owned())
}

#[test]
fn a_line_that_is_no_message_is_answered() {
    let mut client = Client::start("--fake mcp", "/nowhere", true);
    for line in [&b"{not json"[..], "[".repeat(1_000).as_bytes(), b"\"\xff\""] {
        let (id, code, _) = error(&mut client, line);
        assert_eq!((id, code), (Value::Null, -32700));
    }
    // Not of JSON-RPC; a notification without an answer; an empty line.
    write(&mut client, b"{\"id\": 7, \"method\": 1}\n{\"method\": \"x\"}\n\r");
    let answer = client.next();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(7), &json!(-32600)));
    // An answer to no question is ignored, as one that can be read is.
    client.send(&json!({"jsonrpc": "2.0", "id": 7, "result": {}, "error": {}}));
    assert_eq!(client.done("status", json!({}))["fake"], true);
}

/// `JSON.stringify` and `json.dumps` write half of a surrogate pair, and 1e400 is JSON.
#[test]
fn a_request_whose_values_cannot_be_read_is_answered_with_its_id() {
    let mut client = Client::start("--fake mcp", "/nowhere", false);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for (value, reason) in
        [("\"a \\ud83d\"", "surrogate"), ("1e400", "number out of range"), (deep.as_str(), "recursion limit exceeded")]
    {
        let line = format!(
            "{{\"jsonrpc\": \"2.0\", \"id\": \"x\", \"method\": \"tools/call\", \"params\": {{\"name\": \"find\", \
             \"arguments\": {{\"question\": {value}}}}}}}"
        );
        let (id, code, message) = error(&mut client, line.as_bytes());
        assert!(id == "x" && code == -32600 && message.contains(reason), "{id} {code} {message}");
    }
}

/// The protocol's version 2025-03-26 has batches.
#[test]
fn the_messages_of_a_batch_are_answered_one_by_one() {
    let mut client = Client::start("--fake mcp", "/nowhere", false);
    let ping = |id: Value| json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
    let notice = json!({"jsonrpc": "2.0", "method": "notifications/x"});
    client.send(&json!([ping(json!(1)), notice, ping(json!("b")), 7, ping(json!(2))]));
    let mut answers: Vec<String> = (0..4).map(|_| client.next()["id"].to_string()).collect();
    answers.sort();
    assert_eq!(answers, ["\"b\"", "1", "2", "null"]);
    let (id, code, _) = error(&mut client, b"[]");
    assert_eq!((id, code), (Value::Null, -32600));
}

#[test]
fn no_more_is_read_while_the_client_does_not_read_its_answers() {
    const REQUESTS: usize = 4_000;
    let mut client = Client::start("--fake mcp", "/nowhere", false);
    let mut input = client.input.take().unwrap();
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let writer = std::thread::spawn(move || {
        for id in 0..REQUESTS {
            writeln!(input, "{}", json!({"jsonrpc": "2.0", "id": id, "method": "tools/list"})).unwrap();
            count.fetch_add(1, Ordering::SeqCst);
        }
        input
    });
    // The pipe takes some more than the server reads.
    let mut before = usize::MAX;
    while before != written.load(Ordering::SeqCst) {
        before = written.load(Ordering::SeqCst);
        std::thread::sleep(Duration::from_secs(1));
    }
    assert!(before < REQUESTS, "all requests were read");
    let ids: BTreeSet<u64> = (0..REQUESTS).map(|_| client.next()["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), REQUESTS);
    client.input = Some(writer.join().unwrap());
}
