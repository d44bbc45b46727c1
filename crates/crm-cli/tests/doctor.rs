//! A checkup of an account: calls that only read, and a report without values.

#![cfg(unix)]

use crate::support::vendor::Running;
use crate::support::{self, Ongoing, Ran, command, crm, crm_at, run};
use crm_fake::{Fake, Fault, Payload, Step, Vendor};
use serde_json::json;

/// The rows of a table of the report, by its heading.
fn rows(ran: &Ran, heading: &str) -> Vec<String> {
    let table = ran.output.split("\n## ").find(|part| part.starts_with(heading)).unwrap_or_default();
    table.lines().skip(4).map(str::to_owned).collect()
}

#[test]
fn a_vendor_that_keeps_its_document_is_without_oddities() {
    for line in ["doctor hubspot", "doctor hockeystack", "doctor hoopai"] {
        let ran = crm(&format!("{line} --fake"));
        assert_eq!((ran.code, ran.errors.as_str()), (0, ""), "{line}: {}", ran.output);
        assert!(ran.output.contains("| oddities | 0 |") && ran.output.contains("| failed | 0 |"), "{}", ran.output);
        assert!(!ran.output.contains("| replies | 0 |"), "{}", ran.output);
    }
    // The vendor adds a member to each reply that no document has. There is no such location.
    let ran = crm("doctor hoopai locationId=loc --fake");
    assert_eq!((ran.code, rows(&ran, "Replies that differ")), (1, Vec::new()), "{}", ran.output);
    assert!(ran.output.contains("| hoopai locations get | 404 | "), "{}", ran.output);
    // The differences of a fake are no reason for an issue.
    let seed = support::seed(&json!({"hoopai": {"locations": [{"name": "L", "nickname": "x"}]}}).to_string());
    let ran = crm(&format!("--fake={} doctor hoopai", seed.path()));
    assert!(ran.code == 1 && ran.errors.contains("replies of the fake differ"), "{}", ran.errors);
    assert!(ran.output.contains("| `locations[].…` | no such member | text |"), "{}", ran.output);
    assert!(!ran.errors.contains("issue"), "{}", ran.errors);
}

#[test]
fn a_vendor_without_an_operation_that_reads_has_a_report_of_the_setup() {
    let ran = run(command("doctor hatch --fake", "/nowhere").env("HTTPS_PROXY", ""));
    assert!(ran.code == 0 && ran.errors.contains("hatch has no operation that a checkup can call"), "{}", ran.errors);
    assert!(ran.errors.contains("neither a credential nor a reply was checked"), "{}", ran.errors);
    assert!(ran.output.contains("| ended | at once; no reading operation could be called |"), "{}", ran.output);
    assert!(!ran.output.contains("HTTPS_PROXY"), "{}", ran.output);
    let ran = run(&mut command("doctor hatch", "/nowhere"));
    assert!(ran.code == 3 && ran.errors.contains("there is no credential"), "{}", ran.errors);
}

#[test]
fn a_checkup_without_a_reply_fails() {
    let fake = Running::start(Fake::builder(Vendor::HubSpot));
    let entry = json!({"token": fake.0.token(), "base_url": format!("{}/nowhere", fake.0.base_url())});
    let profile = support::seed(&json!({"default": {"hubspot": entry}}).to_string());
    let ran = crm_at(&profile, "doctor hubspot --calls 20");
    assert!(ran.code == 1 && ran.errors.contains("because no call succeeded"), "{}", ran.errors);
    assert!(ran.output.contains("| replies | 0 |") && !ran.output.contains("| failed | 0 |"), "{}", ran.output);
}

#[test]
fn a_credential_that_is_revoked_is_not_a_missing_scope() {
    let refused = || Fault::Status(401, Payload::Json(json!({"category": "INVALID_AUTHENTICATION"})));
    // The vendor refuses one operation only.
    let fake = Running::start(Fake::builder(Vendor::HubSpot));
    fake.0.fail(refused().on("deals.list"));
    let ran = crm_at(&fake.profile(), "doctor hubspot");
    assert_eq!((ran.code, rows(&ran, "Not permitted").len()), (0, 1), "{}{}", ran.output, ran.errors);

    let fake = Running::start(Fake::builder(Vendor::HubSpot));
    fake.0.script([Step::pass().times(5), refused().times(100)]);
    let ran = crm_at(&fake.profile(), "doctor hubspot");
    fake.0.heal();
    assert_eq!((ran.code, fake.0.requests().len()), (3, 7), "{}{}", ran.output, ran.errors);
    assert!(ran.output.contains("| replies | 5 |") && ran.output.contains("| not permitted | 0 |"), "{}", ran.output);
}

#[test]
fn every_call_reads_and_replies_are_the_arguments_of_others() {
    let fake = Running::start(Fake::builder(Vendor::HubSpot));
    fake.0.insert("contacts", json!({"email": "ada@example.com"}));
    let ran = crm_at(&fake.profile(), "doctor hubspot --calls 150");
    assert!(ran.output.contains("| ended | at the maximum of calls; --calls COUNT allows more |"), "{}", ran.output);
    let requests = fake.0.requests();
    assert_eq!(requests.len(), 150);
    let reads = |request: &crm_fake::Recorded| request.method == "GET" || request.path.ends_with("/search");
    assert!(requests.iter().all(reads));
    for call in ["objects.list", "objects.search", "objects.get", "owners.get", "properties.list"] {
        assert!(requests.iter().any(|request| request.operation == call), "{call}");
    }
    let limits = requests.iter().flat_map(|request| &request.query).filter(|(name, _)| name == "limit");
    assert!(limits.clone().count() > 10 && limits.into_iter().all(|(_, value)| value == "3"));
}

#[test]
fn the_report_has_every_kind_of_oddity_and_no_value() {
    let fake = Running::start(Fake::builder(Vendor::HubSpot));
    let canary = "Canary Lee";
    fake.0.fail(
        Fault::Body(json!({
            "results": [
                {"id": 4_711_474_747_i64, "createdAt": "", "properties": {canary: 7}, "archived": "canary",
                 "nickname": canary, "archivedName": canary, "canary@example.com": 1, "janeCanary": true},
                {"id": "4711474747", "properties": {}},
            ],
            "paging": {"next": {"after": 4_711_474_747_i64}},
        }))
        .on("contacts.list"),
    );
    fake.0.fail(
        Fault::Status(403, Payload::Json(json!({"category": "MISSING_SCOPES", "message": canary}))).on("owners.list"),
    );
    fake.0.fail(
        Fault::Status(400, Payload::Json(json!({"category": "CANARY_CODE", "message": canary}))).on("companies.list"),
    );
    fake.0.fail(
        Fault::Status(400, Payload::Json(json!({"category": "jane.canary.smith", "message": canary}))).on("calls.list"),
    );
    fake.0.fail(Fault::Html.on("deals.list"));
    let ran = crm_at(&fake.profile(), "doctor hubspot --calls 150");
    assert_eq!(ran.code, 1);
    assert!(ran.errors.contains("replies differ from their documents at"), "{}", ran.errors);
    let odd = rows(&ran, "Replies that differ");
    for row in [
        "| `results[].id` | text | an integer | 200 | 1 | hubspot contacts list |",
        "| `results[].properties.{}` | text | an integer | 200 | 1 | hubspot contacts list |",
        "| `results[].archived` | true or false | text | 200 | 1 | hubspot contacts list |",
        "| `results[].archivedName` | no such member | text | 200 | 1 | hubspot contacts list |",
        "| `results[].…` | no such member | text | 200 | 1 | hubspot contacts list |",
        "| `results[].…` | no such member | true or false | 200 | 1 | hubspot contacts list |",
        "| `results[].…` | no such member | an integer | 200 | 1 | hubspot contacts list |",
        "| `.` | JSON | other content | 200 | 1 | hubspot deals list |",
    ] {
        assert!(odd.iter().any(|one| one == row), "{row} is not in {odd:#?}");
    }
    assert_eq!(rows(&ran, "Not permitted").len(), 1);
    assert_eq!(
        rows(&ran, "Failed"),
        [
            "| hubspot calls list | 400 | invalid input |",
            "| hubspot companies list | 400 | invalid input (CANARY_CODE) |",
        ]
    );
    let text = format!("{}{}", ran.output, ran.errors);
    for value in ["Canary", "canary", "jane", "nickname", "4711474747", fake.0.token()] {
        assert!(!text.contains(value), "{value} in {text}");
    }
}

#[test]
fn no_value_of_any_reply_is_in_the_report() {
    for (vendor, line) in
        [(Vendor::HubSpot, "doctor hubspot"), (Vendor::HoopAi, "doctor hoopai locationId=canary-location")]
    {
        let fake = Running::start(Fake::builder(vendor).strange_replies().no_quota());
        let ran = crm_at(&fake.profile(), line);
        assert_eq!(ran.code, 1, "{}", ran.errors);
        assert!(ran.output.contains("…` | no such member | an object |"), "{}", ran.output);
        assert!(ran.output.contains("| a known value | another value |"), "{}", ran.output);
        for value in ["A_VALUE_NOBODY_HAS_HEARD_OF", "NobodyKnows", "canary-location", "deep", fake.0.token()] {
            assert!(!ran.output.contains(value), "{value} in {}", ran.output);
        }
    }
}

#[test]
fn a_checkup_without_a_credential_or_an_answer_is_a_report_too() {
    let ran = crm("doctor hubspot");
    assert_eq!(ran.code, 3);
    assert!(ran.output.contains("| credential of hubspot | none; set HUBSPOT_TOKEN, or run: crm login hubspot |"));
    assert!(ran.errors.contains("there is no credential for hubspot"), "{}", ran.errors);

    let mut refused = command("doctor hubspot", "/nowhere");
    let fake = Running::start(Fake::builder(Vendor::HubSpot));
    let profile = fake.profile();
    let ran = run(refused.env("CRM_PROFILES", profile.path()).env("HUBSPOT_TOKEN", ""));
    assert_eq!(ran.code, 0, "{}", ran.errors);
    fake.0.expire_tokens();
    let ran = crm_at(&profile, "doctor hubspot");
    assert!(ran.code == 3 && ran.output.contains("| ended | early; "), "{}{}", ran.output, ran.errors);

    let entry = json!({"token": "canary-token", "base_url": "http://127.0.0.1:9"});
    let ran = crm_at(&support::seed(&json!({"default": {"hubspot": entry}}).to_string()), "doctor hubspot");
    assert!(ran.code == 7 && ran.output.contains("| connection | no answer |"), "{}{}", ran.output, ran.errors);
    assert!(!ran.output.contains("127.0.0.1") && !ran.output.contains("canary"), "{}", ran.output);

    for (line, sentence) in [
        ("doctor hubspt", "invalid value 'hubspt' for '<VENDOR>'"),
        (
            "doctor hoopai locationid=x --fake",
            "no operation of hoopai has the argument locationid; did you mean locationId=…?",
        ),
        ("doctor hubspot archived=maybe --fake", "archived: must be true or false"),
        ("doctor hoopai loc --fake", "one of the words is not NAME=VALUE"),
        ("doctor hubspot --calls 0 --fake", "invalid value '0' for '--calls <COUNT>'"),
        ("doctor hubspot --format json --fake", "--format has no effect on crm doctor; leave it out"),
    ] {
        let ran = crm(line);
        assert_eq!((ran.code, ran.output.as_str()), (2, ""), "{line}: {}", ran.errors);
        assert!(ran.errors.contains(sentence), "{line}: {}", ran.errors);
    }
}

#[test]
fn ctrl_c_writes_the_report_of_what_was_done() {
    let fake = Running::start(Fake::builder(Vendor::HubSpot));
    fake.0.fail(Fault::Slow(std::time::Duration::from_secs(60)).on("deals.list"));
    let profile = fake.profile();
    let ongoing = Ongoing::start(&mut command("doctor hubspot", profile.path()));
    while !fake.0.requests().iter().any(|request| request.path.ends_with("/0-3")) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let ran = ongoing.interrupt();
    assert_eq!((ran.code, ran.errors.as_str()), (1, "crm: cancelled\n"));
    assert!(ran.output.starts_with("# crm doctor hubspot\n") && ran.output.contains("| ended | early; "));
}
