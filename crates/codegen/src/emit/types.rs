//! The public types.

use std::collections::BTreeMap;

use heck::ToSnakeCase;

use super::Group;
use super::gate::Gate;
use super::rust::{doc, packed};
use super::schemas;
use crate::model::{Definition, Field, Model, Shape, Ty};

/// Most required fields that a constructor asks for; beyond, they are set like the others and
/// missing ones are found before anything is sent.
const MOST_ARGUMENTS: usize = 4;

/// `types/mod.rs`.
pub(super) fn root(groups: &BTreeMap<String, Group>, gate: Gate) -> String {
    let mut text = String::from(
        "//! What is sent and what comes back.\n//!\n//! Replies are all optional: what a vendor promises and what it sends are not the same.\n\n\
         #[allow(unused_imports)]\nuse crm_core::reexport::serde_json::Value;\n#[allow(unused_imports)]\nuse crm_core::{Map, Timestamp};\n\n",
    );
    text.push_str(schemas::STATIC);
    for (name, group) in groups {
        let users: Vec<&str> = group.users.iter().map(String::as_str).collect();
        let needs = gate.any(&users);
        text.push_str(&format!("{needs}mod {name};\n{needs}pub use self::{name}::*;\n"));
    }
    text
}

/// Types that the same resources use.
pub(super) fn group(group: &Group, model: &Model) -> String {
    let mut text = String::new();
    if !group.common.is_empty() {
        text.push_str(&format!("pub use crate::types::{{{}}};\n", group.common.join(", ")));
    }
    if !group.own.is_empty() {
        text.push_str("#[allow(unused_imports)]\nuse super::*;\n\n");
    }
    for name in &group.own {
        let definition = &model.types[name];
        match &definition.shape {
            Shape::Record { fields } => record(&mut text, name, definition, fields),
            Shape::Enum(variants) => enumeration(&mut text, name, definition, variants),
            Shape::Union(tag, arms) => union(&mut text, name, definition, tag.as_deref(), arms),
        }
    }
    text
}

/// The type of a field. What is sent tells an empty list from an absent one; what is only read
/// need not.
pub(crate) fn field_type(field: &Field, definition: &Definition) -> (String, bool) {
    let ty = field.ty.rust("");
    let plain = matches!(field.ty, Ty::List(_) | Ty::Map(_)) && !definition.sent;
    if plain { (ty, false) } else { (format!("Option<{ty}>"), true) }
}

fn record(text: &mut String, name: &str, definition: &Definition, fields: &[Field]) {
    let constants = constants(fields, definition);
    let asked = required_of_new(definition, fields);
    let constructor = asked.is_some();
    let described =
        if definition.doc.is_empty() { format!("{}.", sentence_case(name)) } else { definition.doc.clone() };
    text.push_str("@@\n\ncrm_core::record! {\n");
    text.push_str(&doc("    ", &described));
    text.push_str(&format!("    pub struct {name} {{\n"));
    for field in fields {
        text.push_str(&doc("        ", &field_doc(field)));
        let ty = field_type(field, definition).0;
        text.push_str(&format!("        {}: {ty} = {:?},\n", field.ident, field.wire));
    }
    text.push_str("    }\n");
    let required = if definition.sent { members(fields, |field| field.required) } else { Vec::new() };
    if !required.is_empty() {
        text.push_str(&format!("    required {}\n", required.join(" ")));
    }
    for (what, members) in
        [("nullable", members(fields, |field| field.nullable)), ("read_only", members(fields, |field| field.read_only))]
    {
        if !members.is_empty() {
            text.push_str(&format!("    {what} {}\n", members.join(" ")));
        }
    }
    if constructor {
        text.push_str("    by new\n");
    }
    text.push_str("}\n");
    if definition.sent {
        setters(text, name, fields, asked.as_deref().unwrap_or_default(), &constants);
    }
    text.push_str("@@\n");
    if let Some(asked) = asked {
        new(text, name, fields, &asked, &constants);
    }
}

/// Returns the quoted wire names of some fields.
fn members(fields: &[Field], of: fn(&Field) -> bool) -> Vec<String> {
    fields.iter().filter(|field| of(field)).map(|field| format!("{:?}", field.wire)).collect()
}

/// The fields that `new` asks for, or `None` where a record is made by `default`.
pub(crate) fn required_of_new<'a>(definition: &Definition, fields: &'a [Field]) -> Option<Vec<&'a Field>> {
    let constants = constants(fields, definition);
    let mut asked: Vec<&Field> = fields
        .iter()
        .filter(|field| field.required && !constants.iter().any(|(f, _)| f.ident == field.ident))
        .collect();
    let few = (1..=MOST_ARGUMENTS).contains(&asked.len());
    if asked.len() > MOST_ARGUMENTS {
        asked.clear();
    }
    (definition.sent && (!constants.is_empty() || few)).then_some(asked)
}

/// Fields that can hold one text only, which `new` sets.
fn constants<'a>(fields: &'a [Field], definition: &Definition) -> Vec<(&'a Field, String)> {
    let constant = |field: &'a Field| field.constant.clone().filter(|_| field.required).map(|value| (field, value));
    if definition.sent { fields.iter().filter_map(constant).collect() } else { Vec::new() }
}

fn new(text: &mut String, name: &str, fields: &[Field], asked: &[&Field], constants: &[(&Field, String)]) {
    let arguments: Vec<String> =
        asked.iter().map(|field| format!("{}: impl Into<{}>", field.ident, into_type(&field.ty))).collect();
    let said = if asked.is_empty() {
        "without any value but those that are always the same"
    } else {
        "with what it must have"
    };
    text.push_str(&format!(
        "impl {name} {{\n    /// A record {said}.\n    #[must_use]\n    pub fn new({}) -> Self {{\n        Self {{\n",
        arguments.join(", ")
    ));
    for field in fields {
        let value = if let Some((_, constant)) = constants.iter().find(|(known, _)| known.ident == field.ident) {
            format!("Some({constant:?}.to_owned())")
        } else if asked.iter().any(|known| known.ident == field.ident) {
            match &field.ty {
                Ty::Boxed(_) => format!("Some(Box::new({}.into()))", field.ident),
                _ => format!("Some({}.into())", field.ident),
            }
        } else {
            "None".to_owned()
        };
        text.push_str(&format!("            {}: {value},\n", field.ident));
    }
    text.push_str("            extra: Map::new(),\n");
    text.push_str("        }\n    }\n}\n");
    if asked.is_empty() {
        text.push_str(&format!(
            "impl Default for {name} {{\n    fn default() -> Self {{\n        Self::new()\n    }}\n}}\n"
        ));
    }
}

pub(crate) fn into_type(ty: &Ty) -> String {
    match ty {
        Ty::Boxed(inner) => inner.rust(""),
        other => other.rust(""),
    }
}

/// A method for each field that `new` leaves open.
fn setters(text: &mut String, name: &str, fields: &[Field], asked: &[&Field], constants: &[(&Field, String)]) {
    let given =
        |field: &Field| asked.iter().chain(constants.iter().map(|(field, _)| field)).any(|f| f.ident == field.ident);
    let settable: Vec<&Field> =
        fields.iter().filter(|field| field.ident != "new" && !field.read_only && !given(field)).collect();
    if settable.is_empty() {
        return;
    }
    let listed = settable.iter().map(|field| match &field.ty {
        Ty::List(inner) => format!("{}: [{}]", field.ident, inner.rust("")),
        other => format!("{}: {}", field.ident, other.rust("")),
    });
    let lines = packed("    ", listed);
    text.push_str(&format!("crm_core::setters!({name} {{\n{lines}}});\n"));
    let clears = fields
        .iter()
        .filter(|field| field.nullable)
        .map(|field| format!("clear_{}: {} = {:?}", field.ident.trim_start_matches("r#"), field.ident, field.wire));
    if fields.iter().any(|field| field.nullable) {
        let lines = packed("    ", clears);
        text.push_str(&format!("crm_core::clears!({name} {{\n{lines}}});\n"));
    }
}

fn enumeration(text: &mut String, name: &str, definition: &Definition, variants: &[(String, String)]) {
    let described =
        if definition.doc.is_empty() { format!("{}.", sentence_case(name)) } else { definition.doc.clone() };
    text.push_str("@@\n\ncrm_core::open_enum! {\n");
    text.push_str(&doc("    ", &described));
    text.push_str(&format!("    pub enum {name} {{\n"));
    for (variant, value) in variants {
        text.push_str(&format!("        /// `{value}`\n        {variant} = {value:?},\n"));
    }
    text.push_str("    }\n}\n@@\n");
}

fn union(
    text: &mut String,
    name: &str,
    definition: &Definition,
    tag: Option<&str>,
    arms: &[(Ty, String, Vec<String>)],
) {
    text.push_str("@@\n\ncrm_core::union! {\n");
    text.push_str(&doc("    ", &definition.doc));
    let by = tag.map_or_else(|| "members".to_owned(), |tag| format!("{tag:?}"));
    text.push_str(&format!("    pub enum {name} by {by} {{\n"));
    for (ty, arm, texts) in arms {
        let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
        text.push_str(&format!("        {arm}({}) = {},\n", ty.rust(""), texts.join(" | ")));
    }
    text.push_str("    }\n}\n@@\n");
}

fn field_doc(field: &Field) -> String {
    let doc = if field.doc.is_empty() { format!("`{}`", field.wire) } else { field.doc.clone() };
    if field.read_only { format!("{doc} Only replies have it; a request is sent without it.") } else { doc }
}

fn sentence_case(name: &str) -> String {
    let words = name.to_snake_case().replace('_', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}
