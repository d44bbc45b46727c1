//! The text of a cursor.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::{Map, Value};

use super::canonical;
use super::list::Place;
use super::{Cursor, Position};
use crate::error::Error;
use crate::stable_hash::StableHash;

/// The version of the format. It changes whenever a cursor of the previous version could be
/// read differently. Version 1 had no number, no vendor and no page size.
const VERSION: u64 = 2;
const DAMAGED: &str = "not a valid cursor: the text was changed or cut off; begin the list without a cursor";
const EMPTY: &str = "not a valid cursor: the text is empty; begin the list without a cursor";

impl Cursor {
    /// The members of the stored form, without the checksum. The names are short because cursors
    /// are stored often.
    fn members(&self) -> Result<Map<String, Value>, serde_json::Error> {
        let mut members = Map::new();
        members.insert("v".to_owned(), VERSION.into());
        members.insert("vendor".to_owned(), self.vendor.as_str().into());
        members.insert("op".to_owned(), self.operation.as_str().into());
        members.insert("list".to_owned(), format!("{:016x}", self.list).into());
        if let Some(size) = self.place.size {
            members.insert("size".to_owned(), size.into());
        }
        members.insert("at".to_owned(), serde_json::to_value(&self.place.position)?);
        members.insert("used".to_owned(), self.place.consumed.into());
        Ok(members)
    }
}

/// Checksum against damage, not against forgery.
fn checksum(members: &Map<String, Value>) -> String {
    let hash = canonical::add(StableHash::new(), &Value::Object(members.clone()));
    format!("{:08x}", hash.finish() >> 32)
}

fn read(mut value: Value) -> Result<Cursor, Cow<'static, str>> {
    let Some(members) = value.as_object_mut() else { return Err(DAMAGED.into()) };
    let version = match members.get("v") {
        Some(version) => version.as_u64().ok_or(DAMAGED)?,
        None if members.contains_key("op") && members.contains_key("at") => 1,
        None => return Err(DAMAGED.into()),
    };
    if version != VERSION {
        let fault = format!(
            "the cursor has version {version} of its format, and this library reads version {VERSION}; \
             begin the list without a cursor"
        );
        return Err(fault.into());
    }
    let sum = members.remove("sum");
    if sum.as_ref().and_then(Value::as_str) != Some(&checksum(members)) {
        return Err(DAMAGED.into());
    }
    whole(members).ok_or_else(|| DAMAGED.into())
}

fn whole(members: &Map<String, Value>) -> Option<Cursor> {
    let text = |name: &str| members.get(name)?.as_str().map(str::to_owned);
    let size = match members.get("size") {
        Some(size) => Some(size.as_u64()?),
        None => None,
    };
    let place = Place {
        position: Position::deserialize(members.get("at")?).ok()?,
        consumed: usize::try_from(members.get("used")?.as_u64()?).ok()?,
        size,
    };
    let list = u64::from_str_radix(&text("list")?, 16).ok()?;
    Some(Cursor { vendor: text("vendor")?, operation: text("op")?, list, place })
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.trim().is_empty() {
            return Err(Error::validation(EMPTY));
        }
        // serde's message could quote the text.
        let value = serde_json::from_str(text).map_err(|_| Error::validation(DAMAGED))?;
        read(value).map_err(Error::validation)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error as _;
        let members = self.members().map_err(S::Error::custom)?;
        let mut cursor = serializer.serialize_struct("Cursor", members.len() + 1)?;
        for name in ["v", "vendor", "op", "list", "size", "at", "used"] {
            if let Some(value) = members.get(name) {
                cursor.serialize_field(name, value)?;
            }
        }
        cursor.serialize_field("sum", &checksum(&members))?;
        cursor.end()
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
