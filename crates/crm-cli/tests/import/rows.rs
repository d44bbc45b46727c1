//! Rows become records: batches, results in order, rows that failed and are fed back.

use super::*;

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
    let requests = place.fake.requests().len() - before;
    println!("measured requests of 10,000 upserts: {requests}");
    assert!(requests <= 111, "{requests}");
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
fn a_confirmation_counts_for_the_effect_of_empty_cells() {
    let place = Place::hubspot();
    let rows = (0..101).map(|row| {
        let email = format!("p{row}@example.com");
        place.fake.insert("contacts", json!({"email": email, "lastname": "L"}));
        format!("{email},\n")
    });
    let rows: String = rows.collect();
    place.write("a.csv", &format!("email,lastname\n{rows}"));
    let line = "update hubspot contacts a.csv --by email";
    let plan: Value = serde_json::from_str(&place.run(&format!("{line} --dry-run")).output).unwrap();
    let ran = place.run(&format!("{line} --empty clear --confirm {}", plan["confirm"].as_str().unwrap()));
    assert!(ran.code == 2 && ran.errors.contains("the digest is not that of this operation"), "{}", ran.errors);
    let kept = |name: Value| place.fake.records("contacts").iter().all(|one| one["properties"]["lastname"] == name);
    assert!(kept(json!("L")));
    let ran = place.confirmed(&format!("{line} --empty clear"));
    assert!(ran.code == 0 && kept(Value::Null), "{}", ran.errors);
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
    place.write("a.csv", "locationId,email\nloc,#REF!\n");
    let ran = place.run("upsert hoopai contacts a.csv");
    assert!(ran.code == 2 && ran.errors.contains("email: is an error of the spreadsheet"), "{}", ran.errors);
    place.write("a.csv", "locationId,firstName\nloc,Ada\n");
    let ran = place.run("upsert hoopai contacts a.csv");
    let sentence = "body: a row that is upserted needs email or phone, and cannot have createNewIfDuplicateAllowed";
    assert!(ran.code == 2 && ran.errors.contains(sentence), "{}", ran.errors);
    place.write("a.csv", "locationId,email,dnd\nloc,a@example.com,TRUE\n,,\n");
    let ran = place.run("upsert hoopai contacts a.csv");
    assert_eq!((ran.code, ran.errors.as_str()), (0, "crm: skipped, because all cells are empty: 1 row\n"));
    assert_eq!(place.fake.requests().last().unwrap().json()["dnd"], true);
}

#[test]
fn an_export_that_a_spreadsheet_wrote_has_the_values_of_hubspot() {
    let place = Place::hubspot();
    let options = json!([{"label": "Yes", "value": "true"}, {"label": "No", "value": "false"}]);
    let check = json!({"name": "check", "type": "enumeration", "fieldType": "booleancheckbox", "options": options});
    let kinds = json!({"name": "kinds", "type": "enumeration", "fieldType": "checkbox", "options": [
        {"label": "A", "value": "a"}, {"label": "B", "value": " b"}, {"label": "Yes", "value": "true"}
    ]});
    let plain = [
        ("email", "string"),
        ("flag", "bool"),
        ("age", "number"),
        ("day", "date"),
        ("night", "date"),
        ("seen", "datetime"),
        ("called", "datetime"),
        ("born", "datetime"),
    ];
    let plain = plain.map(|(name, kind)| json!({"name": name, "type": kind}));
    let list = json!({"results": plain.into_iter().chain([check, kinds]).collect::<Vec<_>>()});
    place.fake.fail(Fault::Status(200, Payload::Json(list)).on("properties.list").times(3));
    place.write(
        "a.csv",
        "id,email,flag,check,kinds,age,day,night,seen,called,born,associations.companies,\n\
         17,a@example.com, TRUE,False,a; b;TRUE, 5 ,2026-03-01 00:00:00,1772323200000.0,2026-03-01 08:00:00+00,\
         1772352000001.0,1772352000000,1;2,\n",
    );
    let ran = place.run("upsert hubspot contacts a.csv --by email");
    assert_eq!(
        (ran.code, ran.errors.as_str()),
        (0, "crm: not sent, because only crm import writes associations: associations.companies\n")
    );
    let sent = place.fake.requests().last().unwrap().json()["inputs"][0]["properties"].clone();
    assert_eq!(
        sent,
        json!({
            "flag": "true", "check": "false", "kinds": "a; b;true", "age": "5",
            "day": "2026-03-01", "night": "2026-03-01", "seen": "2026-03-01T08:00:00Z",
            "called": "2026-03-01T08:00:00.001Z", "born": "1772352000000"
        })
    );
}

#[test]
fn a_cleared_value_of_where_is_fed_back_with_an_option() {
    let place = Place::hubspot();
    place.fake.insert("contacts", json!({"email": "ada@example.com", "firstname": "Ada"}));
    place.fake.fail(Fault::MultiStatus(vec![0]).on("contacts.batch_update"));
    let ran = place.run("update hubspot contact --where email=ada@example.com firstname= --failed failed.jsonl");
    let sentence = "they are in failed.jsonl, which needs --empty clear\n";
    assert!(ran.code == 1 && ran.errors.ends_with(sentence), "{}", ran.errors);
    let ran = place.run("update hubspot contacts failed.jsonl --empty clear");
    assert_eq!((ran.code, &place.fake.records("contacts")[0]["properties"]["firstname"]), (0, &Value::Null));
}

#[test]
fn a_record_whose_association_failed_is_unknown_and_not_failed() {
    let place = Place::hubspot();
    place.write("a.csv", "email\nada@example.com\n");
    let error = json!({"category": "X", "message": "no company", "context": {"objectWriteTraceId": ["row-1"]}});
    let record = json!({"id": "71", "objectWriteTraceId": "row-1", "properties": {"email": "ada@example.com"}});
    let reply = json!({"status": "COMPLETE", "results": [record], "numErrors": 1, "errors": [error]});
    place.fake.fail(Fault::Status(207, Payload::Json(reply)).on("contacts.batch_create"));
    let ran = place.run("import hubspot contacts a.csv");
    let result = &lines(&ran)[0];
    assert_eq!((ran.code, &result["result"], &result["may_have_happened"]), (8, &json!("unknown"), &json!(true)));
    assert!(result["id"] == "71" && result["error"].as_str().unwrap().contains("no company"), "{result}");
}
