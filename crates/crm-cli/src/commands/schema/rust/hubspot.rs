//! The module of a HubSpot account: a module for each type of object, with a struct of its properties, enums of their options
//! and constants of its pipelines.

use std::collections::BTreeSet;

use hubspot_client::schema::{ObjectSchema, Schema};
use hubspot_client::types::Property;

use super::names::Names;
use super::{Code, literal};

/// The names of types that the code of a module uses.
const TYPES: &[&str] = &["Eq", "From", "Option", "PartialEq", "Properties", "Result", "String", "Vec"];

/// The documentation of the module.
pub(super) const HEAD: &str = "\
Types of object of a HubSpot account, for `typed` of `hubspot-client`: a module for each, for example
`client.objects(contacts::OBJECT).typed::<contacts::Properties>()`.

A typed read requests all properties of its struct. For few of them, write a struct of your own with the enums of this
module.";

pub(super) fn module(code: &mut Code, schema: &Schema) {
    let mut modules = Names::without(&[]);
    for one in &schema.objects {
        let name = one.name.as_deref().unwrap_or_default();
        code.gap();
        code.line(&format!("/// {}.", super::plain(name)));
        code.block(&format!("pub mod {}", modules.module(&[name, "object"])), |code| object(code, one));
    }
}

fn object(code: &mut Code, object: &ObjectSchema) {
    let id = object.object_type_id.as_deref().or(object.name.as_deref()).unwrap_or_default();
    code.line("/// The type of object for `client.objects`.");
    code.constant("OBJECT", id);

    let mut types = Names::without(TYPES);
    let mut fields = Names::without(&[]);
    let mut enums = Vec::new();
    let (mut written, mut read) = (Vec::new(), Vec::new());
    for property in &object.properties {
        let Some(name) = property.name.as_deref() else { continue };
        let ty = match choices(property) {
            Some(several) => {
                let choice = types.ty(&[name, property.label.as_deref().unwrap_or_default(), "Choice"]);
                enums.push((choice.clone(), property));
                if several { format!("Vec<{choice}>") } else { choice }
            }
            None => plain(property).to_owned(),
        };
        let field = (property, format!("{}: Option<{ty}> = {},", fields.field(name), literal(name)));
        if property.is_read_only() { read.push(field) } else { written.push(field) }
    }
    let list = |code: &mut Code, fields: &[(&Property, String)]| {
        for (property, field) in fields {
            code.doc(property.label.as_deref(), property.name.as_deref().unwrap_or_default());
            code.line(field);
        }
    };
    code.gap();
    code.block("hubspot_client::properties!", |code| {
        code.line("/// The properties. Those that are `None` are not written.");
        code.block("pub struct Properties", |code| list(code, &written));
        code.block("read_only", |code| list(code, &read));
    });
    for (name, property) in &enums {
        options(code, name, property);
    }
    if !object.pipelines.is_empty() {
        code.gap();
        code.line("/// The pipelines and their stages.");
        code.block("pub mod pipelines", |code| {
            let mut names = Names::without(&["pipelines"]);
            for pipeline in &object.pipelines {
                let Some(id) = pipeline.id.as_deref() else { continue };
                let label = pipeline.label.as_deref();
                let stages = pipeline.stages.iter().filter_map(|one| Some((one.id.as_deref()?, one.label.as_deref())));
                code.pipeline(&names.module(&[label.unwrap_or_default(), id, "pipeline"]), (id, label), stages);
            }
        });
    }
}

/// Returns true if the property holds several options, false for one, and `None` if its values are not in the schema.
fn choices(property: &Property) -> Option<bool> {
    let known = property.external_options != Some(true) && values(property).next().is_some();
    (property.type_.as_deref() == Some("enumeration") && known).then(|| holds_several(property))
}

fn holds_several(property: &Property) -> bool {
    property.field_type.as_deref() == Some("checkbox")
}

/// The values of the options with their labels.
fn values(property: &Property) -> impl Iterator<Item = (&str, &str)> {
    let options = property.options.iter();
    let options = options.filter_map(|one| Some((one.value.as_deref()?, one.label.as_deref().unwrap_or_default())));
    options.filter(|(value, _)| !value.is_empty())
}

/// Returns the type of a value that is not an option.
fn plain(property: &Property) -> &'static str {
    match property.type_.as_deref() {
        Some("bool") => "bool",
        Some("number") => "f64",
        Some("date" | "datetime") => "hubspot_client::Timestamp",
        Some("enumeration") if holds_several(property) => "Vec<String>",
        _ => "String",
    }
}

fn options(code: &mut Code, name: &str, property: &Property) {
    code.gap();
    code.block("hubspot_client::options!", |code| {
        code.doc(property.label.as_deref(), property.name.as_deref().unwrap_or_default());
        code.block(&format!("pub enum {name}"), |code| {
            let mut variants = Names::without(&["Unrecognized"]);
            let mut seen = BTreeSet::new();
            for (value, label) in values(property).filter(|(value, _)| seen.insert(*value)) {
                code.doc(Some(label), value);
                code.line(&format!("{} = {},", variants.ty(&[value, label, "Value"]), literal(value)));
            }
        });
    });
}
