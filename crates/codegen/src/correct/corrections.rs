//! `specs/<vendor>/corrections.json`: facts that the vendor's documents have wrong or lack, each with its evidence.
//!
//! A correction resembles an action of an OpenAPI Overlay 1.0: `at` is its `target`, `merge` its `update`, `remove`
//! its `remove`. The differences are the reason for a format of our own: a place is one place and not a JSONPath
//! query, a correction without evidence, place or effect is an error, and `set` replaces a value that `update` would
//! merge with.

use std::path::Path;

use anyhow::{Context, Result, bail};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::surface;
use crate::read::document::{self, Document};
use crate::read::vendor::VendorFile;
use crate::read::version;

/// The name of the file in a vendor's folder.
pub const FILE: &str = "corrections.json";

/// Corrections to the vendor's documents. They are applied in order.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Corrections {
    /// The JSON Schema of this file, for editors.
    #[serde(rename = "$schema")]
    pub _schema: Option<String>,
    /// The corrections.
    pub corrections: Vec<Correction>,
}

/// One correction. Exactly one of `merge`, `set` and `remove` is given.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The document, relative to the vendor's folder; `*` tries all and must match at least one.
    pub document: String,
    /// The operation, for example `GET /contacts/`; the place is then inside it.
    pub operation: Option<String>,
    /// The place, as a JSON pointer from the operation if one is named, otherwise from the document. An element of an
    /// array is addressed by its `name`, or by itself if it is text; a parameter also by its place, so that another one
    /// of the name does not matter: `/parameters/query:limit/schema`.
    #[serde(default)]
    pub at: String,
    /// Merged into the object at the place (RFC 7396: null removes a member).
    pub merge: Option<Value>,
    /// Replaces the value at the place, or is added to the object that should hold it.
    pub set: Option<Value>,
    /// Removes the value at the place.
    #[serde(default)]
    pub remove: bool,
    /// The reason why it does not apply to the vendor's other versions, although their documents are the same
    /// at this place.
    pub only: Option<String>,
    /// The source of the fact: an issue, a page, a measurement.
    pub evidence: String,
    /// The line of the file that it starts in.
    #[serde(skip)]
    pub line: usize,
}

impl Corrections {
    /// Reads the corrections of a vendor; without a file there are none.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        if !path.is_file() {
            return Ok(Self::default());
        }
        let mut this: Self = document::read_typed(&path)?;
        let text = std::fs::read_to_string(&path)?;
        for (correction, (start, _)) in this.corrections.iter_mut().zip(elements(&text)?) {
            correction.line = text[..start].matches('\n').count() + 1;
        }
        Ok(this)
    }

    /// Checks what can be checked without the documents: a correction names a document of the vendor, has evidence,
    /// and is about a fact.
    pub fn check(&self, vendor: &VendorFile) -> Result<()> {
        for correction in &self.corrections {
            let known = vendor.apis.iter().any(|api| api.documents.contains_key(&correction.document));
            if correction.evidence.trim().is_empty() {
                bail!("{}: no evidence; state the source of the fact in `evidence`", correction.label());
            }
            if correction.document != "*" && !known {
                bail!("{}: vendor.json does not list the document `{}`", correction.label(), correction.document);
            }
            if !correction.at.is_empty() && !correction.at.starts_with('/') {
                bail!("{}: `at` begins with a slash: `/{}`", correction.label(), correction.at);
            }
            let members = correction.merge.iter().filter(|_| correction.at.is_empty()).filter_map(Value::as_object);
            let keys = members.flat_map(serde_json::Map::keys).map(String::as_str);
            let whole = correction.at.strip_prefix('/').filter(|_| correction.operation.is_some());
            if let Some(key) = keys.chain(whole).find(|key| surface::is_note(key)) {
                bail!(
                    "{}: `{key}` is not a fact of the vendor; write it into surface/<resource>.json",
                    correction.label()
                );
            }
        }
        Ok(())
    }

    /// Applies those that name one of the documents, and returns the reasons against those that match nothing or change
    /// nothing: the vendor has changed the document, or the correction was never right.
    pub fn apply(&self, documents: &mut [Document]) -> Result<Vec<String>> {
        let mut refused = Vec::new();
        for correction in &self.corrections {
            if correction.document != "*" && !documents.iter().any(|document| document.name == correction.document) {
                continue;
            }
            match correction.apply(documents)? {
                Effect::Changed => {}
                Effect::Nowhere => refused.push(format!(
                    "{}: matches nothing: {}. Remove it or correct its place.",
                    correction.label(),
                    correction.place()
                )),
                Effect::Nothing => refused.push(format!(
                    "{}: changes nothing: {}. The document is right by now: remove the correction.",
                    correction.label(),
                    correction.place()
                )),
            }
        }
        Ok(refused)
    }
}

/// The effect of a correction on the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// No document has its place.
    Nowhere,
    /// The documents already contain the correction.
    Nothing,
    /// The documents are different now.
    Changed,
}

impl Correction {
    /// The file and line, for messages.
    pub fn label(&self) -> String {
        format!("{FILE}:{}", self.line)
    }

    /// The place that it applies to, for messages.
    pub fn place(&self) -> String {
        let operation = self.operation.as_deref().unwrap_or("");
        format!("document `{}`, operation `{operation}`, at `{}`", self.document, self.at)
    }

    /// Applies it to the documents it names, and returns the strongest effect on any of them.
    pub fn apply(&self, documents: &mut [Document]) -> Result<Effect> {
        let mut effect = Effect::Nowhere;
        for document in documents {
            if self.document == "*" || self.document == document.name {
                effect = effect.max(self.apply_to(&mut document.value)?);
            }
        }
        Ok(effect)
    }

    /// Returns the correction of the same operation in a document that has it with another version in its path.
    pub(crate) fn moved(&self, document: &Document) -> Option<Self> {
        let (method, path) = self.operation.as_deref()?.split_once(' ')?;
        if self.document != "*" && self.document != document.name {
            return None;
        }
        let now = version::path_in(document, path, &method.to_ascii_lowercase()).filter(|now| now != path)?;
        Some(Self { operation: Some(format!("{method} {now}")), ..self.clone() })
    }

    /// Returns the correction with other texts instead of the paths that it names.
    pub(crate) fn renamed(mut self, texts: &[(String, String)]) -> Self {
        let now = |before: &str| texts.iter().find(|(text, _)| text == before).map(|(_, now)| now.clone());
        if let Some(operation) = &mut self.operation {
            *operation = now(operation).unwrap_or_else(|| operation.clone());
        }
        self.at = now(&self.at).unwrap_or(self.at);
        if let (Some(Value::Object(patch)), "/paths") = (self.merge.as_mut().or(self.set.as_mut()), self.at.as_str()) {
            *patch = std::mem::take(patch).into_iter().map(|(path, item)| (now(&path).unwrap_or(path), item)).collect();
        }
        self
    }

    /// Returns the value at the place in a document.
    pub fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        let root = match &self.operation {
            None => document,
            Some(operation) => {
                let (method, path) = operation.split_once(' ')?;
                document.get("paths")?.get(path)?.get(method.to_ascii_lowercase())?
            }
        };
        steps(&self.at).try_fold(root, |value, step| match value {
            Value::Array(items) => items.get(place_of(items, &step)?),
            other => other.get(&step),
        })
    }

    fn apply_to(&self, document: &mut Value) -> Result<Effect> {
        let Some(root) = self.root(document) else { return Ok(Effect::Nowhere) };
        let changed = |changed: bool| if changed { Effect::Changed } else { Effect::Nothing };
        Ok(match (&self.merge, &self.set, self.remove) {
            (Some(patch), None, false) => {
                let Some(target) = steps(&self.at).try_fold(root, step_mut) else { return Ok(Effect::Nowhere) };
                let before = target.clone();
                merge(target, patch);
                changed(*target != before)
            }
            (None, Some(value), false) => match parent(root, &self.at) {
                Some((Value::Object(map), key)) => changed(map.insert(key, value.clone()).as_ref() != Some(value)),
                _ => Effect::Nowhere,
            },
            (None, None, true) => {
                let removed = match parent(root, &self.at) {
                    Some((Value::Object(map), key)) => map.remove(&key).is_some(),
                    Some((Value::Array(items), key)) => match place_of(items, &key) {
                        Some(index) => {
                            items.remove(index);
                            true
                        }
                        None => false,
                    },
                    _ => false,
                };
                if removed { Effect::Changed } else { Effect::Nowhere }
            }
            _ => bail!("{}: {}: exactly one of `merge`, `set` and `remove` is needed", self.label(), self.place()),
        })
    }

    fn root<'a>(&self, document: &'a mut Value) -> Option<&'a mut Value> {
        let Some(operation) = &self.operation else { return Some(document) };
        let (method, path) = operation.split_once(' ')?;
        document.get_mut("paths")?.get_mut(path)?.get_mut(method.to_ascii_lowercase())
    }
}

/// Returns the start and end of each correction in the text of the file.
pub fn elements(text: &str) -> Result<Vec<(usize, usize)>> {
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(borrow)]
        corrections: Vec<&'a RawValue>,
    }
    let raw: Raw<'_> = serde_json::from_str(text).with_context(|| format!("{FILE}: `corrections` is not a list"))?;
    let start = |element: &&RawValue| element.get().as_ptr().addr() - text.as_ptr().addr();
    Ok(raw.corrections.iter().map(|element| (start(element), start(element) + element.get().len())).collect())
}

/// The steps of a JSON pointer.
fn steps(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"))
}

/// Returns the index of the only element of an array that has this name, or is this text. Parameters with the same name
/// are distinguished by their place, for example `query:limit`.
fn place_of(items: &[Value], name: &str) -> Option<usize> {
    let named = |item: &&Value| {
        let own = item.as_str().or_else(|| document::text(item, "name"));
        let place = name.split_once(':').filter(|(place, _)| document::text(item, "in") == Some(place));
        own == Some(name) || place.is_some() && own == place.map(|(_, name)| name)
    };
    let mut found = items.iter().enumerate().filter(|(_, item)| named(item));
    let (index, _) = found.next()?;
    found.next().is_none().then_some(index)
}

fn step_mut(value: &mut Value, step: String) -> Option<&mut Value> {
    match value {
        Value::Array(items) => {
            let index = place_of(items, &step)?;
            items.get_mut(index)
        }
        other => other.get_mut(&step),
    }
}

/// The object or array that holds the place, and the last step of the pointer.
fn parent<'a>(root: &'a mut Value, pointer: &str) -> Option<(&'a mut Value, String)> {
    let (parent, _) = pointer.rsplit_once('/')?;
    Some((steps(parent).try_fold(root, step_mut)?, steps(pointer).last()?))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::place_of;

    #[test]
    fn an_element_is_found_by_its_name_and_place() {
        let limit = |place: &str| json!({"name": "limit", "in": place});
        let parameters = [limit("query"), json!({"name": "a:b", "in": "query"}), limit("header")];
        for (name, index) in [("query:limit", 0), ("header:limit", 2), ("a:b", 1), ("query:a:b", 1)] {
            assert_eq!(place_of(&parameters, name), Some(index), "{name}");
        }
        assert_eq!(place_of(&parameters, "limit"), None, "two of them have the name");
        assert_eq!(place_of(&parameters, "path:limit"), None);
        assert_eq!(place_of(&[json!("id"), json!("name")], "name"), Some(1));
        assert_eq!(place_of(&[json!("query:id")], "query:id"), Some(0));
    }
}
