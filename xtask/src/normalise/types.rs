//! Names of types: what a schema is called in Rust. Words that say nothing (`Dto`, `Public`,
//! `Successful`) go, and what is left is put in the order in which one reads it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use heck::ToUpperCamelCase;

use super::references;
use crate::specs::document::{Document, object};

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
pub(super) fn rename(document: &mut Document, better: &BTreeMap<String, String>) -> Result<()> {
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
    let mut name = name.to_owned();
    for (from, to) in [
        ("Dto", ""),
        ("Schema", ""),
        ("SuccessfulResponse", "Reply"),
        ("SuccessResponse", "Reply"),
        ("Response", "Reply"),
    ] {
        if let Some(stem) = name.strip_suffix(from).filter(|stem| !stem.is_empty()) {
            name = format!("{stem}{to}");
        }
    }
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
            ("Publication", "Publication"),
            ("Response", "Response"),
        ] {
            assert_eq!(shorter(schema), name, "{schema}");
        }
    }
}
