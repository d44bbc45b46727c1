//! Whole lists as files, progress and cancellation.

use std::time::Duration;

use crm_fake::{Fake, Fault, Hint, Vendor};
use serde_json::{Value, json};

use super::MOST_REPLY;
use super::client::Client;
use crate::support::{File, seed, until};

const ROWS: usize = 250;

fn many() -> (tokio::runtime::Runtime, Fake, File) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fake = runtime.block_on(Fake::start(Vendor::HubSpot)).unwrap();
    for row in 0..ROWS {
        fake.insert("contacts", json!({"email": format!("p{row}@example.com"), "firstname": "x".repeat(300)}));
    }
    let entry = json!({"token": fake.token(), "base_url": fake.base_url()});
    let profiles = seed(&json!({"default": {"hubspot": entry}}).to_string());
    (runtime, fake, profiles)
}

fn all(limit: usize) -> Value {
    json!({"operation": "hubspot contacts list", "arguments": {"limit": limit}, "all": true})
}

fn numbers(client: &Client) -> Vec<f64> {
    client.notices.iter().map(|notice| notice["params"]["progress"].as_f64().unwrap()).collect()
}

#[test]
fn a_whole_list_is_a_file_that_can_be_read() {
    let (_runtime, fake, profiles) = many();
    let folder = tempfile::tempdir().unwrap();
    for modern in [false, true] {
        let line = format!("mcp --files {}", folder.path().display());
        let mut client = Client::start(&line, profiles.path(), modern);
        fake.fail(Fault::RateLimited { hint: Some(Hint::RetryAfterSeconds(1)) });
        let mut params = json!({"name": "read", "arguments": all(100), "_meta": {"progressToken": 7}});
        params["_meta"]["progressToken"] = json!("t");
        let result = client.ask("tools/call", params)["result"].take();
        assert!(result["isError"] != true && client.last <= MOST_REPLY, "{result}");
        let reply: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!((&reply["count"], reply["first_rows"].as_array().unwrap().len()), (&json!(ROWS), 10));
        let progress = numbers(&client);
        assert!(progress.windows(2).all(|pair| pair[0] < pair[1]), "{progress:?}");
        assert_eq!(progress.last(), Some(&250.0));
        assert!(client.notices.iter().any(|notice| notice.to_string().contains("waiting ")), "{:?}", client.notices);
        let link = &result["content"][1];
        assert_eq!(link["type"], "resource_link");
        let listed = client.ask("resources/list", json!({}));
        assert!(
            listed["result"]["resources"].as_array().unwrap().iter().any(|one| one["uri"] == link["uri"]),
            "{listed}"
        );
        let read = client.ask("resources/read", json!({"uri": link["uri"]}));
        let text = read["result"]["contents"][0]["text"].as_str().unwrap_or_else(|| panic!("{read}"));
        let ids: Vec<Value> =
            text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect();
        assert_eq!((ids.len(), &ids[9]), (ROWS, &reply["first_rows"][9]["id"]));
        let outside = client.ask("resources/read", json!({"uri": "crm-file:///../x"}));
        assert!(outside["error"]["message"].as_str().unwrap().contains("no file of this address"), "{outside}");
    }
}

#[test]
fn a_list_that_breaks_off_keeps_its_rows_and_continues() {
    let (_runtime, fake, profiles) = many();
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::start(&format!("mcp --files {}", folder.path().display()), profiles.path(), true);
    fake.script([crm_fake::Step::pass().times(2), Fault::status(403).into()]);
    let broken = client.refused("read", all(100));
    assert_eq!((&broken["count"], &broken["kind"]), (&json!(200), &json!("credential")));
    let mut rest = all(100);
    rest["cursor"] = broken["cursor"].clone();
    assert_eq!(client.done("read", rest)["count"], 50);
}

#[test]
fn a_cancelled_list_stops_and_leaves_no_file() {
    let (_runtime, fake, profiles) = many();
    let folder = tempfile::tempdir().unwrap();
    for modern in [false, true] {
        let mut client = Client::start(&format!("mcp --files {}", folder.path().display()), profiles.path(), modern);
        fake.script([crm_fake::Step::pass().times(3), Fault::Slow(Duration::from_secs(600)).into()]);
        let before = fake.requests().len();
        let params = json!({"name": "read", "arguments": all(1), "_meta": {"progressToken": "t"}});
        let id = client.begin("tools/call", params);
        for rows in 1..=3 {
            assert_eq!(client.next()["params"]["progress"].as_f64(), Some(f64::from(rows)));
        }
        // The slow step belongs to the list, not to the call after it.
        until("the fourth request", || fake.requests().len() - before >= 4);
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}}));
        // Others are answered meanwhile, and the cancelled one is not.
        client.done("read", json!({"operation": "hubspot contacts list", "arguments": {"limit": 1}}));
        assert!(fake.requests().len() - before <= 5, "{} requests", fake.requests().len() - before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        fake.heal();
    }
}
