//! The wishes of `docs/cli-wishes.md` that are met, each shown in full, and the table there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::vendor::Running;
use crate::support::{self, Ran, crm, seed};
use crm_fake::{Fake, Fault, Payload, Vendor};
use serde_json::{Value, json};

/// A fake of HubSpot that keeps its records between the lines of a test, and a folder for files.
struct Place {
    vendor: Running,
    profiles: support::File,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let vendor = Running::start(Fake::builder(Vendor::HubSpot).no_quota());
        let entry = json!({"token": vendor.0.token(), "base_url": vendor.0.base_url()});
        let profiles = seed(&json!({"default": {"hubspot": entry, "allow_writes": true}}).to_string());
        Self { vendor, profiles, folder: tempfile::tempdir().unwrap() }
    }

    fn insert(&self, object: &str, properties: Value) -> String {
        self.vendor.0.insert(object, properties)
    }

    /// Runs words, of which each may contain spaces.
    fn words(&self, words: &[&str]) -> Ran {
        let mut command = support::command("--format", self.profiles.path());
        support::run(command.arg("jsonl").args(words).current_dir(self.folder.path()))
    }

    fn run(&self, line: &str) -> Ran {
        self.words(&line.split(' ').collect::<Vec<_>>())
    }

    /// Runs a line that succeeds, and returns what it writes.
    fn done(&self, line: &str) -> Vec<Value> {
        rows(&self.run(line))
    }

    /// Runs a line after its dry run, with the digest.
    fn confirmed(&self, line: &str) -> Ran {
        let plan = self.run(&format!("{line} --dry-run"));
        assert_eq!(plan.code, 0, "{}", plan.errors);
        let plan: Value = serde_json::from_str(&plan.output).unwrap();
        self.run(&format!("{line} --confirm {}", plan["confirm"].as_str().unwrap()))
    }

    /// Creates a property, of a type of object, with some options if it is an enumeration.
    fn define(&self, object: &str, name: &str, options: &[&str]) {
        let one = |value: &&str| json!({"label": value, "value": value, "hidden": false, "displayOrder": -1});
        let options: Vec<Value> = options.iter().map(one).collect();
        let ty = if options.is_empty() { ("string", "text") } else { ("enumeration", "select") };
        let property = json!({
            "name": name, "label": name, "groupName": "g", "type": ty.0, "fieldType": ty.1, "options": options,
        });
        rows(&self.words(&["hubspot", "properties", "create", object, "--data", &property.to_string()]));
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }
}

fn rows(ran: &Ran) -> Vec<Value> {
    assert_eq!(ran.code, 0, "{}", ran.errors);
    ran.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn refused(ran: &Ran, code: i32, sentence: &str) {
    assert_eq!((ran.code, ran.output.as_str()), (code, ""), "{}", ran.errors);
    assert!(ran.errors.contains(sentence) && ran.errors.lines().count() == 1, "{}", ran.errors);
}

#[test]
fn wish_01_a_note_is_created_and_associated_in_one_step() {
    let place = Place::new();
    let [ada, bob] =
        ["ada@example.com", "bob@example.com"].map(|email| place.insert("contacts", json!({"email": email})));
    let company = place.insert("companies", json!({"name": "Example"}));
    let linked = |note: &str, to: &str| -> Vec<String> {
        let found = place.done(&format!("hubspot associations list notes {note} {to}"));
        found.iter().map(|one| one["toObjectId"].as_str().unwrap().to_owned()).collect()
    };
    let time = "2026-01-31T08:00:00Z";
    let associations = json!({"contacts": [ada, bob], "companies": company});
    let row = json!({"hs_note_body": "Called", "hs_timestamp": time, "associations": associations});
    place.write("notes.jsonl", &row.to_string());
    let created = place.done("import hubspot notes notes.jsonl");
    let note = created[0]["id"].as_str().unwrap();
    assert_eq!((linked(note, "contacts"), linked(note, "companies")), (vec![ada.clone(), bob.clone()], vec![company]));
    let batch = place.vendor.0.requests().iter().filter(|one| one.path.contains("/batch/create")).count();
    assert_eq!(batch, 1, "the record and its associations are one request");
    // CSV has the columns of an export.
    place.write(
        "notes.csv",
        &format!("hs_note_body,hs_timestamp,associations.contacts\nCalled,{time},{ada};{bob}\nMet,{time},\n"),
    );
    let created = place.done("import hubspot notes notes.csv");
    assert_eq!(linked(created[0]["id"].as_str().unwrap(), "contacts"), [ada.clone(), bob.clone()]);
    assert!(linked(created[1]["id"].as_str().unwrap(), "contacts").is_empty());
    for (column, ids, sentence) in [
        ("contacts", "x", "associations.contacts: must be the ids of records"),
        ("contcts", "1", "HubSpot has no type of object called \"contcts\"; did you mean \"contacts\"?"),
    ] {
        place.write("wrong.csv", &format!("hs_note_body,hs_timestamp,associations.{column}\nCalled,{time},{ids}\n"));
        refused(&place.run("import hubspot notes wrong.csv"), 2, sentence);
    }
    for (row, sentence) in [
        (json!({"associations": "101"}), "associations: must be an object with the ids of records by type of object"),
        (json!({"associations": {"contacts": ada}, "associations.contacts": bob}), "contacts: is given twice"),
        (json!({"associations": {"contacts": [{}]}}), "associations.contacts: must be the ids of records"),
    ] {
        place.write("wrong.jsonl", &row.to_string());
        refused(&place.run("import hubspot notes wrong.jsonl"), 2, sentence);
    }
}

#[test]
fn wish_02_an_option_reads_all_pages() {
    let place = Place::new();
    for number in 0..250 {
        place.insert("contacts", json!({"email": format!("c{number}@example.com")}));
    }
    assert_eq!(place.done("hubspot contacts list --all").len(), 250);
    assert_eq!(place.done("search hubspot contacts").len(), 250);
}

#[test]
fn wish_03_a_record_is_returned_by_the_value_of_a_property() {
    let place = Place::new();
    let ada = place.insert("contacts", json!({"email": "ada@example.com"}));
    let company = place.insert("companies", json!({"name": "Example", "domain": "example.com"}));
    assert_eq!(place.done("hubspot contacts get ada@example.com --id-property email")[0]["id"], ada);
    // A domain is not unique, so several are an error.
    assert_eq!(place.done("search hubspot companies domain=example.com --one")[0]["id"], company);
    refused(&place.run("hubspot contacts get bob@example.com --id-property email"), 4, "contacts.get");
}

#[test]
fn wish_04_names_of_object_types_are_checked_before_anything_is_sent() {
    let place = Place::new();
    let ada = place.insert("contacts", json!({"email": "ada@example.com"}));
    let company = place.insert("companies", json!({"name": "Example"}));
    // The plural, as the help shows it, the singular of HubSpot's documents, and the number.
    for [from, to] in [["contacts", "companies"], ["contact", "company"], ["0-1", "0-2"]] {
        place.done(&format!("hubspot associations create-default {from} {ada} {to} {company}"));
        assert_eq!(place.done(&format!("hubspot associations list {from} {ada} {to}"))[0]["toObjectId"], company);
    }
    let sent = place.vendor.0.requests().len();
    let ran = place.run(&format!("hubspot associations list contcts {ada} companies"));
    refused(&ran, 2, "objectType: is not the name of a type of object; did you mean \"contacts\"?");
    let ran = place.run("hubspot association-labels list contacts compnies");
    refused(&ran, 2, "toObjectType: is not the name of a type of object; did you mean \"companies\"?");
    assert_eq!(place.vendor.0.requests().len(), sent);
    let shown = crm("--fake --dry-run hubspot associations list 2-123 1 p_cars");
    assert!(shown.code == 0 && shown.output.contains("/2-123/1/associations/p_cars"), "{}", shown.errors);
}

#[test]
fn wish_05_one_command_updates_or_archives_all_records_that_a_filter_finds() {
    let place = Place::new();
    place.define("contacts", "lifecyclestage", &["lead", "customer", "other"]);
    for number in 0..120 {
        let stage = if number % 4 == 0 { "customer" } else { "lead" };
        place.insert("contacts", json!({"email": format!("c{number}@example.com"), "lifecyclestage": stage}));
    }
    let count = |filter: &str| place.run(&format!("count hubspot contacts {filter}")).output;
    let line = "update hubspot contacts --where lifecyclestage=customer lifecyclestage=other firstname=Ada";
    let written = place.done(line);
    assert_eq!((written.len(), &written[0]["result"]), (30, &json!("updated")));
    assert_eq!((count("lifecyclestage=other").as_str(), count("firstname=Ada").as_str()), ("30\n", "30\n"));
    // Several filters, an `or`, and a value that is cleared.
    let words = [
        "update",
        "hubspot",
        "contacts",
        "--where",
        "firstname=Ada",
        "--where",
        "email in c0@example.com,c4@example.com",
    ];
    let words = [&words[..], &["--where", "or", "--where", "email=c8@example.com", "firstname="]].concat();
    assert_eq!(rows(&place.words(&words)).len(), 3);
    assert_eq!(count("firstname=Ada"), "27\n");
    let none = place.run("update hubspot contacts --where email=nobody@example.com firstname=Ada");
    assert_eq!((none.code, none.errors.as_str()), (0, "crm: the filters find no record; nothing was sent\n"));

    // More than 100 records, and every archive, need a digest of the records that were found.
    place.insert("contacts", json!({"email": "one@example.com", "lifecyclestage": "lead"}));
    for number in 0..10 {
        place.insert("contacts", json!({"email": format!("more{number}@example.com"), "lifecyclestage": "lead"}));
    }
    let all = "update hubspot contacts --where lifecyclestage=lead lifecyclestage=customer";
    refused(&place.run(all), 2, "update of 101 rows must be confirmed");
    assert_eq!(rows(&place.confirmed(all)).len(), 101);
    let archive = "archive hubspot contacts --where lifecyclestage=customer";
    refused(&place.run(archive), 2, "archive of 101 rows must be confirmed");
    let plan: Value = serde_json::from_str(&place.run(&format!("{archive} --dry-run")).output).unwrap();
    let digest = plan["confirm"].as_str().unwrap();
    place.insert("contacts", json!({"email": "late@example.com", "lifecyclestage": "customer"}));
    refused(&place.run(&format!("{archive} --confirm {digest}")), 2, "the digest is not that of this operation");
    assert_eq!(rows(&place.confirmed(archive)).len(), 102);
    assert_eq!(count("lifecyclestage=customer"), "0\n");

    for (line, sentence) in [
        ("update hubspot contacts --where lifecyclestage=other", "give the values to write"),
        ("update hubspot contacts --where lifecyclestage=other people.csv", "one of the words is not NAME=VALUE"),
        (
            "update hubspot contacts --where lifecyclestage=other associations.companies=1",
            "associations.companies: only crm import writes associations",
        ),
        ("update hubspot contacts --where lifecyclestage=other id=1", "the filters of --where name the records"),
        ("update hubspot contacts --where lifecyclestage=other frstname=x", "did you mean \"firstname\"?"),
        ("update hubspot contacts --where lifecyclestage firstname=x", "filter 1: there is no comparison"),
        ("update hubspot contacts --where a=b firstname=x --by email", "cannot be used with"),
        ("update hubspot contcts --where a=b name=x", "did you mean \"contacts\"?"),
        ("update hoopai contacts --where a=b name=x", "--where finds records of HubSpot only"),
        ("update hubspot contacts a.csv b.csv", "give one file"),
        ("update hubspot contacts", "required arguments were not provided"),
        ("archive hubspot contacts --where lifecyclestage=other a=b", "an archive writes no values"),
        ("import hubspot contacts --where lifecyclestage=other", "unexpected argument '--where'"),
    ] {
        refused(&place.run(line), 2, sentence);
    }
}

#[test]
fn wish_06_a_search_returns_the_first_record_or_exactly_one() {
    let place = Place::new();
    for email in ["ada@example.com", "bob@example.com"] {
        place.insert("contacts", json!({"email": email, "lastname": "Example"}));
    }
    let found = place.done("search hubspot contacts email=ada@example.com --one --properties email");
    assert_eq!(found[0]["properties"]["email"], "ada@example.com");
    refused(&place.run("search hubspot contacts email=eve@example.com --one"), 4, "no record was found");
    refused(&place.run("search hubspot contacts lastname=Example --one"), 5, "more than one record was found");
    assert_eq!(
        place.done("search hubspot contacts --sort -email --limit 1")[0]["properties"]["email"],
        "bob@example.com"
    );
    refused(&place.run("search hubspot contacts --one --limit 1"), 2, "cannot be used with");
}

#[test]
fn wish_09_the_scope_of_an_operation_is_known_before_the_call_and_named_in_its_error() {
    let place = Place::new();
    // Without a credential, the scope is shown all the same.
    let ran = crm("can hubspot invoices list");
    let shown: Value = serde_json::from_str(&ran.output).unwrap();
    assert_eq!((ran.code, &shown["one_of"]), (1, &json!(["crm.objects.invoices.read"])), "{}", ran.errors);
    assert!(ran.errors.contains("there is no credential, so only the required scopes are known"), "{}", ran.errors);
    assert!(crm("describe hubspot invoices list").output.contains("- requires the scope crm.objects.invoices.read\n"));
    place.vendor.0.fail(Fault::Status(403, Payload::Vendor));
    let ran = place.run("hubspot notes list");
    refused(&ran, 3, "; hubspot notes list requires the scope crm.objects.contacts.read\n");
}

#[cfg(unix)]
#[test]
fn wish_10_the_help_has_examples_from_a_csv_file_over_a_dry_run_to_the_call() {
    let program = Path::new(env!("CARGO_BIN_EXE_crm")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    for (name, expected) in [("import", 3), ("update", 5), ("upsert", 3), ("archive", 5)] {
        let place = Place::new();
        for (email, lastname) in
            [("ada@example.com", "Byron"), ("bob@example.com", "Byron"), ("eve@example.com", "Test")]
        {
            if name != "import" || lastname == "Test" {
                place.insert("contacts", json!({"email": email, "lastname": lastname}));
            }
        }
        let help = crm(&format!("{name} --help")).output;
        let lines: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  ")).collect();
        let examples = lines.into_iter().filter(|line| line.starts_with("crm ") || line.starts_with("printf "));
        let (mut run, mut digest) = (0, String::new());
        for line in examples {
            let mut shell = Command::new("sh");
            shell.args(["-c", &line.replace("DIGEST", &digest)]).current_dir(place.folder.path());
            let ended =
                shell.env_clear().env("PATH", &path).env("CRM_PROFILES", place.profiles.path()).output().unwrap();
            assert!(ended.status.success(), "{line}: {}", String::from_utf8_lossy(&ended.stderr));
            if let Ok(plan) = serde_json::from_slice::<Value>(&ended.stdout) {
                digest = plan["confirm"].as_str().unwrap_or_default().to_owned();
            }
            run += 1;
        }
        assert_eq!(run, expected, "{help}");
        let found = |filter: &str| place.run(format!("count hubspot contacts {filter}").trim_end()).output;
        match name {
            "archive" => assert_eq!(found("").trim(), "0"),
            "update" => assert_eq!(found("lastname=Lovelace").trim(), "2"),
            _ => assert_eq!(found("firstname=Ada").trim(), "1"),
        }
    }
}

#[test]
fn wish_11_the_help_and_the_output_agree_on_nested_properties() {
    let place = Place::new();
    place.insert("contacts", json!({"email": "ada@example.com"}));
    assert_eq!(place.done("hubspot contacts list")[0]["properties"]["email"], "ada@example.com");
    let table = place.run("hubspot contacts list --format csv").output;
    assert!(table.lines().next().unwrap().contains("properties.email"), "{table}");
    // The column is the name by which the value is written too.
    let created = place.done("hubspot contacts create properties.email=bob@example.com");
    assert_eq!(created[0]["properties"]["email"], "bob@example.com");
    assert!(crm("hubspot contacts create --help").output.contains("properties.email="));
}

#[test]
fn wish_12_a_search_without_a_filter_returns_all_records() {
    let place = Place::new();
    for number in 0..3 {
        place.insert("deals", json!({"dealname": format!("Deal {number}"), "pipeline": "default"}));
    }
    assert_eq!(place.done("search hubspot deals").len(), 3);
}

#[test]
fn wish_13_an_owner_is_found_by_email_address() {
    let place = Place::new();
    let all = place.done("hubspot owners list");
    let email = all[1]["email"].as_str().unwrap();
    let found = place.done(&format!("hubspot owners list --email {email}"));
    assert_eq!((found.len(), &found[0]["id"]), (1, &all[1]["id"]));
    assert!(place.done("hubspot owners list --email nobody@example.com").is_empty());
}

#[test]
fn wish_14_the_description_of_a_property_contains_its_allowed_values() {
    let place = Place::new();
    place.define("contacts", "lifecyclestage", &["lead", "customer"]);
    let shown = place.done("hubspot properties get contacts lifecyclestage");
    let options: Vec<&str> =
        shown[0]["options"].as_array().unwrap().iter().filter_map(|one| one["value"].as_str()).collect();
    assert!(options.contains(&"lead"), "{options:?}");
    place.write("people.csv", "email,lifecyclestage\nada@example.com,leed\n");
    refused(
        &place.run("import hubspot contacts people.csv"),
        2,
        "lifecyclestage: has no option \"leed\"; did you mean \"lead\"?",
    );
}

#[test]
fn wish_15_a_search_without_results_writes_no_message_to_standard_output() {
    let place = Place::new();
    for (format, expected) in [("jsonl", ""), ("json", "[]\n"), ("csv", "")] {
        let ran = place.run(&format!("search hubspot contacts email=nobody@example.com --format {format}"));
        assert_eq!((ran.code, ran.output.as_str()), (0, expected), "{}", ran.errors);
    }
}

#[test]
fn wish_16_the_list_of_object_types_contains_their_scopes() {
    let listed = crm("describe hubspot objects").output;
    for line in [
        "  contacts  read: crm.objects.contacts.read; write: crm.objects.contacts.write\n",
        "  tickets  read: tickets; write: tickets\n",
        "  quotes  read: crm.objects.quotes.read or e-commerce; write: crm.objects.quotes.write or e-commerce\n",
    ] {
        assert!(listed.contains(line), "{line} is missing in:\n{listed}");
    }
    let listed = crm("describe hubspot contacts").output;
    assert!(
        listed.lines().any(|line| line.starts_with("hubspot contacts archive  ")
            && line.ends_with("(the scope crm.objects.contacts.write)")),
        "{listed}"
    );
}

#[test]
fn wish_17_the_help_for_associations_shows_a_body_that_can_be_sent() {
    let place = Place::new();
    let ada = place.insert("contacts", json!({"email": "ada@example.com"}));
    let company = place.insert("companies", json!({"name": "Example"}));
    let help = crm("hubspot associations batch-create-default --help").output;
    let body = help.split("Example: --data '").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    let pair = body.replacen("\"text\"", &format!("\"{ada}\""), 1).replacen("\"text\"", &format!("\"{company}\""), 1);
    let sent = ["hubspot", "associations", "batch-create-default", "contacts", "companies", "--data", &pair];
    rows(&place.words(&sent));
    assert_eq!(place.done(&format!("hubspot associations list contacts {ada} companies"))[0]["toObjectId"], company);
}

#[test]
fn wish_19_the_stages_of_a_pipeline_contain_the_probability_of_winning() {
    let place = Place::new();
    let stage = r#"{"label": "Won", "displayOrder": 9, "metadata": {"probability": "1.0"}}"#;
    rows(&place.words(&["hubspot", "pipelines", "create-stage", "deals", "default", "--data", stage]));
    let stages = place.done("hubspot pipelines list-stages deals default");
    let won = stages[0]["results"].as_array().unwrap().iter().find(|stage| stage["label"] == "Won").unwrap();
    assert_eq!(won["metadata"]["probability"], "1.0");
}

/// A wish that is met or partly met has a test that exists, and the numbers below the table are those of the table.
#[test]
fn the_table_of_wishes_names_tests_that_exist() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/cli-wishes.md")).unwrap();
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let table = page.lines().map(cells).filter(|row| row.len() == 5 && row[0].parse::<u32>().is_ok());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbers = Vec::new();
    for row in table {
        let [number, _, state, _, tests] = &row[..] else { unreachable!() };
        numbers.push(number.parse::<usize>().unwrap());
        *counts.entry(state.clone()).or_default() += 1;
        let named: Vec<&str> = tests.split('`').filter(|text| text.contains("::")).collect();
        assert_eq!(state == "not met", named.is_empty(), "wish {number} is {state}, and has the tests {tests}");
        for test in named {
            let (file, name) = test.split_once("::").unwrap();
            let source = std::fs::read_to_string(root.join(file)).unwrap();
            assert!(source.contains(&format!("fn {name}()")), "wish {number}: {test} does not exist");
        }
    }
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    let mut said: BTreeMap<String, usize> = page
        .lines()
        .map(cells)
        .filter(|row| row.len() == 2)
        .filter_map(|row| Some((row[0].clone(), row[1].parse().ok()?)))
        .collect();
    assert_eq!(said.remove("all"), Some(20));
    assert_eq!(said, counts);
}
