//! Imports that stop: killed, refused or without an answer; the next run continues.

use super::*;

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
    assert!(
        !place.path("failed.csv").exists() && ran.errors.contains("; they are in failed.unknown.csv;"),
        "{}",
        ran.errors
    );
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
        ran.errors.ends_with("; 0 of 100 rows have a result; run the same command again to continue\n"),
        "{}",
        ran.errors
    );
    place.fake.heal();
    place.fake.fail(Fault::status(500).on("contacts.batch_create"));
    let ran = place.run(line);
    assert_eq!(ran.code, 8, "{}", ran.errors);
    assert!(lines(&ran).iter().all(|result| result["result"] == "unknown") && place.fake.count("contacts") == 0);
}

#[test]
fn an_import_with_all_results_is_not_to_be_continued() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(150));
    place.fake.fail(Fault::status(500).on("contacts.batch_create").times(2));
    let ran = place.confirmed("import hubspot contacts a.csv");
    assert!(ran.code == 8 && ran.errors.contains("; 150 of 150 rows have a result; "), "{}", ran.errors);
    assert!(ran.errors.ends_with("look these up before you send them again\n"), "{}", ran.errors);
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
fn results_that_could_not_be_written_are_those_of_the_same_command() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(2));
    let line = "import hubspot contacts a.csv";
    let ran = support::Ongoing::start(&mut place.command(line)).without_output().end();
    let end = "; 2 of 2 rows have a result; run the same command again to continue\n";
    assert!(ran.code == 9 && ran.errors.ends_with(end), "{} {}", ran.code, ran.errors);
    let ran = place.run(line);
    assert_eq!((ran.code, lines(&ran).len(), place.fake.count("contacts")), (0, 2, 2), "{}", ran.errors);
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
    assert_eq!((ran.code, lines(&ran).len()), (3, 20), "{}", ran.errors);
    let reason = "2 of 20 rows failed, because the credential may not write them; they are in failed.csv; grant the";
    assert!(ran.errors.contains(reason), "{}", ran.errors);
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
    let end = "; 100 of 300 rows have a result; run the same command again to continue\n";
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
    let text = "; 100 of 300 rows have a result; 0 of 300 rows failed, and 100 may have been written; they are in \
                failed.unknown.csv; look these up";
    assert!(ran.errors.contains(text), "{}", ran.errors);
    assert_eq!(place.read("failed.unknown.csv").lines().count(), 101);
}

#[test]
fn an_import_that_stops_keeps_the_rows_of_an_earlier_one() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(3));
    let (failed, unknown) = ("email,firstname\np1@example.com,P1\n", "email,firstname\np2@example.com,P2\n");
    place.write("failed.csv", failed);
    place.write("failed.unknown.csv", unknown);
    place.fake.fail(Fault::status(401).on("contacts.batch_create").times(9));
    let line = "import hubspot contacts a.csv --failed failed.csv";
    let ran = place.run(line);
    assert_eq!((ran.code, ran.output.as_str()), (3, ""), "{}", ran.errors);
    assert_eq!((place.read("failed.csv").as_str(), place.read("failed.unknown.csv").as_str()), (failed, unknown));
    let drafts = || ["failed.csv.draft", "failed.unknown.csv.draft"].iter().any(|name| place.path(name).exists());
    assert!(!drafts());
    place.fake.heal();
    assert_eq!(place.run(line).code, 0);
    let files = ["failed.csv", "failed.unknown.csv"];
    assert!(!drafts() && !files.iter().any(|name| place.path(name).exists()));
}
