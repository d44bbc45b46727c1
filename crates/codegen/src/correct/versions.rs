//! A correction of one version of an API applies to the other versions too if their documents are the
//! same at that place. Otherwise a user would find the old mistake again in the next version.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use serde_json::Value;

use super::corrections::{Correction, Corrections, FILE};
use super::surface::Key;
use crate::read::document::Document;
use crate::read::vendor::Vendor;

/// Notes that are specific to a version.
const OWN: [&str; 2] = ["x-crm-version", "x-crm-no-auth"];

/// Documents as imported and as corrected, by name, each with the API it belongs to.
struct Documents {
    imported: BTreeMap<String, Document>,
    corrected: BTreeMap<String, Document>,
    api: BTreeMap<String, usize>,
}

/// Checks that the corrections of each version are made in the others, or contain the reason why not
/// (`only`).
pub(crate) fn check(vendor: &Vendor, corrections: &Corrections) -> Result<()> {
    if vendor.file.apis.len() < 2 {
        return Ok(());
    }
    let mut documents = Documents { imported: BTreeMap::new(), corrected: BTreeMap::new(), api: BTreeMap::new() };
    for (index, api) in vendor.file.apis.iter().enumerate() {
        for name in api.documents.keys() {
            let document = Document::read(&vendor.folder, name)?;
            let mut corrected = [document.clone()];
            for correction in &corrections.corrections {
                correction.apply(&mut corrected)?;
            }
            let [corrected] = corrected;
            documents.imported.insert(name.clone(), document);
            documents.corrected.insert(name.clone(), corrected);
            documents.api.insert(name.clone(), index);
        }
    }
    documents.check(corrections)
}

impl Documents {
    fn check(&self, corrections: &Corrections) -> Result<()> {
        let operations: BTreeMap<&String, BTreeSet<String>> = self
            .imported
            .iter()
            .map(|(name, document)| {
                let keys = document.operations().into_iter().map(|(path, method)| Key::of(&path, method));
                (name, keys.map(|key| key.without_version()).collect())
            })
            .collect();
        let mut wrong = String::new();
        for correction in &corrections.corrections {
            let here = &correction.document;
            let Some(ours) = operations.get(here) else { continue };
            // The same part of another version has some of the operations, whatever the name of its file. A document
            // whose shared operations are all in another one, with more of them, repeats that one.
            let shared: Vec<(&String, BTreeSet<&String>)> = operations
                .iter()
                .filter(|(name, _)| self.api.get(**name) != self.api.get(here))
                .map(|(name, theirs)| (*name, theirs.intersection(ours).collect::<BTreeSet<_>>()))
                .filter(|(_, both)| !both.is_empty())
                .collect();
            let repeats = |(name, both): &(&String, BTreeSet<&String>)| {
                let fuller = |(other, more): &(&String, BTreeSet<&String>)| {
                    self.api.get(*other) == self.api.get(*name) && more.len() > both.len() && more.is_superset(both)
                };
                shared.iter().any(fuller)
            };
            let others = shared.iter().filter(|one| !repeats(one));
            let missing: Vec<&str> = others
                .filter(|(other, _)| !self.agree(correction, here, other))
                .map(|(other, _)| other.as_str())
                .collect();
            match (&correction.only, missing.as_slice()) {
                (None, []) | (Some(_), [_, ..]) => {}
                (None, missing) => wrong.push_str(&format!(
                    "\n  {}: ({}) is missing in {}, which is the same at this place; add it there too, or give the reason against it in `only`",
                    correction.label(),
                    correction.place(),
                    missing.join(" and ")
                )),
                (Some(_), []) => wrong.push_str(&format!(
                    "\n  {}: ({}) has `only`, although no other version is the same at this place; remove `only`",
                    correction.label(),
                    correction.place()
                )),
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        bail!("{FILE}: corrections that do not apply to all versions:{wrong}")
    }

    /// Returns true if two documents are equal at the place of a correction after they were
    /// corrected, or were not equal there before.
    fn agree(&self, correction: &Correction, here: &str, there: &str) -> bool {
        let moved = Correction { document: there.to_owned(), ..correction.clone() }.moved(&self.imported[there]);
        let find = |documents: &BTreeMap<String, Document>, name: &str| {
            let correction = moved.as_ref().filter(|_| name == there).unwrap_or(correction);
            correction.find(&documents[name].value).map(plain)
        };
        let keys: Vec<Option<&str>> = match &correction.merge {
            Some(Value::Object(patch)) => patch
                .keys()
                .map(|key| Some(key.as_str()))
                .filter(|key| key.is_some_and(|key| !OWN.contains(&key)))
                .collect(),
            _ => vec![None],
        };
        let before = (find(&self.imported, here), find(&self.imported, there));
        let after = (find(&self.corrected, here), find(&self.corrected, there));
        // A new member belongs to its document only, unless both have the object that it is added to.
        if before.1.is_none() && (correction.merge.is_some() || !self.holds(correction, here, there)) {
            return true;
        }
        keys.into_iter().all(|key| {
            let at = |value: &Option<Value>| match key {
                Some(key) => value.as_ref().and_then(|value| value.get(key)).cloned(),
                None => value.clone(),
            };
            at(&before.0) != at(&before.1) || at(&after.0) == at(&after.1)
        })
    }

    /// Returns true if both documents have the object that a correction adds a member to, and it is
    /// equal in both.
    fn holds(&self, correction: &Correction, here: &str, there: &str) -> bool {
        let Some((parent, _)) = correction.at.rsplit_once('/') else { return false };
        if matches!(parent, "" | "/paths" | "/components/schemas") {
            return false;
        }
        let parent = Correction { at: parent.to_owned(), ..correction.clone() };
        let moved = Correction { document: there.to_owned(), ..parent.clone() }.moved(&self.imported[there]);
        let find = |correction: &Correction, name: &str| correction.find(&self.imported[name].value).map(plain);
        let ours = find(&parent, here);
        ours.is_some() && ours == find(moved.as_ref().unwrap_or(&parent), there)
    }
}

/// Returns a value without the parts that do not matter here: descriptions, an `allOf` of one element,
/// and the values of an enum, because each version adds some.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => match map.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([one]) if map.keys().all(|key| key == "allOf" || key == "description") => plain(one),
            _ => {
                let matters = |key: &str, value: &Value| match key {
                    "description" => !value.is_string(),
                    "enum" => !value.is_array(),
                    _ => true,
                };
                let kept = map.iter().filter(|(key, value)| matters(key, value));
                Value::Object(kept.map(|(key, value)| (key.clone(), plain(value))).collect())
            }
        },
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(members: [&str; 2], corrections: &Value) -> String {
        let corrections: Corrections = serde_json::from_value(json!({"corrections": corrections})).unwrap();
        let mut documents = Documents { imported: BTreeMap::new(), corrected: BTreeMap::new(), api: BTreeMap::new() };
        for (index, (name, kind)) in ["v2/users.json", "v3/people.json"].into_iter().zip(members).enumerate() {
            let value = json!({
                "paths": {"/users": {"get": {"parameters": [{"name": "limit", "schema": {"type": kind}}]}}},
                "components": {"schemas": {"User": {"properties": {"scopes": {"type": kind, "enum": [name]}}}}},
            });
            let document = Document { name: name.to_owned(), value };
            let mut corrected = [document.clone()];
            for correction in &corrections.corrections {
                correction.apply(&mut corrected).unwrap();
            }
            let [corrected] = corrected;
            documents.imported.insert(name.to_owned(), document);
            documents.corrected.insert(name.to_owned(), corrected);
            documents.api.insert(name.to_owned(), index);
        }
        documents.check(&corrections).err().map_or(String::new(), |error| error.to_string())
    }

    fn correction(document: &str, only: Option<&str>) -> Value {
        let at = "/components/schemas/User/properties/scopes";
        json!({"document": document, "at": at, "set": {"type": "array"}, "only": only, "evidence": "page"})
    }

    #[test]
    fn a_correction_that_another_version_needs_too_is_missed_there() {
        let alike = ["string", "string"];
        let said = check(alike, &json!([correction("v2/users.json", None)]));
        assert!(said.contains("corrections.json:0") && said.contains("is missing in v3/people.json"), "{said}");
        let both = json!([correction("v2/users.json", None), correction("v3/people.json", None)]);
        assert_eq!(check(alike, &both), "");
        assert_eq!(check(["string", "object"], &json!([correction("v2/users.json", None)])), "");
        let parameter = json!([{
            "document": "v2/users.json", "operation": "GET /users", "at": "/parameters/limit/schema/type", "set": "integer",
            "evidence": "page",
        }]);
        assert!(check(alike, &parameter).contains("is missing in v3/people.json"));
        let added = json!([{
            "document": "v2/users.json", "at": "/components/schemas/User/properties/id", "set": {"type": "string"},
            "evidence": "page",
        }]);
        assert!(check(alike, &added).contains("is missing in v3/people.json"));
    }

    #[test]
    fn an_exception_says_why_and_is_needed() {
        let alike = ["string", "string"];
        assert_eq!(check(alike, &json!([correction("v2/users.json", Some("the next version sends a text"))])), "");
        let said = check(["string", "object"], &json!([correction("v2/users.json", Some("a reason"))]));
        assert!(said.contains("remove `only`"), "{said}");
    }
}
