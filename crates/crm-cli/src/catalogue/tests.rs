use std::collections::BTreeSet;

use super::*;

fn all() -> Vec<Found> {
    Api::all().flat_map(Api::operations).collect()
}

#[test]
fn every_operation_of_the_catalogue_is_read() {
    for api in Api::all() {
        let lines = api.entry.operations.lines().filter(|line| line.contains("\"call\":")).count();
        assert!(lines > 0 && lines == api.file.operations.len(), "{}", api.entry.document);
        assert_eq!(api.file.vendor, api.entry.vendor);
    }
    println!("measured operations: {}", Api::all().map(|api| api.file.operations.len()).sum::<usize>());
}

#[test]
fn every_api_that_was_generated_has_an_entry() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue");
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let documents = names.filter_map(|name| name.strip_suffix(".types.json").map(str::to_owned));
    let lacking: Vec<String> =
        documents.filter(|name| !APIS.iter().any(|entry| entry.document == name.as_str())).collect();
    assert!(lacking.is_empty(), "these have no entry in `APIS` of src/apis.rs: {}", lacking.join(", "));
}

#[test]
fn every_operation_is_found_by_its_words() {
    let mut seen = BTreeSet::new();
    for found in all() {
        let words = found.words();
        let parts: Vec<&str> = words.split(' ').collect();
        let again = find(&parts).unwrap_or_else(|error| panic!("{words}: {error}"));
        assert!(std::ptr::eq(found.operation, again.operation), "{words}");
        assert_eq!(found.object.map(|one| one.name), again.object.map(|one| one.name), "{words}");
        assert!(seen.insert(words.clone()), "{words} is there twice");
    }
    assert!(seen.len() > 2_000);
}

#[test]
fn operations_read_write_or_destroy() {
    for (words, reads, destroys) in [
        ("hubspot contacts list", true, false),
        ("hubspot contacts search", true, false),
        ("hubspot contacts create", false, false),
        ("hubspot contacts batch-upsert", false, false),
        ("hubspot contacts batch-archive", false, true),
        ("hubspot contacts archive", false, true),
        ("hubspot contacts merge", false, true),
        ("hoopai contacts search", true, false),
        ("hoopai social-media start-google-oauth", false, false),
        ("hockeystack account-intelligence get", true, false),
    ] {
        let found = find(&words.split(' ').collect::<Vec<_>>()).unwrap_or_else(|error| panic!("{words}: {error}"));
        assert_eq!((found.operation.reads(), found.operation.destroys()), (reads, destroys), "{words}");
    }
}

#[test]
fn every_type_that_is_named_is_there() {
    fn named(ty: Ty<'_>) -> Option<String> {
        match ty {
            Ty::List(inner) | Ty::Map(inner) => named(Ty::of(inner)),
            Ty::Named(name) => Some(name.to_owned()),
            _ => None,
        }
    }
    for api in Api::all() {
        let types = api.types();
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for operation in &api.file.operations {
            let body = operation.body.as_ref().map(|body| body.ty);
            let texts = operation.arguments.iter().map(|argument| argument.ty).chain(body).chain([operation.reply]);
            wanted.extend(texts.filter_map(|text| named(Ty::of(text))));
        }
        for name in types.names() {
            match types.get(name).unwrap_or_else(|| panic!("{name} cannot be read")) {
                Definition::Record { fields, .. } => {
                    wanted.extend(fields.iter().filter_map(|one| named(Ty::of(one.ty))))
                }
                Definition::Arms { arms, .. } => wanted.extend(arms.iter().filter_map(|one| named(Ty::of(one.ty)))),
                Definition::Values { values } => assert!(!values.is_empty(), "{name}"),
            }
        }
        for name in wanted {
            assert!(types.get(&name).is_some(), "{}: {name}", api.entry.document);
        }
    }
}

#[test]
fn words_that_are_wrong_have_a_suggestion() {
    for (words, sentence) in [
        ("hubspott contacts list", "there is no vendor called \"hubspott\"; did you mean \"hubspot\"?"),
        ("hubspot contcts list", "there is no resource of hubspot called \"contcts\"; did you mean \"contacts\"?"),
        ("hubspot contacts lst", "there is no operation of hubspot contacts called \"lst\"; did you mean \"list\"?"),
        ("hubspot contacts list all", "\"all\" is one word too many; an operation is VENDOR RESOURCE OPERATION"),
        ("hubspot contacts zzzz", "there is no operation of hubspot contacts called \"zzzz\"; there are archive, "),
        ("", "name a vendor: hubspot, hoopai, hockeystack, hatch"),
    ] {
        let parts: Vec<&str> = words.split_whitespace().collect();
        let error = find(&parts).err().unwrap_or_default();
        assert!(error.starts_with(sentence), "{words}: {error}");
    }
    assert!(find(&["hoopai", "calendars", "get_free_slots"]).is_ok());
    assert!(find(&["hoopai", "v3", "calendars", "getFreeSlots"]).is_ok());
}

#[test]
fn the_metadata_is_that_of_the_clients() {
    let meta = |words: &str| find(&words.split(' ').collect::<Vec<_>>()).unwrap().operation.meta();
    let (ours, theirs) = (meta("hubspot contacts search"), &hubspot_client::operations::OBJECTS_SEARCH);
    assert_eq!(format!("{ours:?}").replace(ours.spec_id, ""), format!("{theirs:?}").replace(theirs.spec_id, ""));
    let (ours, theirs) = (meta("hubspot contacts list"), &hubspot_client::operations::OBJECTS_LIST);
    assert_eq!(format!("{:?} {:?}", ours.paging, ours.rules), format!("{:?} {:?}", theirs.paging, theirs.rules));
}

#[test]
fn reads_are_told_from_writes() {
    let found = |words: &str| find(&words.split(' ').collect::<Vec<_>>()).unwrap().operation;
    for words in
        ["hubspot contacts list", "hubspot contacts search", "hubspot contacts batch-read", "hubspot lists search"]
    {
        assert!(found(words).reads(), "{words}");
    }
    for words in
        ["hubspot contacts create", "hubspot contacts batch-upsert", "hatch contacts upsert", "hubspot contacts merge"]
    {
        assert!(!found(words).reads(), "{words}");
    }
    assert!(found("hubspot contacts archive").destroys() && found("hubspot contacts merge").destroys());
    assert!(!found("hubspot contacts create").destroys());
    // No read has a verb that writes.
    let verbs = ["create", "update", "delete", "archive", "upsert", "set", "send", "cancel", "remove", "reset"];
    for one in all().iter().filter(|one| one.operation.reads() && one.operation.method != "GET") {
        let call = one.operation.call;
        assert!(!call.split('_').any(|word| verbs.contains(&word)), "{}", one.words());
    }
}

#[test]
fn names_are_those_of_a_command_line() {
    for (name, plain) in [
        ("getFreeSlots", "get-free-slots"),
        ("after", "after"),
        ("X-Id", "x-id"),
        ("a_b", "a-b"),
        ("property.{name}", "property-name"),
    ] {
        assert_eq!(kebab(name), plain);
    }
}
