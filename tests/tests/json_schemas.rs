//! The JSON Schema of a model agrees with the vendor's document.

use schemars::{JsonSchema, Schema, schema_for};
use serde_json::{Value, json};

const HUBSPOT: &str = include_str!("../../crates/crm-fake/specs/hubspot.json");
const HOOPAI: &str = include_str!("../../crates/crm-fake/specs/hoopai.json");
const HOOPAI_V3: &str = include_str!("../../crates/crm-fake/specs/hoopai-v3.json");
const REVENUE_AGENTS: &str = include_str!("../../crates/crm-fake/specs/hockeystack-revenue-agents.json");

/// Compares members, required ones, plain types and lists of values with the document.
fn says<T: JsonSchema>(document: &str) -> Schema {
    let document: Value = serde_json::from_str(document).unwrap();
    let schema = schema_for!(T);
    let name = T::schema_name();
    let declared = &document["components"]["schemas"][&*name];
    assert!(declared.is_object(), "the document has no `{name}`");
    assert_eq!(schema.get("required").unwrap_or(&Value::Null), &declared["required"], "{name}: required");
    for (member, declared) in declared["properties"].as_object().unwrap() {
        let made = &schema.get("properties").unwrap()[member];
        assert!(!made.is_null(), "{name}.{member} is missing");
        for key in ["type", "enum", "minimum", "maximum", "format"] {
            if declared.get("nullable").is_none() {
                assert_eq!(made.get(key), declared.get(key), "{name}.{member}: {key}");
            }
        }
    }
    let members = declared["properties"].as_object().unwrap().len();
    assert_eq!(schema.get("properties").unwrap().as_object().unwrap().len(), members, "{name}: members");
    references(schema.as_value(), schema.as_value());
    schema
}

/// Every reference leads somewhere.
fn references(root: &Value, value: &Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get("$ref") {
                assert!(root.pointer(target.trim_start_matches('#')).is_some(), "`{target}` leads nowhere");
            }
            map.values().for_each(|value| references(root, value));
        }
        Value::Array(items) => items.iter().for_each(|value| references(root, value)),
        _ => {}
    }
}

#[test]
fn schemas_are_those_of_the_documents() {
    says::<hubspot_client::types::Owner>(HUBSPOT);
    says::<hubspot_client::types::PropertyCreate>(HUBSPOT);
    says::<hubspot_client::types::SearchRequest>(HUBSPOT);
    says::<hubspot_client::types::BatchReply>(HUBSPOT);
    says::<hubspot_client::types::BlogPost>(HUBSPOT);
    says::<hoopai_client::types::CreateContact>(HOOPAI);
    says::<hoopai_client::v3::types::ContactSearch>(HOOPAI_V3);
    says::<hockeystack_client::revenue_agents::types::Task>(REVENUE_AGENTS);
}

/// A schema that holds itself, and a record of several kinds.
#[test]
fn recursive_schemas_end() {
    let schema = says::<hubspot_client::types::AndFilterBranch>(HUBSPOT);
    assert!(schema.get("$defs").unwrap().as_object().unwrap().len() > 5);
}

/// A type accepts the values that its schema allows, so a tool call can be read directly.
#[test]
fn a_tool_call_is_read_as_the_request() {
    let filter = json!({"propertyName": "email", "operator": "EQ", "value": "ada@example.com"});
    let arguments = json!({"filterGroups": [{"filters": [filter]}], "limit": 10});
    let request: hubspot_client::types::SearchRequest = serde_json::from_value(arguments.clone()).unwrap();
    assert_eq!(serde_json::to_value(&request).unwrap(), arguments);
}
