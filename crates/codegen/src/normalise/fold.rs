//! Object APIs that repeat the same operations for each type of object become one generic
//! resource and a table: which type has which operation.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::parameters::placeholders;
use super::security::scopes;
use super::twice::{self, Fuller, Side};
use crate::read::document::{Document, object_mut, text};
use crate::read::references;
use crate::read::vendor::{ApiFile, Fold};
use crate::read::version;

/// A type of object of the folded resource.
pub struct ObjectType {
    /// The client's method, for example `deals`.
    pub name: String,
    /// Value of the path segment, for example `0-3`.
    pub segment: String,
    /// The operations of the folded resource that it has, as (method, path), with the scopes, one of which is required for
    /// this type. None if its document lists those of all types.
    pub operations: BTreeMap<(String, String), Vec<String>>,
}

impl ObjectType {
    /// Returns true if it has the operation with this method and path.
    pub(crate) fn has(&self, method: &str, path: &str) -> bool {
        self.operations.keys().any(|(known, at)| known.eq_ignore_ascii_case(method) && at == path)
    }

    /// Returns the scopes that its document names for the operation with this method and path, if they are those of the type.
    pub(crate) fn scopes(&self, method: &str, path: &str) -> Option<&[String]> {
        let mut operations = self.operations.iter();
        let found = operations.find(|((known, at), _)| known.eq_ignore_ascii_case(method) && at == path);
        found.map(|(_, scopes)| scopes.as_slice()).filter(|scopes| !scopes.is_empty())
    }
}

/// Folds the documents that name an object type. An operation that a type has beyond the generic ones
/// becomes generic too, and the table contains the types that have it.
pub(super) fn fold(
    fold: &Fold,
    api: &ApiFile,
    documents: &mut [Document],
    refusals: &mut Vec<String>,
) -> Result<Vec<ObjectType>> {
    let Some(generic) = documents.iter().position(|document| {
        let file = &api.documents[&document.name];
        file.resource.as_deref() == Some(&fold.resource) && file.object.is_none()
    }) else {
        bail!("vendor.json: `fold`: no document belongs to the resource `{}`", fold.resource);
    };
    // These lists do not say which of the scopes is that of a type.
    let of_all: BTreeSet<Vec<String>> = documents[generic]
        .operations()
        .iter()
        .map(|(path, method)| scopes(&documents[generic].value["paths"][path][method]))
        .collect();
    let mut types: BTreeMap<String, ObjectType> = BTreeMap::new();
    for index in 0..documents.len() {
        let file = &api.documents[&documents[index].name];
        let Some(name) = file.object.clone() else { continue };
        let segments: Vec<String> = file.segment.iter().cloned().chain([name.clone()]).collect();
        let operations = documents[index].operations();
        for (path, method) in operations {
            let Some((segment, target)) = folded(fold, &segments, &path) else { continue };
            let item = &mut documents[index].value["paths"][&path];
            // One that has a name of its own is not that of all types.
            if item[method].get("x-crm-name").is_some() {
                continue;
            }
            let Some(mut operation) = item.as_object_mut().and_then(|item| item.remove(method)) else { continue };
            let record = placeholders(&path).into_iter().next();
            for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
                if text(parameter, "in") == Some("path") && text(parameter, "name") == record.as_deref() {
                    parameter["name"] = json!(fold.record);
                }
            }
            if let Some(parameters) = operation["parameters"].as_array_mut() {
                parameters.insert(
                    0,
                    json!({"name": fold.parameter, "in": "path", "required": true, "schema": {"type": "string"}}),
                );
            }
            let entry = types.entry(name.clone()).or_insert_with(|| ObjectType {
                name: name.clone(),
                // The type's own spelling wins; merge calls use the word where the rest has the number.
                segment: file.segment.clone().unwrap_or(segment),
                operations: BTreeMap::new(),
            });
            let own = Some(scopes(&operation)).filter(|own| !of_all.contains(own)).unwrap_or_default();
            entry.operations.insert((method.to_owned(), target.clone()), own);
            let known = documents[generic].value["paths"].get(&target).is_some_and(|item| item.get(method).is_some());
            if !known {
                adopt(documents, generic, index, &target, method, operation)?;
                continue;
            }
            let generic = &documents[generic];
            let known = Side::new(&generic.value, &generic.value["paths"][&target][method]);
            let other = Side::new(&documents[index].value, &operation);
            let differs = match twice::fuller(known, other) {
                Ok(Fuller::First) => continue,
                Ok(Fuller::Second) => "has more than".to_owned(),
                Err(difference) => format!("differs ({difference}) from"),
            };
            refusals.push(format!(
                "{}: {} {path} {differs} the same operation of all objects in {}; add what is missing there in corrections.json",
                documents[index].name,
                method.to_uppercase(),
                generic.name
            ));
        }
        if let Some(paths) = documents[index].value["paths"].as_object_mut() {
            paths.retain(|_, item| item.as_object().is_some_and(|item| !item.is_empty()));
        }
    }
    Ok(types.into_values().collect())
}

/// Removes from the types of object the operations that belong to another resource, for example to associations: they can
/// be called for every type.
pub(super) fn keep_own(fold: &Fold, merged: &Value, types: &mut [ObjectType]) {
    let is_own = |(method, path): &(String, String), _: &mut Vec<String>| {
        let name = text(&merged["paths"][path][method], "x-crm-name");
        name.and_then(|name| name.split_once('.')).is_some_and(|(resource, _)| resource == fold.resource)
    };
    types.iter_mut().for_each(|one| one.operations.retain(is_own));
}

/// The segment that named the type, and the generic path; `None` for a path of another kind.
fn folded(fold: &Fold, segments: &[String], path: &str) -> Option<(String, String)> {
    // Settings from before say the version too.
    let prefix = version::without(&fold.prefix);
    let (version, rest) = path.strip_prefix(&prefix)?.strip_prefix('/')?.split_once('/')?;
    if !version::is_version(version) {
        return None;
    }
    let (segment, rest) = rest.split_once('/').map_or((rest, ""), |(segment, rest)| (segment, rest));
    if !segments.iter().any(|known| known == segment) {
        return None;
    }
    let mut target = format!("{prefix}/{version}/{{{}}}", fold.parameter);
    let mut record = Some(format!("{{{}}}", fold.record));
    for part in rest.split('/').filter(|part| !part.is_empty()) {
        target.push('/');
        // The first parameter is the record, whatever the type calls it.
        match record.take_if(|_| part.starts_with('{')) {
            Some(record) => target.push_str(&record),
            None => target.push_str(part),
        }
    }
    Some((segment.to_owned(), target))
}

/// Moves an operation that only some types have into the generic document, with its schemas.
fn adopt(
    documents: &mut [Document],
    generic: usize,
    from: usize,
    path: &str,
    method: &str,
    operation: Value,
) -> Result<()> {
    let mut wanted = vec![];
    references::each(&operation, &mut |name| wanted.push(name.to_owned()));
    while let Some(name) = wanted.pop() {
        let schema = documents[from].value["components"]["schemas"][&name].clone();
        let schemas = object_mut(&mut documents[generic].value["components"], "schemas")?;
        if !schemas.contains_key(&name) {
            references::each(&schema, &mut |name| wanted.push(name.to_owned()));
            schemas.insert(name, schema);
        }
    }
    documents[generic].value["paths"][path][method] = operation;
    Ok(())
}
