//! A user's program, which uses every item of a client with its type.

use std::fmt::Write;

use codegen::model::{Definition, Field, Model, Operation, Reply, Shape, Ty};

/// The helpers that the calls of every operation need, and a value of any type.
const KIT: &str = r#"#![allow(deprecated, dead_code, unused_imports, clippy::all)]
mod calls;
mod values;
pub(crate) struct Sample;
impl Sample {
    pub(crate) fn text(&self, _: &str) -> &'static str { "" }
    pub(crate) fn body<T>(&self) -> T { any() }
    pub(crate) fn value<T>(&self, _: &str) -> T { any() }
    pub(crate) fn file(&self) -> crm_core::Upload { any() }
}
pub(crate) fn any<T>() -> T { unimplemented!() }
pub(crate) struct Made;
pub(crate) type Entry<C> = (&'static str, fn(&C, &Sample) -> Made);
pub(crate) fn made<T>(call: impl Into<crm_core::Call<T>>) -> Made { drop(call.into()); Made }
pub(crate) fn paged<T>(call: impl Into<crm_core::Call<T>>) -> Made { made(call) }
pub(crate) fn streamed(call: impl Into<crm_core::Call<crm_core::BodyStream>>) -> Made { drop(call.into()); Made }
"#;

/// Returns the files of the program by name; `calls` is the generated file with a call of every operation.
pub(crate) fn files(krate: &str, model: &Model, calls: &str) -> [(&'static str, String); 3] {
    [("lib.rs", KIT.to_owned()), ("calls.rs", typed(model, calls)), ("values.rs", values(krate, model))]
}

/// Returns the calls with the type of each reply.
fn typed(model: &Model, calls: &str) -> String {
    let mut text = calls.to_owned();
    for Operation { name, reply, .. } in &model.operations {
        if let Reply::Value(ty) = reply
            && let Some(at) = text.find(&format!("\"{name}\""))
            && let Some(open) =
                [" made(", " paged("].iter().filter_map(|of| text[at..].find(of).map(|start| start + of.len())).min()
        {
            text.insert_str(at + open - 1, &format!("::<{}>", ty.rust("types::")));
        }
    }
    text
}

fn values(krate: &str, model: &Model) -> String {
    let mut text = format!(
        "use {}::types;\nuse crm_core::{{Map, Timestamp, Upload}};\nuse serde_json::Value;\nuse crate::any;\n",
        krate.replace('-', "_")
    );
    for (number, (name, definition)) in model.types.iter().enumerate() {
        // Writing to a `String` does not fail.
        let _ = writeln!(text, "fn t{number}(x: types::{name}) {{");
        match &definition.shape {
            Shape::Record { fields } => record(&mut text, name, definition, fields),
            Shape::Enum(variants) => {
                let arms = variants.iter().map(|(variant, _)| format!("types::{name}::{variant} => 1,"));
                let _ = writeln!(text, "  let _ = match x {{ {} _ => 0 }};", arms.collect::<String>());
            }
            Shape::Union(_, arms) => {
                for (ty, arm, _) in arms {
                    let ty = ty.rust("types::");
                    let _ = writeln!(text, "  if let types::{name}::{arm}(inner) = &x {{ let _: &{ty} = inner; }}");
                }
            }
        }
        text += "}\n";
    }
    text
}

fn record(text: &mut String, name: &str, definition: &Definition, fields: &[Field]) {
    for field in fields {
        let ty = field.ty.rust("types::");
        let plain = matches!(field.ty, Ty::List(_) | Ty::Map(_)) && !definition.sent;
        let ty = if plain { ty } else { format!("Option<{ty}>") };
        let _ = writeln!(text, "  let _: &{ty} = &x.{};", escaped(&field.ident));
    }
    if !definition.sent {
        return;
    }
    let constant = |field: &&Field| field.required && field.constant.is_some();
    let asked: Vec<&Field> = fields.iter().filter(|field| field.required && field.constant.is_none()).collect();
    let value = |ty: &Ty| format!("any::<{}>()", inner(ty).rust("types::"));
    let made = match asked.len() {
        0 if !fields.iter().any(|field| constant(&field)) => "default()".to_owned(),
        0..=4 => format!("new({})", asked.iter().map(|field| value(&field.ty)).collect::<Vec<_>>().join(", ")),
        _ if fields.iter().any(|field| constant(&field)) => "new()".to_owned(),
        _ => "default()".to_owned(),
    };
    let _ = writeln!(text, "  let x = types::{name}::{made};");
    let given = |field: &Field| constant(&field) || made.starts_with("new(") && asked.len() <= 4 && field.required;
    for field in fields.iter().filter(|field| field.ident != "new" && !field.read_only && !given(field)) {
        let _ = writeln!(text, "  let x = x.{}({});", escaped(&field.ident), value(&field.ty));
        if field.nullable {
            let _ = writeln!(text, "  let x = x.clear_{}();", field.ident);
        }
    }
}

/// Returns the type that a setter takes, which is not boxed.
fn inner(ty: &Ty) -> &Ty {
    match ty {
        Ty::Boxed(inner) => inner,
        other => other,
    }
}

/// Escapes a name that is a Rust keyword.
fn escaped(name: &str) -> String {
    const WORDS: [&str; 11] = ["type", "match", "use", "where", "in", "for", "ref", "move", "enum", "fn", "static"];
    if WORDS.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}
