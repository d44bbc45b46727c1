//! Types that an API of a vendor has in common with the vendor's first: a new version of an API
//! mostly sends what the one before sends, and a contact then is one type in both.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::Model;
use crate::normalise::Api;
use crate::read::document::{object, without_extensions};
use crate::read::references::each as each_reference;

/// The names of the types of `other` that `first` has too: the same in Rust, of the same JSON
/// Schema, and so is all that they lead to.
pub(crate) fn types((first_api, first): (&Api, &Model), (other_api, other): (&Api, &Model)) -> BTreeSet<String> {
    let (ours, theirs) = (&first_api.merged["components"], &other_api.merged["components"]);
    let schemas = schemas(ours, theirs);
    // A type without a schema of its name has one that is made of its definition.
    let described = |name: &str| {
        let own = ours["schemas"].get(name).is_none() && theirs["schemas"].get(name).is_none();
        own || schemas.contains(name)
    };
    let mut found: BTreeSet<String> = other
        .types
        .iter()
        .filter(|(name, definition)| first.types.get(*name) == Some(definition) && described(name))
        .map(|(name, _)| name.clone())
        .collect();
    settle(&mut found, |name, found| other.types[name].names().iter().all(|inner| found.contains(inner)));
    found
}

/// The names of the schemas that two documents have alike, with all that these refer to.
fn schemas(ours: &Value, theirs: &Value) -> BTreeSet<String> {
    let alike = |name: &str, schema: &Value| {
        ours["schemas"].get(name).is_some_and(|own| without_extensions(own) == without_extensions(schema))
    };
    let mut found: BTreeSet<String> =
        object(theirs, "schemas").filter(|(name, schema)| alike(name, schema)).map(|(name, _)| name.clone()).collect();
    settle(&mut found, |name, found| {
        let mut all = true;
        each_reference(&theirs["schemas"][name], &mut |inner| all &= found.contains(inner));
        all
    });
    found
}

/// Takes out what does not hold together with the rest, until all of it does.
fn settle(names: &mut BTreeSet<String>, holds: impl Fn(&str, &BTreeSet<String>) -> bool) {
    loop {
        let kept: BTreeSet<String> = names.iter().filter(|name| holds(name, names)).cloned().collect();
        if kept.len() == names.len() {
            return;
        }
        *names = kept;
    }
}
