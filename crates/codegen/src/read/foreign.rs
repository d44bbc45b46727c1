//! References to other files: what they point to is copied in, because a document stands alone here.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

/// The files that a document refers to.
#[derive(Default)]
struct Files {
    read: HashMap<PathBuf, Value>,
}

/// Copies into a document what it refers to in other files. A reference to a file that is not there stays: whoever needs
/// it is told.
pub(super) fn copy_in(document: &mut Value, path: &Path) -> Result<()> {
    let mut files = Files::default();
    let (mut wanted, mut done) = (Vec::new(), HashSet::new());
    point_inside(document, path, None, &mut wanted)?;
    while let Some((file, place)) = wanted.pop() {
        // What is copied may refer to itself.
        if !done.insert((file.clone(), place.clone())) {
            continue;
        }
        let [kind, name] = parts(&place).with_context(|| format!("{}: `{place}` is no component", file.display()))?;
        let mut found = files.at(&file, &place)?;
        point_inside(&mut found, &file, Some(&file), &mut wanted)?;
        let members = document.as_object_mut().context("the document is no object")?;
        let components = object(object(members, "components")?, kind)?;
        match components.get(name) {
            None => drop(components.insert(name.to_owned(), found)),
            Some(known) if *known == found => {}
            Some(_) => bail!("`{name}` of {} is another one in the document itself", file.display()),
        }
    }
    Ok(())
}

impl Files {
    fn at(&mut self, file: &Path, place: &str) -> Result<Value> {
        if !self.read.contains_key(file) {
            let bytes = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
            let value = serde_json::from_slice(&bytes).with_context(|| format!("{}: not JSON", file.display()))?;
            self.read.insert(file.to_owned(), value);
        }
        let found = self.read.get(file).and_then(|value| value.pointer(place));
        found.cloned().with_context(|| format!("{}: there is no `{place}`", file.display()))
    }
}

/// Makes references to other files point inside, and lists what is to be copied. `of` is the other file that `value` is
/// itself out of.
fn point_inside(value: &mut Value, path: &Path, of: Option<&Path>, wanted: &mut Vec<(PathBuf, String)>) -> Result<()> {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some((file, place)) = reference.split_once('#')
            {
                let file = match (file, of) {
                    ("", None) => None,
                    ("", Some(of)) => Some(of.to_owned()),
                    (file, _) => path.parent().map(|folder| folder.join(file)).filter(|file| file.is_file()),
                };
                if let Some(file) = file {
                    wanted.push((fs::canonicalize(file)?, place.to_owned()));
                    *reference = format!("#{place}");
                }
            }
            members.values_mut().try_for_each(|member| point_inside(member, path, of, wanted))
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| point_inside(item, path, of, wanted)),
        _ => Ok(()),
    }
}

/// The kind and the name of a component.
fn parts(place: &str) -> Option<[&str; 2]> {
    let (kind, name) = place.strip_prefix("/components/")?.split_once('/')?;
    (!name.contains('/')).then_some([kind, name])
}

/// A member that is an object; a new one where there is none.
fn object<'a>(members: &'a mut Map<String, Value>, name: &str) -> Result<&'a mut Map<String, Value>> {
    let member = members.entry(name).or_insert_with(|| Value::Object(Map::new()));
    member.as_object_mut().with_context(|| format!("`{name}` is no object"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn copied(document: &Value, other: &Value) -> Result<Value> {
        let folder = tempfile::tempdir()?;
        fs::create_dir_all(folder.path().join("apps"))?;
        fs::write(folder.path().join("common.json"), other.to_string())?;
        let mut document = document.clone();
        copy_in(&mut document, &folder.path().join("apps/one.json"))?;
        Ok(document)
    }

    fn refers(to: &str) -> Value {
        json!({"$ref": to})
    }

    #[test]
    fn what_is_referred_to_comes_along_with_what_it_refers_to() {
        let other = json!({"components": {"schemas": {
            "Page": {"properties": {"items": {"items": refers("#/components/schemas/Item")}}},
            "Item": {"properties": {"next": refers("common.json#/components/schemas/Item"), "gone": refers("gone.json#/x")}},
            "Unused": {},
        }}});
        let document =
            json!({"a": refers("../common.json#/components/schemas/Page"), "b": [refers("#/components/schemas/Own")]});
        // A file is found beside the one that names it.
        let item = json!({"properties": {"next": refers("#/components/schemas/Item"), "gone": refers("gone.json#/x")}});
        let expected = json!({
            "a": refers("#/components/schemas/Page"),
            "b": [refers("#/components/schemas/Own")],
            "components": {"schemas": {"Page": other["components"]["schemas"]["Page"], "Item": item}},
        });
        assert_eq!(copied(&document, &other).unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_copied_is_told() {
        let other = json!({"components": {"schemas": {"Page": {"type": "object"}}}});
        let said = |reference: &str, own: Value| {
            let document = json!({"a": refers(reference), "components": {"schemas": own}});
            format!("{:#}", copied(&document, &other).unwrap_err())
        };
        assert!(
            said("../common.json#/components/schemas/Gone", json!({}))
                .contains("there is no `/components/schemas/Gone`")
        );
        assert!(said("../common.json#/info", json!({})).contains("`/info` is no component"));
        let clash = said("../common.json#/components/schemas/Page", json!({"Page": {"type": "array"}}));
        assert!(clash.contains("`Page` of") && clash.contains("another one in the document itself"), "{clash}");
        // The same text twice is one.
        let document =
            json!({"a": refers("../common.json#/components/schemas/Page"), "components": other["components"]});
        assert!(copied(&document, &other).is_ok());
    }
}
