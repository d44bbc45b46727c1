//! Calls of our own macros, laid out: `prettyplease` cannot know how their insides read best, and what they hold is most
//! of what a user sees of the types.

use std::fmt::Write;

use super::docs::field_doc;
use super::rust::field_type;
use super::rust::{doc_lines, escaped};
use super::spelling::Names;
use crate::model::{Definition, Field, Ty};

/// The number of fields of a record before the `;`: the largest tuple of `crm_core::codec::Parts` without a rest.
const FLAT: usize = 12;

/// A record: its fields, and what a request must, may and must not hold.
pub(super) fn record(name: &str, about: &str, definition: &Definition, fields: &[Field], constructor: bool) -> String {
    let mut text = String::from("crm_core::record! {\n");
    markdown(&mut text, "    ", about);
    line(&mut text, format_args!("    pub struct {name} {{"));
    let names = Names::of_fields(fields);
    for (index, field) in fields.iter().enumerate() {
        if index == FLAT {
            text.push_str("        ;\n");
        }
        doc(&mut text, "        ", &field_doc(field, &names, definition.sent));
        let ty = field_type(field, definition).0;
        line(&mut text, format_args!("        {}: {ty} = {:?},", field.ident, field.wire));
    }
    text.push_str("    }\n");
    if definition.sent {
        noted(&mut text, "required", fields.iter().filter(|field| field.required));
        noted(&mut text, "nullable", fields.iter().filter(|field| field.nullable));
        noted(&mut text, "read_only", fields.iter().filter(|field| field.read_only));
    }
    text.push_str(if constructor { "}\n" } else { "    with default\n}\n" });
    text
}

fn noted<'a>(text: &mut String, what: &str, fields: impl Iterator<Item = &'a Field>) {
    let members: Vec<String> = fields.map(|field| format!("{:?}", field.wire)).collect();
    if !members.is_empty() {
        line(text, format_args!("    {what} {}", members.join(" ")));
    }
}

/// The setters of a record; `names` are those of all its fields.
pub(super) fn setters<'a>(name: &str, fields: impl Iterator<Item = &'a Field>, names: &Names<'_>) -> String {
    let mut text = format!("crm_core::setters!({name} {{\n");
    for field in fields {
        doc(&mut text, "    ", &names.in_rust(&field.doc));
        match &field.ty {
            Ty::List(inner) => line(&mut text, format_args!("    {}[{}],", field.ident, inner.rust(""))),
            Ty::Boxed(inner) => line(&mut text, format_args!("    {}({}),", field.ident, inner.rust(""))),
            other => line(&mut text, format_args!("    {}: {},", field.ident, other.rust(""))),
        }
    }
    text + "});\n"
}

/// The methods that set fields to `null`.
pub(super) fn clears<'a>(name: &str, fields: impl Iterator<Item = &'a Field>) -> String {
    let listed = fields.map(|field| format!("clear_{}: {} = {:?}", field.ident, field.ident, field.wire));
    format!("crm_core::clears!({name} {{\n{}}});\n", packed(listed))
}

/// An enum of texts.
pub(super) fn open_enum(name: &str, about: &str, variants: &[(String, String)]) -> String {
    let mut text = String::from("crm_core::open_enum! {\n");
    markdown(&mut text, "    ", about);
    line(&mut text, format_args!("    pub enum {name} {{"));
    for (variant, value) in variants {
        line(&mut text, format_args!("        /// `{value}`\n        {variant} = {value:?},"));
    }
    text + "    }\n}\n"
}

/// One of several records.
pub(super) fn union(name: &str, about: &str, tag: Option<&str>, arms: &[(Ty, String, Vec<String>)]) -> String {
    let mut text = String::from("crm_core::union! {\n");
    markdown(&mut text, "    ", about);
    let by = tag.map_or_else(|| "members".to_owned(), |tag| format!("{tag:?}"));
    line(&mut text, format_args!("    pub enum {name} by {by} {{"));
    for (ty, arm, texts) in arms {
        let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
        line(&mut text, format_args!("        {arm}({}) = {},", ty.rust(""), texts.join(" | ")));
    }
    text + "    }\n}\n"
}

/// The methods of every builder, and those of one that pages.
pub(super) fn builder(name: &str, reply: &str, paged: bool) -> String {
    let paged = if paged { format!("crm_core::paged_builder!({name} => {name});\n") } else { String::new() };
    format!("crm_core::call_builder!({name} => {reply});\n{paged}")
}

/// The JSON Schemas of some types.
pub(super) fn json_schemas(names: &[String]) -> String {
    let names = packed(names.iter().cloned());
    format!("#[cfg(feature = \"schemars\")]\ncrm_core::json_schemas!(super::DOCUMENT;\n{names});\n")
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing into a text does not fail.
    let _ = writeln!(text, "{arguments}");
}

fn doc(text: &mut String, indent: &str, said: &str) {
    markdown(text, indent, &escaped(said));
}

fn markdown(text: &mut String, indent: &str, said: &str) {
    doc_lines(said).for_each(|said| line(text, format_args!("{indent}///{said}")));
}

/// Elements of a list, as many to a line as fit.
fn packed(elements: impl Iterator<Item = String>) -> String {
    const INDENT: &str = "    ";
    const WIDTH: usize = 110;
    let mut text = String::new();
    let mut line = String::new();
    for element in elements {
        if !line.is_empty() && INDENT.len() + line.len() + element.len() + 2 > WIDTH {
            text.push_str(&format!("{INDENT}{line}\n"));
            line.clear();
        }
        line.push_str(if line.is_empty() { "" } else { " " });
        line.push_str(&element);
        line.push(',');
    }
    text + &format!("{INDENT}{line}\n")
}
