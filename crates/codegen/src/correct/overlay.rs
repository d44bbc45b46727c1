//! `specs/<vendor>/overlay.json`: our corrections, each with its evidence.

use std::path::Path;

use anyhow::{Result, bail};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::read::document::{self, Document};

/// Corrections to the vendor's documents. They are applied in order.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overlay {
    /// The JSON Schema of this file, for editors.
    #[serde(rename = "$schema")]
    pub(crate) _schema: Option<String>,
    /// The corrections.
    pub(crate) corrections: Vec<Correction>,
}

/// One correction. Exactly one of `merge`, `set` and `remove` says what is done at the place.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Correction {
    /// The document, relative to the vendor's folder; `*` tries all and must match at least one.
    pub(crate) document: String,
    /// The operation, as `GET /contacts/`; the place is then inside it.
    pub(crate) operation: Option<String>,
    /// The place, as a JSON pointer; from the operation if one is named, else from the document.
    #[serde(default)]
    pub(crate) at: String,
    /// Merged into the object at the place (RFC 7396: null removes a member).
    pub(crate) merge: Option<Value>,
    /// Put at the place in place of what is there, or added to the object that holds it.
    pub(crate) set: Option<Value>,
    /// Takes the place out.
    #[serde(default)]
    pub(crate) remove: bool,
    /// The reason why it does not apply to the vendor's other versions, although their documents are the same
    /// at this place.
    pub(crate) only: Option<String>,
    /// Why: an issue number, a page, a seed.
    pub(crate) evidence: String,
}

impl Overlay {
    /// Reads the overlay of a vendor; none is an empty one.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("overlay.json");
        if path.is_file() { document::read_typed(&path) } else { Ok(Self::default()) }
    }

    /// A correction must name a document of the vendor.
    pub(crate) fn check_documents(&self, vendor: &crate::read::vendor::VendorFile) -> Result<()> {
        for (index, correction) in self.corrections.iter().enumerate() {
            let known = vendor.apis.iter().any(|api| api.documents.contains_key(&correction.document));
            if correction.evidence.trim().is_empty() {
                bail!("overlay.json: corrections[{index}] has no evidence: say where it is known from");
            }
            if correction.document != "*" && !known {
                bail!(
                    "overlay.json: corrections[{index}] names the document `{}`, which vendor.json does not list",
                    correction.document
                );
            }
        }
        Ok(())
    }

    /// Applies all corrections. One that matches nothing, or changes nothing, is an error: the
    /// vendor has changed the document, or the correction was never right.
    pub(crate) fn apply(&self, documents: &mut [Document]) -> Result<()> {
        for (index, correction) in self.corrections.iter().enumerate() {
            match correction.apply(documents)? {
                Effect::Changed => {}
                Effect::Nowhere => bail!(
                    "overlay.json: corrections[{index}] matches nothing: {}. Remove it or correct its place.",
                    correction.place()
                ),
                Effect::Nothing => bail!(
                    "overlay.json: corrections[{index}] changes nothing: {}. The document is right by now: remove the correction.",
                    correction.place()
                ),
            }
        }
        Ok(())
    }
}

/// What a correction does to the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// No document has its place.
    Nowhere,
    /// What it says is there already.
    Nothing,
    Changed,
}

impl Correction {
    /// Where it applies, for messages.
    pub(crate) fn place(&self) -> String {
        let operation = self.operation.as_deref().unwrap_or("");
        format!("document `{}`, operation `{operation}`, at `{}`", self.document, self.at)
    }

    /// Applies it to the documents it names; of several, what it does to any.
    pub(crate) fn apply(&self, documents: &mut [Document]) -> Result<Effect> {
        let mut effect = Effect::Nowhere;
        for document in documents {
            if self.document == "*" || self.document == document.name {
                effect = effect.max(self.apply_to(&mut document.value)?);
            }
        }
        Ok(effect)
    }

    fn apply_to(&self, document: &mut Value) -> Result<Effect> {
        let Some(root) = self.root(document) else { return Ok(Effect::Nowhere) };
        let changed = |changed: bool| if changed { Effect::Changed } else { Effect::Nothing };
        Ok(match (&self.merge, &self.set, self.remove) {
            (Some(patch), None, false) => {
                let Some(target) = root.pointer_mut(&self.at) else { return Ok(Effect::Nowhere) };
                let before = target.clone();
                merge(target, patch);
                changed(*target != before)
            }
            (None, Some(value), false) => match parent(root, &self.at) {
                Some((Value::Object(map), key)) => changed(map.insert(key, value.clone()).as_ref() != Some(value)),
                _ => Effect::Nowhere,
            },
            (None, None, true) => {
                let Some((parent, key)) = parent(root, &self.at) else { return Ok(Effect::Nowhere) };
                let removed = match parent {
                    Value::Object(map) => map.remove(&key).is_some(),
                    Value::Array(items) => match key.parse::<usize>() {
                        Ok(index) if index < items.len() => {
                            items.remove(index);
                            true
                        }
                        _ => false,
                    },
                    _ => false,
                };
                if removed { Effect::Changed } else { Effect::Nowhere }
            }
            _ => bail!("overlay.json: {}: exactly one of `merge`, `set` and `remove` is needed", self.place()),
        })
    }

    fn root<'a>(&self, document: &'a mut Value) -> Option<&'a mut Value> {
        let Some(operation) = &self.operation else { return Some(document) };
        let (method, path) = operation.split_once(' ')?;
        document.get_mut("paths")?.get_mut(path)?.get_mut(method.to_ascii_lowercase())
    }
}

/// The object or list that holds the place, and the last step of the pointer.
fn parent<'a>(root: &'a mut Value, pointer: &str) -> Option<(&'a mut Value, String)> {
    let (parent, key) = pointer.rsplit_once('/')?;
    Some((root.pointer_mut(parent)?, key.replace("~1", "/").replace("~0", "~")))
}

fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(map) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            map.remove(key);
        } else {
            merge(map.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}
