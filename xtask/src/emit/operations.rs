//! The table of operations that pipeline, paginator, fake, tests and tools read.

use heck::ToShoutySnakeCase;

use crate::refine::{Operation, PagingKind};

/// The name of an operation's entry.
pub(super) fn entry(operation: &Operation) -> String {
    operation.name.replace('.', "_").to_shouty_snake_case()
}

/// `operations.rs`.
pub(super) fn table(operations: &[Operation]) -> String {
    let mut text = String::from(
        "//! All operations: what each is called, where it goes, and what matters when it is sent.\n\n\
         #[allow(unused_imports)]\nuse crm_core::{OpMeta, PagingKind};\nuse crm_core::reexport::http::Method;\n\n",
    );
    text.push_str("/// All operations, in the order of their names.\npub static OPERATIONS: &[&OpMeta] = &[\n");
    for operation in operations {
        text.push_str(&format!("    &{},\n", entry(operation)));
    }
    text.push_str("];\n");
    for operation in operations {
        let paging = operation
            .paging
            .as_ref()
            .map_or_else(|| "None".to_owned(), |paging| format!("Some(PagingKind::{})", kind(paging.kind)));
        text.push_str(&format!(
            "@@\n\n/// `{method} {path}`\npub static {entry}: OpMeta = OpMeta {{\n    id: {id:?},\n    spec_id: {spec:?},\n    \
             method: Method::{method},\n    path: {path:?},\n    idempotent: {idempotent},\n    limit_class: {class:?},\n    \
             paging: {paging},\n    long_running: {long},\n    batch_max: {batch},\n    scopes: &[{scopes}],\n    \
             version: {version},\n    deprecated: {deprecated},\n}};\n@@\n",
            method = operation.method,
            path = operation.path,
            entry = entry(operation),
            id = operation.name,
            spec = operation.spec_id,
            idempotent = operation.idempotent,
            class = operation.limit_class,
            long = operation.long_running,
            batch = option(operation.batch_max.map(|most| most.to_string())),
            scopes = packed(&operation.scopes),
            version = option(operation.version.as_ref().map(|version| format!("{version:?}"))),
            deprecated = operation.deprecated,
        ));
    }
    text
}

/// Texts as a list, as many to a line as fit.
fn packed(texts: &[String]) -> String {
    const WIDTH: usize = 110;
    let quoted: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
    let short = quoted.join(", ");
    if short.len() < WIDTH - 20 {
        return short;
    }
    let mut lines = String::new();
    let mut line = String::from("\n       ");
    for text in quoted {
        if line.len() + text.len() > WIDTH {
            lines.push_str(&std::mem::replace(&mut line, String::from("\n       ")));
        }
        line.push_str(&format!(" {text},"));
    }
    lines + &line + "\n    "
}

fn option(value: Option<String>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"))
}

const fn kind(kind: PagingKind) -> &'static str {
    match kind {
        PagingKind::Token => "Token",
        PagingKind::Offset => "Offset",
        PagingKind::Page => "Page",
        PagingKind::KeysetId => "KeysetId",
        PagingKind::KeysetPair => "KeysetPair",
        PagingKind::KeysetValue => "KeysetValue",
        PagingKind::SearchAfter => "SearchAfter",
    }
}
