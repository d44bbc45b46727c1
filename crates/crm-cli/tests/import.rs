//! Rows of files: batches, results in order, interrupted runs, rows that failed, and inputs that are refused.

mod support;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use crm_fake::{Fake, Fault, Payload, Step, Vendor};
use serde_json::{Value, json};
use support::{Ran, seed};

/// A fake, a profile that may write to it, and a folder for inputs.
struct Place {
    fake: Fake,
    profiles: support::File,
    folder: tempfile::TempDir,
    #[allow(dead_code, reason = "it runs the fake")]
    runtime: tokio::runtime::Runtime,
}

impl Place {
    fn new(vendor: Vendor, api: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let fake = runtime.block_on(Fake::start(vendor)).unwrap();
        let entry = json!({"token": fake.token(), "base_url": fake.base_url()});
        let profile = json!({api: entry, "allow_writes": true});
        let profiles = seed(&json!({"default": profile, "other": profile}).to_string());
        Self { fake, profiles, folder: tempfile::tempdir().unwrap(), runtime }
    }

    fn hubspot() -> Self {
        Self::new(Vendor::HubSpot, "hubspot")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, line: &str) -> std::process::Command {
        let mut command = support::command(line, self.profiles.path());
        command.current_dir(self.folder.path());
        command
    }

    fn run(&self, line: &str) -> Ran {
        support::run(&mut self.command(line))
    }

    /// Runs a line after its dry run, with the digest.
    fn confirmed(&self, line: &str) -> Ran {
        let plan = self.run(&format!("{line} --dry-run"));
        assert_eq!(plan.code, 0, "{}", plan.errors);
        let plan: Value = serde_json::from_str(&plan.output).unwrap();
        self.run(&format!("{line} --confirm {}", plan["confirm"].as_str().unwrap()))
    }

    /// Runs a line that cannot end, kills it when 300 rows have a result, and returns the journal: the rows that were sent,
    /// each with true if it has a result.
    fn killed(&self, line: &str, journal: &str) -> BTreeMap<u64, bool> {
        let digest: Value = serde_json::from_str(&self.run(&format!("{line} --dry-run")).output).unwrap();
        let line = format!("{line} --confirm {}", digest["confirm"].as_str().unwrap());
        let mut child = self.command(&line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while std::fs::read_to_string(self.path(journal)).unwrap_or_default().matches("\"result\"").count() < 300 {
            std::thread::sleep(Duration::from_millis(10));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let mut rows = BTreeMap::new();
        for line in self.read(journal).lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let sent = line["sent"].as_array().into_iter().flatten();
            rows.extend(sent.map(|row| (row.as_u64().unwrap(), false)));
            rows.extend(line["row"].as_u64().map(|row| (row, true)));
        }
        rows
    }

    /// The number of times that each e-mail address was sent in batches.
    fn sent(&self, name: fn(&Value) -> &Value) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for request in self.fake.requests().iter().filter(|one| one.path.contains("/batch/")) {
            for input in request.json()["inputs"].as_array().unwrap() {
                *times.entry(name(input).as_str().unwrap().to_owned()).or_insert(0) += 1;
            }
        }
        times
    }
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn addresses(number: usize) -> String {
    let rows: Vec<String> = (1..=number).map(|row| format!("p{row}@example.com,P{row}\n")).collect();
    format!("email,firstname\n{}", rows.concat())
}

/// Asserts that there is one result per row, in order.
fn in_order(results: &[Value], number: usize) {
    let rows: Vec<u64> = results.iter().map(|result| result["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, (1..=number as u64).collect::<Vec<_>>());
}

#[test]
fn ten_thousand_rows_are_upserted_in_a_hundred_requests() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(10_000));
    let line = "upsert hubspot contacts a.csv --by email";
    let refused = place.run(line);
    assert!(
        refused.code == 2 && refused.errors.contains("upsert of 10000 rows must be confirmed"),
        "{}",
        refused.errors
    );
    assert!(place.run(&format!("{line} --confirm 0-0")).errors.contains("the digest is not that of this operation"));
    let before = place.fake.requests().len();
    let ran = place.confirmed(line);
    let results = lines(&ran);
    assert_eq!(ran.code, 0, "{}", ran.errors);
    in_order(&results, 10_000);
    assert!(results.iter().all(|result| result["result"] == "created" && result["id"].is_string()));
    assert_eq!(place.fake.count("contacts"), 10_000);
    assert!(place.fake.requests().len() - before <= 111, "{}", place.fake.requests().len() - before);
    assert!(!place.path("a.csv.done").exists());
}

#[test]
fn a_part_that_fails_has_its_results_in_order_and_can_be_fed_back() {
    let place = Place::hubspot();
    let rows = "{\"email\": \"ada@example.com\"}\n\n{ \"email\":\"wrong\",\"firstname\":\"Canary Wrong\" }\r\n{\"email\": \"bob@example.com\"}\n";
    place.write("a.jsonl", rows);
    let ran = place.run("upsert hubspot contacts a.jsonl --by email --failed failed.jsonl");
    assert_eq!((ran.code, ran.errors.as_str()), (1, "crm: 1 of 3 rows failed; they are in failed.jsonl\n"));
    let results = lines(&ran);
    in_order(&results, 3);
    let kinds: Vec<&Value> = results.iter().map(|result| &result["result"]).collect();
    assert_eq!(kinds, ["created", "failed", "created"]);
    assert_eq!((&results[1]["may_have_happened"], &results[1]["code"]), (&json!(false), &json!("VALIDATION_ERROR")));
    assert_eq!(place.read("failed.jsonl"), "{ \"email\":\"wrong\",\"firstname\":\"Canary Wrong\" }\n");
    place.write("failed.jsonl", &place.read("failed.jsonl").replace("\"wrong\"", "\"eve@example.com\""));
    let ran = place.run("upsert hubspot contacts failed.jsonl --by email");
    assert_eq!((ran.code, &lines(&ran)[0]["result"]), (0, &json!("created")), "{}", ran.errors);
    assert_eq!(place.fake.count("contacts"), 3);
}

#[test]
fn a_killed_upsert_goes_on_and_repeats_what_was_under_way() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(1_000));
    let slow = Fault::Slow(Duration::from_secs(60)).on("contacts.batch_upsert").times(20);
    place.fake.script([Step::pass().on("contacts.batch_upsert").times(3), slow]);
    let line = "upsert hubspot contacts a.csv --by email";
    let killed = place.killed(line, "a.csv.done");
    place.fake.heal();
    let ran = place.run(line);
    assert_eq!(ran.code, 0, "{}", ran.errors);
    assert!(ran.errors.contains("300 of 1000 rows have a result from before"), "{}", ran.errors);
    in_order(&lines(&ran), 1_000);
    assert_eq!(place.fake.count("contacts"), 1_000);
    let sent = place.sent(|input| &input["id"]);
    assert!((1..=1_000).all(|row| {
        let times = sent[&format!("p{row}@example.com")];
        if killed.get(&row) == Some(&false) { times <= 2 } else { times == 1 }
    }));
}

#[test]
fn a_killed_import_repeats_no_row_and_names_those_that_may_have_been_written() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(1_000));
    let slow = Fault::Slow(Duration::from_secs(60)).on("contacts.batch_create").times(20);
    place.fake.script([Step::pass().on("contacts.batch_create").times(3), slow]);
    let line = "import hubspot contacts a.csv --failed failed.csv";
    let killed = place.killed(line, "a.csv.done");
    place.fake.heal();
    let ran = place.run(line);
    let results = lines(&ran);
    in_order(&results, 1_000);
    let unknown: Vec<&Value> = results.iter().filter(|result| result["result"] == "unknown").collect();
    let lost: Vec<u64> = killed.into_iter().filter_map(|(row, answered)| (!answered).then_some(row)).collect();
    assert_eq!(unknown.iter().map(|result| result["row"].as_u64().unwrap()).collect::<Vec<_>>(), lost);
    assert!(ran.code == 8 && !lost.is_empty(), "{}", ran.errors);
    assert!(unknown.iter().all(|result| result["may_have_happened"] == true));
    assert!(place.sent(|input| &input["properties"]["email"]).values().all(|times| *times == 1));
    assert_eq!(place.read("failed.csv"), "email,firstname\n");
    let rows = place.read("failed.unknown.csv");
    assert_eq!(
        (rows.lines().count(), rows.lines().nth(1)),
        (lost.len() + 1, Some(format!("p{0}@example.com,P{0}", lost[0]).as_str()))
    );
    let refused = place.run("import hubspot contacts failed.unknown.csv");
    assert!(refused.code == 2 && refused.errors.contains("rows that may have been written"), "{}", refused.errors);
    // Again, nothing is sent.
    let before = place.sent(|input| &input["properties"]["email"]);
    assert_eq!(place.run(line).output, ran.output);
    assert_eq!(place.sent(|input| &input["properties"]["email"]), before);
}

#[test]
fn a_journal_refuses_a_second_run_another_input_and_damage() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(2));
    let line = "import hubspot contacts a.csv";
    assert_eq!(place.run(line).code, 0);
    let journal = place.read("a.csv.done");
    {
        let file = std::fs::File::open(place.path("a.csv.done")).unwrap();
        file.lock().unwrap();
        let ran = place.run(line);
        assert_eq!(
            (ran.code, ran.errors.as_str()),
            (2, "crm: another crm is writing the rows of a.csv; wait for its end\n")
        );
    }
    let other = place.run("upsert hubspot contacts a.csv --by email");
    assert!(
        other.errors.contains("is the journal of another import of a.csv: hubspot contacts batch-create"),
        "{}",
        other.errors
    );
    let other = place.run(&format!("{line} --profile other"));
    assert!(
        other.errors.contains("hubspot contacts batch-create with the profile default; finish"),
        "{}",
        other.errors
    );
    // Without the journal, an import would create all records twice.
    assert!(
        other.errors.contains("write it into the first line of a.csv.done") && !other.errors.contains("remove"),
        "{}",
        other.errors
    );
    // The advice is right.
    place.write("a.csv.done", &journal.replacen("the profile default", "the profile other", 1));
    assert_eq!(place.run(&format!("{line} --profile other")).code, 0);
    place.write("a.csv.done", &journal);
    // Further rows are no change of those that were sent.
    place.write("a.csv", &addresses(3));
    let ran = place.run(line);
    assert_eq!((ran.code, lines(&ran).len(), place.fake.count("contacts")), (0, 3, 3), "{}", ran.errors);
    place.write("a.csv", &addresses(3).replace("P2", "P9"));
    let ran = place.run(line);
    assert!(ran.code == 2 && ran.errors.contains("a.csv was changed in rows that were sent before"), "{}", ran.errors);
    place.write("a.csv", &addresses(2));
    place.write("a.csv.done", &journal.replacen("{\"row", "\u{7}{\"row", 1).replacen("{\"id", "\u{7}{\"id", 1));
    let ran = place.run(line);
    assert!(ran.code == 2 && ran.errors.contains("a.csv.done is damaged at line "), "{}", ran.errors);
}

#[test]
fn what_stops_every_row_stops_the_import_and_the_next_run_goes_on() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(100));
    let line = "import hubspot contacts a.csv";
    place.fake.fail(Fault::status(401).on("contacts.batch_create").times(9));
    let ran = place.run(line);
    assert_eq!((ran.code, ran.output.as_str()), (3, ""), "{}", ran.errors);
    assert!(
        ran.errors.ends_with("; 0 of 100 rows have a result; run the same command again to go on\n"),
        "{}",
        ran.errors
    );
    place.fake.heal();
    place.fake.fail(Fault::status(500).on("contacts.batch_create"));
    let ran = place.run(line);
    assert_eq!(ran.code, 8, "{}", ran.errors);
    assert!(lines(&ran).iter().all(|result| result["result"] == "unknown") && place.fake.count("contacts") == 0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_after_the_requests_that_were_sent() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(1_000));
    place.fake.fail(Fault::Slow(Duration::from_millis(300)).on("contacts.batch_create").times(20));
    let plan: Value = serde_json::from_str(&place.run("import hubspot contacts a.csv --dry-run").output).unwrap();
    let line = format!("import hubspot contacts a.csv --confirm {}", plan["confirm"].as_str().unwrap());
    let child = place.command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !std::fs::read_to_string(place.path("a.csv.done")).unwrap_or_default().contains("result") {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ended = child.wait_with_output().unwrap();
    let errors = String::from_utf8(ended.stderr).unwrap();
    let answered = String::from_utf8(ended.stdout).unwrap().lines().count();
    assert!((100..1_000).contains(&answered) && ended.status.code() == Some(1), "{answered}: {errors}");
    let last = format!("crm: stopped; {answered} of 1000 rows have a result; run the same command again to go on");
    assert_eq!(errors.lines().last(), Some(last.as_str()));
    place.fake.heal();
    // The input is the one that was confirmed.
    let ran = place.run("import hubspot contacts a.csv");
    assert_eq!((ran.code, lines(&ran).len(), place.fake.count("contacts")), (0, 1_000, 1_000), "{}", ran.errors);
}

#[test]
fn a_closed_output_stops_the_import_and_loses_no_result() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(4_000));
    let plan: Value = serde_json::from_str(&place.run("import hubspot contacts a.csv --dry-run").output).unwrap();
    let line = format!("import hubspot contacts a.csv --confirm {}", plan["confirm"].as_str().unwrap());
    let mut child = place.command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut [0; 10]).unwrap();
    drop(output);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(9), "{}", String::from_utf8_lossy(&ended.stderr));
    let ran = place.run("import hubspot contacts a.csv");
    in_order(&lines(&ran), 4_000);
    assert_eq!((ran.code, place.fake.count("contacts")), (0, 4_000), "{}", ran.errors);
}

#[test]
fn the_same_mistake_in_every_row_stops_the_import() {
    let place = Place::hubspot();
    let rows: Vec<String> = (0..1_000).map(|row| format!("wrong{row}\n")).collect();
    place.write("a.csv", &format!("email\n{}", rows.concat()));
    let ran = place.confirmed("upsert hubspot contacts a.csv --by email");
    assert!(ran.code == 1 && ran.errors.contains(" rows one after the other failed: "), "{}", ran.errors);
    assert!((200..=500).contains(&lines(&ran).len()), "{}", lines(&ran).len());
}

#[test]
fn records_are_updated_by_id_or_by_a_property_and_cleared_on_request() {
    let place = Place::hubspot();
    let id = place.fake.insert("contacts", json!({"email": "ada@example.com", "firstname": "Ada", "lastname": "L"}));
    let held = |name: &str| place.fake.records("contacts")[0]["properties"][name].clone();
    // As an export has it: members that only HubSpot writes are not sent.
    place.write(
        "a.csv",
        &format!("archived,createdAt,id,properties.firstname,properties.lastname\nfalse,x,{id},Ida,\n"),
    );
    let ran = place.run("update hubspot contacts a.csv");
    assert_eq!((ran.code, &lines(&ran)[0]["result"]), (0, &json!("updated")), "{}", ran.errors);
    assert_eq!(ran.errors, "crm: not sent, because only the vendor writes them: archived, createdAt\n");
    assert_eq!((held("firstname"), held("lastname")), (json!("Ida"), json!("L")));
    place.write("a.jsonl", r#"{"properties": {"email": "ADA@example.com", "lastname": null}}"#);
    let ran = place.run("update hubspot contacts a.jsonl --by email --empty clear");
    assert_eq!((ran.code, held("lastname")), (0, Value::Null), "{}", ran.errors);
    assert!(!place.path("a.jsonl.done").exists());
}

#[test]
fn records_are_archived_by_id_and_only_if_that_is_confirmed() {
    let place = Place::hubspot();
    let ids: Vec<String> =
        (0..3).map(|row| place.fake.insert("contacts", json!({"firstname": format!("P{row}")}))).collect();
    place.write("a.csv", &format!("id,properties.firstname\n{},P0\n{},P1\n", ids[0], ids[1]));
    let line = "archive hubspot contacts a.csv";
    let refused = place.run(line);
    assert!(refused.code == 2 && refused.errors.contains("archive of 2 rows must be confirmed"), "{}", refused.errors);
    let ran = place.confirmed(line);
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""));
    assert!(lines(&ran).iter().zip(&ids).all(|(result, id)| result["result"] == "archived" && result["id"] == **id));
    let left: Vec<Value> = place.fake.records("contacts").iter().map(|one| one["id"].clone()).collect();
    assert_eq!(left, [json!(ids[2])]);
    assert!(place.run("archive hoopai contacts a.csv").errors.contains("called \"archive\""));
}

#[test]
fn rows_of_other_vendors_are_sent_one_by_one() {
    let place = Place::new(Vendor::HoopAi, "hoopai");
    let rows: Vec<String> = (1..=40).map(|row| format!("loc,p{row}@example.com,\"a,b\"\n")).collect();
    place.write("a.csv", &format!("locationId,email,tags\n{}", rows.concat()));
    for result in ["created", "updated"] {
        let ran = place.run("upsert hoopai contacts a.csv");
        assert_eq!(ran.code, 0, "{}", ran.errors);
        let results = lines(&ran);
        in_order(&results, 40);
        assert!(results.iter().all(|one| one["result"] == result && one["id"].is_string()), "{results:?}");
    }
    assert_eq!(place.fake.records("contacts")[0]["tags"], json!(["a", "b"]));
    let hatch = place.run("upsert hatch contacts a.csv --by email");
    assert!(hatch.code == 2 && hatch.errors.contains("only HubSpot's records have"), "{}", hatch.errors);
    place.write("a.csv", "locationId,email,dnd\nloc,a@example.com,TRUE\nloc,A@example.com,FALSE\n");
    let ran = place.run("upsert hoopai contacts a.csv");
    let sentence = "row 2 (line 3), email: names the same record as row 1 (line 2)";
    assert!(ran.code == 2 && ran.errors.contains(sentence), "{}", ran.errors);
    place.write("a.csv", "locationId,email,dnd\nloc,a@example.com,TRUE\n,,\n");
    let ran = place.run("upsert hoopai contacts a.csv");
    assert_eq!((ran.code, ran.errors.as_str()), (0, "crm: skipped, because all cells are empty: 1 row\n"));
    assert_eq!(place.fake.requests().last().unwrap().json()["dnd"], true);
}

#[test]
fn a_row_without_permission_fails_and_three_at_the_beginning_stop_all() {
    let place = Place::new(Vendor::HoopAi, "hoopai");
    let rows: Vec<String> = (1..=20).map(|row| format!("loc,p{row}@example.com\n")).collect();
    place.write("a.csv", &format!("locationId,email\n{}", rows.concat()));
    let line = "upsert hoopai contacts a.csv --failed failed.csv";
    place.fake.fail(Fault::status(403).on("contacts.upsert").times(20));
    let ran = place.run(line);
    assert_eq!((ran.code, ran.output.as_str()), (3, ""), "{}", ran.errors);
    assert!(ran.errors.contains("; 0 of 20 rows have a result"), "{}", ran.errors);
    place.fake.heal();
    place.fake.fail(Fault::status(403).on("contacts.upsert").times(2));
    let ran = place.run(line);
    assert_eq!((ran.code, lines(&ran).len()), (1, 20), "{}", ran.errors);
    assert!(ran.errors.contains("2 of 20 rows failed; they are in failed.csv"), "{}", ran.errors);
    assert_eq!(place.read("failed.csv").lines().count(), 3);
}

/// Returns a digest of a first request that was made an hour ago.
fn expired(plan: &Value, account: &str, input: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let time = now - 3_600;
    let what = format!("{} with {account} at {}", plan["operation"].as_str().unwrap(), plan["first_request"]["url"]);
    let mut hash = ring::digest::Context::new(&ring::digest::SHA256);
    hash.update(&time.to_be_bytes());
    hash.update(&(what.len() as u64).to_be_bytes());
    hash.update(what.as_bytes());
    hash.update(input.as_bytes());
    let hash: String = hash.finish().as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{time:x}-{hash}")
}

#[test]
fn an_import_that_was_begun_goes_on_after_its_digest_expired() {
    let place = Place::hubspot();
    let input = addresses(300);
    place.write("a.csv", &input);
    let line = "import hubspot contacts a.csv";
    let plan: Value = serde_json::from_str(&place.run(&format!("{line} --dry-run")).output).unwrap();
    let late = format!("{line} --confirm {}", expired(&plan, "the profile default", &input));
    let refused = place.run(&late);
    assert!(refused.code == 2 && refused.errors.contains("the digest has expired"), "{}", refused.errors);
    place
        .fake
        .script([Step::pass().on("contacts.batch_create"), Fault::status(401).on("contacts.batch_create").times(9)]);
    let ran = place.run(&format!("{line} --confirm {}", plan["confirm"].as_str().unwrap()));
    // Rows were written, so this is not the code of a credential with which nothing was changed.
    assert_eq!(ran.code, 1, "{}", ran.errors);
    let end = "; 100 of 300 rows have a result; run the same command again to go on\n";
    assert!(ran.errors.ends_with(end), "{}", ran.errors);
    place.fake.heal();
    let ran = place.run(&late);
    assert_eq!((ran.code, lines(&ran).len(), place.fake.count("contacts")), (0, 300, 300), "{}", ran.errors);
}

#[test]
fn an_import_that_stops_reports_its_rows_that_may_have_been_written() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(300));
    place.fake.script([
        Fault::status(500).on("contacts.batch_create").times(1),
        Fault::status(401).on("contacts.batch_create").times(9),
    ]);
    let ran = place.confirmed("import hubspot contacts a.csv --failed failed.csv");
    assert_eq!(ran.code, 8, "{}", ran.errors);
    let text = "; 100 of 300 rows have a result; 0 of 300 rows failed, and 100 may have been written; they are in failed.csv \
                and failed.unknown.csv; look these up";
    assert!(ran.errors.contains(text), "{}", ran.errors);
    assert_eq!(place.read("failed.unknown.csv").lines().count(), 101);
}

#[test]
fn an_export_with_associations_and_flags_of_a_spreadsheet_are_rows() {
    let place = Place::hubspot();
    let options = json!([{"label": "Yes", "value": "true"}, {"label": "No", "value": "false"}]);
    let check = json!({"name": "check", "type": "enumeration", "fieldType": "booleancheckbox", "options": options});
    let list = json!({"results": [{"name": "email", "type": "string"}, {"name": "flag", "type": "bool"}, check]});
    place.fake.fail(Fault::Status(200, Payload::Json(list)).on("properties.list").times(3));
    place.write("a.csv", "id,email,flag,check,associations.companies\n17,a@example.com,TRUE,False,1;2\n");
    let ran = place.run("upsert hubspot contacts a.csv --by email");
    assert_eq!(
        (ran.code, ran.errors.as_str()),
        (0, "crm: not sent, because rows write no associations: associations.companies\n")
    );
    let sent = |name: fn(&Value) -> &Value| place.sent(name).into_keys().next().unwrap();
    let flags = (sent(|input| &input["properties"]["flag"]), sent(|input| &input["properties"]["check"]));
    assert_eq!(flags, ("true".to_owned(), "false".to_owned()));
}

#[test]
fn an_input_that_is_wrong_is_one_line_and_nothing_is_sent() {
    let place = Place::hubspot();
    place.write("mine.csv", "name\nmine\n");
    for (line, text, sentence) in [
        (
            "upsert hubspot contacts a.csv --by email",
            "email,fristname\na@example.com,A\nb@example.com,B\n",
            "a.csv: row 1 (line 2), fristname: is not a property of contacts; did you mean \"firstname\"?; nothing was sent",
        ),
        (
            "upsert hubspot contacts a.csv --by email",
            "email\na@example.com\nA@example.com\n",
            "a.csv: row 2 (line 3), email: names the same record as row 1 (line 2); nothing was sent",
        ),
        (
            "upsert hubspot contacts a.csv --by email",
            "email,firstname\n,A\n",
            "a.csv: row 1 (line 2), email: is required, because it names the record; nothing was sent",
        ),
        (
            "import hubspot contacts a.csv",
            "id,firstname\n17,A\n",
            "a.csv: row 1 (line 2), id: names a record that exists; use crm update, or remove the column; nothing was sent",
        ),
        (
            "import hubspot contacts a.csv",
            "email\n\"a",
            "a.csv: the file ends in the middle of row 1 (line 2); nothing was sent",
        ),
        (
            "upsert hubspot contacts a.csv",
            "email\n",
            "name the unique property that tells which records exist, for example: --by email",
        ),
        (
            "upsert hubspot contacts a.csv --by firstname",
            "email\n",
            "--by firstname: two records may have the same value; unique properties are email, hs_object_id",
        ),
        ("import hubspot contracts a.csv", "email\n", "HubSpot has no create of contracts"),
        (
            "import hubspot contcts a.csv",
            "email\n",
            "there is no resource of hubspot called \"contcts\"; did you mean \"contacts\"?",
        ),
        ("import hubspot contacts b.csv", "", "b.csv cannot be read: "),
        ("import hubspot contacts a.csv --failed a.csv", "email\n", "--failed must be another file than the input"),
        ("import hubspot contacts a.csv --failed ./a.csv", "email\n", "--failed must be another file than the input"),
        (
            "import hubspot contacts a.csv --failed ./a.csv.done",
            "email\n",
            "--failed must be another file than the journal of the input",
        ),
        (
            "import hubspot contacts a.csv --failed mine.csv",
            "email\n",
            "--failed mine.csv: the file exists and would be replaced; give the name of a new file",
        ),
        (
            "import hubspot contacts a.csv --failed missing/failed.csv",
            "email\na@example.com\n",
            "--failed missing/failed.csv cannot be written: ",
        ),
        (
            "import hubspot contacts a.csv",
            "email,properties.email\na@example.com,b@example.com\n",
            "a.csv: row 1 (line 2), email: is given twice; nothing was sent",
        ),
        (
            "update hubspot contacts a.csv",
            "id,firstname\n1.01001E+05,A\nzzz,B\n",
            "a.csv: row 1 (line 2), id: must be the number of a record; spreadsheets may write a long one as 1.01E+05; \
             nothing was sent",
        ),
        ("import hubspot contacts a.csv --all", "email\n", "all rows of the file are sent; leave out --all"),
    ] {
        place.write("a.csv", text);
        let ran = place.run(line);
        assert_eq!((ran.code, ran.output.as_str()), (2, ""), "{line}: {}", ran.errors);
        assert_eq!((place.read("a.csv"), place.read("mine.csv")), (text.to_owned(), "name\nmine\n".to_owned()));
        assert!(
            ran.errors.starts_with(&format!("crm: {sentence}")) && ran.errors.lines().count() == 1,
            "{}",
            ran.errors
        );
    }
    assert!(place.fake.requests().iter().all(|request| request.method == "GET"));
    assert!(!place.path("a.csv.done").exists());
}

#[test]
fn options_are_checked_before_anything_is_sent() {
    let place = Place::hubspot();
    let options = json!([{"label": "Lead", "value": "lead"}, {"label": "Customer", "value": "customer"}]);
    let property = json!({"name": "stage", "type": "enumeration", "fieldType": "select", "options": options});
    let fixed = json!({"name": "score", "type": "number", "modificationMetadata": {"readOnlyValue": true}});
    let list =
        json!({"results": [property, fixed, {"name": "email", "type": "string"}, {"name": "age", "type": "number"}]});
    let given = |text: &str| {
        place.write("a.jsonl", text);
        place.fake.fail(Fault::Status(200, Payload::Json(list.clone())).on("properties.list").times(3));
        place.run("import hubspot contacts a.jsonl")
    };
    let ran = given("{\"stage\": \"laed\", \"age\": \"many\"}\n{\"stage\": \"Customer\"}");
    assert_eq!(
        ran.errors,
        "crm: a.jsonl: row 1 (line 1), age: must be a number; row 1 (line 1), stage: has no option \"laed\"; did you mean \
         \"lead\"?; row 2 (line 2), stage: has no option \"Customer\"; did you mean \"customer\"?; nothing was sent\n"
    );
    let ran = given("{\"stage\": [\"lead\", \"customer\"], \"age\": 17, \"score\": 1, \"email\": \"\"}");
    assert_eq!((ran.code, ran.errors.as_str()), (0, "crm: not sent, because only the vendor writes them: score\n"));
    assert_eq!(place.sent(|input| &input["properties"]["stage"]).keys().next().unwrap(), "lead;customer");
}
