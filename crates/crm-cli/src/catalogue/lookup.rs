//! From words to an operation: `hubspot contacts list`, `hoopai v3 calendars get-free-slots`.

use super::{Api, Argument, ObjectType, Operation, kebab};
use crate::apis;

/// An operation, with the type of object that it is called for if its words name one.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub(crate) api: &'static Api,
    pub(crate) operation: &'static Operation,
    pub(crate) object: Option<&'static ObjectType>,
}

impl Found {
    /// The words that call it.
    pub(crate) fn words(&self) -> String {
        let (vendor, call) = (self.api.file.vendor, kebab(self.operation.call));
        let resource = kebab(self.object.map_or(self.operation.resource, |object| object.name));
        match self.api.prefix() {
            Some(api) => format!("{vendor} {api} {resource} {call}"),
            None => format!("{vendor} {resource} {call}"),
        }
    }

    /// The arguments that the caller gives, those of the path first.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &'static Argument> {
        let (object, parameter) = (self.object, self.api.file.objects.as_ref().map(|objects| objects.parameter));
        let asked = move |one: &&Argument| one.is_asked() && !(object.is_some() && parameter == Some(one.name));
        self.operation.arguments.iter().filter(asked)
    }
}

impl Api {
    /// The word between vendor and resource, if the API is not the vendor's root and the vendor has one.
    pub(crate) fn prefix(&self) -> Option<&'static str> {
        let has_root = || Self::of(self.file.vendor).any(|api| api.file.root);
        (!self.file.root && has_root()).then_some(self.file.api)
    }

    /// Returns all its operations: those of a folded resource for each type of object, and by themselves.
    pub(crate) fn operations(&'static self) -> impl Iterator<Item = Found> {
        let plain = self.file.operations.iter().map(move |operation| Found { api: self, operation, object: None });
        let of = move |object: &'static ObjectType| {
            let has = move |one: &&Operation| self.is_folded(one) && object.calls.contains_key(one.call);
            let operations = self.file.operations.iter().filter(has);
            operations.map(move |operation| Found { api: self, operation, object: Some(object) })
        };
        plain.chain(self.file.objects.iter().flat_map(|objects| &objects.types).flat_map(of))
    }

    fn is_folded(&self, operation: &Operation) -> bool {
        self.file.objects.as_ref().is_some_and(|objects| objects.resource == operation.resource)
    }
}

/// Returns the operations of a vendor by resource, in order: the words before the operation, and the operations.
pub(crate) fn resources(vendor: &str) -> Vec<(Option<&'static str>, &'static str, Vec<Found>)> {
    let mut all: Vec<Found> = Api::of(vendor).flat_map(Api::operations).collect();
    let key = |found: &Found| (found.api.prefix(), found.object.map_or(found.operation.resource, |object| object.name));
    all.sort_by_key(|found| (key(found), found.operation.call));
    let groups = all.chunk_by(|one, next| key(one) == key(next));
    groups.map(|group| (key(&group[0]).0, key(&group[0]).1, group.to_vec())).collect()
}

/// The meaning of words.
pub(crate) enum Named {
    Operation(Found),
    /// All operations of a resource.
    Resource(Vec<Found>),
}

/// Returns the operation that words name, for example `["hubspot", "contacts", "list"]`.
///
/// # Errors
///
/// The sentence that says which word is wrong, and the nearest one that there is.
pub(crate) fn find(words: &[&str]) -> Result<Found, String> {
    match named(words)? {
        Named::Operation(found) => Ok(found),
        Named::Resource(operations) => {
            let calls: Vec<String> = operations.iter().map(|found| kebab(found.operation.call)).collect();
            Err(format!("name an operation of {}: {}", words.join(" "), calls.join(", ")))
        }
    }
}

/// Returns the operation or the resource that words name.
///
/// # Errors
///
/// The sentence that says which word is wrong, and the nearest one that there is.
pub(crate) fn named(words: &[&str]) -> Result<Named, String> {
    let words = words.iter().flat_map(|words| words.split([' ', '.'])).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(kebab).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((vendor, rest)) = words.split_first() else {
        return Err(format!("name a vendor: {}", apis::vendors().join(", ")));
    };
    if !apis::vendors().contains(vendor) {
        let has = |name: &&&str| resources(name).iter().any(|(_, resource, _)| kebab(resource) == *vendor);
        let with: Vec<&str> = apis::vendors().iter().filter(has).copied().collect();
        return Err(match with.is_empty() {
            true => unknown("vendor", vendor, &apis::vendors()),
            false => format!("name the vendor before \"{vendor}\": {}", with.join(", ")),
        });
    }
    let groups = resources(vendor);
    let prefix = groups.iter().find_map(|(prefix, ..)| prefix.filter(|prefix| rest.first() == Some(prefix)));
    let rest = if prefix.is_some() { &rest[1..] } else { rest };
    let here: Vec<_> = groups.iter().filter(|(group, ..)| *group == prefix).collect();
    let names: Vec<String> = here.iter().map(|(_, resource, _)| kebab(resource)).collect();
    let Some((resource, rest)) = rest.split_first() else {
        return Err(format!("name a resource of {vendor}, for example {}", names.first().map_or("", String::as_str)));
    };
    let Some(place) = names.iter().position(|name| name == resource) else {
        return Err(unknown(&format!("resource of {vendor}"), resource, &names));
    };
    let calls: Vec<String> = here[place].2.iter().map(|found| kebab(found.operation.call)).collect();
    match rest {
        [call] => match calls.iter().position(|name| name == call) {
            Some(index) => Ok(Named::Operation(here[place].2[index])),
            None => Err(unknown(&format!("operation of {vendor} {resource}"), call, &calls)),
        },
        [] => Ok(Named::Resource(here[place].2.clone())),
        [_, more, ..] => Err(format!("\"{more}\" is one word too many; an operation is VENDOR RESOURCE OPERATION")),
    }
}

/// Returns the sentence about an unknown name.
fn unknown(kind: &str, name: &str, known: &[impl AsRef<str>]) -> String {
    let suggestion = match near(name, known.iter().map(AsRef::as_ref)) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if known.len() <= 20 => {
            format!("there are {}", known.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "))
        }
        None => format!("search with: crm find \"{name}\""),
    };
    format!("there is no {kind} called \"{name}\"; {suggestion}")
}

/// Returns the name that is most like `name`, if one is near enough to be meant.
pub(crate) fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alike = |other: &str| {
        let (one, other) = (name.to_lowercase(), other.to_lowercase());
        strsim::jaro_winkler(&one, &other).max(strsim::normalized_damerau_levenshtein(&one, &other))
    };
    let best = known.map(|other| (alike(other), other)).max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(alike, _)| *alike >= 0.75).map(|(_, other)| other)
}
