use super::*;

/// Plain questions, each with the operation that answers it.
const QUESTIONS: &str = include_str!("questions.txt");

#[test]
fn plain_questions_have_their_operation_among_the_first_three() {
    let mut missed = Vec::new();
    let rows: Vec<(&str, &str)> = QUESTIONS.lines().filter_map(|line| line.split_once(" = ")).collect();
    for (question, operation) in &rows {
        assert!(crate::catalogue::find(&operation.split(' ').collect::<Vec<_>>()).is_ok(), "{operation}");
        assert!(answer(question).len() <= MOST_BYTES, "{question}");
        let found: Vec<String> = best(question).iter().map(Found::words).collect();
        if !found.iter().take(3).any(|words| words == operation) {
            missed.push(format!("{question}: {operation}, but found {found:?}"));
        }
    }
    assert!(rows.len() >= 100);
    assert!(missed.len() * 20 <= rows.len(), "{} of {}:\n{}", missed.len(), rows.len(), missed.join("\n"));
}

#[test]
fn nothing_is_destroyed_or_sent_in_batches_unasked() {
    for line in QUESTIONS.lines() {
        let Some((question, operation)) = line.split_once(" = ") else { continue };
        let wanted = crate::catalogue::find(&operation.split(' ').collect::<Vec<_>>()).unwrap();
        let first = best(question).first().map(|found| found.operation.destroys());
        assert!(wanted.operation.destroys() || first != Some(true), "{question}");
    }
    for question in [
        "how many contacts are in hubspot",
        "folder by path in hubspot",
        "facebook page in hoopai",
        "stop a sequence in hubspot",
        "a scheduled email in hoopai",
    ] {
        let first = best(question)[0].operation;
        assert!(!first.destroys() && !first.call.starts_with("batch"), "{question}: {}", first.call);
    }
}

#[test]
fn a_record_is_destroyed_by_the_operation_of_its_own_resource() {
    for object in crate::catalogue::ObjectType::all("hubspot").filter(|object| object.calls.contains_key("archive")) {
        let thing = object.name.split('_').map(words::stem).collect::<Vec<_>>().join(" ");
        for verb in ["delete", "remove", "archive"] {
            let question = format!("{verb} a {thing} in hubspot");
            let first = best(&question)[0].words();
            assert_eq!(first, format!("hubspot {} archive", crate::catalogue::kebab(object.name)), "{question}");
        }
    }
    for (question, operation) in [
        ("delete a contact list in hubspot", "hubspot lists delete"),
        ("delete a list of contacts in hubspot", "hubspot lists delete"),
    ] {
        assert_eq!(best(question)[0].words(), operation, "{question}");
    }
}

#[test]
fn nothing_is_found_for_other_words() {
    for words in ["qwertz", "delete qwertz", "archive the qwertz"] {
        assert!(answer(words).starts_with("Nothing fits"), "{words}");
    }
    assert!(answer("").starts_with("Nothing fits"));
}

#[test]
fn a_filled_path_leads_to_its_operation() {
    let api = Api::of("hubspot").next().unwrap();
    let call = |method, path| by_path(api, method, path).map(|one| (one.resource, one.call));
    assert_eq!(call("POST", "/crm/objects/2026-03/contacts/search?x=1"), Some(("objects", "search")));
    assert_eq!(call("GET", "/crm/objects/2026-03/contacts/17"), Some(("objects", "get")));
    assert_eq!(call("GET", "/settings/users/2026-03/roles"), Some(("account_users", "list_roles")));
    assert_eq!(call("GET", "/settings/users/2026-03/17"), Some(("account_users", "get")));
    assert_eq!(call("GET", "/nowhere"), None);
}
