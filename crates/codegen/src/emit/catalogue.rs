//! The operations and types of an API as data, for the command line: what the clients have as code.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::apis::Refined;
use crate::emit::docs;
use crate::model::{
    Argument, Body, Definition, Encoding, Field, NextPosition, OneOrTwo, Operation, Paging, PagingPlace, Place, Reply,
    Shape, Ty, reachable,
};
use crate::normalise::ObjectType;
use crate::read::unit::Unit;
use crate::read::vendor::{Fold, Vendor};
use crate::write::Files;

/// The folder of the catalogue.
pub(crate) const FOLDER: &str = "crates/crm-cli/catalogue";

/// Adds the files of an API: its operations, and the types that they send and return.
pub(crate) fn api(root: &Path, vendor: &Vendor, refined: &Refined<'_>, files: &mut Files) {
    let Refined { file, api, model } = refined;
    let name = vendor.document(file);
    let head = object_of([
        ("vendor", json!(vendor.name)),
        ("title", json!(vendor.file.title)),
        ("api", json!(file.name)),
        ("root", json!(vendor.is_root(file))),
        ("objects", file.fold.as_ref().map(|fold| objects(fold, refined)).unwrap_or_default()),
    ]);
    let operations: Vec<String> = model.operations.iter().map(|one| operation(one, refined).to_string()).collect();
    let head = Value::Object(head).to_string();
    let head = head.trim_start_matches('{').trim_end_matches('}');
    files.add(path(root, &name), format!("{{{head},\"operations\":[\n{}\n]}}\n", operations.join(",\n")));
    let used = reachable(&model.types, model.operations.iter().flat_map(Operation::types));
    let types = model.types.iter().filter(|(name, _)| used.contains(*name)).map(|(name, definition)| {
        let schema = &api.merged["components"]["schemas"][name.as_str()];
        format!("{name:?}:{}", self::definition(definition, is_open(schema)))
    });
    let types: Vec<String> = types.collect();
    files.add(path(root, &format!("{name}.types")), format!("{{\n{}\n}}\n", types.join(",\n")));
}

fn path(root: &Path, name: &str) -> PathBuf {
    root.join(FOLDER).join(format!("{name}.json"))
}

/// The types of object of a folded resource.
fn objects(fold: &Fold, Refined { api, model, .. }: &Refined<'_>) -> Value {
    let one = |object: &ObjectType| {
        let has = |operation: &&Operation| object.has(&operation.method, &operation.path);
        let calls = model.operations.iter().filter(has).map(|operation| {
            let scopes = object.scopes(&operation.method, &operation.path).unwrap_or_default();
            (operation.call.clone(), json!(scopes))
        });
        let calls: Map<String, Value> = calls.collect();
        json!({"name": object.name, "segment": object.segment, "calls": calls})
    };
    let types: Vec<Value> = api.object_types.iter().map(one).collect();
    json!({"resource": fold.resource, "parameter": fold.parameter, "types": types})
}

fn operation(operation: &Operation, refined: &Refined<'_>) -> Value {
    let arguments = operation.arguments.iter().map(|argument| self::argument(argument, operation));
    let summary = docs::summary(operation);
    let summary = summary.trim_end_matches('.').replace('`', "");
    Value::Object(object_of([
        ("resource", json!(operation.resource)),
        ("call", json!(operation.call)),
        ("method", json!(operation.method)),
        ("path", json!(operation.path)),
        ("summary", json!(summary)),
        ("arguments", arguments.collect()),
        ("body", operation.body.as_ref().map(body).unwrap_or_default()),
        ("any_part", json!(operation.any_part)),
        (
            "reply",
            match &operation.reply {
                Reply::Value(ty) => json!(text(ty)),
                Reply::Bytes => json!("file"),
            },
        ),
        (
            "paging",
            operation.paging.as_ref().map(|paging| self::paging(paging, operation, refined)).unwrap_or_default(),
        ),
        ("effect", json!(operation.effect)),
        ("idempotent", json!(operation.idempotent)),
        ("idempotent_with", json!(operation.idempotent_with)),
        ("idempotent_without", json!(operation.idempotent_without)),
        ("limit_class", json!(operation.limit_class)),
        ("long_running", json!(operation.long_running)),
        ("batch_max", json!(operation.batch_max)),
        ("scopes", json!(operation.scopes)),
        ("version", json!(operation.version)),
        ("anonymous", json!(operation.anonymous)),
        ("may_be_empty", json!(operation.may_be_empty)),
        ("one_of_parts", json!(operation.one_of_parts)),
        ("items_required", json!(operation.items_required)),
        ("deprecated", json!(operation.deprecated)),
        ("replaced_by", json!(operation.replaced_by)),
        ("beta", json!(operation.is_beta())),
    ]))
}

fn argument(argument: &Argument, operation: &Operation) -> Value {
    let place = match argument.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Part => "part",
    };
    Value::Object(object_of([
        ("name", json!(argument.wire)),
        ("in", json!(place)),
        ("type", json!(text(&argument.ty))),
        ("required", json!(argument.required)),
        ("held", json!(operation.bind.contains(&argument.wire))),
        ("constant", json!(argument.constant)),
        ("joined", json!(argument.joined)),
        ("slashes", json!(argument.slashes)),
        // One is the minimum of any number of items.
        ("least", json!(argument.least.filter(|least| *least > 1))),
        ("unit", json!(argument.unit.as_ref().and_then(unit))),
        ("doc", json!(argument.about())),
    ]))
}

fn body(body: &Body) -> Value {
    let encoding = match body.encoding {
        Encoding::Json => "json",
        Encoding::Form => "form",
        Encoding::Text => "text",
    };
    json!({"type": text(&body.ty), "encoding": encoding})
}

fn paging(paging: &Paging, operation: &Operation, Refined { model, .. }: &Refined<'_>) -> Value {
    let several = |one: &OneOrTwo| match one {
        OneOrTwo::One(one) => json!([one]),
        OneOrTwo::Two(two) => json!(two),
    };
    let more_is_boolean = match &operation.reply {
        Reply::Value(reply) => super::paged::more_is_boolean(paging, reply, model),
        Reply::Bytes => false,
    };
    Value::Object(object_of([
        ("kind", json!(paging.kind.name)),
        ("form", json!(paging.kind.next)),
        ("params", several(&paging.param)),
        ("in_body", json!(paging.place == PagingPlace::Body)),
        ("as_text", json!(super::paging::as_text(paging, operation, model))),
        ("limit", json!(paging.limit)),
        ("told", json!(paging.kind.next == NextPosition::Number && paging.next.is_some())),
        ("first", json!(paging.first)),
        ("items", json!(paging.items)),
        ("next", paging.next.as_ref().map(several).unwrap_or_default()),
        ("last", json!(paging.last)),
        ("total", json!(paging.total)),
        ("more", json!(paging.more)),
        ("more_is_boolean", json!(more_is_boolean)),
    ]))
}

fn definition(definition: &Definition, open: bool) -> Value {
    match &definition.shape {
        Shape::Record { fields } => Value::Object(object_of([
            ("doc", json!(definition.doc)),
            ("fields", fields.iter().map(field).collect()),
            ("others", definition.others.as_ref().map(|ty| json!(text(ty))).unwrap_or_default()),
            ("open", json!(open)),
        ])),
        Shape::Enum(variants) => json!({"values": variants.iter().map(|(_, text)| text).collect::<Vec<_>>()}),
        Shape::Union(tag, arms) => Value::Object(object_of([
            ("tag", json!(tag)),
            ("arms", arms.iter().map(|(ty, _, texts)| json!({"type": text(ty), "texts": texts})).collect()),
        ])),
    }
}

fn field(field: &Field) -> Value {
    Value::Object(object_of([
        ("name", json!(field.wire)),
        ("type", json!(text(&field.ty))),
        ("required", json!(field.required)),
        ("nullable", json!(field.nullable)),
        ("read_only", json!(field.read_only)),
        ("constant", json!(field.constant)),
        ("unit", json!(field.unit.as_ref().and_then(unit))),
        ("doc", json!(field.doc)),
    ]))
}

fn unit(unit: &Unit) -> Option<String> {
    unit.sentence().map(|sentence| sentence.trim_start_matches("In ").trim_end_matches('.').replace('`', ""))
}

/// The type as a word: `[T]` is a list, `{T}` an object whose members all have one type; named types begin with a capital.
fn text(ty: &Ty) -> String {
    match ty {
        Ty::Text => "text".to_owned(),
        Ty::Integer => "integer".to_owned(),
        Ty::Number => "number".to_owned(),
        Ty::Boolean => "boolean".to_owned(),
        Ty::Json => "json".to_owned(),
        Ty::Timestamp => "time".to_owned(),
        Ty::Nothing => "nothing".to_owned(),
        Ty::Upload => "file".to_owned(),
        Ty::Named(name) => name.clone(),
        Ty::List(inner) => format!("[{}]", text(inner)),
        Ty::Map(inner) => format!("{{{}}}", text(inner)),
        Ty::Boxed(inner) => text(inner),
    }
}

/// Returns true if the document allows members of any name and type.
fn is_open(schema: &Value) -> bool {
    match schema.get("additionalProperties") {
        Some(Value::Bool(open)) => *open,
        Some(others) => others.as_object().is_some_and(Map::is_empty),
        None => false,
    }
}

/// An object without the members that say nothing: absent, false, empty.
fn object_of<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    let says = |value: &Value| match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    };
    members.into_iter().filter(|(_, value)| says(value)).map(|(name, value)| (name.to_owned(), value)).collect()
}
