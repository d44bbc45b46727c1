//! The types of an API: records, enums and unions, each read when it is asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The types by name.
pub(crate) struct Types(BTreeMap<&'static str, &'static RawValue>);

/// A named type.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Definition {
    /// A text out of some.
    Values { values: Vec<&'static str> },
    /// One of several types; the member that distinguishes them has one of the texts of its arm.
    Arms { tag: Option<&'static str>, arms: Vec<Arm> },
    /// An object with members.
    Record {
        #[serde(default)]
        fields: Vec<Field>,
        /// The type of members without a name.
        others: Option<&'static str>,
        /// True if members of any name and type are allowed.
        #[serde(default)]
        open: bool,
    },
}

/// One of the types of a union.
#[derive(Deserialize)]
pub(crate) struct Arm {
    #[serde(rename = "type")]
    pub(crate) ty: &'static str,
    #[serde(default)]
    pub(crate) texts: Vec<&'static str>,
}

/// A member of a record.
#[derive(Deserialize)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    #[serde(rename = "type")]
    pub(crate) ty: &'static str,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) nullable: bool,
    /// True if only the vendor sets it.
    #[serde(default)]
    pub(crate) read_only: bool,
    pub(crate) constant: Option<&'static str>,
    pub(crate) unit: Option<&'static str>,
    #[serde(default, borrow)]
    pub(crate) doc: Cow<'static, str>,
}

impl Types {
    pub(crate) fn read(text: &'static str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    /// Returns the type of this name.
    pub(crate) fn get(&self, name: &str) -> Option<Definition> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }

    /// Returns the names of all types.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

/// A type as the catalogue writes it, taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ty<'a> {
    Text,
    Integer,
    Number,
    Boolean,
    /// Any JSON value.
    Json,
    Time,
    /// No content.
    Nothing,
    File,
    List(&'a str),
    /// An object whose members all have one type.
    Map(&'a str),
    Named(&'a str),
}

impl<'a> Ty<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let within = |open, close| text.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
        if let Some(inner) = within('[', ']') {
            return Self::List(inner);
        }
        if let Some(inner) = within('{', '}') {
            return Self::Map(inner);
        }
        match text {
            "text" => Self::Text,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "json" => Self::Json,
            "time" => Self::Time,
            "nothing" => Self::Nothing,
            "file" => Self::File,
            name => Self::Named(name),
        }
    }
}
