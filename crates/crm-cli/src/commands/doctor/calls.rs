//! The calls that a checkup can make: operations that only read, with arguments that were given or are in earlier replies.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::catalogue::{Definition, Found, Ty, resources};
use crate::check::Input;

/// The maximum number of items that a list is asked for.
const ITEMS: u64 = 3;
/// The maximum depth of members whose values are kept.
const DEPTH: usize = 3;

/// The operations of a resource that were not called yet.
pub(super) struct Resource(Vec<Found>);

/// The input of a call.
pub(super) struct Prepared {
    pub(super) input: Input,
    /// True if a value is not one that the user gave, so that its record may not exist.
    pub(super) guessed: bool,
}

/// The values that calls can use: none of them is ever shown.
#[derive(Default)]
pub(super) struct Known {
    /// Values that the user gave, by the name of the argument.
    given: BTreeMap<String, Value>,
    /// Values of earlier replies, by the name of the member.
    read: BTreeMap<String, Value>,
    /// The first item of each list: the path that returned it, its resource, and its members.
    lists: Vec<(String, String, Map<String, Value>)>,
}

/// Returns the operations of a vendor that only read, by resource.
pub(super) fn of(vendor: &str) -> Vec<Resource> {
    let groups = resources(vendor).into_iter();
    groups.map(|(_, _, found)| Resource(found.into_iter().filter(can_be_called).collect())).collect()
}

fn can_be_called(found: &Found) -> bool {
    let operation = found.operation;
    // The operations of a folded resource are called for each type of object.
    let folded = found.api.file.objects.as_ref().is_some_and(|objects| objects.resource == operation.resource);
    operation.reads()
        && !operation.deprecated
        && !operation.long_running
        && operation.reply != "file"
        && (operation.method == "GET" || operation.paging.is_some())
        && (found.object.is_some() || !folded)
}

impl Resource {
    /// Takes the next operation whose arguments are known, and returns its input.
    pub(super) fn next(&mut self, known: &Known) -> Option<(Found, Prepared)> {
        let (place, prepared) =
            self.0.iter().enumerate().find_map(|(place, found)| Some((place, known.input(found).ok()?)))?;
        Some((self.0.remove(place), prepared))
    }

    /// Keeps the operations of which this is true.
    pub(super) fn retain(&mut self, keep: impl Fn(&Found) -> bool) {
        self.0.retain(keep);
    }

    /// The operations that were not called.
    pub(super) fn left(&self) -> &[Found] {
        &self.0
    }
}

impl Known {
    /// Adds a value that the user or a login gives.
    pub(super) fn give(&mut self, name: &str, value: Value) {
        self.given.insert(name.to_owned(), value);
    }

    /// Adds the ids that a reply contains.
    pub(super) fn learn(&mut self, found: &Found, reply: &Value) {
        self.ids(reply, 0);
        if let Some(Value::Object(item)) = first_item(reply, 0) {
            let scalars = item.iter().filter(|(_, value)| is_id(value));
            let members = scalars.map(|(name, value)| (name.clone(), value.clone())).collect();
            self.lists.push((found.operation.path.to_owned(), resource(found), members));
        }
    }

    fn ids(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if (name.ends_with("Id") || name.ends_with("_id")) && is_id(value) {
                        self.read.entry(name.clone()).or_insert_with(|| value.clone());
                    } else if depth < DEPTH {
                        self.ids(value, depth + 1);
                    }
                }
            }
            Value::Array(items) => items.first().into_iter().for_each(|item| self.ids(item, depth)),
            _ => {}
        }
    }

    /// Returns the input of an operation.
    ///
    /// # Errors
    ///
    /// The name of an argument that is not known, or an empty text if the input would be wrong.
    pub(super) fn input(&self, found: &Found) -> Result<Prepared, &'static str> {
        let (mut input, mut guessed) = (Input::default(), false);
        for argument in found.arguments() {
            let value = match self.given.get(argument.name) {
                Some(given) => Some(given.clone()),
                None if argument.required => {
                    Some(self.value(found, argument.name, argument.ty, &mut guessed).ok_or(argument.name)?)
                }
                None => None,
            };
            input.arguments.extend(value.map(|value| (argument.name.to_owned(), value)));
        }
        let mut body = Map::new();
        if let Some(Ty::Named(name)) = found.operation.body.as_ref().map(|body| Ty::of(body.ty))
            && let Some(Definition::Record { fields, .. }) = found.api.types().get(name)
        {
            for field in fields.iter().filter(|field| field.required && !field.read_only && field.constant.is_none()) {
                let value = self.value(found, field.name, field.ty, &mut guessed).ok_or(field.name)?;
                body.insert(field.name.to_owned(), value);
            }
        }
        if let Some(limit) = found.operation.paging.as_ref().and_then(|paging| paging.limit) {
            if found.arguments().any(|argument| argument.name == limit) {
                input.arguments.insert(limit.to_owned(), items(found, limit).into());
            } else if found.operation.body.is_some() {
                body.insert(limit.to_owned(), ITEMS.into());
            }
        }
        input.body = found.operation.body.as_ref().map(|_| Value::Object(body));
        if input.check(found).is_empty() { Ok(Prepared { input, guessed }) } else { Err("") }
    }

    /// Returns the value of an argument. `guessed` becomes true if the value may be that of no record.
    fn value(&self, found: &Found, name: &'static str, ty: &str, guessed: &mut bool) -> Option<Value> {
        let paging = found.operation.paging.as_ref();
        if paging.is_some_and(|paging| paging.limit == Some(name)) {
            return Some(items(found, name).into());
        }
        if let Some(begin) = paging.and_then(|paging| paging.begin(name)) {
            return Some(begin.into());
        }
        if let Ty::Named(named) = Ty::of(ty)
            && let Some(Definition::Values { values }) = found.api.types().get(named)
            && let [only] = values.as_slice()
        {
            return Some((*only).into());
        }
        let objects = found.api.file.objects.as_ref().filter(|objects| objects.parameter == name);
        let of_objects = || Some(objects?.types.first()?.segment.into());
        // The id of any other record would not be found.
        let read = || self.read.get(name).filter(|_| found.object.is_none()).cloned();
        if let Some(given) = self.given.get(name) {
            return Some(given.clone());
        }
        *guessed = true;
        of_objects().or_else(|| self.listed(found, name)).or_else(read)
    }

    /// Returns the value from the list that the argument chooses an item of: `/pipelines/{id}` is an item of `/pipelines`.
    /// Otherwise an operation called `get` takes an item of any list of its resource.
    fn listed(&self, found: &Found, name: &str) -> Option<Value> {
        let (before, _) = found.operation.path.split_once(&format!("/{{{name}}}"))?;
        let above = self.lists.iter().find(|(path, of, _)| {
            path.trim_end_matches('/') == before && (found.object.is_none() || *of == resource(found))
        });
        let beside = || {
            let own = resource(found);
            self.lists.iter().find(|(_, of, _)| found.operation.call == "get" && *of == own)
        };
        let (_, _, item) = above.or_else(beside)?;
        let lower = name.to_lowercase();
        let fits = |member: &&str| lower.ends_with(member.trim_start_matches('_'));
        let members = [name].into_iter().chain(["id", "_id", "name"].into_iter().filter(fits));
        members.into_iter().find_map(|member| item.get(member).cloned())
    }
}

/// Returns the number of items that a list is asked for, at least the documented minimum.
fn items(found: &Found, limit: &str) -> u64 {
    let argument = found.arguments().find(|argument| argument.name == limit);
    argument.and_then(|argument| argument.least).unwrap_or_default().max(ITEMS)
}

/// The words of the resource.
fn resource(found: &Found) -> String {
    found.words().rsplit_once(' ').map_or_else(String::new, |(resource, _)| resource.to_owned())
}

fn is_id(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_str().is_some_and(|text| !text.is_empty())
}

/// Returns the first item of the first list of objects.
fn first_item(value: &Value, depth: usize) -> Option<&Value> {
    match value {
        Value::Array(items) => items.first().filter(|item| item.is_object()),
        Value::Object(members) if depth < DEPTH => members.values().find_map(|member| first_item(member, depth + 1)),
        _ => None,
    }
}
