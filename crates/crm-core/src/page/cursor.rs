//! A place in one particular list, to be stored.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;

use super::{Paged, Position};
use crate::call::Call;
use crate::error::Error;
use crate::meta::PagingKind;
use crate::stable_hash::StableHash;

/// Where a list stands: on which page, and how many of its items were handed out.
///
/// It also knows which list that is, by a fingerprint of the operation and all its parameters
/// but the position and the page size, and is refused by any other. Store it as any serde value
/// or as compact JSON text (`to_string` and `parse`). The text may hold personal data where the
/// vendor pages by such; `Debug` does not.
#[derive(Clone, PartialEq)]
pub struct Cursor {
    operation: String,
    fingerprint: u64,
    position: Position,
    consumed: usize,
}

impl Cursor {
    pub(super) fn new(operation: &str, fingerprint: u64, position: Position, consumed: usize) -> Self {
        Self { operation: operation.to_owned(), fingerprint, position, consumed }
    }

    /// The operation whose list it is.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The page.
    #[must_use]
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// How many items of the page were handed out.
    #[must_use]
    pub fn consumed(&self) -> usize {
        self.consumed
    }

    /// Whether the list was read to its end.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.position == Position::End
    }

    /// Takes the cursor apart if it belongs to this list.
    pub(super) fn open(self, operation: &str, fingerprint: u64) -> Result<(Position, usize), Error> {
        if self.operation != operation {
            return Err(Error::validation(format!("the cursor belongs to {}", self.operation)));
        }
        if self.fingerprint != fingerprint {
            return Err(Error::validation("the cursor belongs to the same operation with other parameters"));
        }
        Ok((self.position, self.consumed))
    }
}

/// The fingerprint of a list: everything that decides what is in it.
pub(super) fn fingerprint<P: Paged>(call: &Call<P::Page>) -> u64 {
    // Whatever position the caller's own call has is overwritten by a fixed one.
    let call = match probe(call.op().paging) {
        Some(position) => P::seek(call.clone(), &position),
        None => call.clone(),
    };
    let limit = P::LIMIT.map_or("", |limit| limit.0);
    let request = &call.request;
    let mut hash = StableHash::new().part(request.op.id.as_bytes()).part(request.path_parts().as_bytes());
    for (name, value) in request.query.iter().filter(|pair| pair.0 != limit) {
        hash = hash.part(name.as_bytes()).part(value.as_bytes());
    }
    match request.body_object() {
        Some(mut body) => {
            body.remove(limit);
            hash = hash.part(Value::Object(body).to_string().as_bytes());
        }
        None => hash = hash.part(request.body.bytes().map_or(&[], |bytes| bytes)),
    }
    hash.finish()
}

/// A position of a kind, with a number that no list reaches.
pub(super) const PROBE: u64 = 4_000_000_001;

pub(super) fn probe(kind: Option<PagingKind>) -> Option<Position> {
    let text = || PROBE.to_string();
    Some(match kind? {
        PagingKind::Token | PagingKind::KeysetId | PagingKind::KeysetValue => Position::Token(text()),
        PagingKind::Offset => Position::Offset(PROBE),
        PagingKind::Page => Position::Page(PROBE),
        PagingKind::KeysetPair => Position::After { value: text(), id: text() },
        PagingKind::SearchAfter => Position::Values(vec![Value::from(PROBE)]),
    })
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        // serde's message could quote the text.
        serde_json::from_str(text).map_err(|_| Error::validation("this text is no cursor"))
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor")
            .field("operation", &self.operation)
            .field("position", &self.position)
            .field("consumed", &self.consumed)
            .finish_non_exhaustive()
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut cursor = serializer.serialize_struct("Cursor", 4)?;
        cursor.serialize_field("op", &self.operation)?;
        cursor.serialize_field("list", &format!("{:016x}", self.fingerprint))?;
        cursor.serialize_field("at", &self.position)?;
        cursor.serialize_field("used", &self.consumed)?;
        cursor.end()
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        read(&value).ok_or_else(|| D::Error::custom("this is no cursor"))
    }
}

fn read(value: &Value) -> Option<Cursor> {
    Some(Cursor {
        operation: value.get("op")?.as_str()?.to_owned(),
        fingerprint: u64::from_str_radix(value.get("list")?.as_str()?, 16).ok()?,
        position: Position::deserialize(value.get("at")?).ok()?,
        consumed: usize::try_from(value.get("used")?.as_u64()?).ok()?,
    })
}
