//! The module of a location of HoopAI: the identifiers of custom fields, pipelines and stages.

use serde_json::Value;

use super::Code;
use super::names::Names;

/// The documentation of the module.
pub(super) const HEAD: &str = "Custom fields and pipelines of a location of HoopAI: constants with their identifiers.";

pub(super) fn module(code: &mut Code, schema: &Value) {
    for object in items(schema, "objects") {
        let name = text(object, "name").unwrap_or_default();
        code.gap();
        code.line(&format!("/// {}.", super::plain(name)));
        code.block(&format!("pub mod {name}"), |code| {
            code.line("/// Identifiers of the custom fields.");
            code.block("pub mod custom_fields", |code| fields(code, object));
            if object.get("pipelines").is_some() {
                code.gap();
                code.line("/// Identifiers of the pipelines and their stages.");
                code.block("pub mod pipelines", |code| pipelines(code, object));
            }
        });
    }
}

fn fields(code: &mut Code, object: &Value) {
    let mut names = Names::without(&[]);
    for field in items(object, "fields") {
        let Some(id) = text(field, "id") else { continue };
        let (name, key) = (text(field, "name"), text(field, "fieldKey").unwrap_or_default());
        // The key is the stable name: `contact.pincode`.
        let key_name = key.split_once('.').map_or(key, |(_, key)| key);
        code.doc(name, key);
        code.constant(&names.constant(&[key_name, name.unwrap_or_default(), "field"]), id);
    }
}

fn pipelines(code: &mut Code, object: &Value) {
    let mut names = Names::without(&["pipelines"]);
    for pipeline in items(object, "pipelines") {
        let Some(id) = text(pipeline, "id") else { continue };
        let name = text(pipeline, "name");
        let stages = items(pipeline, "stages").filter_map(|stage| Some((text(stage, "id")?, text(stage, "name"))));
        code.pipeline(&names.module(&[name.unwrap_or_default(), id, "pipeline"]), (id, name), stages);
    }
}

fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}
