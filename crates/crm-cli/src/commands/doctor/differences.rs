//! A reply against the type that the vendor's document declares. Differences have a place and two kinds, and no value.

use std::collections::BTreeMap;

use serde_json::Value;

use super::words::Words;
use crate::catalogue::{Definition, Field, Ty, Types};

/// The number of unknown members of one object from which they count as the entries of a map, whose names may be
/// personal data.
const MAP: usize = 12;
/// The maximum length of the name of a member that is shown.
const LONGEST: usize = 40;
/// The member that HoopAI adds to every reply, although most of its documents do not declare it.
const ADDED: &str = "traceId";

/// A place where replies differ from their document.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Difference {
    /// For example `results[].createdAt`; `.` is the whole reply.
    pub(super) path: String,
    pub(super) promised: &'static str,
    pub(super) received: &'static str,
}

/// Differences, and the number of places that differ only in their position in lists and maps.
pub(super) type Differences = BTreeMap<Difference, usize>;

/// Returns the differences of a reply from its type.
pub(super) fn of(types: &Types, words: &Words, ty: &str, reply: &Value) -> Differences {
    let mut walk = Walk { types, words, found: Differences::new() };
    walk.value(Ty::of(ty), reply, "");
    walk.found
}

/// Returns the difference of a reply as a whole.
pub(super) fn whole(promised: &'static str, received: &'static str) -> Differences {
    Differences::from([(Difference { path: ".".to_owned(), promised, received }, 1)])
}

struct Walk<'a> {
    types: &'a Types,
    words: &'a Words,
    found: Differences,
}

impl Walk<'_> {
    fn note(&mut self, path: &str, promised: &'static str, received: &'static str) {
        let path = if path.is_empty() { "." } else { path }.to_owned();
        *self.found.entry(Difference { path, promised, received }).or_default() += 1;
    }

    fn value(&mut self, ty: Ty<'_>, value: &Value, path: &str) {
        let (promised, fits) = match (ty, value) {
            (Ty::Json | Ty::Nothing | Ty::File, _) => return,
            (Ty::Named(name), _) => {
                if let Some(definition) = self.types.get(name) {
                    self.defined(&definition, value, path);
                }
                return;
            }
            (Ty::List(inner), Value::Array(items)) => {
                return items.iter().for_each(|item| self.value(Ty::of(inner), item, &format!("{path}[]")));
            }
            (Ty::Map(inner), Value::Object(members)) => {
                // Vendors write the entries of a map that have no value as `null`.
                let given = members.values().filter(|member| !member.is_null());
                return given.for_each(|member| self.value(Ty::of(inner), member, &below(path, "{}")));
            }
            (Ty::List(_), _) => ("a list", false),
            (Ty::Map(_), _) => ("an object", false),
            (Ty::Text, _) => ("text", value.is_string()),
            (Ty::Integer, _) => ("an integer", whole_number(value)),
            (Ty::Number, _) => ("a number", value.is_number()),
            (Ty::Boolean, _) => ("true or false", value.is_boolean()),
            (Ty::Time, Value::String(text)) => ("a time", crate::check::is_time(text)),
            // Milliseconds are documented as times too.
            (Ty::Time, _) => ("a time", whole_number(value)),
        };
        if !fits {
            self.note(path, promised, kind(value));
        }
    }

    fn defined(&mut self, definition: &Definition, value: &Value, path: &str) {
        match definition {
            Definition::Values { values } => match value {
                Value::String(text) if values.contains(&text.as_str()) => {}
                Value::String(_) => self.note(path, "a known value", "another value"),
                other => self.note(path, "text", kind(other)),
            },
            Definition::Record { fields, others, open } => match value {
                Value::Object(members) => self.record(fields, *others, *open, members, path),
                other => self.note(path, "an object", kind(other)),
            },
            Definition::Arms { tag: Some(tag), arms } => {
                let given = value.get(*tag);
                match arms.iter().find(|arm| arm.texts.iter().any(|text| given.is_some_and(|given| *given == **text))) {
                    Some(arm) => self.value(Ty::of(arm.ty), value, path),
                    None if !value.is_object() => self.note(path, "an object", kind(value)),
                    None => {
                        let received = given.map_or("nothing", |_| "another value");
                        self.note(&below(path, tag), "a known value", received);
                    }
                }
            }
            Definition::Arms { tag: None, arms } => {
                // Of arms that do not fit, one of the same kind with the fewest differences was probably meant.
                let tried = arms.iter().map(|arm| {
                    let mut walk = Walk { types: self.types, words: self.words, found: Differences::new() };
                    walk.value(Ty::of(arm.ty), value, path);
                    walk.found
                });
                let whole = if path.is_empty() { "." } else { path };
                let other = |found: &Differences| found.keys().any(|difference| difference.path == whole);
                let closest = tried.min_by_key(|found| (other(found), found.values().sum::<usize>()));
                for (difference, count) in closest.unwrap_or_default() {
                    *self.found.entry(difference).or_default() += count;
                }
            }
        }
    }

    fn record(
        &mut self,
        fields: &[Field],
        others: Option<&str>,
        open: bool,
        members: &serde_json::Map<String, Value>,
        path: &str,
    ) {
        for field in fields {
            let path = below(path, field.name);
            match members.get(field.name) {
                None if field.required => self.note(&path, "a value", "nothing"),
                None => {}
                // An optional member without a value may be `null`.
                Some(Value::Null) if field.required && !field.nullable => self.note(&path, "a value", "null"),
                Some(Value::Null) => {}
                Some(Value::String(text)) if field.constant.is_some_and(|constant| constant != text) => {
                    self.note(&path, "a known value", "another value");
                }
                Some(value) => self.value(Ty::of(field.ty), value, &path),
            }
        }
        let unknown = members.iter().filter(|(name, _)| !fields.iter().any(|field| field.name == *name));
        if let Some(ty) = others {
            return unknown.for_each(|(_, value)| self.value(Ty::of(ty), value, &below(path, "{}")));
        }
        if open {
            return;
        }
        let unknown: Vec<_> = unknown.filter(|(name, _)| !(path.is_empty() && *name == ADDED)).collect();
        let many = unknown.len() >= MAP;
        for (name, value) in unknown {
            let name = if many || !like_a_member(name, self.words) { "…" } else { name };
            self.note(&below(path, name), "no such member", kind(value));
        }
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn whole_number(value: &Value) -> bool {
    value.is_i64() || value.is_u64()
}

/// Returns true if a name is like that of a member, with words of other members. Others may be ids, addresses or names of
/// persons.
fn like_a_member(name: &str, words: &Words) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    begins && name.len() <= LONGEST && digits <= 2 && name.bytes().all(plain) && words.compose(name)
}

/// Returns the kind of a value, without the value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "an integer",
        Value::String(text) if text.is_empty() => "an empty text",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
