//! A call that destroys data, or changes more than 100 rows, needs a confirmation: by the user if the client can ask, and
//! otherwise by a digest.

use serde_json::{Value, json};

use super::client::{Client, asks};
use crate::support::seed;

fn archive(id: &Value) -> Value {
    json!({"operation": "hubspot contacts archive", "arguments": {"objectId": id}})
}

fn start(modern: bool, capabilities: Value) -> (Client, Value) {
    let seed = seed(&json!({"hubspot": {"contacts": [{"email": "ada@example.com"}]}}).to_string());
    let line = format!("--fake={} mcp", seed.path());
    let mut client = Client::with(&line, "/nowhere", modern, capabilities);
    let rows = client.done("read", json!({"operation": "hubspot contacts list"}));
    let id = rows["rows"][0]["id"].clone();
    (client, id)
}

fn is_there(client: &mut Client, id: &Value) -> bool {
    !client.call("read", json!({"operation": "hubspot contacts get", "arguments": {"objectId": id}})).0
}

#[test]
fn the_user_is_asked_in_both_eras() {
    for modern in [false, true] {
        let (mut client, id) = start(modern, asks());
        for no in [
            json!({"action": "cancel"}),
            json!({"action": "decline", "content": {"confirm": true}}),
            json!({"action": "accept", "content": {"confirm": false}}),
            json!({"action": "accept"}),
        ] {
            client.answer = no.clone();
            let refused = client.refused("write", archive(&id));
            assert!(refused["error"].as_str().unwrap().contains("did not confirm"), "{no}: {refused}");
            assert_eq!(refused["kind"], "declined");
        }
        assert!(is_there(&mut client, &id));
        // The model cannot confirm instead of the user, whatever the client says in their place.
        let mut dry = archive(&id);
        dry["dry_run"] = json!(true);
        let mut confirmed = archive(&id);
        confirmed["confirm"] = client.done("write", dry.clone())["confirm"].clone();
        client.answer = json!({"action": "decline"});
        assert_eq!(client.refused("write", confirmed.clone())["kind"], "declined");
        for no in [json!({"code": -32000, "message": "User closed the dialog"}), json!({"action": "reject"})] {
            if !modern {
                client.answer = no;
                let refused = client.refused("write", confirmed.clone());
                assert!(refused["error"].as_str().unwrap().contains("did not confirm"), "{refused}");
            }
        }
        assert!(is_there(&mut client, &id));
        client.answer = json!({"action": "accept", "content": {"confirm": true}});
        assert_eq!(client.done("write", archive(&id)), json!({"done": true}));
        assert!(!is_there(&mut client, &id));
        assert_eq!(client.asked.len(), if modern { 6 } else { 8 });
        let question = client.asked[0]["message"].as_str().unwrap();
        assert!(question.contains("hubspot contacts archive destroys data") && question.contains(id.as_str().unwrap()));
        assert_eq!(client.asked[0]["requestedSchema"]["required"], json!(["confirm"]));
    }
}

/// Some clients write all members of a message.
#[test]
fn an_answer_may_have_null_members_and_one_that_cannot_be_read_is_a_no() {
    let (mut client, id) = start(false, asks());
    let yes = json!({"action": "accept", "content": {"confirm": true}});
    for (members, expected) in [
        (json!({"error": "no"}), "did not confirm"),
        (json!({"error": null}), "did not confirm"),
        (json!({"result": yes, "error": {"code": 1, "message": "x"}}), "did not confirm"),
        (json!({"result": null, "error": {"code": -32601, "message": "x"}}), "Call with dry_run: true"),
        (json!({"result": yes, "error": null}), "\\\"done\\\":true"),
    ] {
        let call = client.begin("tools/call", json!({"name": "write", "arguments": archive(&id)}));
        let question = client.next();
        let mut answer = json!({"jsonrpc": "2.0", "id": question["id"]});
        answer.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        client.send(&answer);
        let result = client.wait(call).to_string();
        assert!(result.contains(expected), "{members}: {result}");
    }
}

#[test]
fn a_client_that_announced_to_ask_and_cannot_confirms_by_digest() {
    let (mut client, id) = start(false, asks());
    client.answer = json!({"code": -32601, "message": "Method not found"});
    let refused = client.refused("write", archive(&id));
    assert!(refused["error"].as_str().unwrap().contains("Call with dry_run: true"), "{refused}");
    let mut dry = archive(&id);
    dry["dry_run"] = json!(true);
    let mut confirmed = archive(&id);
    confirmed["confirm"] = client.done("write", dry)["confirm"].clone();
    assert_eq!(client.done("write", confirmed), json!({"done": true}));
    assert_eq!((client.asked.len(), is_there(&mut client, &id)), (2, false));
}

#[test]
fn an_answer_counts_only_for_the_call_that_asked() {
    let (mut client, id) = start(true, asks());
    let asked = client.ask("tools/call", json!({"name": "write", "arguments": archive(&id)}))["result"].take();
    let yes = json!({"confirm": {"action": "accept", "content": {"confirm": true}}});
    for (arguments, state) in
        [(archive(&json!("999")), asked["requestState"].clone()), (archive(&id), json!("0-0000000000000000"))]
    {
        let params = json!({"name": "write", "arguments": arguments, "inputResponses": yes, "requestState": state});
        let answer = client.ask("tools/call", params);
        assert!(answer["result"]["resultType"] == "input_required", "{answer}");
    }
    assert!(is_there(&mut client, &id));
}

#[test]
fn the_question_has_the_rows_of_any_list_and_no_secret() {
    let mut client = Client::with("--fake mcp", "/nowhere", true, asks());
    let ids: Vec<String> = (1000..1150).map(|id: u32| id.to_string()).collect();
    let body = json!({"recordIdsToAdd": ["77"], "recordIdsToRemove": ids});
    let operation = "hubspot lists add-and-remove-memberships";
    client.refused("write", json!({"operation": operation, "arguments": {"listId": "5"}, "body": body}));
    let question = client.asked[0]["message"].as_str().unwrap();
    for part in
        ["destroys the data of 150 rows", "\"1000\", ", "\"1009\" and 140 more", "{\"recordIdsToAdd\":[\"77\"]}"]
    {
        assert!(question.contains(part), "{part}: {question}");
    }
    assert!(!question.contains("1010"), "{question}");
    let body = json!({"token": "canary-token", "token_type_hint": "refresh_token"});
    client.refused("write", json!({"operation": "hubspot oauth revoke-token", "body": body}));
    assert!(client.asked.iter().all(|question| !question.to_string().contains("canary")), "{:?}", client.asked);
}

fn companies(count: usize) -> Value {
    let rows: Vec<Value> = (0..count).map(|row| json!({"properties": {"name": format!("C{row}")}})).collect();
    json!({"operation": "hubspot companies batch-create", "rows": rows})
}

#[test]
fn a_confirmation_confirms_one_call() {
    let mut client = Client::with("--fake mcp", "/nowhere", true, asks());
    let arguments = companies(101);
    let call = json!({"name": "batch", "arguments": arguments});
    let asked = client.ask("tools/call", call.clone())["result"].take();
    let question = asked["inputRequests"]["confirm"]["params"]["message"].as_str().unwrap();
    assert!(question.contains("C9") && !question.contains("C10") && question.contains("and 91 more"), "{question}");
    let mut answer = call;
    answer["inputResponses"] = json!({"confirm": {"action": "accept", "content": {"confirm": true}}});
    answer["requestState"] = asked["requestState"].clone();
    let done = client.ask("tools/call", answer.clone())["result"].take();
    assert!(done["content"][0]["text"].as_str().unwrap().contains("\"ok\":101"), "{done}");
    let again = client.ask("tools/call", answer.clone())["result"].take();
    assert_eq!(again["resultType"], "input_required", "{again}");
    assert_ne!(again["requestState"], asked["requestState"]);
    answer["requestState"] = again["requestState"].clone();
    let done = client.ask("tools/call", answer)["result"].take();
    assert!(done["content"][0]["text"].as_str().unwrap().contains("\"ok\":101"), "{done}");

    let mut client = Client::start("--fake mcp", "/nowhere", false);
    let mut dry = arguments.clone();
    dry["dry_run"] = json!(true);
    let mut confirmed = arguments;
    confirmed["confirm"] = client.done("batch", dry)["confirm"].clone();
    assert_eq!(client.done("batch", confirmed.clone())["ok"], 101);
    let refused = client.refused("batch", confirmed);
    assert!(refused["error"].as_str().unwrap().contains("was used already"), "{refused}");
}

#[test]
fn a_client_that_cannot_ask_gives_back_a_digest() {
    for modern in [false, true] {
        let (mut client, id) = start(modern, json!({"elicitation": {"url": {}}}));
        let refused = client.refused("write", archive(&id));
        assert!(refused["error"].as_str().unwrap().contains("dry_run: true"), "{refused}");
        let mut dry = archive(&id);
        dry["dry_run"] = json!(true);
        let digest = client.done("write", dry)["confirm"].clone();
        let mut other = archive(&json!("999"));
        other["confirm"] = digest.clone();
        let refused = client.refused("write", other);
        assert!(refused["error"].as_str().unwrap().starts_with("confirm: is not the digest of this call"), "{refused}");
        assert!(is_there(&mut client, &id));
        let mut confirmed = archive(&id);
        confirmed["confirm"] = digest;
        assert_eq!(client.done("write", confirmed), json!({"done": true}));
        assert!(!is_there(&mut client, &id) && client.asked.is_empty());
    }
}

#[test]
fn more_than_a_hundred_rows_are_confirmed() {
    let mut client = Client::start("--fake mcp", "/nowhere", true);
    let rows = |count: usize| -> Value {
        (0..count).map(|row| json!({"properties": {"email": format!("p{row}@example.com")}})).collect()
    };
    let mut batch = json!({"operation": "hubspot contacts batch-create", "rows": rows(101), "dry_run": true});
    let plan = client.done("batch", batch.clone());
    assert_eq!((&plan["rows"], &plan["requests"]), (&json!(101), &json!(2)));
    batch["dry_run"] = json!(false);
    let refused = client.refused("batch", batch.clone());
    assert!(refused["error"].as_str().unwrap().contains("changes 101 rows"), "{refused}");
    batch["confirm"] = plan["confirm"].clone();
    assert_eq!(client.done("batch", batch)["ok"], 101);
    let few = json!({"operation": "hubspot companies batch-create", "rows": [{"properties": {"name": "C"}}]});
    assert_eq!(client.done("batch", few)["ok"], 1);
}
