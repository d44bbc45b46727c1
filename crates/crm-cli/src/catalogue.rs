//! The operations of all vendors as data, which the generator writes into `catalogue/`.

mod lookup;
mod meta;
mod objects;
mod paging;
mod scopes;
mod types;

pub(crate) use lookup::{Found, Named, find, named, near, resources};
pub(crate) use objects::is_custom;
pub(crate) use paging::{PagingTable, Rows};
pub(crate) use scopes::Scopes;
pub(crate) use types::{Definition, Field, Ty, Types};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use crm_core::OpMeta;
use serde::Deserialize;

use crate::apis::{self, APIS, ApiEntry};

/// One API: its operations, and the types that they send and return.
pub(crate) struct Api {
    pub(crate) entry: &'static ApiEntry,
    pub(crate) file: ApiFile,
    types: OnceLock<Types>,
}

/// The file of an API.
#[derive(Deserialize)]
pub(crate) struct ApiFile {
    /// The folder of the vendor, for example `hubspot`.
    pub(crate) vendor: &'static str,
    /// The display name of the vendor.
    pub(crate) title: &'static str,
    /// The name of the API, for example `v3`.
    pub(crate) api: &'static str,
    /// True if its operations are called without the name of the API.
    #[serde(default)]
    pub(crate) root: bool,
    /// The types of object whose operations are those of one resource.
    pub(crate) objects: Option<Objects>,
    pub(crate) operations: Vec<Operation>,
}

/// A resource whose operations exist for many types of object.
#[derive(Deserialize)]
pub(crate) struct Objects {
    pub(crate) resource: &'static str,
    /// The path parameter that takes the type.
    pub(crate) parameter: &'static str,
    pub(crate) types: Vec<ObjectType>,
}

/// A type of object.
#[derive(Deserialize)]
pub(crate) struct ObjectType {
    pub(crate) name: &'static str,
    /// The value of the path parameter.
    pub(crate) segment: &'static str,
    /// The operations that it has, with the scopes, one of which is required. None if its document lists those of all types.
    pub(crate) calls: BTreeMap<&'static str, Vec<&'static str>>,
}

/// An operation.
#[derive(Deserialize)]
pub(crate) struct Operation {
    pub(crate) resource: &'static str,
    pub(crate) call: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    #[serde(borrow)]
    pub(crate) summary: Cow<'static, str>,
    #[serde(default)]
    pub(crate) arguments: Vec<Argument>,
    pub(crate) body: Option<Body>,
    /// True if it is a form whose parts have names of the caller's choice.
    #[serde(default)]
    pub(crate) any_part: bool,
    /// The type of the reply; `file` for bytes.
    pub(crate) reply: &'static str,
    pub(crate) paging: Option<PagingTable>,
    effect: Effect,
    #[serde(default)]
    pub(crate) idempotent: bool,
    #[serde(default)]
    pub(crate) limit_class: &'static str,
    #[serde(default)]
    pub(crate) long_running: bool,
    pub(crate) batch_max: Option<u32>,
    #[serde(default)]
    pub(crate) scopes: Vec<&'static str>,
    pub(crate) version: Option<&'static str>,
    #[serde(default)]
    anonymous: bool,
    #[serde(default)]
    may_be_empty: bool,
    #[serde(default)]
    one_of_parts: Vec<&'static str>,
    /// Members of the body of which at least one must be set so that it is idempotent.
    #[serde(default)]
    pub(crate) idempotent_with: Vec<&'static str>,
    /// Members of the body with which it is not idempotent.
    #[serde(default)]
    pub(crate) idempotent_without: Vec<&'static str>,
    #[serde(default)]
    items_required: bool,
    #[serde(default)]
    pub(crate) deprecated: bool,
    /// The operation of the resource that replaces it.
    pub(crate) replaced_by: Option<&'static str>,
    #[serde(default)]
    pub(crate) beta: bool,
    /// Its metadata for the core.
    #[serde(skip)]
    meta: OnceLock<OpMeta>,
}

/// The effect of an operation on the vendor's data.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Effect {
    Reads,
    Writes,
    Destroys,
}

/// An argument outside of a JSON body.
#[derive(Deserialize)]
pub(crate) struct Argument {
    pub(crate) name: &'static str,
    #[serde(rename = "in")]
    pub(crate) place: Place,
    #[serde(rename = "type")]
    pub(crate) ty: &'static str,
    #[serde(default)]
    pub(crate) required: bool,
    /// True if it belongs to the handle of the resource, for example the type of object.
    #[serde(default)]
    pub(crate) held: bool,
    /// Always this value.
    pub(crate) constant: Option<&'static str>,
    /// A list as one text with commas.
    #[serde(default)]
    pub(crate) joined: bool,
    /// A path value that may contain slashes.
    #[serde(default)]
    pub(crate) slashes: bool,
    /// The minimum of a number, if it is more than one.
    pub(crate) least: Option<u64>,
    pub(crate) unit: Option<&'static str>,
    #[serde(default, borrow)]
    pub(crate) doc: Cow<'static, str>,
}

/// Place of an argument in the request.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Part,
}

/// The body of a request.
#[derive(Deserialize)]
pub(crate) struct Body {
    #[serde(rename = "type")]
    pub(crate) ty: &'static str,
    pub(crate) encoding: Encoding,
}

/// Encoding of a body.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encoding {
    Json,
    Form,
    Text,
}

impl Argument {
    /// Returns the beginning of the names of a family of parameters: `property.` of `property.{name}`.
    pub(crate) fn prefix(&self) -> Option<&'static str> {
        (self.place == Place::Query).then(|| self.name.split_once('{')).flatten().map(|(prefix, _)| prefix)
    }

    /// Returns true if the caller gives its value.
    pub(crate) fn is_asked(&self) -> bool {
        self.constant.is_none()
    }
}

impl Operation {
    /// Returns true if it changes nothing. A search is a POST that reads.
    pub(crate) fn reads(&self) -> bool {
        self.effect == Effect::Reads
    }

    /// Returns true if it destroys data.
    pub(crate) fn destroys(&self) -> bool {
        self.effect == Effect::Destroys
    }
}

static READ: [OnceLock<Api>; APIS.len()] = [const { OnceLock::new() }; APIS.len()];

impl Api {
    /// Returns all APIs, in the order of their entries. Each is read once.
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        (0..APIS.len()).map(Self::at)
    }

    /// Returns the APIs of a vendor.
    pub(crate) fn of(vendor: &str) -> impl Iterator<Item = &'static Self> {
        APIS.iter().enumerate().filter(move |(_, entry)| entry.vendor == vendor).map(|(index, _)| Self::at(index))
    }

    /// Returns the display names of the vendors, as a list in words.
    pub(crate) fn titles() -> String {
        let all = apis::vendors().into_iter().filter_map(|vendor| Self::of(vendor).next());
        let titles: Vec<&str> = all.map(|api| api.file.title).collect();
        match titles.split_last() {
            Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
            _ => titles.concat(),
        }
    }

    /// Returns the APIs that were read so far.
    fn loaded() -> impl Iterator<Item = &'static Self> {
        READ.iter().filter_map(OnceLock::get)
    }

    fn at(index: usize) -> &'static Self {
        READ[index].get_or_init(|| {
            let entry = &APIS[index];
            let file = serde_json::from_str(entry.operations).unwrap_or_else(|error| ApiFile::unread(entry, &error));
            Self { entry, file, types: OnceLock::new() }
        })
    }

    /// The types that its operations send and return.
    pub(crate) fn types(&self) -> &Types {
        self.types.get_or_init(|| Types::read(self.entry.types))
    }
}

impl ApiFile {
    /// The catalogue is part of the program and a test reads all of it, so this is a defect of the build.
    fn unread(entry: &ApiEntry, error: &serde_json::Error) -> Self {
        crate::note::say(&format!(
            "the catalogue of {} cannot be read ({error}); install this version of crm again",
            entry.document
        ));
        Self { vendor: entry.vendor, title: entry.vendor, api: "", root: false, objects: None, operations: Vec::new() }
    }
}

/// Returns the form of a name on the command line: `getFreeSlots` and `get_free_slots` are `get-free-slots`.
pub(crate) fn kebab(name: &str) -> String {
    let mut text = String::new();
    let mut low = false;
    for character in name.chars() {
        if character.is_alphanumeric() {
            if character.is_uppercase() && low {
                text.push('-');
            }
            low = !character.is_uppercase();
            text.extend(character.to_lowercase());
        } else if !text.is_empty() && !text.ends_with('-') {
            text.push('-');
            low = false;
        }
    }
    text.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests;
