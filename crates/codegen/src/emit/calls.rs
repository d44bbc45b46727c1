//! A call of every operation with all its arguments, for the test that makes each of them.

use anyhow::Result;
use heck::ToSnakeCase;

use super::rust;
use super::signature::{Signature, setter};
use crate::model::{Argument, Model, Operation, Place, Reply, Shape, Ty};
use crate::normalise::Encoding;
use crate::read::vendor::{ApiFile, Vendor};

/// The calls of an API. Their values are samples, made when the test runs.
pub(crate) fn api(vendor: &Vendor, file: &ApiFile, model: &Model) -> Result<String> {
    let krate = vendor.file.crate_name.to_snake_case();
    let module = if vendor.is_root(file) { krate.clone() } else { format!("{krate}::{}", file.module()) };
    let client = &file.client;
    let mut text = format!(
        "//! A call of every operation, with all its arguments.\n\n#![allow(unused_imports, deprecated)]\n\n\
         use {krate}::{client};\nuse {module}::types;\nuse crm_core::{{Map, Timestamp}};\nuse serde_json::Value;\n\n\
         use crate::{{Entry, made, streamed}};\n\npub(crate) static CALLS: &[Entry<{client}>] = &[\n",
    );
    for operation in &model.operations {
        let made = match operation.reply {
            Reply::Value(_) => "made",
            Reply::Bytes => "streamed",
        };
        let call = call(operation, model);
        let sample = if call.contains("sample.") { "sample" } else { "_" };
        text.push_str(&format!("({:?}, |client, {sample}| {made}({call})),\n", operation.name));
    }
    text.push_str("];\n");
    rust::file(&[], &text)
}

fn call(operation: &Operation, model: &Model) -> String {
    let bound: Vec<String> = operation.bind.iter().map(|wire| format!("sample.text({wire:?})")).collect();
    let Signature { required, optional, .. } = Signature::of(operation);
    let mut arguments: Vec<String> = required.into_iter().map(|argument| value(argument, model)).collect();
    if let Some(body) = &operation.body {
        let ty = match body.encoding {
            Encoding::Text => "String".to_owned(),
            Encoding::Json | Encoding::Form => body.ty.rust("types::"),
        };
        arguments.push(format!("sample.body::<{ty}>()"));
    }
    let mut code =
        format!("client.{}({}).{}({})", operation.resource, bound.join(", "), operation.call, arguments.join(", "));
    for argument in optional {
        let value = match argument.prefix() {
            Some(_) => "\"name\", \"text\"".to_owned(),
            None => value(argument, model),
        };
        code.push_str(&format!(".{}({value})", setter(argument)));
    }
    if operation.any_part {
        code.push_str(".file(\"file\", sample.file())");
    }
    code
}

/// An expression that a method or a setter takes.
fn value(argument: &Argument, model: &Model) -> String {
    match &argument.ty {
        Ty::List(inner) if argument.place != Place::Path => format!("[{}]", one(inner, &argument.wire, model)),
        Ty::Named(_) => one(&argument.ty, &argument.wire, model),
        _ if argument.place == Place::Path => format!("sample.text({:?})", argument.wire),
        ty => one(ty, &argument.wire, model),
    }
}

fn one(ty: &Ty, wire: &str, model: &Model) -> String {
    match ty {
        Ty::Text | Ty::Timestamp => format!("sample.text({wire:?})"),
        Ty::Upload => "sample.file()".to_owned(),
        other => match other.name().and_then(|name| Some((name, &model.types.get(name)?.shape))) {
            Some((name, Shape::Enum(variants))) => format!("types::{name}::{}", variants[0].0),
            _ => format!("sample.value::<{}>({wire:?})", other.rust("types::")),
        },
    }
}
