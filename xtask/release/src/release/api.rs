//! Compares the public items of a crate: `docs/api/<crate>.txt` before and now.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use codegen::diff::{Class, few};
use xtask::git;

/// The result of comparing the public items.
pub(super) enum Api {
    /// One of the two texts is missing: which, and where.
    Unknown(String),
    Known {
        gone: Vec<String>,
        come: Vec<String>,
        class: Option<Class>,
    },
}

impl Api {
    /// Compares the committed public items with the current ones, or with the text in the work tree if `now` is `None`.
    pub(super) fn compare(root: &Path, commit: &str, since: &str, name: &str, now: Option<&String>) -> Result<Self> {
        let path = format!("docs/api/{name}.txt");
        let Some(before) = git::file_at(root, commit, &path)? else {
            return Ok(Self::Unknown(format!("{path} is missing at {since}")));
        };
        Ok(match now.cloned().map_or_else(|| std::fs::read_to_string(root.join(&path)), Ok) {
            Ok(now) => Self::between(&before, &now),
            Err(_) => Self::Unknown(format!("{path} is missing; `cargo xtask api` writes it")),
        })
    }

    fn between(before: &str, now: &str) -> Self {
        let (before, now) = (items(before), items(now));
        let mut gone: Vec<String> = before.keys().filter(|item| !now.contains_key(*item)).cloned().collect();
        let mut come: Vec<String> = now.keys().filter(|item| !before.contains_key(*item)).cloned().collect();
        let mut class = come.iter().any(|item| closed(item, &before)).then_some(Class::Breaking);
        for (item, was, is) in before.iter().filter_map(|(item, was)| Some((item, was, now.get(item)?))) {
            if !is.gate.holds_with(&was.gate) {
                gone.push(format!("{item} without {}", is.gate.0));
            } else if is != was {
                come.push(format!("{item} with {}", is.gate.0));
            }
        }
        if !gone.is_empty() {
            class = Some(Class::Breaking);
        }
        let class = class.or((!come.is_empty()).then_some(Class::Minor));
        Self::Known { gone, come, class }
    }

    /// Returns the class. An unknown result counts as breaking.
    pub(super) fn class(&self) -> Option<Class> {
        match self {
            Self::Unknown(_) => Some(Class::Breaking),
            Self::Known { class, .. } => *class,
        }
    }

    pub(super) fn said(&self) -> String {
        match self {
            Self::Unknown(why) => format!("public items: not known, so taken to break: {why}"),
            Self::Known { gone, come, .. } if gone.is_empty() && come.is_empty() => "public items: the same".to_owned(),
            Self::Known { gone, come, .. } => {
                let told =
                    |items: &Vec<String>| if items.is_empty() { String::new() } else { format!(" ({})", few(items)) };
                format!("public items: {} gone or changed{}, {} new{}", gone.len(), told(gone), come.len(), told(come))
            }
        }
    }
}

/// The features that an item needs: a list of conditions, each of which one of several features meets.
#[derive(Default, PartialEq, Eq)]
struct Gate(String);

impl Gate {
    /// Returns true if it is met whenever the other one is.
    fn holds_with(&self, other: &Self) -> bool {
        let conditions = |gate: &Self| -> Vec<BTreeSet<String>> {
            let all = gate.0.split(", ").filter(|condition| !condition.is_empty());
            all.map(|condition| condition.split(" or ").map(str::to_owned).collect()).collect()
        };
        let known = conditions(other);
        conditions(self).iter().all(|condition| known.iter().any(|known| known.is_subset(condition)))
    }
}

/// The marks at the end of an item's line.
#[derive(Default, PartialEq, Eq)]
struct Marks {
    gate: Gate,
    deprecated: bool,
}

impl Marks {
    /// Splits a line into the item and its marks.
    fn of(line: &str) -> (&str, Self) {
        let gated = line.strip_suffix(']').and_then(|line| line.rsplit_once(" ["));
        let (line, gate) = gated.unwrap_or((line, ""));
        let plain = line.strip_suffix(" (deprecated)");
        (plain.unwrap_or(line), Self { gate: Gate(gate.to_owned()), deprecated: plain.is_some() })
    }
}

/// The items of a text, each with its parent.
fn items(text: &str) -> BTreeMap<String, Marks> {
    let mut found = BTreeMap::new();
    let mut above: Vec<&str> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#') || line.starts_with("#["))
    {
        let own = line.trim_start();
        above.truncate((line.len() - own.len()) / 2);
        let path = |item: &str| above.iter().copied().chain([item]).collect::<Vec<_>>().join(" › ");
        let (item, marks) = Marks::of(own);
        match own.strip_prefix("impl ") {
            // Traits in one line are one item each.
            Some(traits) if !traits.contains(['<', '[']) && !traits.contains(" for ") => {
                found.extend(traits.split(", ").map(|one| (path(&format!("impl {one}")), Marks::default())));
            }
            _ => drop(found.insert(path(item), marks)),
        }
        above.push(item);
    }
    found
}

/// Returns true if an item was added to an existing one that other code matches, creates or implements.
fn closed(item: &str, before: &BTreeMap<String, Marks>) -> bool {
    let Some((above, own)) = item.rsplit_once(" › ") else { return false };
    let method = ["fn ", "async fn ", "const ", "impl"].iter().any(|start| own.starts_with(start));
    before.contains_key(above)
        && (above.starts_with("trait ") || !method && (above.starts_with("enum ") || above.starts_with("struct ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "enum Advice\n  Never\n  impl Clone, Debug\n#[non_exhaustive] struct Report\n  ok: u32\ntrait Clock\n  fn now(&self) -> u64\n";

    #[test]
    fn what_is_gone_breaks_and_what_comes_breaks_where_others_must_know_all() {
        let class = |from: &str, to: &str| {
            assert!(BEFORE.contains(from));
            Api::between(BEFORE, &BEFORE.replace(from, to)).class()
        };
        assert_eq!(class("", ""), None);
        assert_eq!(class("impl Clone, Debug", "impl Clone, Debug, Eq"), Some(Class::Minor));
        assert_eq!(class("impl Clone, Debug", "impl Clone"), Some(Class::Breaking));
        assert_eq!(class("  ok: u32", "  lost: u32\n  ok: u32"), Some(Class::Minor));
        assert_eq!(class("  ok: u32", "  ok: u64"), Some(Class::Breaking));
        assert_eq!(class("  Never", "  Never\n  Safe"), Some(Class::Breaking), "an enum that is not open");
        assert_eq!(class("  fn now", "  fn sleep(&self)\n  fn now"), Some(Class::Breaking), "a trait to implement");
        assert_eq!(class("struct Report", "struct Report (deprecated)"), Some(Class::Minor));
        assert_eq!(class("struct Report", "struct Report [a]"), Some(Class::Breaking), "it needs a feature");
        assert_eq!(class("trait Clock", "struct Batch\n  size: u32\ntrait Clock"), Some(Class::Minor));
    }

    #[test]
    fn fewer_features_break_and_more_do_not() {
        let class = |before: &str, now: &str| {
            let text = |gate: &str| format!("struct Report{gate}\n  ok: u32\n");
            Api::between(&text(before), &text(now)).class()
        };
        assert_eq!(class(" [a or b]", " [a or b]"), None);
        assert_eq!(class(" [a or b]", " [a or b or c]"), Some(Class::Minor));
        assert_eq!(class(" [a]", ""), Some(Class::Minor));
        assert_eq!(class(" [a, b]", " [a]"), Some(Class::Minor));
        assert_eq!(class(" [a or b]", " [b]"), Some(Class::Breaking), "who has `a` alone");
        assert_eq!(class(" [a]", " [a, b]"), Some(Class::Breaking));
        assert_eq!(class("", " [a or b]"), Some(Class::Breaking));
    }
}
