//! Values that are one of several schemas: distinguished by a member with the kind, or by the
//! members they have.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use serde_json::Value;

use crate::read::document::{list, object, text};
use crate::read::references;

/// An enum over records.
#[derive(Debug, Clone)]
pub(super) struct Union {
    pub(super) name: String,
    pub(super) by: By,
}

impl Union {
    /// Calls the types it is one of by other names.
    pub(super) fn rename(&mut self, names: &BTreeMap<String, String>) {
        let (By::Tag(_, arms) | By::Members(arms)) = &mut self.by;
        for (name, _) in arms {
            if let Some(new) = names.get(name) {
                name.clone_from(new);
            }
        }
    }

    /// The types it is one of.
    pub(super) fn arms(&self) -> impl Iterator<Item = &str> {
        let (By::Tag(_, arms) | By::Members(arms)) = &self.by;
        arms.iter().map(|(name, _)| name.as_str())
    }
}

/// A schema and the texts that choose it.
pub(super) type Arm = (String, Vec<String>);

/// The means by which the arms are distinguished.
#[derive(Debug, Clone)]
pub(super) enum By {
    /// The text of this member.
    Tag(String, Vec<Arm>),
    /// The members of the value; an arm without any accepts all other values.
    Members(Vec<Arm>),
}

/// The unions found so far.
#[derive(Default)]
pub(super) struct Unions {
    known: BTreeMap<Vec<String>, Union>,
    /// Names of types without a schema that are those of schemas now.
    pub(super) lost: Vec<String>,
    /// The reason why a union cannot keep its name.
    pub(super) refused: Option<String>,
}

impl Unions {
    /// The union of these references, or `None` if nothing distinguishes the variants.
    /// `name` is the component's own name, `hint` the one for an inline union.
    pub(super) fn find(&mut self, schemas: &Value, union: &Value, name: Option<&str>, hint: &str) -> Option<String> {
        let mut variants: Vec<String> = list(union, "oneOf")
            .map(|variant| references::schema_name(variant).map(str::to_owned))
            .collect::<Option<_>>()?;
        variants.sort();
        variants.dedup();
        if name.is_none()
            && let Some(known) = self.known.get(&variants)
        {
            return Some(known.name.clone());
        }
        let (by, tag) = match text(union, "x-crm-union") {
            Some("untagged") => (by_members(schemas, &variants), None),
            _ => {
                let (tag, arms) = by_tag(schemas, &variants)?;
                (By::Tag(tag.clone(), arms), Some(tag))
            }
        };
        let chosen = name.map_or_else(|| self.free_name(schemas, tag.as_deref(), hint), str::to_owned);
        self.known.insert(variants, Union { name: chosen.clone(), by });
        Some(chosen)
    }

    pub(super) fn into_vec(self) -> Vec<Union> {
        let mut all: Vec<Union> = self.known.into_values().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// `filterBranchType` gives `FilterBranch`, unless that name is taken.
    fn free_name(&mut self, schemas: &Value, tag: Option<&str>, hint: &str) -> String {
        let from_tag =
            tag.map(|tag| tag.to_upper_camel_case()).and_then(|tag| tag.strip_suffix("Type").map(str::to_owned));
        if let Some(lost) = from_tag.as_ref().filter(|name| self.lost.contains(name)) {
            self.refused = Some(format!(
                "`{lost}` is the name of a union in names.json, and now also of a schema; give the schema another name under `types` in vendor.json"
            ));
        }
        let taken = |name: &String| schemas.get(name).is_some() || self.known.values().any(|union| union.name == *name);
        [from_tag.filter(|name| !name.is_empty()), Some(hint.to_upper_camel_case())]
            .into_iter()
            .flatten()
            .find(|name| !taken(name))
            .unwrap_or_else(|| format!("{}Choice", hint.to_upper_camel_case()))
    }
}

/// A member that all variants have and whose values, all listed, belong to one variant each.
fn by_tag(schemas: &Value, variants: &[String]) -> Option<(String, Vec<Arm>)> {
    let first = &schemas[variants.first()?];
    'tags: for (tag, _) in object(first, "properties") {
        let mut arms: Vec<Arm> = Vec::new();
        for variant in variants {
            let values: Vec<String> = list(&schemas[variant]["properties"][tag], "enum")
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            let overlaps = arms.iter().any(|(_, known)| known.iter().any(|value| values.contains(value)));
            if values.is_empty() || overlaps {
                continue 'tags;
            }
            arms.push((variant.clone(), values));
        }
        return Some((tag.clone(), arms));
    }
    None
}

fn by_members(schemas: &Value, variants: &[String]) -> By {
    let mut arms: Vec<Arm> = variants
        .iter()
        .map(|variant| {
            (variant.clone(), object(&schemas[variant], "properties").map(|(name, _)| name.clone()).collect())
        })
        .collect();
    // The arm that accepts everything comes last.
    arms.sort_by_key(|(_, members)| members.is_empty());
    By::Members(arms)
}
