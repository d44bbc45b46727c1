//! The program as users start it: against fakes, with one clear line and an exit code for everything that goes wrong.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use crate::support::{self, Ongoing, Ran, crm, crm_at, seed};
use crm_fake::{Fake, Fault, Payload, Step, Vendor};
use serde_json::{Value, json};

/// Runs a line that must succeed.
fn done(line: &str) -> String {
    let ran = crm(line);
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""), "{line}");
    ran.output
}

#[test]
fn a_list_is_written_in_every_form() {
    let seed = seed(r#"{"hubspot": {"contacts": [{"email": "ada@example.com"}, {"email": "bob@example.com"}]}}"#);
    let list = |format: &str| {
        done(&format!("--fake={} hubspot contacts list --properties email --format {format}", seed.path()))
    };
    let lines: Vec<Value> = list("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[1]["properties"]["email"]), (2, &json!("bob@example.com")));
    let reply: Value = serde_json::from_str(&list("json")).unwrap();
    assert_eq!(reply["results"].as_array().map(Vec::len), Some(2));
    let csv = list("csv");
    assert!(csv.starts_with("archived,createdAt,id,properties.") && csv.contains(",ada@example.com,"), "{csv}");
    assert!(list("table").lines().next().is_some_and(|head| head.starts_with("id  ") && !head.contains("properties.")));
}

#[test]
fn all_pages_are_read_to_the_end() {
    let contacts: Vec<Value> = (0..250).map(|number| json!({"email": format!("p{number}@example.com")})).collect();
    let seed = seed(&json!({"hubspot": {"contacts": contacts}}).to_string());
    let one = crm(&format!("--fake={} hubspot contacts list --limit 100", seed.path()));
    assert_eq!(
        (one.output.lines().count(), one.errors.as_str()),
        (100, "crm: there may be more rows; --all reads them\n")
    );
    let all = |format: &str| {
        done(&format!("--fake={} hubspot contacts list --limit 100 --all --format {format}", seed.path()))
    };
    assert_eq!(all("jsonl").lines().count(), 250);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&all("json")).unwrap().len(), 250);
    assert_eq!(all("csv").lines().count(), 251);
    // A search pages through its body.
    let search = done(&format!("--fake={} hubspot contacts search limit=100 --all", seed.path()));
    assert_eq!(search.lines().count(), 250);
}

#[test]
fn every_vendor_is_called() {
    for (line, part) in [
        ("hubspot contacts create properties.email=ada@example.com", "ada@example.com"),
        ("hoopai contacts create locationId=loc firstName=Ada", "Ada"),
        ("hoopai v3 calendars list --location-id loc", ""),
        ("hockeystack account-intelligence get company_domain=example.com", "{"),
        ("hockeystack service get-me", "{"),
        ("hatch contacts upsert source=web email=ada@example.com", "{"),
        (
            "hatch leads create 1234 --data {\"firstName\":\"Ada\",\"lastName\":\"L\",\"phoneNumber\":\"1\",\"email\":\"a@example.com\",\"source\":\"web\"}",
            "",
        ),
        ("raw hubspot GET /crm/objects/2026-03/contacts", "results"),
        ("raw hubspot POST /crm/objects/2026-03/contacts/search --data {\"limit\":1}", "results"),
    ] {
        let output = done(&format!("--fake {line}"));
        assert!(output.contains(part), "{line}: {output}");
    }
}

#[test]
fn a_download_is_written_as_it_is() {
    let ran = crm(
        "--fake hatch exports download --data-source contact_history --start-date 2026-03-01 --end-date 2026-03-02",
    );
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""), "{}", ran.output);
    assert!(ran.bytes.starts_with(b"PK"), "not an archive");
    for option in ["--all", "--format csv"] {
        let line = "hatch exports download --data-source contact_history --start-date 2026-03-01 --end-date 2026-03-02";
        let ran = crm(&format!("--fake {option} {line}"));
        assert_eq!((ran.code, ran.bytes.len()), (2, 0), "{option}");
        assert!(ran.errors.contains(" has no effect on crm hatch exports download; leave it out"), "{}", ran.errors);
    }
}

#[test]
fn what_is_wrong_is_one_line_and_nothing_is_sent() {
    for (line, code, sentence) in [
        (
            "hubspot contacts list --limit many",
            2,
            "limit: must be an integer, but is text; see: crm describe hubspot contacts list",
        ),
        (
            "hubspot contacts create property.email=x --yes",
            2,
            "body.property: is not a member; did you mean \"properties\"?",
        ),
        (
            "hubspot contacts list",
            3,
            "there is no credential for hubspot; set HUBSPOT_TOKEN, or add it to a profile in ",
        ),
        ("hubspot contacts list --profile other", 3, "the file of profiles "),
        ("--fake=/nowhere.json hubspot contacts list", 2, "the file of --fake /nowhere.json cannot be read"),
        ("--fake hubspot contacts get 404", 4, "contacts.get"),
        ("--fake hubspot contacts get 1 --all", 2, "hubspot contacts get returns no pages; leave out --all"),
        ("--fake raw hubspot FETCH! /x", 2, "raw (GET {raw}): invalid input: this method is not supported"),
        ("--fake raw hubspot GET x", 2, "raw"),
        ("find a contact --format json", 2, "the answer is a text, which has no other form; leave out --format"),
        ("describe hubspot contacts create --type Nope", 2, "there is no type called \"Nope\""),
    ] {
        let Ran { code: found, output, errors, .. } = crm(line);
        assert_eq!((found, output.as_str()), (code, ""), "{line}: {errors}");
        assert!(errors.starts_with(&format!("crm: {sentence}")) && errors.lines().count() == 1, "{line}: {errors}");
    }
}

#[test]
fn an_address_without_tls_is_for_this_computer() {
    let sentence = "\"base_url\" of hubspot in the profile \"default\" in ";
    for (token, base_url, is_wrong) in [
        ("pat-x", "http://crm.example.com", true),
        ("pat-x", " HTTP://127.example.com:80", true),
        ("pat-x", "crm.example.com", true),
        ("pat-x", "https://canary@crm.example.com", true),
        ("pat\nx", "https://crm.example.com", false),
        ("pat\nx", "http://LOCALHOST:9", false),
        ("pat\nx", "http://[::1]:9", false),
    ] {
        let entry = json!({"token": token, "base_url": base_url});
        let login = json!({"client_id": "id", "client_secret": "canary", "base_url": base_url});
        for entry in [entry, login] {
            let ran = crm_at(&seed(&json!({"default": {"hubspot": entry}}).to_string()), "hubspot contacts list");
            assert_eq!((ran.code, ran.errors.contains(sentence)), (3, is_wrong), "{base_url}: {}", ran.errors);
            assert!(!ran.errors.contains("canary"), "{}", ran.errors);
        }
    }
}

#[test]
fn help_is_a_command_too() {
    for (line, option) in [
        ("help", "--help"),
        ("help import", "import --help"),
        ("hubspot help", "hubspot --help"),
        ("help hubspot contacts list", "hubspot contacts list --help"),
        ("hoopai v3 calendars help list", "hoopai v3 calendars list --help"),
    ] {
        let (word, option) = (crm(line), crm(option));
        assert_eq!((word.code, option.code), (0, 0), "{line}: {}", word.errors);
        // A program in a program is named by both.
        assert_eq!(word.output, option.output, "{line}");
    }
}

#[test]
fn a_write_needs_a_yes_and_a_dry_run_sends_nothing() {
    let fake = Running::start(Vendor::HubSpot);
    let at = fake.profile(false);
    let write = "hubspot contacts create properties.email=ada@example.com";
    let refused = crm_at(&at, write);
    assert!(refused.code == 2 && refused.errors.contains("add --yes to send it"), "{}", refused.errors);
    let shown = crm_at(&at, &format!("{write} --dry-run"));
    let request: Value = serde_json::from_str(&shown.output).unwrap();
    assert_eq!((&request["method"], &request["headers"]["authorization"]), (&json!("POST"), &json!("[…]")));
    assert!(request["url"].as_str().is_some_and(|url| url.ends_with("/crm/objects/2026-03/contacts")), "{request}");
    assert!(!shown.output.contains(fake.0.token()));
    let line = crm_at(&at, &format!("{write} --dry-run --format jsonl"));
    assert_eq!(line.output.lines().count(), 1);
    assert_eq!(serde_json::from_str::<Value>(&line.output).unwrap(), request);
    assert_eq!(fake.0.requests().len(), 0);
    assert_eq!(crm_at(&at, &format!("{write} --yes")).code, 0);
    assert_eq!(crm_at(&fake.profile(true), "hubspot contacts create properties.email=bob@example.com").code, 0);
    assert_eq!(fake.0.count("contacts"), 2);
}

#[test]
fn a_batch_whose_inputs_fail_in_part_is_a_failure() {
    let inputs = r#"{"inputs":[{"id":"wrong","idProperty":"email","properties":{"email":"wrong"}},{"id":"ada@example.com","idProperty":"email","properties":{"firstname":"Ada"}}]}"#;
    let ran = crm(&format!("--fake hubspot contacts batch-upsert --data {inputs}"));
    assert_eq!(
        (ran.code, ran.errors.as_str()),
        (1, "crm: 1 inputs failed; \"errors\" of the reply says why\n"),
        "{}",
        ran.output
    );
    assert!(ran.output.contains("ada@example.com"), "{}", ran.output);
}

#[test]
fn refusals_are_repeated_and_lost_writes_are_not() {
    let fake = Running::start(Vendor::HubSpot);
    let at = fake.profile(true);
    fake.0.fail(Fault::RateLimited { hint: Some(crm_fake::Hint::RetryAfterSeconds(1)) }.times(2));
    let ran = crm_at(&at, "hubspot contacts list");
    assert_eq!((ran.code, fake.0.requests().len()), (0, 3), "{}", ran.errors);
    assert!(ran.errors.contains("crm: waiting "), "{}", ran.errors);
    fake.0.fail(Fault::status(500).on("contacts.create"));
    let ran = crm_at(&at, "hubspot contacts create properties.email=canary@example.com");
    assert_eq!((ran.code, fake.0.requests().len()), (8, 4), "{}", ran.errors);
    assert!(ran.errors.contains("it may have been carried out, so check before repeating it"), "{}", ran.errors);
    assert!(!ran.errors.contains("canary") && !ran.errors.contains(fake.0.token()), "{}", ran.errors);
    // A read is never in doubt.
    for read in ["contacts get 1", "contacts search limit=1"] {
        fake.0.fail(Fault::status(500).times(20));
        let ran = crm_at(&at, &format!("hubspot {read}"));
        assert_eq!(ran.code, 7, "{}", ran.errors);
        fake.0.heal();
    }
}

#[test]
fn a_credential_of_the_environment_takes_nothing_from_a_profile() {
    let profile = json!({"hubspot": {"token": "sandbox", "base_url": "http://localhost:9"}, "allow_writes": true});
    let profiles = seed(&json!({"default": profile}).to_string());
    let write = "hubspot contacts create properties.email=x";
    let run = |line: &str, variable: &str| {
        let ended = support::command(line, profiles.path()).env("HUBSPOT_TOKEN", variable).output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stdout).unwrap() + &String::from_utf8(ended.stderr).unwrap())
    };
    let (_, shown) = run(&format!("{write} --dry-run"), "production");
    assert!(shown.contains("https://api.hubapi.com/"), "{shown}");
    let (code, refused) = run(write, "production");
    assert!(code == Some(2) && refused.contains("add --yes to send it"), "{refused}");
    let (_, shown) = run(&format!("{write} --dry-run"), "");
    assert!(shown.contains("http://localhost:9/"), "{shown}");
    let (code, refused) = run("hubspot contacts list", "not a token");
    assert!(code == Some(3) && refused.contains("HUBSPOT_TOKEN"), "{refused}");
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_a_usage_error() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut command = support::command("find", "/nowhere");
    let ended = command.arg(std::ffi::OsStr::from_bytes(b"\xff")).output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert_eq!(ended.stderr, b"crm: an argument is not valid UTF-8\n");
}

#[test]
fn what_a_vendor_repeats_of_the_input_is_not_shown() {
    let fake = Running::start(Vendor::HubSpot);
    let message = "Ada Lovelace with +1 555 123 4567 is wrong";
    let body = json!({"status": "error", "message": message, "category": "VALIDATION_ERROR"});
    let raw = r#"{"properties": {"name": "Ada Lovelace", "phone": "+1 555 123 4567"}}"#;
    for line in [
        &["hubspot", "contacts", "create", "properties.name=Ada Lovelace", "properties.phone=+1 555 123 4567"][..],
        &["raw", "hubspot", "POST", "/crm/objects/2026-03/contacts", "--data", raw],
    ] {
        fake.0.fail(Fault::Status(400, Payload::Json(body.clone())));
        let profiles = fake.profile(true);
        let ended = support::command("--yes", profiles.path()).args(line).output().unwrap();
        let shown = String::from_utf8(ended.stderr).unwrap();
        assert!(shown.contains("[…] with […] is wrong"), "{shown}");
    }
}

#[test]
fn an_operation_is_described_by_words_or_dots() {
    let described = done("describe hubspot contacts create");
    assert_eq!(done("describe hubspot.contacts.create"), described);
}

#[test]
fn a_raw_reply_that_is_not_json_is_written_as_it_is() {
    let fake = Running::start(Vendor::HubSpot);
    fake.0.fail(Fault::Status(200, Payload::Text("id,name\n1,x\n".to_owned())));
    let raw = "raw hubspot GET /crm/objects/2026-03/contacts";
    let ran = crm_at(&fake.profile(false), raw);
    assert_eq!((ran.code, ran.output.as_str()), (0, "id,name\n1,x\n"), "{}", ran.errors);
    let ran = crm_at(&fake.profile(false), &format!("{raw} --all"));
    assert_eq!((ran.code, ran.errors.as_str()), (2, "crm: raw returns one reply; leave out --all\n"));
}

/// A proxy or a gateway forbids the address, and no scope would help.
#[test]
fn a_web_page_is_not_a_missing_scope() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let entry = json!({"token": "pat-na1-x", "base_url": format!("http://{}", listener.local_addr().unwrap())});
    let profiles = seed(&json!({"default": {"hubspot": entry}}).to_string());
    for (kind, page, is_page) in [
        ("Text/HTML; charset=x", "Forbidden", true),
        ("text/plain", " <!DOCTYPE html><title>Forbidden</title>", true),
        ("text/plain", "Forbidden", false),
    ] {
        let listener = listener.try_clone().unwrap();
        let server = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut request = BufReader::new(stream);
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                request.read_line(&mut line).unwrap();
            }
            let length = page.len();
            let head = format!("HTTP/1.1 403 Forbidden\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n");
            request.into_inner().write_all(format!("{head}Connection: close\r\n\r\n{page}").as_bytes()).unwrap();
        });
        let ran = crm_at(&profiles, "hubspot contacts list");
        server.join().unwrap();
        let told = ran.errors.contains("requires");
        assert!(ran.code == 3 && told != is_page, "{kind} {page}: {}", ran.errors);
    }
}

#[cfg(unix)]
#[test]
fn a_profile_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let file = seed(r#"{"default": {"hubspot": {"token": "canary"}}}"#);
    std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = crm_at(&file, "hubspot contacts list --dry-run");
    assert!(ran.code == 3 && ran.errors.contains("run: chmod 600"), "{}", ran.errors);
    let wrong = seed(r#"{"default": {"hubspott": {"token": "canary"}}}"#);
    let ran = crm_at(&wrong, "hubspot contacts list --dry-run");
    assert!(
        ran.code == 2 && ran.errors.contains("did you mean \"hubspot\"?") && !ran.errors.contains("canary"),
        "{}",
        ran.errors
    );
    let broken = seed(r#"{"default": {"hubspot": {"token": "canary" "#);
    let ran = crm_at(&broken, "hubspot contacts list --dry-run");
    assert!(
        ran.code == 3 && ran.errors.contains("is not valid at line 1") && !ran.errors.contains("canary"),
        "{}",
        ran.errors
    );
}

#[test]
fn shells_complete_names_and_options() {
    for (words, wanted, unwanted) in [
        ("crm hub", "hubspot\n", "hatch"),
        ("crm hubspot conta", "contacts\n", "companies"),
        ("crm hubspot contacts li", "list\n", "create"),
        ("crm hubspot contacts list --li", "--limit\n", "--after"),
        ("crm --fake hubspot contacts list --form", "--format\n", "--limit"),
        ("crm hoopai v3 calen", "calendars\n", "contacts"),
        ("crm comp", "completions\n", "complete\n"),
    ] {
        let output = done(&format!("complete -- {words}"));
        assert!(output.contains(wanted) && !output.contains(unwanted), "{words}: {output}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(done(&format!("completions {shell}")).contains("crm complete -- "));
    }
    assert_eq!(crm("completions tcsh").code, 2);
}

#[test]
fn a_closed_output_ends_with_one_line() {
    let contacts: Vec<Value> = (0..3_000).map(|number| json!({"email": format!("p{number}@example.com")})).collect();
    let seed = seed(&json!({"hubspot": {"contacts": contacts}}).to_string());
    let ran = support::closed(&format!("--fake={} hubspot contacts list --limit 100 --all", seed.path()));
    assert_eq!(
        (ran.code, ran.errors.as_str()),
        (9, "crm: the output was closed before the end; the rest was not written\n")
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_rows_of_a_list_that_arrived() {
    let fake = Running::start(Vendor::HubSpot);
    for number in 0..150 {
        fake.0.insert("contacts", json!({"email": format!("p{number}@example.com")}));
    }
    let profiles = fake.profile(false);
    for format in ["json", "csv"] {
        let before = fake.0.requests().len();
        fake.0.script([Step::pass(), Fault::Slow(Duration::from_secs(3_600)).into()]);
        let line = format!("hubspot contacts list --limit 100 --all --format {format}");
        let run = Ongoing::start(&mut support::command(&line, profiles.path()));
        while fake.0.requests().len() < before + 2 {
            std::thread::yield_now();
        }
        let ran = run.interrupt();
        assert_eq!(ran.code, 1);
        assert_eq!(ran.errors, "crm: interrupted; the rows that arrived before are written\n");
        match format {
            "json" => assert_eq!(serde_json::from_str::<Vec<Value>>(&ran.output).unwrap().len(), 100),
            _ => assert_eq!(ran.output.lines().count(), 101),
        }
        fake.0.heal();
    }
}

/// A fake in this process, and a runtime that keeps it running.
struct Running(Fake, #[allow(dead_code, reason = "it runs the fake")] tokio::runtime::Runtime);

impl Running {
    fn start(vendor: Vendor) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        Self(runtime.block_on(Fake::start(vendor)).unwrap(), runtime)
    }

    /// A file of profiles with the address and the token of the fake.
    fn profile(&self, writes: bool) -> support::File {
        let entry = json!({"token": self.0.token(), "base_url": self.0.base_url()});
        seed(&json!({"default": {"hubspot": entry, "allow_writes": writes}}).to_string())
    }
}
