use super::*;
use crate::output::Format;

fn read_words(line: &str) -> Result<Asked, Failure> {
    read(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
}

fn refusal(line: &str) -> String {
    read_words(line).err().map(|failure| failure.to_string()).unwrap_or_default()
}

#[test]
fn every_operation_has_a_command_that_can_be_built() {
    for found in Api::all().flat_map(Api::operations) {
        let command = arguments::add(Command::new("operation"), &found).args(options::arguments());
        command.debug_assert();
    }
}

#[test]
fn a_line_becomes_an_input() {
    let asked =
        read_words("crm hubspot contacts list --limit 5 --properties email,phone --archived --format json").ok();
    let Some(Asked { options, action: Action::Call { found, input } }) = asked else { panic!() };
    assert_eq!((found.words().as_str(), options.format), ("hubspot contacts list", Some(Format::Json)));
    let given = serde_json::json!({"limit": "5", "properties": ["email", "phone"], "archived": "true"});
    assert_eq!(Value::Object(input.arguments), given);

    let asked = read_words("crm --fake hubspot contacts update 17 properties.email=x").ok();
    let Some(Asked { options, action: Action::Call { found, input } }) = asked else { panic!() };
    assert_eq!((found.words().as_str(), options.fake.as_deref()), ("hubspot contacts update", Some("")));
    assert_eq!(Value::Object(input.arguments), serde_json::json!({"objectId": "17"}));
    assert_eq!(input.body, Some(serde_json::json!({"properties": {"email": "x"}})));
}

#[test]
fn wrong_lines_are_one_sentence() {
    for (line, sentence) in [
        ("crm hubspott", "unrecognized subcommand 'hubspott'; tip: a similar subcommand exists: 'hubspot'"),
        (
            "crm hubspot contats list",
            "unrecognized subcommand 'contats'; tip: some similar subcommands exist: 'contacts', ",
        ),
        (
            "crm --fake small.json count hubspot contacts",
            "unrecognized subcommand '…'; a file of records is given as --fake=FILE",
        ),
        ("crm hubspot contacts lst", "unrecognized subcommand 'lst'; tip: a similar subcommand exists: 'list'"),
        ("crm hubspot contacts get", "the following required arguments were not provided: <OBJECT_ID>"),
        (
            "crm hubspot contacts list --limt 5",
            "unexpected argument '--limt' found; tip: a similar argument exists: '--limit'",
        ),
        ("crm hubspot contacts list --format xml", "invalid value 'xml' for '--format <FORMAT>'; [possible values: "),
        ("crm hubspot contacts create email", "one of the words is not NAME=VALUE"),
        ("crm hubspot contacts create a=1 a=2", "a is given twice"),
        ("crm hubspot contacts create properties.email=x properties={}", "properties is given twice"),
        ("crm hubspot contacts create --data {", "--data is not valid JSON at line 1"),
        ("crm describe hubspot contcts list", "there is no resource of hubspot called \"contcts\"; did you mean"),
    ] {
        let found = refusal(line);
        assert!(found.starts_with(sentence) && !found.contains('\n'), "{line}: {found}");
    }
}

#[test]
fn words_that_may_be_personal_data_are_not_shown() {
    for line in [
        &["crm", "Ada Lovelace"][..],
        &["crm", "hubspot", "+1 555 123 4567"],
        &["crm", "hubspot", "contacts", "15551234567"],
        &["crm", "hubspot", "contacts", "get", "17", "Ada Lovelace"],
        &["crm", "hubspot", "contacts", "get", "17", "--Ada Lovelace"],
        &["crm", "hubspot", "contacts", "get", "17", "-+1 555 123 4567"],
        &["crm", "hubspot", "contacts", "list", "--format", "Ada Lovelace"],
        &["crm", "hubspot", "contacts", "create", "Ada Lovelace"],
        &["crm", "hubspot", "contacts", "create", "properties=5", "properties.Ada Lovelace=1"],
        &["crm", "hubspot", "contacts", "create", "+1 555 123 4567=1", "+1 555 123 4567=1"],
        &["crm", "hubspot", "contacts", "create", "--data", "{}", "Ada Lovelace"],
        &["crm", "completions", "Ada Lovelace"],
        &["crm", "raw", "Ada Lovelace", "GET", "/"],
    ] {
        let words: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        let found = read(&words).err().map(|failure| failure.to_string()).unwrap_or_default();
        assert!(!found.is_empty() && !found.contains("Ada") && !found.contains("555"), "{line:?}: {found}");
    }
}

#[test]
fn a_name_with_too_many_dots_is_refused() {
    let deep = refusal(&format!("crm hubspot contacts create {}=1", "a.".repeat(40_000)));
    assert_eq!(deep, "a member has too many dots in its name");
}
