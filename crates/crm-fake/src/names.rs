//! The names that faults and seeds use, and what was probably meant by one that does not exist.

use crate::document::{Document, Operation};
use crate::fault::{Fault, Step};
use crate::state::{Replies, World};
use crate::vendors::Vendor;

/// Checks that requests can meet a step, and that it does something. The error is a sentence for the author of the step.
pub(crate) fn step(vendor: Vendor, world: Option<&World>, step: &Step) -> Result<(), String> {
    if let Some(name) = &step.operation {
        operation(vendor, world, name)?;
    }
    if step.left == 0 {
        return Err("`times` must be at least 1".to_owned());
    }
    let Some(Fault::MultiStatus(rows)) = &step.fault else { return Ok(()) };
    let is_batch = |operation: &Operation| vendor.dialect().has_rows(operation);
    let is_type = |object_type: &str| vendor.dialect().is_object_type(object_type, world);
    let named = |operation: &Operation| step.operation.as_ref().is_none_or(|name| is_named(operation, name, is_type));
    let mut all = vendor.documents().into_iter().flat_map(|document| &document.operations);
    if !all.any(|operation| is_batch(operation) && named(operation)) {
        let name = step.operation.as_deref().unwrap_or(vendor.name());
        return Err(format!("`{name}` has no rows that fail by themselves; `contacts.batch_create` of hubspot has"));
    }
    if world.is_some_and(|world| world.settings.replies != Replies::State) {
        return Err("rows fail only in a fake that answers from its state".to_owned());
    }
    if rows.is_empty() { Err("`rows` names no row".to_owned()) } else { Ok(()) }
}

/// Checks that a vendor has an operation of this name. The error is a sentence for the author of the name.
pub(crate) fn operation(vendor: Vendor, world: Option<&World>, name: &str) -> Result<(), String> {
    let documents = vendor.documents();
    let is_type = |object_type: &str| vendor.dialect().is_object_type(object_type, world);
    if documents.iter().any(|document| is_known(document, name, is_type)) {
        return Ok(());
    }
    let problem = format!("{vendor} has no operation `{name}`");
    let has = |other: &&Vendor| other.documents().iter().any(|document| is_known(document, name, |_| false));
    if let Some(other) = Vendor::ALL.iter().filter(|other| **other != vendor).find(has) {
        return Err(format!("{problem}; it is one of {other}, which has a fake of its own"));
    }
    let names = documents.iter().flat_map(|document| &document.operations);
    let types = vendor.dialect().object_types();
    let own = names.flat_map(|operation| {
        let typed = method_of_a_type(operation).into_iter();
        let typed = typed.flat_map(|method| types.iter().map(move |name| format!("{name}.{method}")));
        [operation.name.clone(), operation.id.clone()].into_iter().chain(typed)
    });
    Err(format!("{problem}{}", suggestion(name, own)))
}

/// Checks that a vendor has records of this name.
pub(crate) fn collection(vendor: Vendor, name: &str) -> Result<(), String> {
    let dialect = vendor.dialect();
    let known = || dialect.collections().iter().chain(dialect.object_types()).map(|known| (*known).to_owned());
    if dialect.is_object_type(name, None) || dialect.is_of_definitions(name) || known().any(|known| known == name) {
        return Ok(());
    }
    Err(format!("{vendor} has no records called `{name}`{}", suggestion(name, known())))
}

/// Returns the end of a sentence that offers the names closest to this one.
pub(crate) fn suggestion(name: &str, known: impl Iterator<Item = String>) -> String {
    let mut near: Vec<(usize, String)> = known.map(|known| (distance(name, &known), known)).collect();
    near.retain(|(distance, known)| *distance <= name.len().max(known.len()) / 3 + 1);
    near.sort();
    near.dedup();
    match near.as_slice() {
        [] => String::new(),
        [(_, one)] => format!("; did you mean `{one}`?"),
        [(_, one), (_, other), ..] => format!("; did you mean `{one}` or `{other}`?"),
    }
}

fn is_known(document: &Document, name: &str, is_type: impl Fn(&str) -> bool) -> bool {
    document.operations.iter().any(|operation| is_named(operation, name, &is_type))
}

fn is_named(operation: &Operation, name: &str, is_type: impl Fn(&str) -> bool) -> bool {
    let typed = name.split_once('.').filter(|(object_type, _)| is_type(object_type)).map(|(_, method)| method);
    let of_a_type = typed.is_some() && typed == method_of_a_type(operation);
    operation.name == name || operation.id == name || of_a_type
}

/// The method of an operation that takes the type of object from its path: `list` of `objects.list`.
fn method_of_a_type(operation: &Operation) -> Option<&str> {
    let takes_type = operation.parameters.iter().any(|parameter| parameter.name == "objectType");
    operation.name.split_once('.').filter(|_| takes_type).map(|(_, method)| method)
}

/// The number of letters to insert, delete or replace (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (done, letter) in one.chars().enumerate() {
        let mut before = std::mem::replace(&mut row[0], done + 1);
        for (at, candidate) in other.iter().enumerate() {
            let replaced = before + usize::from(letter != *candidate);
            before = row[at + 1];
            row[at + 1] = replaced.min(before + 1).min(row[at] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let of = |one, other| distance(one, other);
        assert_eq!(
            [of("", ""), of("", "abc"), of("abc", "abc"), of("kitten", "sitting"), of("é", "e")],
            [0, 3, 0, 3, 1]
        );
    }
}
