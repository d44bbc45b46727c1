//! Names of types: the Rust names of schemas. Words without a meaning (`Dto`, `Public`,
//! `Successful`) are removed, and the other words are put in reading order.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use heck::{ToSnakeCase, ToUpperCamelCase};

use super::spelt;
use crate::read::document::{Document, object};
use crate::read::references;

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

/// Renames the schemas of a document and returns the names; `better` are names that were chosen by hand, `known` those
/// that schemas have already.
pub(crate) fn rename(
    document: &mut Document,
    better: &BTreeMap<String, String>,
    known: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>> {
    let schemas: Vec<String> = object(&document.value["components"], "schemas").map(|(name, _)| name.clone()).collect();
    let plain: BTreeSet<String> = schemas.iter().map(|name| name.to_upper_camel_case()).collect();
    // A name that was chosen by hand belongs to its schema, in every document.
    let chosen: BTreeSet<&String> = better.values().collect();
    let standing: BTreeSet<&String> =
        known.iter().filter(|(schema, _)| schemas.contains(schema)).map(|(_, name)| name).collect();
    let mut rust: BTreeMap<String, String> = BTreeMap::new();
    for schema in &schemas {
        let original = schema.to_upper_camel_case();
        let natural = || {
            let free = |name: &String| {
                !plain.contains(name)
                    && !chosen.contains(name)
                    && !standing.contains(name)
                    && !rust.values().any(|taken| taken == name)
            };
            let plainest = shorter(&original);
            let bare = without_beginnings(&plainest).to_owned();
            let taken = if standing.contains(&original) { apart(&document.name, &original) } else { original.clone() };
            [bare, plainest].into_iter().find(free).unwrap_or(taken)
        };
        let mut name = better.get(schema).or_else(|| known.get(schema)).cloned().unwrap_or_else(natural);
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
    Ok(rust)
}

/// A name with that of its document before it.
pub(crate) fn apart(document: &str, name: &str) -> String {
    let stem = document.rsplit('/').next().unwrap_or(document).trim_end_matches(".json");
    format!("{}{name}", stem.trim_start_matches("manage-").to_upper_camel_case())
}

/// Words before a name that describe the vendor's server, not the type.
const BEFORE: [&str; 5] = ["Public", "WithTotal", "Api", "External", "I"];

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
            name = format!("{}{end}", inner.strip_prefix("WithTotal").unwrap_or(inner));
            break;
        }
    }
    if let Some(inner) = name.strip_suffix("Egg") {
        name = format!("{inner}Create");
    }
    if let Some(inner) = name.strip_prefix("Wrapped").and_then(|rest| rest.strip_suffix("Reply")) {
        name = format!("{inner}Envelope");
    }
    match name.strip_prefix("Public").filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase())) {
        Some(rest) => rest.to_owned(),
        None => name,
    }
}

/// A name without the words before it, as long as a name is left.
fn without_beginnings(mut name: &str) -> &str {
    let rest_of = |name: &'_ str, word: &str| {
        let rest = name.strip_prefix(word)?;
        let mut chars = rest.chars();
        // `I` is an affix of `ICustomField`, not of `Id` or `IPAddress`.
        let named = chars.next().is_some_and(|c| c.is_ascii_uppercase())
            && (word.len() > 1 || chars.next().is_some_and(|c| c.is_ascii_lowercase()));
        named.then_some(name.len() - rest.len())
    };
    while let Some(at) = BEFORE.iter().find_map(|word| rest_of(name, word)) {
        name = &name[at..];
    }
    name
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
            kept.push(spelt(word));
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
    use super::{shorter, without_beginnings};

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
            ("CollectionResponseWithTotalPublicChannelForwardPaging", "ChannelPage"),
            ("ApiFlow", "Flow"),
            ("ExternalBehavioralEventTypeDefinitionEgg", "BehavioralEventTypeDefinitionCreate"),
            ("WrappedFetchSlotsResponseDto", "FetchSlotsEnvelope"),
            ("ICustomFieldSchema", "CustomField"),
            ("ExternalCalenderMeetingEventResponse", "CalendarMeetingEventReply"),
            ("CreateContactsSuccessfulResponseDtoV3", "CreateContactsReply"),
            ("ListTemplatesPublicV2ResponseDto", "ListTemplatesReply"),
            ("AppointmentSchemaResponse", "AppointmentReply"),
            ("V3PaginationMeta", "PaginationMeta"),
            ("ListNumbersV3Http200Response", "ListNumbersReply"),
            ("Publication", "Publication"),
            ("Response", "Response"),
        ] {
            assert_eq!(without_beginnings(&shorter(schema)), name, "{schema}");
        }
    }
}
