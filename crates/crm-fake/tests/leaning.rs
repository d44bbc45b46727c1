//! Guarantees for tests: names that exist, faults that were met, files that are right, signatures that hold.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::common::{self, get};
use crm_fake::{Fake, Fault, Hint, Setup, Step, Vendor};
use serde_json::json;

/// The text of a panic.
fn panics(work: impl FnOnce()) -> String {
    let cause = catch_unwind(AssertUnwindSafe(work)).expect_err("it panics");
    cause.downcast_ref::<String>().expect("with a text").clone()
}

#[tokio::test]
async fn a_fault_for_an_operation_that_does_not_exist_is_refused_with_what_was_meant() {
    let hubspot = Fake::start(Vendor::HubSpot).await.unwrap();
    for (name, said) in [
        ("no.such.operation", "hubspot has no operation `no.such.operation`"),
        ("contact.list", "; did you mean `contacts.list`"),
        ("contacts.serach", "; did you mean `contacts.search`"),
        ("exports.download", "; it is one of hatch-bulk-export, which has a fake of its own"),
    ] {
        let text = panics(|| hubspot.fail(Fault::status(500).on(name)));
        assert!(text.contains(said), "{text}");
    }
    assert_eq!(hubspot.faults_left(), 0);
    // The name in the document, that of a documented type, and of custom ones by number, qualified name and presence.
    hubspot.insert("pets", json!({"name": "Rex"}));
    for name in ["objects.list", "deals.list", "2-123.list", "p77_cars.list", "pets.list", "owners.list"] {
        hubspot.fail(Fault::status(500).on(name));
    }
    hubspot.heal();

    let hoopai = Fake::start(Vendor::HoopAi).await.unwrap();
    let text = panics(|| hoopai.fail(Fault::status(500).on("contacts.lst")));
    assert!(text.contains("did you mean `contacts."), "{text}");
}

#[tokio::test]
async fn a_fault_without_effect_is_refused() {
    let hubspot = Fake::start(Vendor::HubSpot).await.unwrap();
    assert_eq!(panics(|| hubspot.fail(Fault::NotJson.times(0))), "`times` must be at least 1");
    for on in ["contacts.list", "objects.get", "contacts.batch_archive", "owners.list"] {
        let text = panics(|| hubspot.fail(Fault::MultiStatus(vec![0]).on(on)));
        assert!(text.starts_with(&format!("`{on}` has no rows that fail by themselves")), "{text}");
    }
    let hoopai = Fake::start(Vendor::HoopAi).await.unwrap();
    assert!(panics(|| hoopai.fail(Fault::MultiStatus(vec![0]))).starts_with("`hoopai` has no rows"));

    // Without a name it is for the next batch, not for the list before it.
    hubspot.fail(Fault::MultiStatus(vec![0]));
    assert_eq!(get(&hubspot, "/crm/objects/2026-03/contacts").await.status, 200);
    assert_eq!(hubspot.unfired().len(), 1);
    let body = json!({"inputs": [{"properties": {"email": "a@example.com"}, "objectWriteTraceId": "1"}]});
    common::post(&hubspot, "/crm/objects/2026-03/contacts/batch/create", body).await;
    assert_eq!((hubspot.unfired().len(), hubspot.count("contacts")), (0, 0));

    // It is for a batch that has one of the rows.
    hubspot.fail(Fault::MultiStatus(vec![1, 7]));
    for (rows, left, created) in [(1, 1, 1), (2, 0, 2)] {
        let row = |n| json!({"properties": {"email": format!("{rows}-{n}@example.com")}, "objectWriteTraceId": n});
        let inputs: Vec<_> = (0..rows).map(|n| row(n.to_string())).collect();
        common::post(&hubspot, "/crm/objects/2026-03/contacts/batch/create", json!({"inputs": inputs})).await;
        assert_eq!((hubspot.unfired().len(), hubspot.count("contacts")), (left, created));
    }

    for builder in [Fake::builder(Vendor::HubSpot).sample_replies(), Fake::builder(Vendor::HubSpot).strange_replies()] {
        let fake = builder.start().await.unwrap();
        let text = panics(|| fake.fail(Fault::MultiStatus(vec![0])));
        assert_eq!(text, "rows fail only in a fake that answers from its state");
    }
}

#[tokio::test]
async fn what_happened_last_is_told_with_a_fault_that_was_never_met() {
    let fake = Fake::start(Vendor::HubSpot).await.unwrap();
    fake.fail(Fault::NotJson.on("deals.list"));
    get(&fake, "/crm/objects/2026-03/contacts").await;
    get(&fake, "/crm/objects/2026-03/contacts/12").await;
    let text = panics(|| drop(fake));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1], "  GET /crm/objects/2026-03/contacts: 200");
    assert!(
        lines[2].starts_with("  GET /crm/objects/2026-03/contacts/12: 404 {") && lines[2].contains("OBJECT_NOT_FOUND")
    );
    assert!(lines[3].contains("An error that the test returned is not shown"));
    let unused = Fake::start(Vendor::HubSpot).await.unwrap();
    unused.fail(Fault::NotJson);
    assert!(panics(|| drop(unused)).contains("It received no request."));
    for (requests, said) in [(1, "1 request,"), (2, "2 requests,")] {
        let forgetful = Fake::builder(Vendor::HubSpot).keep_requests(0).start().await.unwrap();
        forgetful.fail(Fault::NotJson.on("deals.list"));
        for _ in 0..requests {
            get(&forgetful, "/crm/objects/2026-03/contacts").await;
        }
        let text = panics(|| drop(forgetful));
        assert!(text.contains(&format!("It received {said} and kept none (`keep_requests`).")), "{text}");
    }
}

#[test]
fn a_port_that_is_taken_is_one_line_and_an_exit_code() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let faults = std::env::temp_dir().join(format!("crm-fake-{port}.json"));
    std::fs::write(&faults, r#"{"hoopai": [{"fault": "html"}]}"#).unwrap();
    let run = |arguments: &[&str]| {
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_crm-fake")).args(arguments).output().unwrap();
        (run.status.code(), String::from_utf8(run.stderr).unwrap())
    };
    // The faults of the first vendor are used by no request.
    let before = (port - 1).to_string();
    let file = faults.to_str().unwrap();
    for arguments in
        [&["hubspot", "--port", &port.to_string()][..], &["hoopai", "hubspot", "--port", &before, "--faults", file][..]]
    {
        let (code, text) = run(arguments);
        assert_eq!((code, text.lines().count()), (Some(1), 1), "{text}");
        assert!(text.starts_with("crm-fake: cannot start h") && text.contains("on port "), "{text}");
    }
    std::fs::remove_file(faults).unwrap();
}

#[tokio::test]
async fn a_fault_that_was_never_met_is_told_when_the_fake_is_dropped() {
    let hubspot = Fake::start(Vendor::HubSpot).await.unwrap();
    hubspot.script([Fault::status(503).on("contacts.list"), Fault::Html.on("deals.list").times(3), Step::pass()]);
    assert_eq!(get(&hubspot, "/crm/objects/2026-03/deals").await.status, 200);
    assert_eq!(hubspot.unfired(), ["Status(503, Vendor) on contacts.list"], "one of three counts");
    let text = panics(|| drop(hubspot));
    assert!(
        text.starts_with("no request to the fake hubspot has used: Status(503, Vendor) on contacts.list;"),
        "{text}"
    );

    let healed = Fake::start(Vendor::HubSpot).await.unwrap();
    healed.fail(Fault::NotJson);
    healed.heal();
    let beside_a_panic = panics(|| {
        let fake = healed;
        fake.fail(Fault::NotJson);
        panic!("{}", "the test's own")
    });
    assert_eq!(beside_a_panic, "the test's own");
}

#[tokio::test]
async fn waits_can_be_fractions_and_every_reply_can_be_late() {
    let fake = Fake::builder(Vendor::HubSpot).latency(Duration::from_millis(60)).start().await.unwrap();
    fake.fail(Fault::RateLimited { hint: Some(Hint::RetryAfterFraction(Duration::from_millis(1_250))) });
    let start = Instant::now();
    let reply = get(&fake, "/crm/objects/2026-03/contacts").await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("1.25")));
    assert!(start.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_recorded_request_shows_its_body_as_text() {
    let fake = Fake::start(Vendor::HubSpot).await.unwrap();
    common::post(&fake, "/crm/objects/2026-03/contacts", json!({"properties": {"email": "ada@example.com"}})).await;
    let recorded = fake.requests().remove(0);
    assert_eq!(recorded.text(), r#"{"properties":{"email":"ada@example.com"}}"#);
    assert!(format!("{recorded:?}").contains(r#"body: {"properties":{"email":"ada@example.com"}}"#), "{recorded:?}");
}

#[tokio::test]
async fn files_fill_and_script_a_fake() {
    let records = r#"{"hubspot": {"contacts": [{"email": "ada@example.com", "jobtitle": "x"}, {"email": "grace@example.com"}], "owners": []},
                      "hoopai": {"opportunities": [{"name": "a deal"}]}}"#;
    let faults = r#"{"hubspot": [
        {"fault": {"status": {"code": 503, "body": {"a": 1}}}, "on": "contacts.list", "times": 2},
        {},
        {"fault": {"rate_limited": {"retry_after": 0.5}}}, {"fault": {"rate_limited": {}}},
        {"fault": {"accepted202": {"times": 1}}}, {"fault": {"multi_status": {"rows": [0]}}},
        {"fault": {"slow": {"seconds": 0.1}}}, {"fault": {"drip": {"every": 0.1, "bytes": 8}}},
        {"fault": {"cut_body": {"after": 3}}}, {"fault": "wrong_content_length"}, {"fault": "not_json"},
        {"fault": "html"}, {"fault": {"reset": {"when": "after_headers"}}, "on": "contacts.create", "applied": true},
        {"fault": {"redirect": {"code": 302, "to": "/"}}}, {"fault": "utf16"}, {"fault": {"body": []}},
        {"fault": "repeat_cursor"}
    ]}"#;
    let (records, faults) =
        (Setup::records("seed.json", records).unwrap(), Setup::faults("faults.json", faults).unwrap());
    assert_eq!(records.vendors(), [Vendor::HubSpot, Vendor::HoopAi]);
    let hubspot = Fake::start(Vendor::HubSpot).await.unwrap();
    records.apply(&hubspot);
    faults.apply(&hubspot);
    assert_eq!((hubspot.count("contacts"), hubspot.unfired().len()), (2, 16));
    let defined = |name: &str| hubspot.records("properties:contacts").iter().find(|one| one["name"] == name).cloned();
    assert_eq!(defined("jobtitle").unwrap()["type"], "string");
    assert_eq!(defined("email").unwrap()["hasUniqueValue"], true);
    for _ in 0..2 {
        let reply = get(&hubspot, "/crm/objects/2026-03/contacts").await;
        assert_eq!((reply.status, reply.body), (503, json!({"a": 1})));
    }
    assert_eq!(get(&hubspot, "/crm/objects/2026-03/contacts").await.status, 200);
    assert_eq!(get(&hubspot, "/crm/objects/2026-03/contacts").await.header("retry-after"), Some("0.5"));
    hubspot.heal();
}

#[test]
fn a_file_that_is_wrong_is_named_with_line_and_member() {
    for (text, said) in [
        ("{\n\"hubspt\": {}}", "`hubspt` is not a vendor; did you mean `hubspot`? at line 2"),
        ("{\"hubspot\": {\n\n\"contact\": []}}", "hubspot has no records called `contact`; did you mean `contacts`"),
        ("{\"hoopai\": {\n\"things\": []}}", "hoopai has no records called `things`"),
        ("{\"hubspot\": {\"contacts\": [7]}}", "invalid type: integer `7`, expected a map at line 1"),
        ("{\"hubspot\": {}", "EOF while parsing"),
        ("{} {}", "trailing characters at line 1"),
    ] {
        let error = Setup::records("dir/seed.json", text).unwrap_err().to_string();
        assert!(error.starts_with("dir/seed.json: ") && error.contains(said), "{error}");
    }
    let line = Setup::records("seed.json", "{\"hubspot\": {\n\n\"contact\": []}}").unwrap_err().to_string();
    assert!(line.contains("at line 3"), "{line}");
    for (step, said) in [
        ("{\"fault\": \"html\", \"onn\": \"contacts.list\"}", "unknown field `onn`, expected one of `fault`, `on`"),
        ("{\"fault\": {\"status\": {\"cod\": 503}}}", "unknown field `cod`, expected `code` or `body`"),
        ("{\"fault\": {\"status\": {\"code\": 42}}}", "42 is not a status between 200 and 599"),
        ("{\"fault\": \"htm\"}", "unknown variant `htm`, expected one of `rate_limited`"),
        ("{\"fault\": \"html\", \"times\": 0}", "`times` must be at least 1"),
        ("{\"fault\": {\"accepted202\": {\"times\": 0}}}", "`times` must be at least 1"),
        ("{\"fault\": {\"slow\": {\"seconds\": -1}}}", "`seconds` must be a number of seconds of at least 0, not -1"),
        ("{\"fault\": {\"drip\": {\"every\": -0.5, \"bytes\": 1}}}", "`every` must be"),
        ("{\"fault\": {\"drip\": {\"every\": 1, \"bytes\": 0}}}", "`bytes` must be at least 1"),
        ("{\"fault\": {\"rate_limited\": {\"retry_after\": -1}}}", "`retry_after` must be"),
        ("{\"fault\": {\"multi_status\": {\"rows\": []}}, \"on\": \"contacts.batch_create\"}", "`rows` names no row"),
        ("{\"fault\": {\"multi_status\": {\"rows\": [0]}}, \"on\": \"contacts.list\"}", "`contacts.list` has no rows"),
        ("{\"on\": \"contact.list\"}", "hubspot has no operation `contact.list`; did you mean `contacts.list`"),
    ] {
        let error =
            Setup::faults("faults.json", &format!("{{\"hubspot\": [\n\n{step}, {{}}]}}")).unwrap_err().to_string();
        assert!(error.starts_with("faults.json: ") && error.contains(said) && error.contains("line 3"), "{error}");
    }
}
