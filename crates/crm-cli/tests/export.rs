//! `crm export`: every record once, whatever interrupts it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::support::vendor::Running;
use crate::support::{self, command, crm, crm_at, seed};
use crm_fake::{Fake, Fault, Payload, Step, Vendor};
use serde_json::{Value, json};

/// HubSpot with contacts whose names contain what can break a row.
fn contacts(count: usize) -> Running {
    let vendor = Running::start(Fake::builder(Vendor::HubSpot).no_quota().id_cursors());
    for number in 0..count {
        let name = format!("\"{number}\",\r\nline");
        vendor.0.insert("contacts", json!({"email": format!("c{number}@example.com"), "firstname": name}));
    }
    vendor
}

/// The ids of the records, with the number of their rows in a file.
fn rows(path: &Path) -> BTreeMap<String, usize> {
    let text = fs::read_to_string(path).unwrap();
    let mut found = BTreeMap::new();
    let ids: Vec<String> = match path.extension().is_some_and(|ending| ending == "csv") {
        true => {
            let rest = text.strip_prefix("id,email,firstname\r\n").unwrap();
            let row = csv_rows(rest);
            row.into_iter().map(|cells| cells[0].clone()).collect()
        }
        false => {
            let record = |line: &str| serde_json::from_str::<Value>(line).unwrap();
            text.lines().map(|line| record(line)["id"].as_str().unwrap().to_owned()).collect()
        }
    };
    for id in ids {
        *found.entry(id).or_default() += 1;
    }
    found
}

/// The rows of CSV; cells in quotes can have line breaks.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    assert!(row.is_empty() && cell.is_empty() && !quoted, "the last row is cut");
    rows
}

fn each_once(vendor: &Running, path: &Path) {
    let wanted: BTreeMap<String, usize> =
        vendor.0.records("contacts").iter().map(|one| (one["id"].as_str().unwrap().to_owned(), 1)).collect();
    let found = rows(path);
    let twice: Vec<_> = found.iter().filter(|(_, rows)| **rows > 1).collect();
    let missing: Vec<_> = wanted.keys().filter(|id| !found.contains_key(*id)).collect();
    assert!(twice.is_empty() && missing.is_empty(), "twice {twice:?}, missing {missing:?}");
    assert_eq!(found, wanted);
}

/// Starts an export whose vendor stops to answer after this many pages, and returns it when it has stored a position with
/// more rows than before.
fn stuck(vendor: &Running, profiles: &str, line: &str, path: &Path, pages: u32) -> Child {
    let stored = || {
        let place: Value = serde_json::from_slice(&fs::read(position(path)).ok()?).ok()?;
        place["rows"].as_u64()
    };
    let before = stored();
    vendor.0.script([Step::pass().on("contacts.list").times(pages)]);
    vendor.0.fail(Fault::Slow(Duration::from_secs(3_600)).on("contacts.list").times(1_000));
    let mut child = command(line, profiles).stderr(Stdio::piped()).spawn().unwrap();
    while stored().unwrap_or_default() <= before.unwrap_or_default() {
        assert_eq!(child.try_wait().unwrap(), None, "it ended");
        std::thread::yield_now();
    }
    vendor.0.heal();
    child
}

fn position(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".position");
    name.into()
}

#[test]
fn an_export_that_is_killed_again_and_again_has_every_record_once() {
    for ending in ["jsonl", "csv"] {
        let vendor = contacts(5_000);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("contacts.{ending}"));
        let line = format!("export hubspot contacts --properties email,firstname --to {}", path.display());
        let profiles = vendor.profile();
        for pages in [12, 17, 14] {
            let mut child = stuck(&vendor, profiles.path(), &line, &path, pages);
            child.kill().unwrap();
            assert_eq!(child.wait().unwrap().code(), None);
        }
        let kept: Value = serde_json::from_slice(&fs::read(position(&path)).unwrap()).unwrap();
        let ran = crm_at(&profiles, &line);
        assert_eq!((ran.code, ran.output.as_str()), (0, ""), "{}", ran.errors);
        let continued = format!("crm: the export continues; records in {}: {}\n", path.display(), kept["rows"]);
        assert!(ran.errors.starts_with(&continued), "{}", ran.errors);
        assert!(ran.errors.ends_with(&format!("crm: records in {}: 5000\n", path.display())), "{}", ran.errors);
        each_once(&vendor, &path);
        assert!(!position(&path).exists());
    }
}

#[test]
fn an_export_that_fails_at_any_request_continues() {
    for before in [0, 1, 2, 3, 5, 8] {
        let vendor = contacts(1_500);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.jsonl");
        let (profiles, line) = (vendor.profile(), format!("export hubspot contacts --to {}", path.display()));
        if before > 0 {
            vendor.0.script([Step::pass().on("contacts.list").times(before)]);
        }
        vendor.0.fail(Fault::Status(403, Payload::Vendor).on("contacts.list"));
        let ran = crm_at(&profiles, &line);
        assert_eq!(ran.code, 3, "{before}: {}", ran.errors);
        assert!(ran.errors.contains("; the same command continues after them\n"), "{}", ran.errors);
        vendor.0.heal();
        assert_eq!(crm_at(&profiles, &line).code, 0);
        each_once(&vendor, &path);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_stores_the_position_and_says_how_to_go_on() {
    let vendor = contacts(5_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.jsonl");
    let (profiles, line) = (vendor.profile(), format!("export hubspot contacts --to {}", path.display()));
    let child = stuck(&vendor, profiles.path(), &line, &path, 15);
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let errors = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{errors}");
    assert!(errors.contains("; the same command continues after them\ncrm: interrupted\n"), "{errors}");
    // Nothing that was written is lost.
    let written = fs::read_to_string(&path).unwrap().lines().count();
    let ran = crm_at(&profiles, &line);
    assert!(ran.errors.contains(&format!("records in {}: {written}\n", path.display())), "{}", ran.errors);
    each_once(&vendor, &path);
}

#[test]
fn a_file_that_cannot_be_continued_is_refused_and_left_as_it_is() {
    let vendor = contacts(300);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.jsonl");
    let (profiles, export) = (vendor.profile(), format!("export hubspot contacts --to {}", path.display()));
    let refused = |line: &str, sentence: &str| {
        let before = fs::read(&path).ok();
        let ran = crm_at(&profiles, line);
        assert_eq!(ran.code, 2, "{line}: {}", ran.errors);
        assert!(ran.errors.contains(sentence) && ran.errors.lines().count() == 1, "{line}: {}", ran.errors);
        assert_eq!(fs::read(&path).ok(), before, "{line}");
    };
    vendor.0.script([Step::pass().on("contacts.list")]);
    vendor.0.fail(Fault::Status(403, Payload::Vendor).on("contacts.list").times(9));
    assert_eq!(crm_at(&profiles, &export).code, 3);
    vendor.0.heal();
    let (rows, stored) = (fs::read(&path).unwrap(), fs::read(position(&path)).unwrap());
    assert!(!rows.is_empty());
    refused(&format!("{export} --properties email"), "position of an export with other properties; repeat the command");
    refused(&export.replace("contacts --to", "companies --to"), "position of an export with other records;");
    let lock = fs::File::open(&path).unwrap();
    lock.lock().unwrap();
    refused(&export, "another export writes to ");
    drop(lock);
    for changed in [&rows[..rows.len() - 5], b"x".as_slice(), &[&rows[..rows.len() - 1], b"x"].concat()] {
        fs::write(&path, changed).unwrap();
        refused(&export, "was changed after the interrupted export; to begin anew, delete ");
    }
    fs::write(position(&path), "{}").unwrap();
    refused(&export, "is not the position of an export; to begin anew, delete ");
    fs::remove_file(position(&path)).unwrap();
    refused(&export, "is not empty, and there is no position of an interrupted export");
    // A row that was cut after the position is written again.
    fs::write(&path, [&rows[..], b"{\"id\": \"1"].concat()).unwrap();
    fs::write(position(&path), stored).unwrap();
    assert_eq!(crm_at(&profiles, &export).code, 0);
    each_once(&vendor, &path);
}

#[test]
fn an_export_continues_in_its_own_account_only() {
    let vendor = contacts(300);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.jsonl");
    let account = json!({"hubspot": {"token": vendor.0.token(), "base_url": vendor.0.base_url()}});
    let profiles = seed(&json!({"default": account, "other": account}).to_string());
    let export = format!("export hubspot contacts --to {}", path.display());
    vendor.0.script([Step::pass().on("contacts.list")]);
    vendor.0.fail(Fault::Status(403, Payload::Vendor).on("contacts.list").times(9));
    assert_eq!(crm_at(&profiles, &export).code, 3);
    vendor.0.heal();
    let before = (fs::read(&path).unwrap(), fs::read(position(&path)).unwrap());
    let token = |line: &str| {
        let mut command = command(line, profiles.path());
        support::run(command.env("HUBSPOT_TOKEN", "pat-canary"))
    };
    for (ran, account) in [
        (crm_at(&profiles, &format!("{export} --profile other")), "the profile other"),
        (crm_at(&profiles, &format!("{export} --fake")), "fakes"),
        (token(&export), "HUBSPOT_TOKEN ("),
    ] {
        assert_eq!((ran.code, ran.errors.lines().count()), (2, 1), "{}", ran.errors);
        let sentence = format!("another account, the profile default, and this command uses {account}");
        assert!(ran.errors.contains(&sentence) && ran.errors.contains("; to begin anew, delete "), "{}", ran.errors);
        assert!(!ran.errors.contains("canary"), "{}", ran.errors);
        assert_eq!((fs::read(&path).unwrap(), fs::read(position(&path)).unwrap()), before);
    }
    // The position of an earlier version has no account.
    let mut stored: Value = serde_json::from_slice(&before.1).unwrap();
    stored["question"].as_object_mut().unwrap().remove("account").unwrap();
    fs::write(position(&path), stored.to_string()).unwrap();
    let ran = crm_at(&profiles, &format!("{export} --profile other"));
    assert_eq!(ran.code, 0, "{}", ran.errors);
    each_once(&vendor, &path);
}

#[test]
fn all_properties_are_the_sensitive_ones_too() {
    let vendor = contacts(1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.csv");
    let sensitive = json!({"results": [{"name": "secret", "label": "secret", "type": "string"}]});
    vendor.0.fail(Step::pass().on("properties.list"));
    vendor.0.fail(Fault::Status(200, Payload::Json(sensitive)).on("properties.list"));
    vendor.0.fail(Fault::Status(403, Payload::Vendor).on("properties.list"));
    let line = format!("export hubspot contacts --all-properties --to {}", path.display());
    let ran = crm_at(&vendor.profile(), &line);
    assert_eq!(ran.code, 0, "{}", ran.errors);
    assert!(ran.errors.starts_with("crm: the credential may not read all sensitive properties; "), "{}", ran.errors);
    let head = fs::read_to_string(&path).unwrap().lines().next().unwrap().to_owned();
    assert!(head.starts_with("id,") && head.split(',').any(|name| name == "secret"), "{head}");
}

#[test]
fn what_is_wrong_is_one_line_and_no_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.jsonl");
    let file = file.to_str().unwrap();
    for (line, code, sentence) in [
        (
            "hubspot contcts --to FILE",
            2,
            "there is no resource of hubspot called \"contcts\"; did you mean \"contacts\"?",
        ),
        ("hubspt contacts --to FILE", 2, "invalid value 'hubspt'"),
        ("hubspot contacts --to x.txt", 2, "the name of the file ends neither in .jsonl nor in .csv"),
        ("hubspot contacts --to x.csv", 2, "the columns of a .csv file are properties; add --properties"),
        ("hubspot contacts --to FILE --format table", 2, "the formats of a file are jsonl and csv"),
        ("hubspot contacts --to FILE --all", 2, "an export reads all pages; leave out --all"),
        ("hubspot contacts email=x --to FILE", 2, "an export reads all contacts; leave out NAME=VALUE"),
        ("hubspot contacts get --to FILE", 2, "hubspot contacts get is not a list"),
        ("hubspot contacts --to FILE --location-id x", 2, "HubSpot has no locations; leave out --location-id"),
        ("hoopai contacts --to FILE", 2, "contacts belong to a location; add --location-id ID"),
        ("hoopai opportunities --to FILE", 2, "name an operation of hoopai opportunities: "),
        ("hoopai opportunities search --to FILE limits=5", 2, "limits: is not an argument; did you mean \"limit\"?"),
        ("hoopai opportunities search locationId=A --location-id B --to FILE", 2, "locationId: is given twice"),
        ("hubspot owners --to FILE --associations deals", 2, "only HubSpot's types of object have --all-properties"),
        ("hubspot contacts --to /nowhere/x.csv --all-properties --fake", 2, "/nowhere/x.csv cannot be written: "),
        ("hubspot contacts --to /dev/null --format jsonl --fake", 2, "/dev/null is not a file"),
        (
            "hubspot deals --to FILE --properties amount,delname --fake",
            2,
            "--properties delname: is not a property of deals; did you mean \"dealname\"?",
        ),
        (
            "hubspot contacts --to FILE --associations companiesx",
            2,
            "HubSpot has no type of object called \"companiesx\"; did you mean \"companies\"?",
        ),
        ("hubspot contacts --to FILE", 3, "there is no credential for hubspot"),
    ] {
        let ran = crm(&format!("export {}", line.replace("FILE", file)));
        assert_eq!((ran.code, ran.output.as_str()), (code, ""), "{line}: {}", ran.errors);
        assert!(ran.errors.contains(sentence) && ran.errors.lines().count() == 1, "{line}: {}", ran.errors);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn columns_are_the_properties_and_the_associations() {
    let folder = tempfile::tempdir().unwrap();
    let seed = seed(&json!({"hubspot": {"contacts": [{"email": "ada@example.com"}]}}).to_string());
    let export = |name: &str, options: &str| {
        let path = folder.path().join(name);
        let ran = crm(&format!("--fake={} export hubspot contacts --to {} {options}", seed.path(), path.display()));
        assert_eq!(ran.code, 0, "{}", ran.errors);
        fs::read_to_string(path).unwrap()
    };
    let some = export("some.csv", "--properties email,hs_object_id --associations companies");
    let (head, row) = some.split_once("\r\n").unwrap();
    assert_eq!(head, "id,email,hs_object_id,associations.companies");
    let id = row.split(',').next().unwrap();
    assert_eq!(row, format!("{id},ada@example.com,{id},\r\n"));
    // All of these are one type of object, which HubSpot's replies call contacts.
    let same = export("same.csv", "--properties email --associations contact,0-1,contacts,2-123");
    assert_eq!(same.lines().next(), Some("id,email,associations.contacts,associations.2-123"));
    let all = export("all.csv", "--all-properties");
    let names: Vec<&str> = all.lines().next().unwrap().split(',').collect();
    assert!(names.starts_with(&["id", "createdate", "email"]) && all.contains(",ada@example.com,"), "{all}");
}

#[test]
fn other_lists_and_contacts_of_hoopai_are_exported() {
    let vendor = Running::start(Fake::builder(Vendor::HoopAi).no_quota().location("loc"));
    for number in 0..1_200 {
        vendor.0.insert("contacts", json!({"email": format!("c{number}@example.com"), "locationId": "loc"}));
    }
    let (folder, profiles) = (tempfile::tempdir().unwrap(), vendor.profile());
    let path = folder.path().join("contacts.csv");
    let line = format!("export hoopai contacts --location-id loc --properties email --to {}", path.display());
    vendor.0.script([Step::pass().on("contacts.search").times(2)]);
    vendor.0.fail(Fault::Status(403, Payload::Vendor).on("contacts.search").times(9));
    assert_eq!(crm_at(&profiles, &line).code, 3);
    vendor.0.heal();
    let ran = crm_at(&profiles, &line);
    assert_eq!(ran.code, 0, "{}", ran.errors);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("id,email\r\n"), "{text:.40}");
    let ids: std::collections::BTreeSet<&str> =
        text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!((text.lines().count(), ids.len()), (1_201, 1_200));

    let path = folder.path().join("list.jsonl");
    let line = format!("export hoopai contacts search location-id=loc pageLimit=100 --to {}", path.display());
    let ran = crm_at(&profiles, &line);
    assert_eq!((ran.code, fs::read_to_string(&path).unwrap().lines().count()), (0, 1_200), "{}", ran.errors);
}
