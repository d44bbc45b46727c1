//! The tool `batch`: one result per row, in order.

use crm_fake::{Fake, Fault, Vendor};
use serde_json::{Value, json};

use super::MOST_REPLY;
use super::client::{Client, asks};
use crate::support::{File, seed};

struct Setting {
    fake: Fake,
    profiles: File,
    _runtime: tokio::runtime::Runtime,
}

fn setting(vendor: Vendor, api: &str) -> Setting {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fake = runtime.block_on(Fake::start(vendor)).unwrap();
    let entry = json!({"token": fake.token(), "base_url": fake.base_url()});
    let profiles = seed(&json!({"default": {api: entry}, "other": {}}).to_string());
    Setting { fake, profiles, _runtime: runtime }
}

fn people(count: usize) -> Vec<Value> {
    (0..count).map(|row| json!({"properties": {"email": format!("p{row}@example.com")}})).collect()
}

#[test]
fn a_thousand_rows_take_ten_requests_and_have_a_result_each() {
    let place = setting(Vendor::HubSpot, "hubspot");
    let folder = tempfile::tempdir().unwrap();
    let line = format!("mcp --yes --files {}", folder.path().display());
    let mut client = Client::with(&line, place.profiles.path(), true, asks());
    client.answer = json!({"action": "accept", "content": {"confirm": true}});
    let rows = people(1_000);
    place.fake.fail(Fault::MultiStatus(vec![3]));
    let result = client.result("batch", json!({"operation": "hubspot contacts batch-create", "rows": rows}));
    assert!(client.last <= MOST_REPLY, "{} bytes", client.last);
    let reply: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!((&reply["rows"], &reply["ok"], &reply["failed"]), (&json!(1_000), &json!(999), &json!(1)));
    assert_eq!(place.fake.requests().len(), 10);
    let failed = reply["results"].as_array().unwrap().iter().find(|one| one.get("error").is_some()).unwrap();
    assert!(!failed.to_string().contains("example.com"), "{failed}");
    let text = std::fs::read_to_string(reply["path"].as_str().unwrap()).unwrap();
    let all: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(all.len(), 1_000);
    for (index, (one, row)) in all.iter().zip(&rows).enumerate() {
        assert_eq!(one["row"], index);
        if one["ok"] == true {
            assert_eq!(one["output"]["properties"]["email"], row["properties"]["email"]);
        }
    }
    assert_eq!(result["content"][1]["type"], "resource_link");
}

#[test]
fn the_errors_of_a_batch_are_told_whatever_its_size() {
    let place = setting(Vendor::HubSpot, "hubspot");
    let mut client = Client::start("mcp --yes", place.profiles.path(), false);
    client.done("batch", json!({"operation": "hubspot contacts batch-create", "rows": people(90)}));
    let ids: Vec<Value> = place.fake.records("contacts").iter().map(|record| record["id"].clone()).collect();
    let name = "n".repeat(400);
    let row = |id: &Value| json!({"id": id, "properties": {"firstname": name}});
    let inputs: Vec<Value> = ids.iter().chain([&json!("999999999")]).map(row).collect();
    let update = json!({"operation": "hubspot contacts batch-update", "body": {"inputs": inputs}});
    let told = client.done("write", update);
    assert!(
        client.last <= MOST_REPLY && told["too_large"].as_str().unwrap().starts_with("it was carried out"),
        "{told}"
    );
    let members = &told["members"];
    assert_eq!((&members["numErrors"], members["errors"].as_array().map(Vec::len)), (&json!(1), Some(1)), "{told}");
    assert!(members["results"].is_null() && told["bytes"]["results"].as_u64() > Some(32_000), "{told}");
}

#[test]
fn without_a_batch_operation_each_row_is_a_call() {
    let place = setting(Vendor::HubSpot, "hubspot");
    let mut client = Client::start("mcp --yes", place.profiles.path(), false);
    let made = client.done("batch", json!({"operation": "hubspot contacts batch-create", "rows": people(3)}));
    let ids: Vec<&Value> = made["results"].as_array().unwrap().iter().map(|one| &one["output"]["id"]).collect();
    let row = |id: &Value| json!({"arguments": {"objectId": id}});
    let rows: Vec<Value> = [ids[2], &json!("404"), ids[0]].into_iter().map(row).collect();
    let before = place.fake.requests().len();
    let read = client.done("batch", json!({"operation": "hubspot contacts get", "rows": rows}));
    assert_eq!(place.fake.requests().len() - before, 3);
    let results = read["results"].as_array().unwrap();
    assert_eq!((&results[0]["output"]["id"], &results[2]["output"]["id"]), (ids[2], ids[0]));
    assert_eq!((&results[1]["row"], &results[1]["kind"]), (&json!(1), &json!("not found")));
    assert_eq!((&read["ok"], &read["failed"], &read["unknown"]), (&json!(2), &json!(1), &json!(0)));
}

#[test]
fn the_progress_reaches_its_total_although_rows_fail() {
    let mut client = Client::start("--fake mcp", "/nowhere", true);
    let rows: Vec<Value> = (404..407).map(|id| json!({"arguments": {"objectId": id}})).collect();
    let arguments = json!({"operation": "hubspot contacts get", "rows": rows});
    let params = json!({"name": "batch", "arguments": arguments, "_meta": {"progressToken": "t"}});
    let result = client.ask("tools/call", params);
    assert!(result.to_string().contains("\\\"failed\\\":3"), "{result}");
    let last = &client.notices.last().unwrap()["params"];
    assert_eq!((last["progress"].as_f64(), last["total"].as_f64()), (Some(3.0), Some(3.0)), "{last}");
}

#[test]
fn a_lost_reply_leaves_its_rows_unknown_and_is_not_repeated() {
    let place = setting(Vendor::HubSpot, "hubspot");
    let mut client = Client::start("mcp --yes", place.profiles.path(), true);
    place.fake.fail(Fault::status(500).on("contacts.batch_create"));
    let reply = client.done("batch", json!({"operation": "hubspot contacts batch-create", "rows": people(2)}));
    assert_eq!((&reply["unknown"], &reply["results"][1]["may_have_happened"]), (&json!(2), &json!(true)));
    assert!(!reply.to_string().contains("example.com"), "{reply}");
    assert_eq!(place.fake.requests().len(), 1);
}

#[test]
fn records_are_read_by_another_property() {
    let mut client = Client::start("--fake mcp", "/nowhere", false);
    let made = client.done("batch", json!({"operation": "hubspot contacts batch-create", "rows": people(3)}));
    let ids: Vec<&Value> = made["results"].as_array().unwrap().iter().map(|one| &one["output"]["id"]).collect();
    let rows = json!([{"id": "P2@example.com"}, {"id": "nobody@example.com"}, {"id": "p0@example.com"}]);
    let body = json!({"idProperty": "email", "properties": ["email"], "propertiesWithHistory": []});
    let read = client.done("batch", json!({"operation": "hubspot contacts batch-read", "rows": rows, "body": body}));
    let results = &read["results"];
    assert_eq!((&results[0]["output"]["id"], &results[2]["output"]["id"]), (ids[2], ids[0]), "{read}");
    assert_eq!(results[1]["kind"], "not found", "{read}");
    // Without the property in the reply, no record is the one of a row, and none is reported as read.
    let rows = json!([{"id": "p2@example.com"}, {"id": "p0@example.com"}]);
    let body = json!({"idProperty": "email", "properties": ["firstname"], "propertiesWithHistory": []});
    let read = client.done("batch", json!({"operation": "hubspot contacts batch-read", "rows": rows, "body": body}));
    assert_eq!((&read["ok"], &read["unknown"]), (&json!(0), &json!(2)), "{read}");
}

#[test]
fn rows_whose_results_cannot_be_returned_are_not_sent() {
    let place = setting(Vendor::HubSpot, "hubspot");
    let mut client = Client::start("mcp --yes", place.profiles.path(), true);
    let refused = client.refused("batch", json!({"operation": "hubspot contacts batch-create", "rows": people(501)}));
    assert!(refused["error"].as_str().unwrap().contains("at most 500"), "{refused}");
    assert_eq!(place.fake.requests().len(), 0);
}

#[test]
fn nothing_is_sent_if_a_row_has_a_fault() {
    let mut client = Client::start("--fake mcp", "/nowhere", true);
    let create = "hubspot contacts batch-create";
    for (arguments, sentence) in [
        (json!({"operation": create, "rows": []}), "rows: is empty"),
        (json!({"operation": create}), "rows: is required"),
        (json!({"operation": create, "rows": {}}), "rows: must be of the type array"),
        (
            json!({"operation": create, "rows": [{"properties": {}}, {"propertys": {}}]}),
            "rows[1].propertys: is not a member; did you mean \"properties\"?",
        ),
        (
            json!({"operation": "hubspot contacts create", "rows": [{"body": {"properties": {}}}]}),
            "call hubspot contacts batch-create instead, which takes 100 rows per request",
        ),
        (
            json!({"operation": "hubspot contacts get", "rows": [{"arguments": {"objectId": 1}}, {"objectId": 1}]}),
            "rows[1].objectId: is not arguments (an object) or body",
        ),
        (json!({"operation": "hubspot contacts get", "rows": [{"arguments": {}}]}), "rows[0].objectId: is required"),
    ] {
        let refused = client.refused("batch", arguments.clone());
        assert!(refused["error"].as_str().unwrap().contains(sentence), "{arguments}: {refused}");
    }
}
