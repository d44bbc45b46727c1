use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::Document;

static DOCUMENT: Document = Document::new(
    r##"{
    "Person": {"type": "object", "required": ["id"], "properties": {
        "id": {"type": "string", "example": "7"},
        "age": {"type": "integer", "nullable": true, "minimum": 0, "exclusiveMinimum": true, "maximum": 150, "exclusiveMaximum": false},
        "example": {"type": "string"},
        "chief": {"allOf": [{"$ref": "#/components/schemas/Person"}], "nullable": true},
        "team": {"$ref": "#/components/schemas/Team", "nullable": true},
        "mood": {"type": "string", "enum": ["good", "bad"], "nullable": true, "x-seen": 1}
    }},
    "Team": {"allOf": [{"$ref": "#/components/schemas/Group"}, {"type": "object", "properties": {
        "people": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}}
    }}]},
    "Group": {"type": "object", "discriminator": {"propertyName": "kind"}, "properties": {
        "kind": {"type": "string"},
        "parent": {"$ref": "#/components/schemas/Group"}
    }, "additionalProperties": {"type": "number", "nullable": true}}
}"##,
);

struct Person;
struct Team;
crate::json_schemas!(DOCUMENT; Person, Team);

/// Another type of the same name, with another schema.
mod other {
    static DOCUMENT: super::Document = super::Document::new(
        r##"{"Person": {"type": "boolean"}, "Pair": {"type": "array", "items": {"$ref": "#/components/schemas/Group"}},
            "Group": {"type": "integer"}}"##,
    );
    pub(super) struct Person;
    pub(super) struct Pair;
    crate::json_schemas!(DOCUMENT; Person, Pair);
}

fn root<T: schemars::JsonSchema>() -> Value {
    SchemaGenerator::default().into_root_schema_for::<T>().to_value()
}

#[test]
fn schemas_are_turned_into_json_schema() {
    let person = json!({"type": "object", "required": ["id"], "properties": {
        "id": {"type": "string", "examples": ["7"]},
        "age": {"type": ["integer", "null"], "exclusiveMinimum": 0, "maximum": 150},
        "example": {"type": "string"},
        "chief": {"anyOf": [{"allOf": [{"$ref": "#"}]}, {"type": "null"}]},
        "team": {"$ref": "#/$defs/Team"},
        "mood": {"type": ["string", "null"], "enum": ["good", "bad", null]}
    }});
    let group = json!({"type": "object", "properties": {"kind": {"type": "string"},
        "parent": {"$ref": "#/$defs/Group"}}, "additionalProperties": {"type": ["number", "null"]}});
    let got = root::<Person>();
    assert_eq!(got["properties"], person["properties"]);
    assert_eq!(got["$defs"]["Group"], group);
    let people = "/$defs/Team/allOf/1/properties/people/items";
    assert_eq!(got.pointer(people), Some(&json!({"$ref": "#"})));
    // From another root, the person is a definition as well.
    let got = root::<Team>();
    assert_eq!(got.pointer("/$defs/Person/properties/chief/anyOf/0/allOf/0/$ref"), Some(&json!("#/$defs/Person")));
    assert_eq!(got.pointer("/$defs/Person/properties/team/$ref"), Some(&json!("#")));
}

#[test]
fn names_that_two_documents_share_stay_apart() {
    let mut generator = SchemaGenerator::default();
    let refs = [
        generator.subschema_for::<Person>(),
        generator.subschema_for::<other::Person>(),
        generator.subschema_for::<other::Pair>(),
    ];
    let places = refs.map(|found| found.get("$ref").and_then(Value::as_str).unwrap().to_owned());
    assert_eq!(places, ["#/$defs/Person", "#/$defs/Person2", "#/$defs/Pair"]);
    let definitions = generator.definitions();
    assert_eq!(definitions["Person2"], json!({"type": "boolean"}));
    assert_eq!(definitions["Pair"]["items"]["$ref"], "#/$defs/Group2");
    assert_eq!(definitions["Group2"], json!({"type": "integer"}));
    assert_eq!(definitions["Group"]["properties"]["parent"]["$ref"], "#/$defs/Group");
}
