//! Compares two JSON documents by structure; each difference has its place.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{few, most};
use crate::correct::surface::REMARK;
use crate::read::document::text;
use crate::read::references;

/// Keywords whose values are only documentation.
const SAID: [&str; 6] = ["description", "summary", REMARK, "title", "example", "externalDocs"];

/// A difference: its place, and the values before and now.
pub(super) struct Difference<'a> {
    pub(super) pointer: Vec<String>,
    pub(super) old: Option<&'a Value>,
    pub(super) new: Option<&'a Value>,
    /// True if the value is an element of the list at the place.
    pub(super) element: bool,
}

/// Returns all differences; `elsewhere` are keys of the outermost object that are compared separately.
pub(super) fn all<'a>(old: &'a Value, new: &'a Value, elsewhere: &[&str]) -> Vec<Difference<'a>> {
    let mut walk = Walk { at: Vec::new(), elsewhere, found: Vec::new() };
    walk.compare(old, new);
    walk.found
}

struct Walk<'a, 'e> {
    at: Vec<String>,
    elsewhere: &'e [&'e str],
    found: Vec<Difference<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn compare(&mut self, old: &'a Value, new: &'a Value) {
        match (old, new) {
            _ if old == new => {}
            (Value::Object(one), Value::Object(other)) => {
                let names: BTreeSet<&str> = one.keys().chain(other.keys()).map(String::as_str).collect();
                let said = self.at_keyword();
                let names = names.into_iter().filter(|name| {
                    !(said && SAID.contains(name) || self.at.is_empty() && self.elsewhere.contains(name))
                });
                for name in names.collect::<Vec<_>>() {
                    self.member(name, one.get(name), other.get(name));
                }
            }
            (Value::Array(one), Value::Array(other)) => self.lists(one, other),
            _ => self.tell(Some(old), Some(new), false),
        }
    }

    fn member(&mut self, name: &str, old: Option<&'a Value>, new: Option<&'a Value>) {
        self.at.push(name.to_owned());
        match (old, new) {
            (Some(old), Some(new)) => self.compare(old, new),
            // A list that is missing requires nothing.
            (None, Some(Value::Array(new))) if name == "required" => self.lists(&[], new),
            (Some(Value::Array(old)), None) if name == "required" => self.lists(old, &[]),
            (old, new) => self.tell(old, new, false),
        }
        self.at.pop();
    }

    /// Compares two lists: elements with names are paired by name, others by value. The order does not matter.
    fn lists(&mut self, old: &'a [Value], new: &'a [Value]) {
        if let (Some(before), Some(now)) = (named(old), named(new)) {
            for name in before.iter().chain(&now).collect::<BTreeSet<_>>() {
                let find = |list: &'a [Value], names: &[String]| Some(&list[names.iter().position(|one| one == name)?]);
                self.member(name, find(old, &before), find(new, &now));
            }
            return;
        }
        let gone: Vec<&Value> = old.iter().filter(|one| !new.contains(one)).collect();
        let come: Vec<&Value> = new.iter().filter(|one| !old.contains(one)).collect();
        let objects = gone.iter().chain(&come).all(|one| one.is_object());
        let pairs = if objects { gone.len().min(come.len()) } else { 0 };
        for (index, (one, other)) in gone.iter().zip(&come).take(pairs).enumerate() {
            self.member(&index.to_string(), Some(one), Some(other));
        }
        gone.into_iter().skip(pairs).for_each(|one| self.tell(Some(one), None, true));
        come.into_iter().skip(pairs).for_each(|one| self.tell(None, Some(one), true));
    }

    fn tell(&mut self, old: Option<&'a Value>, new: Option<&'a Value>, element: bool) {
        self.found.push(Difference { pointer: self.at.clone(), old, new, element });
    }

    /// Returns true if the members of this place are OpenAPI keywords, not names chosen by the vendor.
    fn at_keyword(&self) -> bool {
        let mut above = self.at.iter().rev();
        above.next().is_none_or(|last| last != "properties" || above.next().is_some_and(|name| name == "properties"))
    }
}

/// Returns the names of a list of parameters, each with its `in` if a name occurs more than once.
fn named(list: &[Value]) -> Option<Vec<String>> {
    let names: Vec<&str> = list.iter().map(|one| text(one, "name")).collect::<Option<_>>()?;
    if names.iter().collect::<BTreeSet<_>>().len() == names.len() {
        return Some(names.into_iter().map(str::to_owned).collect());
    }
    list.iter().map(|one| Some(format!("{}:{}", text(one, "in")?, text(one, "name")?))).collect()
}

impl<'a> Difference<'a> {
    /// Returns the OpenAPI keyword that differs, unless it is a name chosen by the vendor.
    pub(super) fn keyword(&self) -> Option<&str> {
        let mut from_end = self.pointer.iter().rev();
        let last = from_end.next()?;
        from_end.next().is_none_or(|above| above != "properties").then_some(last)
    }

    /// Returns true if requests that were valid may no longer be: a value is no longer listed, a member is required, or a
    /// bound is narrower. A bound where there was none may only be documented now.
    pub(super) fn narrows(&self) -> bool {
        match self.keyword() {
            Some("enum") if self.element => self.new.is_none(),
            Some("enum") => self.old.is_none(),
            Some("required") => self.element && self.new.is_some(),
            Some("maximum" | "maxLength" | "maxItems") => self.numbers().is_some_and(|(old, new)| new < old),
            Some("minimum" | "minLength" | "minItems") => self.numbers().is_some_and(|(old, new)| new > old),
            // The media type of a part of a form.
            Some("contentType") => self.pointer.iter().rev().nth(2).is_some_and(|above| above == "encoding"),
            _ => false,
        }
    }

    /// Returns true if replies no longer have a member.
    pub(super) fn withholds(&self) -> bool {
        self.keyword() == Some("writeOnly") && self.new == Some(&Value::Bool(true))
    }

    fn numbers(&self) -> Option<(f64, f64)> {
        Some((self.old?.as_f64()?, self.new?.as_f64()?))
    }

    /// Returns the names of the schemas before and now, if the difference is in a reference.
    pub(super) fn reference(&self) -> Option<(&'a str, &'a str)> {
        let last = |value: Option<&'a Value>| value?.as_str()?.rsplit('/').next();
        if self.keyword()? != "$ref" {
            return None;
        }
        Some((last(self.old)?, last(self.new)?))
    }

    /// Returns the place as text, and the OpenAPI keyword or the name of a member.
    fn place(&self) -> (String, String) {
        let Some((word, place)) = self.pointer.split_last() else { return (String::new(), "it".to_owned()) };
        let (word, place) = match place.split_last() {
            Some((last, above)) if last == "properties" => (format!("member `{word}`"), above),
            _ => (format!("`{word}`"), place),
        };
        let of = place.join("/").replace("/properties/", ".");
        let of = of.trim_start_matches("properties/");
        (if of.is_empty() { String::new() } else { format!("`{of}`: ") }, word)
    }

    /// Returns the text of a difference that is not an element of a list.
    fn say(&self) -> String {
        let (of, word) = self.place();
        match (self.keyword(), self.old, self.new) {
            (Some("nullable"), _, Some(Value::Bool(true))) => format!("{of}may be null"),
            (Some("nullable"), ..) => format!("{of}is no longer null"),
            (Some("deprecated"), _, Some(Value::Bool(true))) => format!("{of}deprecated"),
            (Some("deprecated"), ..) => format!("{of}no longer deprecated"),
            (_, Some(old), Some(new)) => format!("{of}{word} is {} instead of {}", written(new), written(old)),
            (_, None, Some(new)) => match written(new).as_str() {
                "{}" => format!("{of}new {word}"),
                value => format!("{of}new {word}: {value}"),
            },
            (_, Some(Value::Object(_)), None) => format!("{of}{word} removed"),
            (_, Some(old), None) => format!("{of}{word} removed, which was {}", written(old)),
            (_, None, None) => format!("{of}{word}"),
        }
    }
}

/// Returns the texts of differences: one for all elements that a list gained or lost, one for each other difference.
pub(super) fn said(found: &[&Difference<'_>]) -> Vec<String> {
    let alike = |one: &&Difference<'_>, other: &&Difference<'_>| {
        one.element && other.element && one.pointer == other.pointer && one.new.is_some() == other.new.is_some()
    };
    let say = |group: &[&Difference<'_>]| match group {
        [one, ..] if one.element => {
            let (of, word) = one.place();
            let values = most(group.iter().filter_map(|one| one.new.or(one.old)).map(written));
            let how = if one.new.is_some() { "also lists" } else { "no longer lists" };
            vec![format!("{of}{word} {how} {values}")]
        }
        all => all.iter().map(|one| one.say()).collect(),
    };
    found.chunk_by(alike).flat_map(say).collect()
}

/// Returns a short text for a value.
fn written(value: &Value) -> String {
    const LONGEST: usize = 60;
    if let Some(name) = references::schema_name(value) {
        return format!("`{name}`");
    }
    let mut value = value.clone();
    if let Some(map) = value.as_object_mut() {
        SAID.iter().for_each(|word| drop(map.remove(*word)));
    }
    let plain = value.to_string();
    match &value {
        Value::String(text) if text.chars().count() <= LONGEST => format!("`{text}`"),
        _ if plain.chars().count() <= LONGEST => plain,
        Value::Object(map) => match (value.get("properties").and_then(Value::as_object), text(&value, "type")) {
            (Some(members), _) => format!("an object with {}", few(members.keys())),
            (None, Some(ty)) => format!("`{ty}`"),
            (None, None) => format!("{{{}}}", few(map.keys())),
        },
        Value::Array(list) => format!("[{}]", few(list.iter().map(Value::to_string))),
        _ => plain.chars().take(LONGEST).chain(['…']).collect(),
    }
}
