//! `crm search`, `crm count` and `crm watch`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::support::vendor::Running;
use crate::support::{closed, command, crm, crm_at, run, seed};
use crm_fake::{Fake, Fault, Vendor};
use serde_json::{Value, json};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Runs a command whose last argument has blanks.
fn asked(fake: &str, line: &str, filters: &[&str]) -> (i32, String, String) {
    let ended = command(&format!("--fake={fake} {line}"), "/nowhere").args(filters).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ended.status.code().unwrap(), text(ended.stdout), text(ended.stderr))
}

#[test]
fn a_search_finds_what_the_filters_say() {
    let contact =
        |email: &str, stage: &str, phone: Value| json!({"email": email, "lifecyclestage": stage, "phone": phone});
    let contacts = [
        contact("ada@example.com", "lead", "1".into()),
        contact("bob@example.com", "customer", Value::Null),
        contact("eve@example.org", "lead", Value::Null),
    ];
    let seed = seed(&json!({"hubspot": {"contacts": contacts}}).to_string());
    for (filters, count) in [
        (&[][..], 3),
        (&["email=ada@example.com"], 1),
        (&["lifecyclestage=lead", "not has phone"], 1),
        (&["lifecyclestage=lead", "has phone", "or", "lifecyclestage in customer,other"], 2),
        (&["createdate>=2020-01-01", "createdate<2021-01-01"], 0),
        (&["createdate>=2020-01-01", "lifecyclestage!=lead"], 1),
    ] {
        let (code, output, errors) = asked(seed.path(), "search hubspot contacts --properties email", filters);
        assert_eq!((code, output.lines().count()), (0, count), "{filters:?}: {errors}");
        let (code, output, errors) = asked(seed.path(), "count hubspot contacts", filters);
        assert_eq!((code, output), (0, format!("{count}\n")), "{filters:?}: {errors}");
    }
    let emails = |options: &str| -> Vec<String> {
        let line = format!("search hubspot contacts --properties email {options}");
        let found = lines(&asked(seed.path(), line.trim_end(), &[]).1);
        found.iter().map(|one| one["properties"]["email"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(emails("--sort -email --limit 2"), ["eve@example.org", "bob@example.com"]);
    assert_eq!(emails("--sort email --limit 1"), ["ada@example.com"]);
    assert_eq!(emails("--query eve@example.org"), ["eve@example.org"]);
}

#[test]
fn a_search_goes_on_after_ten_thousand() {
    let vendor = Running::start(Fake::builder(Vendor::HubSpot).no_quota());
    for number in 0..10_450 {
        vendor.0.insert("contacts", json!({"email": format!("c{number}@example.com")}));
    }
    let profiles = vendor.profile();
    let ran = crm_at(&profiles, "search hubspot contacts has email");
    assert_eq!(ran.code, 2, "two words are two filters: {}", ran.errors);
    let ended = command("search hubspot contacts", profiles.path()).arg("has email").output().unwrap();
    let found = lines(&String::from_utf8(ended.stdout).unwrap());
    let ids: BTreeSet<&str> = found.iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!((found.len(), ids.len()), (10_450, 10_450));
    assert_eq!(crm_at(&profiles, "count hubspot contacts").output, "10450\n");
}

#[test]
fn contacts_of_hoopai_are_searched_and_counted() {
    let contacts: Vec<Value> = (0..600)
        .map(|number| json!({"email": format!("c{number}@example.com"), "tags": [format!("t{}", number % 2)]}))
        .collect();
    let seed = seed(&json!({"hoopai": {"contacts": contacts}}).to_string());
    let location = "hoopai contacts --location-id location-fake";
    for (filters, count) in [(&[][..], 600), (&["tags=t1"], 300), (&["email in c1@example.com,c2@example.com"], 2)] {
        let (code, output, errors) = asked(seed.path(), &format!("search {location}"), filters);
        assert_eq!((code, output.lines().count()), (0, count), "{filters:?}: {errors}");
        assert_eq!(asked(seed.path(), &format!("count {location}"), filters).1, format!("{count}\n"));
    }
}

#[test]
fn a_wrong_search_is_refused_before_anything_is_sent() {
    for (line, sentence) in [
        ("search hubspot contcts", "HubSpot has no type of object called \"contcts\"; did you mean \"contacts\"?"),
        ("search hubspot contracts", "HubSpot has no search of contracts"),
        ("search hatch contacts", "invalid value 'hatch'"),
        ("search hoopai contacts", "contacts belong to a location; add --location-id ID"),
        ("search hoopai opportunities", "of HoopAI only contacts can be read so; read another list with --all"),
        (
            "search hubspot contacts ada@example.com",
            "filter 1: the name of the property has characters other than letters",
        ),
        (
            "search hubspot contacts --sort -email",
            "in descending order, HubSpot returns at most 10000 records; add --limit 10000",
        ),
        ("search hubspot contacts --all", "all records are read; leave out --all"),
        ("search hubspot contacts --limit 0", "invalid value"),
        ("search hoopai contacts --location-id l --properties email", "HoopAI returns all properties"),
        ("count hubspot contacts --sort email", "unexpected argument '--sort' found"),
        ("watch hubspot contacts", "required arguments were not provided: <--since <TIME>|--since-last <FILE>>"),
        ("watch hubspot contacts --since soon --fake", "crm: --since: must be a point in time"),
        (
            "search hubspot contacts emailx=x --fake",
            "filter emailx: is not a property of contacts; did you mean \"email\"?",
        ),
        (
            "search hubspot contacts associations.companiesx=1 --dry-run",
            "no type of object called \"companiesx\"; did you mean",
        ),
        ("count hubspot contacts associations.companiesx=1", "no type of object called \"companiesx\"; did you mean"),
        (
            "update hubspot contacts --where associations.companiesx=1 firstname=A",
            "no type of object called \"companiesx\"; did you mean",
        ),
        ("search hubspot contacts --sort emailx --fake", "--sort emailx: is not a property of contacts"),
        ("count hubspot contacts email=x or emailx=x --fake", "filter emailx: is not a property of contacts"),
        ("archive hubspot contacts --where emailx=x --dry-run --fake", "filter emailx: is not a property of contacts"),
        ("update hubspot contacts --where emailx=x email=y --fake", "filter emailx: is not a property of contacts"),
        ("watch hubspot contacts --since-last /nowhere/x", "/nowhere/x does not exist yet; add --since TIME"),
        ("watch hubspot contacts --since 0 --format csv", "changes are written as a JSON value per line"),
        (
            "search hubspot contacts --properties emailx --fake",
            "--properties emailx: is not a property of contacts; did you mean \"email\"?",
        ),
        (
            "watch hubspot companies --since 0 --properties xyzzy --fake",
            "--properties xyzzy: is not a property of companies; list them with: crm hubspot properties list companies",
        ),
    ] {
        let ran = crm(line);
        assert_eq!((ran.code, ran.output.as_str()), (2, ""), "{line}: {}", ran.errors);
        assert!(ran.errors.contains(sentence) && ran.errors.lines().count() == 1, "{line}: {}", ran.errors);
    }
    let shown = crm("--fake --dry-run search hubspot contacts email=ada@example.com --limit 7");
    let request: Value = serde_json::from_str(&shown.output).unwrap();
    assert_eq!((&request["body"]["limit"], &request["headers"]["authorization"]), (&json!(7), &json!("[…]")));
    assert_eq!(request["body"]["filterGroups"][0]["filters"][0]["value"], "ada@example.com");
}

#[test]
fn a_refused_filter_is_not_repeated_in_the_error() {
    let vendor = Running::start(Fake::builder(Vendor::HubSpot));
    let body = json!({"status": "error", "message": "canary@example.com is wrong", "category": "VALIDATION_ERROR"});
    vendor.0.fail(Fault::Status(400, crm_fake::Payload::Json(body)).times(2));
    for line in ["search", "count"] {
        let ran = crm_at(&vendor.profile(), &format!("{line} hubspot contacts email=canary@example.com"));
        assert!(ran.code == 2 && ran.errors.contains("[…] is wrong"), "{}", ran.errors);
    }
}

#[test]
fn a_watch_continues_where_the_last_one_ended() {
    let vendor = Running::start(Fake::builder(Vendor::HubSpot).no_quota());
    let old = vendor.0.insert("contacts", json!({"email": "ada@example.com"}));
    let (folder, profiles) = (tempfile::tempdir().unwrap(), vendor.profile());
    let place = folder.path().join("contacts.place");
    let line = format!("watch hubspot contacts --since-last {}", place.display());
    let changes = |line: &str| {
        let ran = crm_at(&profiles, line);
        assert_eq!(ran.code, 0, "{}", ran.errors);
        let found = lines(&ran.output);
        let id = |one: &Value| one["record"]["id"].as_str().or(one["id"].as_str()).unwrap_or_default().to_owned();
        found.iter().map(|one| (one["change"].as_str().unwrap().to_owned(), id(one))).collect::<BTreeSet<_>>()
    };
    let of = |change: &str, id: &str| (change.to_owned(), id.to_owned());
    assert_eq!(changes(&format!("{line} --since 2020-01-01T00:00:00Z")), BTreeSet::from([of("created", &old)]));
    // The time of a first run does not count any more.
    let gone = vendor.0.insert("contacts", json!({"email": "gone@example.com"}));
    assert_eq!(crm_at(&profiles, &format!("hubspot contacts archive {gone} --yes")).code, 0);
    let found = changes(&format!("{line} --since 2100-01-01T00:00:00Z"));
    assert!(found.contains(&of("archived", &gone)) && !found.contains(&of("created", &gone)), "{found:?}");
    let other = crm_at(&profiles, &line.replace("contacts --", "companies --"));
    assert!(other.code == 2 && other.errors.contains("give each type of object a file of its own"), "{}", other.errors);
    // A run that fails keeps the position before it.
    let kept = fs::read_to_string(&place).unwrap();
    vendor.0.fail(Fault::Status(403, crm_fake::Payload::Vendor));
    assert_eq!(crm_at(&profiles, &line).code, 3);
    assert_eq!(fs::read_to_string(&place).unwrap(), kept);
    fs::write(&place, &kept[..20]).unwrap();
    let cut = crm_at(&profiles, &line);
    assert!(cut.code == 2 && cut.errors.contains("is not the position of a watch"), "{}", cut.errors);
}

#[test]
fn a_watch_continues_in_its_own_account_only() {
    let vendor = Running::start(Fake::builder(Vendor::HubSpot).no_quota());
    vendor.0.insert("contacts", json!({"email": "ada@example.com"}));
    let account = json!({"hubspot": {"token": vendor.0.token(), "base_url": vendor.0.base_url()}});
    let profiles = seed(&json!({"default": account, "other": account}).to_string());
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("contacts.place");
    let line = format!("watch hubspot contacts --since 2020-01-01T00:00:00Z --since-last {}", place.display());
    assert_eq!(crm_at(&profiles, &line).code, 0);
    let kept = fs::read_to_string(&place).unwrap();
    let token = |line: &str| run(command(line, profiles.path()).env("HUBSPOT_TOKEN", "pat-canary"));
    for (ran, account) in [
        (crm_at(&profiles, &format!("{line} --profile other")), "the profile other"),
        (crm_at(&profiles, &format!("{line} --fake")), "fakes"),
        (token(&line), "HUBSPOT_TOKEN ("),
    ] {
        assert_eq!((ran.code, ran.output.as_str(), ran.errors.lines().count()), (2, "", 1), "{}", ran.errors);
        let sentence = format!("another account, the profile default, and this command uses {account}");
        assert!(ran.errors.contains(&sentence) && !ran.errors.contains("canary"), "{}", ran.errors);
        assert_eq!(fs::read_to_string(&place).unwrap(), kept);
    }
    // The file of an earlier version is the position alone.
    let stored: Value = serde_json::from_str(&kept).unwrap();
    fs::write(&place, stored["cursor"].to_string()).unwrap();
    let ran = crm_at(&profiles, &format!("{line} --profile other"));
    assert_eq!(ran.code, 0, "{}", ran.errors);
    let stored: Value = serde_json::from_str(&fs::read_to_string(&place).unwrap()).unwrap();
    assert_eq!(stored["account"], "the profile other");
}

#[cfg(unix)]
#[test]
fn a_watch_follows_without_repeating_until_ctrl_c() {
    let vendor = Running::start(Fake::builder(Vendor::HubSpot).no_quota());
    vendor.0.insert("contacts", json!({"email": "ada@example.com"}));
    let profiles = vendor.profile();
    let line = "watch hubspot contacts --since 2020-01-01T00:00:00Z --follow=1";
    let mut child = command(line, profiles.path()).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(output.next().unwrap().contains("ada@example.com"));
    vendor.0.insert("contacts", json!({"email": "bob@example.com"}));
    assert!(output.next().unwrap().contains("bob@example.com"), "the first line came again");
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(output.next(), None);
}

#[test]
fn a_closed_output_ends_with_one_line_and_keeps_the_position() {
    let contacts: Vec<Value> = (0..3_000).map(|number| json!({"email": format!("p{number}@example.com")})).collect();
    let seed = seed(&json!({"hubspot": {"contacts": contacts}}).to_string());
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("place");
    let watch = format!("watch hubspot contacts --since 2020-01-01T00:00:00Z --since-last {}", place.display());
    for line in ["search hubspot contacts", &watch] {
        let ran = closed(&format!("--fake={} {line}", seed.path()));
        assert_eq!(
            (ran.code, ran.errors.as_str()),
            (9, "crm: the output was closed before the end; the rest was not written\n")
        );
    }
}
