//! Signals, which stop an import in order whenever they come.

use super::*;

/// Sends a signal.
fn send_signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    std::process::Command::new("kill").args([name, &id]).stderr(Stdio::null()).status().unwrap();
}

#[test]
fn a_signal_at_any_time_leaves_no_row_in_doubt() {
    for (wait, signal) in [0, 1, 2, 4, 8, 16].into_iter().flat_map(|wait| [(wait, "-INT"), (wait, "-TERM")]) {
        let place = Place::hubspot();
        place.write("a.csv", &addresses(400));
        let plan: Value = serde_json::from_str(&place.run("import hubspot contacts a.csv --dry-run").output).unwrap();
        let line = format!("import hubspot contacts a.csv --confirm {}", plan["confirm"].as_str().unwrap());
        let mut child = place.command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The first rows are recorded, and not sent yet.
        until(&mut child, || std::fs::metadata(place.path("a.csv.done")).is_ok_and(|journal| journal.len() > 0));
        std::thread::sleep(Duration::from_millis(wait));
        send_signal(&child, signal);
        let ended = child.wait_with_output().unwrap();
        let errors = String::from_utf8(ended.stderr).unwrap();
        assert!(matches!(ended.status.code(), Some(0 | 1)), "{signal} after {wait} ms: {:?} {errors}", ended.status);
        let ran = place.run("import hubspot contacts a.csv");
        assert!(lines(&ran).iter().all(|result| result["result"] == "created"), "{errors}{}", ran.output);
        assert_eq!((ran.code, place.fake.count("contacts")), (0, 400), "{}", ran.errors);
    }
}

#[test]
fn a_signal_before_the_first_row_writes_nothing() {
    let filtered = "update hubspot contacts --where email=ada@example.com firstname=A";
    // The properties are read once for the filters, and once more for the rows.
    for (line, searched, signal) in
        [(filtered, false, "-INT"), (filtered, true, "-TERM"), ("import hubspot contacts a.csv", false, "-INT")]
    {
        let place = Place::hubspot();
        place.fake.insert("contacts", json!({"email": "ada@example.com"}));
        place.write("a.csv", &addresses(2));
        let passed = searched.then(|| Step::pass().on("properties.list"));
        place.fake.script(passed.into_iter().chain([Fault::Slow(Duration::from_secs(60)).on("properties.list")]));
        let mut child = place.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let asked = |part: &str| place.fake.requests().iter().filter(|one| one.path.contains(part)).count();
        until(&mut child, || asked("/properties/") > usize::from(searched));
        assert_eq!(asked("/search"), usize::from(searched), "{line}");
        send_signal(&child, signal);
        let ended = child.wait_with_output().unwrap();
        let errors = String::from_utf8(ended.stderr).unwrap();
        let expected = (Some(1), "crm: interrupted; nothing was written\n");
        assert_eq!((ended.status.code(), errors.as_str()), expected, "{line}");
        assert!(asked("/batch/") == 0 && !place.path("a.csv.done").exists(), "{line}");
    }
}

#[test]
fn ctrl_c_stops_after_the_requests_that_were_sent() {
    let place = Place::hubspot();
    place.write("a.csv", &addresses(1_000));
    place.fake.fail(Fault::Slow(Duration::from_millis(300)).on("contacts.batch_create").times(20));
    let plan: Value = serde_json::from_str(&place.run("import hubspot contacts a.csv --dry-run").output).unwrap();
    let line = format!("import hubspot contacts a.csv --confirm {}", plan["confirm"].as_str().unwrap());
    let mut child = place.command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until(&mut child, || std::fs::read_to_string(place.path("a.csv.done")).unwrap_or_default().contains("result"));
    send_signal(&child, "-INT");
    let ended = child.wait_with_output().unwrap();
    let errors = String::from_utf8(ended.stderr).unwrap();
    let answered = String::from_utf8(ended.stdout).unwrap().lines().count();
    assert!((100..1_000).contains(&answered) && ended.status.code() == Some(1), "{answered}: {errors}");
    let last = format!("crm: stopped; {answered} of 1000 rows have a result; run the same command again to continue");
    assert_eq!(errors.lines().last(), Some(last.as_str()));
    place.fake.heal();
    // The input is the one that was confirmed.
    let ran = place.run("import hubspot contacts a.csv");
    assert_eq!((ran.code, lines(&ran).len(), place.fake.count("contacts")), (0, 1_000, 1_000), "{}", ran.errors);
}
