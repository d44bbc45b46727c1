//! Names of types: what a schema is called in Rust. Words that say nothing (`Dto`, `Public`,
//! `Successful`) go, and what is left is put in the order in which one reads it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::normalise::references;
use crate::read::document::{Document, object};

/// Names that Rust code reads as something else.
const TAKEN: [&str; 16] = [
    "Box",
    "Default",
    "Error",
    "From",
    "Into",
    "Map",
    "None",
    "Ok",
    "Option",
    "Result",
    "Self",
    "Some",
    "String",
    "Timestamp",
    "Value",
    "Vec",
];

/// Renames the schemas of a document; `better` are names that were chosen by hand.
pub(crate) fn rename(document: &mut Document, better: &BTreeMap<String, String>) -> Result<()> {
    let schemas: Vec<String> = object(&document.value["components"], "schemas").map(|(name, _)| name.clone()).collect();
    let plain: BTreeSet<String> = schemas.iter().map(|name| name.to_upper_camel_case()).collect();
    // A name that was chosen by hand belongs to its schema, in every document.
    let chosen: BTreeSet<&String> = better.values().collect();
    let mut rust: BTreeMap<String, String> = BTreeMap::new();
    for schema in &schemas {
        let original = schema.to_upper_camel_case();
        let mut name = match better.get(schema) {
            Some(chosen) => chosen.clone(),
            None => {
                let short = shorter(&original);
                let free =
                    !plain.contains(&short) && !chosen.contains(&short) && !rust.values().any(|taken| *taken == short);
                if free { short } else { original }
            }
        };
        if TAKEN.contains(&name.as_str()) {
            name.push_str("Item");
        }
        if rust.values().any(|taken| *taken == name) {
            bail!(
                "{}: two schemas would both be called `{name}`; give one another name under `types` in vendor.json",
                document.name
            );
        }
        rust.insert(schema.clone(), name);
    }
    references::rewrite(&mut document.value, &mut |target| {
        if let Some(name) = target.strip_prefix("#/components/schemas/").and_then(|name| rust.get(name)) {
            *target = format!("#/components/schemas/{name}");
        }
    });
    if let Some(schemas) = document.value["components"]["schemas"].as_object_mut() {
        *schemas = std::mem::take(schemas).into_iter().map(|(name, schema)| (rust[&name].clone(), schema)).collect();
    }
    Ok(())
}

/// A shorter name for the same thing.
fn shorter(name: &str) -> String {
    let plain = unversioned(name);
    let plain = without_endings(&plain, &["Dto", "Schema"]);
    let stem = without_endings(plain, &["ResponseWrapper", "SuccessfulResponse", "SuccessResponse", "Response"]);
    let mut name = match stem.len() < plain.len() {
        true => without_endings(stem, &["Dto", "Schema"]).to_owned() + "Reply",
        false => plain.to_owned(),
    };
    for (before, after, end) in [
        ("CollectionResponse", "NoPaging", "List"),
        ("CollectionResponse", "ForwardPaging", "Page"),
        ("CollectionResponse", "", "Page"),
        ("BatchResponse", "WithErrors", "BatchReply"),
        ("BatchReadInput", "", "BatchRead"),
        ("BatchInput", "", "Batch"),
    ] {
        if let Some(inner) =
            name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).filter(|inner| !inner.is_empty())
        {
            name = format!("{inner}{end}");
            break;
        }
    }
    match name.strip_prefix("Public").filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase())) {
        Some(rest) => rest.to_owned(),
        None => name,
    }
}

/// A name without the version (`V3`, `PublicV2`) and without the status of its reply (`Http200`).
fn unversioned(name: &str) -> String {
    let snake = name.to_snake_case();
    let numbered = |word: &str, before: &str| {
        word.strip_prefix(before).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut kept: Vec<&str> = Vec::new();
    for word in snake.split('_') {
        if numbered(word, "v") {
            kept.pop_if(|last| *last == "public");
        } else if !numbered(word, "http") {
            kept.push(word);
        }
    }
    kept.join("_").to_upper_camel_case()
}

/// A name without some words at its end, as long as something is left.
fn without_endings<'a>(mut name: &'a str, endings: &[&str]) -> &'a str {
    while let Some(stem) = endings.iter().find_map(|ending| name.strip_suffix(ending).filter(|stem| !stem.is_empty())) {
        name = stem;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::shorter;

    #[test]
    fn names_say_what_a_thing_is() {
        for (schema, name) in [
            ("CreateContactDto", "CreateContact"),
            ("ContactsSearchSuccessfulResponseDto", "ContactsSearchReply"),
            ("ContactsMetaSchema", "ContactsMeta"),
            ("CollectionResponsePropertyNoPaging", "PropertyList"),
            ("BatchResponsePropertyWithErrors", "PropertyBatchReply"),
            ("BatchInputPublicAssociationMultiPost", "AssociationMultiPostBatch"),
            ("PublicOwner", "Owner"),
            ("CreateContactsSuccessfulResponseDtoV3", "CreateContactsReply"),
            ("ListTemplatesPublicV2ResponseDto", "ListTemplatesReply"),
            ("AppointmentSchemaResponse", "AppointmentReply"),
            ("V3PaginationMeta", "PaginationMeta"),
            ("ListNumbersV3Http200Response", "ListNumbersReply"),
            ("Publication", "Publication"),
            ("Response", "Response"),
        ] {
            assert_eq!(shorter(schema), name, "{schema}");
        }
    }
}
