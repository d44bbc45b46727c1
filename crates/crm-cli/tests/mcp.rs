//! `crm mcp` as a child process, with plain messages in both eras of the protocol.

mod batch;
mod canary;
mod client;
mod confirm;
mod ending;
mod files;
mod http;
mod lines;

use std::time::Duration;

use crate::support::{self, seed};
use client::Client;
use crm_fake::{Fake, Fault, Hint, Vendor};
use serde_json::{Value, json};

/// The maximum size of `tools/list`, and of a reply.
const MOST_TOOLS: usize = 6_000;
const MOST_REPLY: usize = 32_768;

#[test]
fn both_eras_list_six_small_tools() {
    for modern in [false, true] {
        let mut client = Client::start("--fake mcp", "/nowhere", modern);
        let answer = client.ask("tools/list", json!({}));
        let tools = answer["result"]["tools"].as_array().unwrap().clone();
        let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
        assert_eq!(names, ["find", "describe", "read", "write", "batch", "status"]);
        assert!(answer.to_string().len() <= MOST_TOOLS && answer["result"].get("nextCursor").is_none(), "{answer}");
        let read_only: Vec<bool> = tools.iter().map(|tool| tool["annotations"]["readOnlyHint"] == true).collect();
        assert_eq!(read_only, [true, true, true, false, false, true]);
        // An object that does not say that it is open is one without members for some clients.
        let body = &tools[3]["inputSchema"]["properties"]["body"]["anyOf"][0];
        assert_eq!(*body, json!({"type": "object", "additionalProperties": true}));
    }
}

#[test]
fn an_agent_finds_describes_reads_and_writes() {
    for modern in [false, true] {
        let mut client = Client::start("--fake mcp", "/nowhere", modern);
        let found = client.done("find", json!({"question": "create a contact in hubspot"}));
        assert_eq!((&found[0]["operation"], &found[0]["writes"]), (&json!("hubspot contacts create"), &json!(true)));
        let described = client.done("describe", json!({"operation": "hubspot contacts create"}));
        assert!(described.as_str().is_some_and(|text| text.contains("properties*")), "{described}");
        let body = json!({"properties": {"email": "ada@example.com"}});
        let made = client.done("write", json!({"operation": "hubspot contacts create", "body": body}));
        let id = &made["id"];
        let read = client.done("read", json!({"operation": "hubspot contacts get", "arguments": {"objectId": id}}));
        assert_eq!(read["properties"]["email"], "ada@example.com");
        let changed = json!({"properties": {"firstname": "Ada"}});
        let operation = json!({"operation": "hubspot contacts update", "arguments": {"objectId": id}, "body": changed});
        assert_eq!(client.done("write", operation)["properties"]["firstname"], "Ada");
        assert_eq!(client.done("status", json!({}))["apis"][0]["writes_allowed"], true);
    }
}

#[test]
fn wrong_arguments_have_a_path_and_a_suggestion() {
    let mut client = Client::start("--fake mcp", "/nowhere", false);
    let export = json!({"data_source": "contact_history", "start_date": "2026-01-01", "end_date": "2026-01-02"});
    for (tool, arguments, sentence) in [
        ("find", json!({"question": 5}), "question: must be of the type string"),
        ("find", json!({}), "question: is required"),
        ("status", json!({"all": true}), "all: is not an argument of status; it has no arguments"),
        ("find", json!({"qestion": "x"}), "qestion: is not an argument of find; did you mean \\\"question\\\"?"),
        ("delete", json!({}), "there is no tool of this name; there are find, "),
        ("read", json!({"operation": "hubspot contcts list"}), "did you mean \\\"contacts\\\"?"),
        ("read", json!({"operation": "hubspot contacts create"}), "changes data; call the tool write"),
        (
            "read",
            json!({"operation": "hubspot contacts list", "arguments": {"limt": 1}}),
            "limt: is not an argument; did you mean",
        ),
        ("read", json!({"operation": "hubspot contacts list", "cursor": "x"}), "not a valid cursor"),
        (
            "read",
            json!({"operation": "hubspot contacts get", "arguments": {"objectId": 404}}),
            "\"kind\":\"not found\"",
        ),
        (
            "read",
            json!({"operation": "hubspot contacts get", "arguments": {"objectId": 9_007_199_254_740_993_u64}}),
            "arguments.objectId: some clients change the last digits of such a number; write it as text",
        ),
        (
            "read",
            json!({"operation": "hubspot contacts get", "arguments": {"objectId": 1e20}}),
            "arguments.objectId: some clients change the last digits of such a number; write it as text",
        ),
        (
            "write",
            json!({"operation": "hubspot contacts create", "body": {"propertys": {}}}),
            "body.propertys: is not a member; did you mean",
        ),
        ("read", json!({"operation": "hatch exports download", "arguments": export}), "there is no folder for files"),
        (
            "describe",
            json!({"operation": "contacts"}),
            "name the vendor before \\\"contacts\\\": hubspot, hoopai, hatch",
        ),
        ("read", json!({"operation": "ada@example.com"}), "operation: is not the words of an operation"),
        (
            "describe",
            json!({"operation": "hubspot contacts list", "type": "ada@example.com"}),
            "no type called \\\"…\\\"",
        ),
        ("read", json!({"operation": "hubspot contacts list", "all": true}), "crm mcp --files DIR"),
    ] {
        let (failed, text) = client.call(tool, arguments.clone());
        assert!(failed && text.contains(sentence), "{tool} {arguments}: {text}");
    }
}

#[test]
fn a_json_value_may_be_given_as_its_text() {
    let mut client = Client::start("--fake mcp", "/nowhere", false);
    let body = json!({"properties": {"email": "ada@example.com"}}).to_string();
    let made = client.done("write", json!({"operation": "hubspot contacts create", "body": body}));
    let arguments = json!({"objectId": made["id"]}).to_string();
    let read = client.done("read", json!({"operation": "hubspot contacts get", "arguments": arguments}));
    assert_eq!(read["properties"]["email"], "ada@example.com");
    let rows = json!([json!({"properties": {"email": "bob@example.com"}}).to_string()]);
    let done = client.done("batch", json!({"operation": "hubspot contacts batch-create", "rows": rows}));
    assert!(done.to_string().contains("\"ok\":1"), "{done}");
    let refused = client.refused("write", json!({"operation": "hubspot contacts create", "body": "{"}));
    assert!(refused["error"].as_str().unwrap().contains("body: must be an object, but is text"), "{refused}");
}

#[test]
fn malformed_calls_are_invalid_params() {
    for modern in [false, true] {
        let mut client = Client::start("--fake mcp", "/nowhere", modern);
        for (params, reason) in [
            (json!({"name": "find", "arguments": []}), "arguments must be an object"),
            (
                json!({"name": "find", "arguments": "{\"question\": \"x\"}"}),
                "arguments must be an object, and not text with JSON",
            ),
            (json!({"arguments": {}}), "name is required"),
            (json!({"name": 5}), "name must be text"),
        ] {
            let answer = client.ask("tools/call", params);
            assert_eq!(answer["error"]["code"], -32602, "{answer}");
            assert!(answer["error"]["message"].as_str().unwrap().ends_with(reason), "{answer}");
        }
        assert_eq!(client.ask("tools/nothing", json!({}))["error"]["code"], -32601);
        assert_eq!(client.done("status", json!({}))["fake"], true);
    }
    let mut client = Client::start("--fake mcp", "/nowhere", false);
    client.send(&json!({"jsonrpc": "2.0", "id": "x", "method": "tools/call"}));
    assert_eq!(client.next()["error"]["code"], -32602);
}

#[test]
fn long_lists_are_whole_rows_and_a_cursor() {
    let row = |number: usize| json!({"email": format!("p{number}@example.com"), "firstname": "\"".repeat(500)});
    let contacts: Vec<Value> = (0..120).map(row).collect();
    let seed = seed(&json!({"hubspot": {"contacts": contacts}}).to_string());
    let mut client = Client::start(&format!("--fake={} mcp", seed.path()), "/nowhere", false);
    let mut arguments = json!({"operation": "hubspot contacts list", "arguments": {"limit": 100}});
    let (mut seen, mut replies) = (Vec::new(), 0);
    loop {
        let (failed, text) = client.call("read", arguments.clone());
        assert!(!failed && client.last <= MOST_REPLY, "{} bytes", client.last);
        let reply: Value = serde_json::from_str(&text).unwrap();
        seen.extend(reply["rows"].as_array().unwrap().iter().map(|row| row["id"].clone()));
        replies += 1;
        match reply.get("cursor") {
            Some(cursor) => arguments["cursor"] = cursor.clone(),
            None => break,
        }
    }
    seen.dedup();
    assert!(seen.len() == 120 && replies >= 4, "{} rows in {replies} replies", seen.len());
}

#[test]
fn an_empty_list_ends() {
    let mut client = Client::start("--fake mcp", "/nowhere", false);
    assert_eq!(client.done("read", json!({"operation": "hubspot contacts list"})), json!({"rows": []}));
}

#[test]
fn options_that_the_tools_do_not_follow_are_refused() {
    for option in ["--dry-run", "--all", "--format=json"] {
        let ended = support::command(&format!("--fake {option} mcp"), "/nowhere").output().unwrap();
        let errors = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.code() == Some(2) && errors.contains("has no effect on crm mcp"), "{option}: {errors}");
    }
}

#[test]
fn a_part_of_a_page_is_that_of_its_cursor() {
    let contacts: Vec<Value> = (0..3).map(|number| json!({"email": format!("p{number}@example.com")})).collect();
    let seed = seed(&json!({"hubspot": {"contacts": contacts}}).to_string());
    let mut client = Client::start(&format!("--fake={} mcp", seed.path()), "/nowhere", false);
    let mut arguments =
        json!({"operation": "hubspot contacts list", "arguments": {"limit": 1}, "cursor": null, "part": ""});
    let first = client.done("read", arguments.clone());
    arguments["cursor"] = first["cursor"].clone();
    let second = client.done("read", arguments.clone());
    arguments["part"] = json!("results.0.id");
    let (_, id) = client.call("read", arguments);
    assert!(id == second["rows"][0]["id"] && id != first["rows"][0]["id"], "{first} {second} {id}");
}

#[test]
fn what_is_too_large_is_described_and_its_parts_can_be_read() {
    let contact = json!({"email": "ada@example.com", "firstname": "\"".repeat(10_000), "lastname": "L"});
    let seed = seed(&json!({"hubspot": {"contacts": [contact]}}).to_string());
    let mut client = Client::start(&format!("--fake={} mcp", seed.path()), "/nowhere", false);
    let rows =
        client.done("read", json!({"operation": "hubspot contacts list", "arguments": {"properties": "firstname"}}));
    let id = &rows["rows"][0]["members"]["id"];
    let mut arguments = json!({"operation": "hubspot contacts get", "arguments": {"objectId": id}});
    arguments["arguments"]["properties"] = json!("firstname,lastname");
    let large = client.done("read", arguments.clone());
    assert!(client.last <= MOST_REPLY && large["bytes"]["properties"].as_u64() > Some(40_000), "{large}");
    assert_eq!((&large["members"]["id"], &large["members"]["properties"]), (id, &Value::Null), "{large}");
    arguments["part"] = json!("properties.lastname");
    assert_eq!(client.done("read", arguments), "L");
}

/// A fake on its own thread, and the profiles that lead to it; `more` is merged into the profile.
fn account(more: Value) -> (tokio::runtime::Runtime, Fake, support::File) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fake = runtime.block_on(Fake::start(Vendor::HubSpot)).unwrap();
    let mut entry = json!({"token": fake.token(), "base_url": fake.base_url()});
    entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let profiles = seed(&json!({"default": {"hubspot": entry}}).to_string());
    (runtime, fake, profiles)
}

#[test]
fn writes_are_checked_against_a_schema() {
    let records = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schema/seed.json");
    let schema = seed(&support::crm(&format!("--fake={records} schema pull hubspot contacts")).output);
    let mut client = Client::start(&format!("--fake --schema {} mcp", schema.path()), "/nowhere", true);
    let write = |stage: &str| json!({"operation": "hubspot contacts create", "body": {"properties": {"lifecyclestage": stage}}});
    let (failed, text) = client.call("write", write("laed"));
    assert!(failed && text.contains("lifecyclestage") && text.contains("did you mean \\\"lead\\\"?"), "{text}");
    assert_eq!(client.done("write", write("lead"))["properties"]["lifecyclestage"], "lead");
    let rows = json!([write("lead")["body"], write("laed")["body"]]);
    let (failed, text) = client.call("batch", json!({"operation": "hubspot contacts batch-create", "rows": rows}));
    assert!(failed && text.contains("did you mean"), "{text}");
}

#[test]
fn a_limit_is_waited_for() {
    let (_runtime, fake, profiles) = account(json!({}));
    let hint = Some(Hint::RetryAfterFraction(Duration::from_millis(50)));
    fake.fail(Fault::RateLimited { hint }.on("contacts.list").times(2));
    let mut client = Client::start("mcp", profiles.path(), true);
    assert_eq!(client.done("read", json!({"operation": "hubspot contacts list"})), json!({"rows": []}));
    println!("measured requests of a read that is limited twice: {}", fake.requests().len());
    assert_eq!(fake.requests().len(), 3);
}

#[test]
fn writes_are_off_and_a_lost_one_is_reported() {
    let (_runtime, fake, profiles) = account(json!({}));
    let write =
        json!({"operation": "hubspot contacts create", "body": {"properties": {"email": "canary@example.com"}}});

    let mut client = Client::start("mcp", profiles.path(), true);
    let (failed, text) = client.call("write", write.clone());
    assert!(failed && text.contains("writes are not allowed"), "{text}");
    let mut dry = write.clone();
    dry["dry_run"] = json!(true);
    let shown = client.done("write", dry);
    assert_eq!(shown["headers"]["authorization"], "[…]");
    assert!(!shown.to_string().contains(fake.token()));
    assert_eq!(fake.requests().len(), 0);
    let status = client.done("status", json!({}));
    assert_eq!((&status["apis"][0]["writes_allowed"], &status["apis"][0]["credential"]), (&json!(false), &json!(true)));
    drop(client);

    fake.fail(Fault::status(500).on("contacts.create"));
    let mut client = Client::start("mcp --yes", profiles.path(), false);
    let (failed, text) = client.call("write", write.clone());
    assert!(failed && text.contains("\"may_have_happened\":true"), "{text}");
    assert!(!text.contains("canary") && !text.contains(fake.token()), "{text}");
    println!("measured requests of a create that fails: {}", fake.requests().len());
    assert_eq!(fake.requests().len(), 1);
    client.done("write", write);
    assert_eq!(fake.count("contacts"), 1);
}
