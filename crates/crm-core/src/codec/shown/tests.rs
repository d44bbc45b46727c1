#![allow(unreachable_pub)]

use serde_json::{Value, json};

use crate::codec::{Map, Time, Timestamp, decode};

crate::open_enum! {
    /// A state.
    pub enum State {
        /// `OPEN`
        Open = "OPEN",
    }
}

crate::record! {
    /// A person.
    pub struct Person {
        id: Option<String> = "id",
        tax_id: Option<String> = "taxId",
        external_id: Option<String> = "externalId",
        object_write_trace_id: Option<String> = "objectWriteTraceId",
        hs_engagement_source_id: Option<String> = "hsEngagementSourceId",
        name: Option<String> = "name",
        type_: Option<String> = "type",
        state: Option<State> = "state",
        visits: Option<i64> = "visits",
        birth_year: Option<i64> = "birthYear",
        active: Option<bool> = "active",
        value: Option<bool> = "value",
        ;
        created_at: Option<Timestamp> = "createdAt",
        due_date: Option<Timestamp> = "dueDate",
        date_of_birth: Option<Timestamp> = "dateOfBirth",
        changed_at: Option<String> = "changedAt",
        properties: Map<String> = "properties",
        scores: Map<i64> = "scores",
        notes: Vec<String> = "notes",
        list_ids: Vec<i64> = "listIds",
        phone: Option<Box<Person>> = "phone",
        friends: Vec<Person> = "friends",
        by_name: Map<Person> = "byName",
        anything: Option<Value> = "anything",
    }
    with default
}

crate::record! {
    /// The JSON text that is read.
    pub struct Inputs {
        id_property: Option<String> = "idProperty",
        inputs: Vec<Person> = "inputs",
        properties: Vec<String> = "properties",
    }
    with default
}

crate::record! {
    /// A record whose ids are those of the caller's system.
    pub struct NewLead {
        contact_id: Option<String> = "contactID",
        id: Option<String> = "id",
    }
    with default
}

crate::record! {
    /// A property.
    pub struct PropertyCreate {
        label: Option<String> = "label",
        name: Option<String> = "name",
    }
    with default
}

crate::union! {
    /// One or the other.
    pub enum Either by members { Person(Person) = "visits", Inputs(Inputs) = "inputs" }
}

fn person(body: &Value) -> String {
    format!("{:?}", decode::<Person>(body.to_string().as_bytes()).unwrap())
}

#[test]
fn what_identifies_and_counts_is_shown_and_what_is_personal_is_not() {
    let shown = person(&json!({
        "id": "512", "taxId": "12-345", "name": "jane", "type": "LEAD", "state": "OPEN", "visits": 7, "birthYear": 1815,
        "active": true, "value": true, "createdAt": "2025-05-23T10:00:00Z", "dueDate": "2025-05-24",
        "dateOfBirth": "1815-12-10", "changedAt": "2025-05-23", "properties": {"email": "jane", "Jane Doe": "x"},
        "scores": {"jane": 5}, "notes": ["jane", "jane"], "listIds": [1, 2], "new": "jane", "anything": [1, 2],
    }));
    let expected = r#"Person { id: "512", tax_id: …, name: …, type_: "LEAD", state: OPEN, visits: 7, birth_year: …, active: true, value: …, created_at: 2025-05-23T10:00:00Z, due_date: 2025-05-24, date_of_birth: …, changed_at: 2025-05-23, properties: {…: …, email: …}, scores: {…: 5}, notes: [2], list_ids: [1, 2], anything: [2], new: … }"#;
    assert_eq!(shown, expected);
}

#[test]
fn texts_are_only_shown_in_the_form_of_their_use() {
    for id in ["512", "0-1", "2-3465404", "ocQHyuzHvysMo5N5VsXc", "4f0c1e7e-8a5b-4a4e-9a52-7f3f5d1c2b1a", "a:b_1"] {
        assert_eq!(person(&json!({"id": id})), format!("Person {{ id: {id:?} }}"));
    }
    let personal = [
        "jane@example.com",
        "jane",
        "Jane Doe",
        "jane.doe1",
        "+15550102345",
        "555-010-2345",
        "(555) 0102345",
        "555-0102345",
        "1-5550102345",
        "0305550102",
        "tel:15550102345",
        "sms:555-0102",
        "pat-eu1-0123-4567",
        "eyJhbGciOiJI0",
        "https://example.com/1",
        "",
        "\"1",
        &"1".repeat(65),
    ];
    for id in personal {
        assert_eq!(person(&json!({"id": id})), "Person { id: … }", "{id}");
        assert_eq!(person(&json!({"externalId": id})), "Person { external_id: … }", "{id}");
    }
    for id in ["0", "a", "a1"] {
        assert_eq!(person(&json!({"id": id})).contains('…'), id == "a", "{id}");
    }
    for (text, shown) in [("text/csv", true), ("HAS_PROPERTY", true), ("a b", false), ("1", false), ("a@b", false)] {
        assert_eq!(person(&json!({"type": text})).contains(text), shown, "{text}");
    }
    assert_eq!(person(&json!({"state": "jane"})), "Person { state: … }");
    assert_eq!(person(&json!({"changedAt": "jane", "createdAt": "jane"})), "Person { created_at: …, changed_at: … }");
}

#[test]
fn ids_of_other_systems_are_shown_if_a_program_generated_them() {
    let shown = |id: &str| person(&json!({"externalId": id})).contains(id);
    for id in [
        "512",
        "ocQHyuzHvysMo5N5VsXc",
        "0038d00000Abc12AAB",
        "a1b22c333d4444e5",
        "4f0c1e7e-8a5b-4a4e-9a52-7f3f5d1c2b1a",
    ] {
        assert!(shown(id), "{id}");
    }
    for id in [
        "15550102345",
        "5550102345",
        "600123456",
        "123456789",
        "5550102",
        "jane1",
        "jane-doe-1",
        "janedoelovelace1815",
        "JaneDoeLovelace1815",
        "1990janelovelace",
        "1990JaneLovelace",
        "jane2doelovelace",
        "jane15550102345doe",
        "a1b2Jane15550102345",
        "sms-15550102345",
        "jane_doe_1815",
        "a:b_1",
    ] {
        assert!(!shown(id), "{id}");
    }
    let traced = person(&json!({"objectWriteTraceId": "5550102", "hsEngagementSourceId": "5550102"}));
    assert_eq!(traced, "Person { object_write_trace_id: …, hs_engagement_source_id: … }");
    let lead: NewLead = decode(br#"{"contactID": "5550102", "id": "5550102"}"#).unwrap();
    assert_eq!(format!("{lead:?}"), "NewLead { contact_id: …, id: … }");
    let lead: NewLead = decode(br#"{"contactID": "512", "id": "ocQHyuzHvysMo5N5VsXc"}"#).unwrap();
    assert_eq!(format!("{lead:?}"), r#"NewLead { contact_id: "512", id: "ocQHyuzHvysMo5N5VsXc" }"#);
}

#[test]
fn names_of_the_records_of_a_map_are_hidden() {
    let whole: Person = decode(br#"{"byName": {"jane": {"id": "1"}}}"#).unwrap();
    assert_eq!(format!("{whole:?}"), r#"Person { by_name: {…: Person { id: "1" }} }"#);
    assert_eq!(format!("{:?}", whole.by_name), "{…: Person { id: … }}");
}

#[test]
fn ids_are_hidden_if_they_are_values_of_a_property() {
    let inputs = json!({"properties": ["email"], "inputs": [{"id": "15550102345"}]});
    let shown = |inputs: &Value| format!("{:?}", decode::<Inputs>(inputs.to_string().as_bytes()).unwrap());
    let expected = r#"Inputs { inputs: [Person { id: "15550102345" }], properties: ["email"] }"#;
    assert_eq!(shown(&inputs), expected);
    let mut by_phone = inputs;
    by_phone["idProperty"] = "phone".into();
    let expected = r#"Inputs { id_property: "phone", inputs: [Person { id: … }], properties: ["email"] }"#;
    assert_eq!(shown(&by_phone), expected);
}

#[test]
fn the_name_of_a_property_is_shown() {
    let property: PropertyCreate = decode(br#"{"label": "jane", "name": "first_visit"}"#).unwrap();
    assert_eq!(format!("{property:?}"), r#"PropertyCreate { label: …, name: "first_visit" }"#);
}

#[test]
fn lists_are_cut_and_records_end_at_a_depth() {
    let friends: Vec<_> = (0..9).map(|id| json!({"id": id})).collect();
    assert_eq!(
        person(&json!({"friends": friends, "listIds": (0..22).collect::<Vec<_>>()})),
        "Person { list_ids: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, … 2 more], \
         friends: [Person { id: \"0\" }, Person { id: \"1\" }, Person { id: \"2\" }, … 6 more] }",
    );
    let mut deep = json!({"id": "6"});
    for id in (1..6).rev() {
        deep = json!({"id": id.to_string(), "friends": [deep]});
    }
    let expected = r#"Person { id: "1", friends: [Person { id: "2", friends: [Person { id: "3", friends: [Person { id: "4", friends: [Person {…}] }] }] }] }"#;
    assert_eq!(person(&deep), expected);
    let many: Map<i64> = (0..30).map(|id| (format!("a{id}"), id)).collect();
    assert!(format!("{many:?}").ends_with("a19: …, …: 10 more}"), "{many:?}");
}

#[test]
fn nothing_is_shown_below_a_personal_member() {
    let shown = person(&json!({"phone": {"id": "1", "visits": 5, "state": "OPEN", "phone": {"visits": 1}}}));
    assert_eq!(shown, "Person { phone: Person { id: …, state: …, visits: …, phone: Person { visits: … } } }");
}

#[test]
fn a_union_is_shown_as_its_record() {
    let shown = |body: &str| format!("{:?}", decode::<Either>(body.as_bytes()).unwrap());
    assert_eq!(shown(r#"{"visits": 1}"#), "Person { visits: 1 }");
    assert_eq!(shown(r#"{"jane": 1}"#), "…");
}

#[test]
fn a_date_alone_may_be_a_birthday() {
    let shown = |text: &str| format!("{:?} {:?}", Timestamp::from(text), Timestamp::from(text).read());
    assert_eq!(shown("1815-12-10"), "Timestamp(…) Ok(Date(…))");
    assert_eq!(shown("jane"), "Timestamp(…) Err(NotATime(…))");
    assert_eq!(shown("1970-01-01T00:00:01Z"), "1970-01-01T00:00:01Z Ok(Instant(1000))");
    let local = Time::Local { year: 2025, month: 5, day: 3, hour: 1, minute: 2, second: 3, millisecond: 4 };
    assert_eq!(format!("{local:?}"), "Local(2025-05-03T01:02:03.004)");
}

#[test]
fn pretty_debug_has_a_line_for_each_member() {
    let person: Person = decode(br#"{"id": "1", "properties": {"email": "jane"}, "friends": [{"id": "2"}]}"#).unwrap();
    let expected = "Person {\n    id: \"1\",\n    properties: {\n        email: …,\n    },\n    friends: [\n        Person {\n            id: \"2\",\n        },\n    ],\n}";
    assert_eq!(format!("{person:#?}"), expected);
}
