//! Inputs that are refused before anything is sent.

use super::*;

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
            "name the unique property that identifies existing records, for example: --by email",
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
        ("import hubspot contacts a.csv --failed a.csv", "email\n", "--failed must be a file other than the input"),
        ("import hubspot contacts a.csv --failed ./a.csv", "email\n", "--failed must be a file other than the input"),
        (
            "import hubspot contacts a.csv --failed ./a.csv.done",
            "email\n",
            "--failed must be a file other than the journal of the input",
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
            "a.csv: row 1 (line 2), id: must be the number of a record, digits only; spreadsheets may write it as 101001.0 or \
             1.01E+05; nothing was sent",
        ),
        (
            "update hubspot contacts a.csv",
            "Id,firstname\n17,A\n",
            "a.csv: row 1 (line 2), id: is required, because it names the record; row 1 (line 2), Id: is not a property; \
             write id as the name of the column; nothing was sent",
        ),
        (
            "update hubspot contacts a.csv",
            "id,Record ID\n17,17\n",
            "a.csv: line 1, column 2: is not a property; write id as the name of the column; nothing was sent",
        ),
        (
            "update hubspot contacts a.csv",
            "id,fristname,First Name\n",
            "a.csv: line 1, column 3: is not a property of contacts; did you mean \"firstname\"?; line 1, fristname: is not a \
             property of contacts; did you mean \"firstname\"?; nothing was sent",
        ),
        (
            "update hubspot contacts a.csv",
            "id,firstname,lastname\n17,#NAME?,Err:508\n18,A,J\u{fffd}rgen\n",
            "a.csv: row 1 (line 2), firstname: is an error of the spreadsheet; correct the cell; row 1 (line 2), lastname: is \
             an error of the spreadsheet; correct the cell; row 2 (line 3), lastname: has characters that were lost in an \
             earlier conversion; correct the cell; nothing was sent",
        ),
        (
            "upsert hubspot contacts a.csv --by email",
            "email\n#N/A\n",
            "a.csv: row 1 (line 2), email: is an error of the spreadsheet; correct the cell; nothing was sent",
        ),
        (
            "import hubspot contacts a.csv",
            "email,firstname\na@example.com,\"A\nb@example.com,B\nc@example.com,\"C\"\n",
            "a.csv: row 1 (line 2) has a quotation mark in the middle of a cell; add the closing quotation mark that is \
             missing, or write a quotation mark of the text twice; nothing was sent",
        ),
        (
            "upsert hubspot contacts a.csv --by email",
            "email,firstname\n #N/A ,A\n  ,B\n7.10E+04,C\n",
            "a.csv: row 1 (line 2), email: is an error of the spreadsheet; correct the cell; row 2 (line 3), email: is \
             required, because it names the record; row 3 (line 4), email: names the record, so it must have digits only; \
             spreadsheets may write it as 101001.0 or 1.01E+05; nothing was sent",
        ),
        (
            "import hubspot contacts a.csv",
            "email,First Name\na@example.com,A\n",
            "a.csv: line 1, column 2: is not a property of contacts; did you mean \"firstname\"?; nothing was sent",
        ),
        (
            "import hubspot contacts a.csv --failed -",
            "email\na@example.com\n",
            "--failed takes the name of a file; standard output has the results",
        ),
        ("import hubspot contacts a.csv --all", "email\n", "all rows of the file are sent; leave out --all"),
        (
            "import hubspot contacts a.csv",
            "{\"email\": \"a@example.com\", \"firstname\": 491701234567890123456}\n",
            "a.csv: row 1 (line 1), firstname: is a number with more digits than JSON numbers keep; write it as a text, in \
             quotes; nothing was sent",
        ),
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
fn an_input_without_rows_is_named_and_makes_no_file() {
    let place = Place::hubspot();
    for (rows, errors) in
        [("email\n", "crm: there are no rows in a.csv; nothing was sent\n"), ("email\na@example.com\n", "")]
    {
        place.write("a.csv", rows);
        let ran = place.run("import hubspot contacts a.csv --failed failed.csv");
        assert_eq!((ran.code, ran.errors.as_str()), (0, errors));
        assert!(!["failed.csv", "failed.csv.draft", "failed.unknown.csv"].iter().any(|name| place.path(name).exists()));
    }
}

#[test]
fn options_are_checked_before_anything_is_sent() {
    let place = Place::hubspot();
    let options = json!([{"label": "Lead", "value": "lead"}, {"label": "Customer", "value": "customer"}]);
    let property = json!({"name": "stage", "type": "enumeration", "fieldType": "checkbox", "options": options});
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

#[test]
fn a_property_that_names_records_is_checked_like_others() {
    let place = Place::hubspot();
    let list = json!({"results": [
        {"name": "number", "type": "number", "hasUniqueValue": true},
        {"name": "code", "type": "string", "hasUniqueValue": true},
    ]});
    let digits = "names the record, so it must have digits only; spreadsheets may write it as 101001.0 or 1.01E+05";
    let plain = "must be a number";
    for (by, file, text, sent, fault) in [
        ("number", "a.csv", "number\n 5 \n", "5", ""),
        ("number", "a.csv", "number\n-7\n", "-7", ""),
        ("number", "a.csv", "number\n5.0\n", "", digits),
        ("number", "a.csv", "number\n7.1E+04\n", "", digits),
        ("number", "a.csv", "number\n7 100\n", "", plain),
        ("number", "a.jsonl", "{\"number\": 71}", "71", ""),
        ("number", "a.jsonl", "{\"number\": 7.1e4}", "", digits),
        ("code", "a.csv", "code\n 5.10 \n", "5.10", ""),
        ("code", "a.csv", "code\n71e4\n", "71e4", ""),
        ("code", "a.csv", "code\n7.1E+04\n", "", digits),
        ("code", "a.jsonl", "{\"code\": \" A1 \"}", "A1", ""),
        ("code", "a.jsonl", "{\"code\": 5.1}", "", digits),
    ] {
        place.write(file, text);
        place.fake.fail(Fault::Status(200, Payload::Json(list.clone())).on("properties.list").times(3));
        let before = place.fake.requests().len();
        let ran = place.run(&format!("upsert hubspot contacts {file} --by {by}"));
        if fault.is_empty() {
            let request = place.fake.requests().last().unwrap().json();
            assert_eq!(request["inputs"][0]["id"], sent, "{text}: {}", ran.errors);
        } else {
            assert!(
                ran.code == 2 && ran.errors.contains(&format!(", {by}: {fault}; nothing")),
                "{text}: {}",
                ran.errors
            );
            assert!(place.fake.requests()[before..].iter().all(|request| request.method == "GET"));
        }
    }
}

#[test]
fn a_value_that_is_not_sent_is_refused_with_where() {
    let place = Place::hubspot();
    place.fake.insert("contacts", json!({"email": "ada@example.com"}));
    let fixed = json!({"name": "score", "type": "number", "modificationMetadata": {"readOnlyValue": true}});
    let list = json!({"results": [{"name": "email", "type": "string"}, fixed]});
    place.fake.fail(Fault::Status(200, Payload::Json(list)).on("properties.list").times(3));
    let ran = place.run("update hubspot contacts --where email=ada@example.com score=1");
    let sentence = "crm: score: only the vendor writes it; leave it out; nothing was sent\n";
    assert_eq!((ran.code, ran.errors.as_str()), (2, sentence));
}
