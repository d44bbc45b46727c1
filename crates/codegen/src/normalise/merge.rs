//! One document out of many: identical schemas are shared, different ones with the same name are distinguished
//! by the document they come from.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use super::twice;
use crate::name::types;
use crate::read::document::{Document, METHODS, is_description, object};
use crate::read::references;
use crate::read::vendor::ApiFile;

/// The names of schemas, by document and by the name that the document has.
pub(super) type Schemas = BTreeMap<String, BTreeMap<String, String>>;

/// The number of schemas of a shape that had the name already, and of all that have it.
type Users = (usize, usize);

/// Merges the documents of an API, and returns the names that their schemas have now; `known` are those that they had.
pub(super) fn merge(
    mut documents: Vec<Document>,
    file: &ApiFile,
    known: &Schemas,
    refusals: &mut Vec<String>,
) -> Result<(Value, Schemas)> {
    let none = BTreeMap::new();
    let had = |document: &Document| known.get(&document.name).unwrap_or(&none);
    let mut renamed: Vec<BTreeMap<String, String>> = Vec::new();
    for document in &mut documents {
        let known = had(document);
        renamed.push(types::rename(document, &file.types, known)?);
    }
    let fullest = twice::fullest(&documents, file, refusals);
    let bound = bound(&documents);
    let shapes = shapes(&documents);
    // By name: the shapes it has; how many schemas of each had this name already, and how many there are.
    let mut uses: BTreeMap<&str, Vec<(u64, Users)>> = BTreeMap::new();
    for ((document, names), shapes) in documents.iter().zip(&renamed).zip(&shapes) {
        for (schema, name) in names {
            let standing = usize::from(had(document).get(schema) == Some(name));
            let shape = shapes[name];
            let known = uses.entry(name).or_default();
            match known.iter_mut().find(|(other, _)| *other == shape) {
                Some((_, (had, count))) => (*had, *count) = (*had + standing, *count + 1),
                None => known.push((shape, (standing, 1))),
            }
        }
    }
    let mut named: BTreeMap<(String, u64), String> = BTreeMap::new();
    for (document, shapes) in documents.iter().zip(&shapes) {
        for (name, shape) in shapes {
            let known = &uses[name.as_str()];
            // The schema that has the name keeps it; otherwise the most common one gets it.
            let common = known.iter().rev().max_by_key(|(_, count)| *count).map(|(shape, _)| *shape);
            let chosen = if common == Some(*shape) {
                name.clone()
            } else {
                let apart = types::apart(&document.name, name);
                file.types.get(&apart).cloned().unwrap_or(apart)
            };
            named.entry((name.clone(), *shape)).or_insert(chosen);
        }
    }
    let mut taken = BTreeSet::new();
    if let Some(twice) = named.values().find(|name| !taken.insert(*name)) {
        bail!("two schemas would both be called `{twice}`; give one another name under `types` in vendor.json");
    }

    let mut paths: Map<String, Value> = Map::new();
    let mut schemas: Map<String, Value> = Map::new();
    let mut responses: Map<String, Value> = Map::new();
    let mut keep: Vec<Value> = Vec::new();
    let mut first: Option<Value> = None;
    for (index, (document, shapes)) in documents.iter_mut().zip(&shapes).enumerate() {
        references::rewrite(&mut document.value, &mut |target| {
            if let Some(name) = target.strip_prefix("#/components/schemas/")
                && let Some(chosen) = shapes.get(name).and_then(|shape| named.get(&(name.to_owned(), *shape)))
            {
                *target = format!("#/components/schemas/{chosen}");
            }
        });
        for (name, schema) in object(&document.value["components"], "schemas") {
            schemas.insert(named[&(name.clone(), shapes[name])].clone(), schema.clone());
        }
        for (name, response) in object(&document.value["components"], "responses") {
            responses.entry(name.clone()).or_insert_with(|| response.clone());
        }
        keep.extend(document.value["x-crm-keep-schemas"].as_array().into_iter().flatten().cloned());
        for (path, item) in object(&document.value, "paths") {
            let target = paths.entry(path.clone()).or_insert_with(|| json!({}));
            for (method, operation) in METHODS.iter().filter_map(|method| Some((*method, item.get(method)?))) {
                // If several documents describe the same operation, the fullest description is taken.
                if fullest.get(&(path.clone(), method.to_owned())).is_none_or(|chosen| *chosen == index) {
                    let mut operation = operation.clone();
                    operation["x-crm-document"] = json!(document.name);
                    if let Some(bind) = bound.get(&operation["x-crm-name"].to_string()) {
                        operation["x-crm-bind"] = bind.clone();
                    }
                    target[method] = operation;
                }
            }
        }
        first.get_or_insert_with(|| json!({"info": document.value["info"], "servers": document.value["servers"]}));
    }
    let first = first.unwrap_or_default();
    let names = documents.iter().zip(&renamed).zip(&shapes).map(|((document, names), shapes)| {
        let merged = |name: &String| named[&(name.clone(), shapes[name])].clone();
        (document.name.clone(), names.iter().map(|(schema, name)| (schema.clone(), merged(name))).collect())
    });
    let names = names.filter(|(_, names): &(_, BTreeMap<_, _>)| !names.is_empty()).collect();
    let merged = json!({
        "openapi": "3.0.3",
        "info": first["info"],
        "servers": first["servers"],
        "paths": paths,
        "components": {"schemas": schemas, "responses": responses},
        "x-crm-keep-schemas": keep,
    });
    Ok((merged, names))
}

/// Returns the parameters that the handle of a resource has, by the names of its operations: an operation may be taken
/// from the document of another resource.
fn bound(documents: &[Document]) -> BTreeMap<String, Value> {
    let operations = documents.iter().flat_map(|document| {
        let all = document.operations().into_iter();
        all.map(|(path, method)| &document.value["paths"][&path][method])
    });
    operations.filter_map(|one| Some((one["x-crm-name"].to_string(), one.get("x-crm-bind")?.clone()))).collect()
}

/// Returns a hash of each schema of each document that includes all schemas it refers to. Colours are
/// refined until they are stable, in all documents together: a document whose schemas differ at a low
/// depth would otherwise stop before the depth at which another one's differ.
fn shapes(documents: &[Document]) -> Vec<BTreeMap<String, u64>> {
    let schemas: Vec<Vec<(&String, &Value)>> =
        documents.iter().map(|document| object(&document.value["components"], "schemas").collect()).collect();
    let mut colours: Vec<BTreeMap<String, u64>> =
        schemas.iter().map(|all| all.iter().map(|(name, _)| ((*name).clone(), 0)).collect()).collect();
    let mut distinct = 0;
    loop {
        colours = schemas
            .iter()
            .zip(&colours)
            .map(|(all, known)| all.iter().map(|(name, schema)| ((*name).clone(), colour(schema, known))).collect())
            .collect();
        let now = colours.iter().flat_map(BTreeMap::values).collect::<BTreeSet<_>>().len();
        if now <= distinct {
            return colours;
        }
        distinct = now;
    }
}

fn colour(schema: &Value, colours: &BTreeMap<String, u64>) -> u64 {
    fn feed(value: &Value, colours: &BTreeMap<String, u64>, state: &mut DefaultHasher) {
        match value {
            Value::Object(map) => {
                if let Some(name) = references::schema_name(value) {
                    (1_u8, name, colours.get(name)).hash(state);
                    return;
                }
                // Schemas that differ only in descriptions are the same.
                let facts = || map.iter().filter(|(key, value)| !is_description(key, value));
                (2_u8, facts().count()).hash(state);
                for (key, value) in facts() {
                    key.hash(state);
                    feed(value, colours, state);
                }
            }
            Value::Array(items) => {
                (3_u8, items.len()).hash(state);
                items.iter().for_each(|value| feed(value, colours, state));
            }
            other => (4_u8, other.to_string()).hash(state),
        }
    }
    let mut state = DefaultHasher::new();
    feed(schema, colours, &mut state);
    state.finish()
}
