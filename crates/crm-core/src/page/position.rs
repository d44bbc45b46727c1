//! A place in a list.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::{Value, json};

/// A place in a list, in the terms of its kind of paging. `Debug` does not show the values: some
/// vendors page by names or addresses.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Position {
    /// The beginning.
    Start,
    /// A cursor, or the last id or sort value.
    Token(String),
    /// So many items are skipped.
    Offset(u64),
    /// The page of that number.
    Page(u64),
    /// After the item with this sort value and id.
    After {
        /// The sort value.
        value: String,
        /// The id.
        id: String,
    },
    /// After the item with these sort values.
    Values(Vec<Value>),
    /// The end: nothing follows.
    End,
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("Start"),
            Self::Token(_) => f.write_str("Token(…)"),
            Self::Offset(_) => f.write_str("Offset(…)"),
            Self::Page(_) => f.write_str("Page(…)"),
            Self::After { .. } => f.write_str("After(…)"),
            Self::Values(_) => f.write_str("Values(…)"),
            Self::End => f.write_str("End"),
        }
    }
}

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = match self {
            Self::Start => json!("start"),
            Self::End => json!("end"),
            Self::Token(token) => json!({ "token": token }),
            Self::Offset(offset) => json!({ "offset": offset }),
            Self::Page(page) => json!({ "page": page }),
            Self::After { value, id } => json!({ "after": [value, id] }),
            Self::Values(values) => json!({ "values": values }),
        };
        value.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        read(&value).ok_or_else(|| D::Error::custom("this is no position in a list"))
    }
}

fn read(value: &Value) -> Option<Position> {
    if let Some(text) = value.as_str() {
        return match text {
            "start" => Some(Position::Start),
            "end" => Some(Position::End),
            _ => None,
        };
    }
    let (name, value) = value.as_object().filter(|object| object.len() == 1)?.iter().next()?;
    Some(match name.as_str() {
        "token" => Position::Token(value.as_str()?.to_owned()),
        "offset" => Position::Offset(value.as_u64()?),
        "page" => Position::Page(value.as_u64()?),
        "after" => {
            let [value, id] = value.as_array()?.as_slice() else { return None };
            Position::After { value: value.as_str()?.to_owned(), id: id.as_str()?.to_owned() }
        }
        "values" => Position::Values(value.as_array()?.clone()),
        _ => return None,
    })
}

/// A position out of a reply that says it in any JSON form.
#[doc(hidden)]
#[must_use]
pub fn position_text(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
