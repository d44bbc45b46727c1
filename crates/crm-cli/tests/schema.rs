//! `crm schema pull`, and writes that are checked against a schema.

#[rustfmt::skip]
mod hoopai;
#[rustfmt::skip]
mod sample;

use crate::support::vendor::Running;
use crate::support::{self, Ran, closed, command, run, seed};
use crm_fake::{Fake, Fault, Payload, Step, Vendor};
use hubspot_client::schema::Schema;
use hubspot_client::{Client, ErrorKind, Timestamp};
use serde_json::{Value, json};

const SEED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schema/seed.json");

/// Runs `crm --fake=… schema pull` in a folder.
fn pull(folder: &tempfile::TempDir, seed: &str, words: &str) -> Ran {
    run(command(&format!("--fake={seed} schema pull {words}"), "/nowhere").current_dir(folder.path()))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn json_of(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{}", ran.errors);
    serde_json::from_str(&ran.output).unwrap()
}

/// `tests/schema/sample.rs` and `hoopai.rs` are compiled with this test: every name of the seed is valid in Rust.
#[test]
fn a_module_is_what_the_samples_show() {
    for (words, sample) in [
        ("hubspot contacts deals cars --as rust", include_str!("schema/sample.rs")),
        ("hoopai --location-id location-fake --as rust", include_str!("schema/hoopai.rs")),
    ] {
        let ran = pull(&folder(), SEED, words);
        let line = format!("crm --fake=crates/crm-cli/tests/schema/seed.json schema pull {words}");
        assert!(ran.code == 0 && ran.output == sample, "write the sample anew with: {line}\n{}", ran.output);
    }
    assert_eq!(hoopai::contacts::custom_fields::PIN_CODE_2, "f2");
    assert_eq!(sample::deals::pipelines::pipelines_2::WON, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_record_is_written_and_read_and_wrong_values_are_not_sent() {
    use sample::contacts::{Interests, Lifecyclestage, OBJECT, Properties};
    let fake = Fake::start(Vendor::HubSpot).await.unwrap();
    let client = Client::builder().base_url(fake.base_url()).token(fake.token()).build().unwrap();
    let contacts = client.objects(OBJECT).typed::<Properties>();
    let contact = Properties {
        lifecyclestage: Some(Lifecyclestage::Lead),
        interests: Some(vec![Interests::AB2, Interests::Ten]),
        birthday: Some(Timestamp::from("1815-12-10")),
        employees: Some(3.5),
        newsletter: Some(true),
        teams: Some(vec!["a".to_owned(), "b".to_owned()]),
        phone: Some("canary".to_owned()),
        gr_e: Some("x".to_owned()),
        createdate: Some(Timestamp::from("2020-01-01")),
        ..Properties::default()
    };
    assert!(!format!("{contact:?}").contains("canary"));
    let made = contacts.create(&contact).send().await.unwrap();
    assert_eq!(
        fake.requests().last().unwrap().json()["properties"],
        json!({
            "lifecyclestage": "lead", "interests": "a b;10", "birthday": "1815-12-10", "employees": "3.5",
            "newsletter": "true", "teams": "a;b", "phone": "canary", "größe": "x",
        })
    );
    let read = contacts.get(&made.id).send().await.unwrap().properties;
    assert_ne!(read.createdate, contact.createdate, "only HubSpot writes it");
    assert_eq!(read.hs_object_id.as_ref(), Some(&made.id));
    let createdate = contact.createdate.clone();
    assert_eq!(Properties { createdate, hs_object_id: None, lastmodifieddate: None, ..read }, contact);
    // A copy in a file of the user's own keeps what can be written.
    let copy: Properties = serde_json::from_value(serde_json::to_value(&contact).unwrap()).unwrap();
    assert_eq!(Properties { createdate: contact.createdate.clone(), ..copy }, contact);

    let sent = fake.requests().len();
    for (wrong, property) in [
        (Properties { lifecyclestage: Some("canary".into()), ..Properties::default() }, "lifecyclestage"),
        (Properties { interests: Some(vec![Interests::AB, "canary".into()]), ..Properties::default() }, "interests"),
        (Properties { birthday: Some("canary".into()), ..Properties::default() }, "birthday"),
    ] {
        let error = contacts.update(&made.id, &wrong).send().await.unwrap_err();
        let text = error.to_string();
        assert_eq!(error.kind(), ErrorKind::Validation);
        assert!(
            text.contains(&format!("the property {property}: the value is not")) && !text.contains("canary"),
            "{text}"
        );
    }
    assert_eq!(fake.requests().len(), sent, "nothing was sent");
    // An option of later is read, and an empty text clears the property.
    fake.insert("contacts", json!({"email": "later@example.com", "lifecyclestage": "later"}));
    let later = contacts.get_by("email", "later@example.com").send().await.unwrap().properties;
    assert_eq!(later.lifecyclestage, Some(Lifecyclestage::Unrecognized("later".to_owned())));
    let cleared = Properties { lifecyclestage: Some("".into()), ..Properties::default() };
    assert_eq!(contacts.update(&made.id, &cleared).send().await.unwrap().properties.lifecyclestage, None);
}

#[test]
fn a_document_has_the_schema_and_nothing_else_and_its_changes_are_lines() {
    let folder = folder();
    let ran = pull(&folder, SEED, "hubspot contacts CARS deals cars --to schema.json");
    assert_eq!((ran.code, ran.errors.as_str()), (0, "crm: types of object in schema.json: 3\n"));
    let text = std::fs::read_to_string(folder.path().join("schema.json")).unwrap();
    let read: Value = serde_json::from_str(&text).unwrap();
    let names = read["objects"].as_array().unwrap().iter().map(|object| object["name"].as_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["cars", "contacts", "deals"]);
    for absent in ["createdAt", "updatedAt", "4711", "displayOrder", "archived", "null", "[]"] {
        assert!(!text.contains(absent), "{absent}");
    }
    let contacts = &read["objects"][1];
    let stage = contacts["properties"].as_array().unwrap().iter().find(|one| one["name"] == "lifecyclestage").unwrap();
    let values: Vec<&Value> = stage["options"].as_array().unwrap().iter().map(|option| &option["value"]).collect();
    assert_eq!(values, ["lead", "customer", "other"], "in the order in which they are shown");
    assert_eq!(read["objects"][2]["pipelines"][1]["stages"][0]["id"], "1");

    // Also in the singular.
    let again = pull(&folder, SEED, "hubspot contact cars deal --to schema.json");
    assert_eq!(again.errors, "crm: schema.json is unchanged\ncrm: types of object in schema.json: 3\n");
    let changed = std::fs::read_to_string(SEED).unwrap();
    let changed = changed
        .replace("\"other\"", "\"evangelist\"")
        .replace("\"vin\"", "\"number\"")
        .replace("\"Score\"", "\"Points\"");
    let ran = pull(&folder, seed(&changed).path(), "hubspot contacts cars deals --to schema.json");
    assert_eq!(
        ran.errors,
        "crm: gone: cars.properties.vin\ncrm: new: cars.properties.number\ncrm: gone: \
         contacts.properties.lifecyclestage.options.other\ncrm: new: contacts.properties.lifecyclestage.options.evangelist\n\
         crm: changed: contacts.properties.score.label\ncrm: types of object in schema.json: 3\n"
    );

    let hoopai = json_of(&pull(&folder, SEED, "hoopai contacts --location-id location-fake"));
    let second = json!({"id": "f2", "name": "Pin code", "fieldKey": "contact.pin code", "dataType": "SINGLE_OPTIONS", "picklistOptions": ["a", "b"]});
    assert_eq!((&hoopai["objects"][0]["fields"][1], hoopai["objects"].as_array().unwrap().len()), (&second, 1));
}

#[test]
fn a_wrong_command_is_one_line_and_replaces_nothing() {
    let folder = folder();
    std::fs::write(folder.path().join("mine.json"), "{}").unwrap();
    std::fs::write(folder.path().join("mine.rs"), "fn main() {}").unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    for (words, line) in [
        ("hubspot contcts", "HubSpot has no type of object called \"contcts\"; did you mean \"contacts\"?"),
        ("hubspot 2-999", "HubSpot has no type of object called \"2-999\"; there are appointments"),
        ("hubspot contacts --to sub", "--to sub is a folder; name a file in it"),
        ("hubspot contacts --to none/schema.json", "the folder of --to none/schema.json does not exist"),
        ("hubspot contacts --to mine.json", "--to mine.json exists, and crm schema pull hubspot did not write it"),
        ("hubspot contacts --to mine.rs", "--to mine.rs exists, and crm schema pull hubspot did not write it"),
        ("hubspot contacts --all", "--all has no effect on crm schema pull"),
        ("hubspot --location-id 1", "HubSpot has no locations"),
        ("hoopai", "custom fields and pipelines belong to a location; add --location-id ID"),
        ("hoopai contact --location-id 1", "has no type of object called \"contact\"; did you mean \"contacts\"?"),
    ] {
        let ran = pull(&folder, SEED, words);
        assert!(ran.code == 2 && ran.errors.contains(line) && ran.errors.lines().count() == 1, "{}", ran.errors);
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("mine.rs")).unwrap(), "fn main() {}");
    let property = |number: usize| json!({"name": format!("p{number}"), "label": "", "type": "string"});
    let many =
        seed(&json!({"hubspot": {"properties:contacts": (0..2_000).map(property).collect::<Vec<_>>()}}).to_string());
    for form in ["json", "rust"] {
        let ran = closed(&format!("--fake={} schema pull hubspot contacts --as {form}", many.path()));
        assert_eq!(ran.code, 9, "{}", ran.errors);
    }
}

#[test]
fn a_type_of_object_without_permission_is_skipped_unless_it_is_named() {
    let vendor = Running::start(Fake::builder(Vendor::HubSpot).no_quota());
    let profile = vendor.profile();
    let refused = || Fault::Status(403, Payload::Vendor).on("properties.list");
    vendor.0.fail(refused().times(31));
    let ran = support::crm_at(&profile, "schema pull hubspot");
    let schema = json_of(&ran);
    let names = schema["objects"].as_array().unwrap().iter().map(|object| object["name"].as_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["taxes", "tickets", "users"]);
    assert!(
        ran.errors.starts_with("crm: skipped appointments: ") && ran.errors.lines().count() == 31,
        "{}",
        ran.errors
    );
    vendor.0.fail(refused().times(34));
    let ran = support::crm_at(&profile, "schema pull hubspot");
    assert!(ran.code == 3 && ran.errors.ends_with("can read the properties of no type of object\n"), "{}", ran.errors);
    vendor.0.fail(refused());
    let ran = support::crm_at(&profile, "schema pull hubspot contacts");
    assert_eq!((ran.code, ran.output.as_str()), (3, ""), "{}", ran.errors);
}

#[test]
fn sensitive_properties_that_cannot_be_read_are_a_note_and_a_failure_replaces_nothing() {
    let vendor = Running::start(Fake::builder(Vendor::HubSpot).no_quota());
    let profile = vendor.profile();
    let sensitive = |status: u16| {
        vendor.0.fail(Step::pass().on("properties.list"));
        vendor.0.fail(Fault::status(status).on("properties.list"));
        support::crm_at(&profile, "schema pull hubspot contacts")
    };
    let ran = sensitive(403);
    assert_eq!(json_of(&ran)["objects"][0]["name"], "contacts");
    assert_eq!(ran.errors, "crm: the credential may not read all sensitive properties of contacts\n");
    let lists = vendor.0.requests().iter().filter(|request| request.path.contains("/properties/")).count();
    assert_eq!(lists, 3, "the highly sensitive ones are read too");
    let ran = sensitive(401);
    assert!(ran.code != 0 && ran.output.is_empty(), "{}", ran.errors);
}

#[cfg(unix)]
#[test]
fn only_the_file_itself_is_replaced_and_its_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("schema.rs.draft"), "mine").unwrap();
    assert_eq!(pull(&folder, SEED, "hubspot contacts --to schema.rs").code, 0);
    std::fs::set_permissions(at("schema.rs"), std::fs::Permissions::from_mode(0o600)).unwrap();
    // A file from a system with other ends of lines.
    let text = std::fs::read_to_string(at("schema.rs")).unwrap();
    std::fs::write(at("schema.rs"), text.replace('\n', "\r\n")).unwrap();
    symlink("schema.rs", at("link.rs")).unwrap();
    let ran = pull(&folder, SEED, "hubspot contacts --to link.rs");
    assert!(ran.code == 0 && ran.errors.starts_with("crm: link.rs is unchanged\n"), "{}", ran.errors);
    assert!(std::fs::symlink_metadata(at("link.rs")).unwrap().is_symlink());
    assert_eq!(std::fs::read_to_string(at("schema.rs")).unwrap(), text);
    assert_eq!(std::fs::metadata(at("schema.rs")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_to_string(at("schema.rs.draft")).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "no draft remains");

    symlink("nowhere.json", at("dangling.json")).unwrap();
    for (to, line) in [
        ("dangling.json", "--to dangling.json is a link to a file that does not exist"),
        ("/dev/null", "--to /dev/null is not a regular file"),
    ] {
        let ran = pull(&folder, SEED, &format!("hubspot contacts --to {to}"));
        assert!(ran.code == 2 && ran.errors.contains(line), "{}", ran.errors);
    }
    assert!(!at("nowhere.json").exists());
}

#[test]
fn a_single_write_is_checked_against_the_schema_of_an_option_or_a_profile() {
    let vendor = Running::start(Fake::builder(Vendor::HubSpot));
    let entry = json!({"token": vendor.0.token(), "base_url": vendor.0.base_url(), "schema": "schema.json"});
    let folder = folder();
    let profiles = folder.path().join("profiles.json");
    std::fs::write(&profiles, json!({"default": {"hubspot": entry}}).to_string()).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&profiles, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let at = |line: &str| run(&mut command(line, profiles.to_str().unwrap()));
    let write = "--yes hubspot contacts create properties.lifecyclestage";
    let ran = at(&format!("{write}=lead"));
    assert!(ran.code == 2 && ran.errors.contains("schema.json cannot be read"), "{}", ran.errors);
    assert_eq!(pull(&folder, SEED, "hubspot contacts --to schema.json").code, 0);

    let batch = r#"--yes hubspot contacts batch-create --data {"inputs":[{"properties":{"score":"1"}},{"properties":{"newsletter":"yes","birthday":null}}]}"#;
    for (line, sentence) in [
        (
            format!("{write}=led"),
            "crm: body.properties.lifecyclestage: has no option \"led\"; did you mean \"lead\"?\n",
        ),
        (
            format!("{write}=a@b"),
            "crm: body.properties.lifecyclestage: has no option \"…\"; options are lead, customer, other\n",
        ),
        (
            "--yes hubspot objects update contacts 1 properties.e_mail=a properties.employees=x".to_owned(),
            "crm: body.properties.e_mail: is not a property of contacts; did you mean \"email\"?; \
             body.properties.employees: must be a number\n",
        ),
        (
            batch.to_owned(),
            "crm: body.inputs[0].properties.score: is written only by HubSpot; leave it out; \
             body.inputs[1].properties.newsletter: must be true or false\n",
        ),
    ] {
        let ran = at(&line);
        assert_eq!((ran.code, ran.errors.as_str()), (2, sentence));
    }
    // The number of the type, and a single choice with several values.
    for (line, fault) in [
        ("--yes hubspot objects create 0-1 properties.nonsense=1", "nonsense: is not a property of contacts"),
        ("--yes hubspot contacts create properties.lifecyclestage=lead;customer", "lifecyclestage: has no option"),
    ] {
        let ran = at(line);
        assert!(ran.code == 2 && ran.errors.contains(fault), "{line}: {}", ran.errors);
    }
    assert_eq!(vendor.0.requests().len(), 0, "nothing was sent");
    for line in ["raw hubspot POST /crm/v3/objects/contacts", "hubspot contacts list", "whoami hubspot"] {
        let ran = at(&format!("--yes --schema schema.json {line}"));
        assert!(ran.code == 2 && ran.errors.contains("--schema has no effect on crm "), "{line}: {}", ran.errors);
    }
    assert_eq!(at(&format!("{write}=customer")).code, 0);
    let ran = at("--yes hubspot companies create properties.nme=x");
    let note = "crm: the schema does not have companies, so the properties are not checked\n";
    assert_eq!((ran.code, ran.errors.as_str()), (0, note));
    let other = format!(
        "--fake --schema {} hubspot contacts create properties.interests=A-B;c",
        folder.path().join("schema.json").display()
    );
    let ran = run(&mut command(&other, "/nowhere"));
    assert!(ran.code == 2 && ran.errors.contains("interests: has no option \"c\"; options are "), "{}", ran.errors);
}

#[test]
fn a_program_checks_properties_against_the_document() {
    let document = json_of(&pull(&folder(), SEED, "hubspot contacts cars")).to_string();
    let schema = Schema::from_json(&document).unwrap();
    let check = |object: &str, name: &str, value: &str| {
        let properties = hubspot_client::Map::from([(name, value.to_owned())]);
        schema.check(object, &properties).err().map(|error| error.to_string()).unwrap_or_default()
    };
    for (name, value) in [
        ("lifecyclestage", "lead"),
        ("interests", "10;a b"),
        ("birthday", "1815-12-10"),
        ("birthday", ""),
        ("employees", " 3.5 "),
        ("newsletter", "false"),
        ("owner", "17"),
        ("payload", "{"),
        ("phone", "+1"),
    ] {
        assert_eq!(check("contacts", name, value), "", "{name}");
    }
    for (object, name, value, sentence) in [
        ("contacts", "lifecyclestage", "Led", "lifecyclestage has no option \"Led\"; did you mean \"lead\"?"),
        ("contacts", "lifecyclestage", "Customer", "did you mean \"customer\"?"),
        ("contacts", "birthday", "Canary", "birthday must be a date"),
        ("contacts", "employees", "inf", "employees must be a number"),
        ("contacts", "createdate", "2020-01-01", "createdate is written only by HubSpot"),
        ("contacts", "first_name", "Canary", "first_name is not a property of contacts; did you mean \"firstname\"?"),
        ("2-123", "vni", "Canary", "vni is not a property of cars"),
        ("boats", "vin", "Canary", "the schema has no type of object called boats"),
    ] {
        let text = check(object, name, value);
        assert!(text.contains(sentence) && !text.contains("Canary"), "{text}");
    }
    // Only a checkbox has several values.
    let stage = |kind: &str, value: &str| {
        let property = json!({"name": "stage", "type": "enumeration", "fieldType": kind, "options": [
            {"label": "", "value": "a;b"}, {"label": "", "value": "c"}, {"label": "", "value": "d"}
        ]});
        let property: hubspot_client::types::Property = serde_json::from_value(property).unwrap();
        property.fault(value).is_none()
    };
    assert!(stage("select", "a;b") && !stage("select", "c;d"));
    assert!(stage("checkbox", "c;d") && !stage("checkbox", "c;e"));
    for (text, sentence) in [
        ("{", "the schema is not valid JSON at line 1"),
        ("{}", "the text is not a schema of HubSpot"),
        (r#"{"version": 2, "vendor": "hubspot"}"#, "the schema has version 2"),
    ] {
        assert!(Schema::from_json(text).unwrap_err().to_string().contains(sentence), "{text}");
    }
}
