//! Replies that fit: whole rows, and parts of what is too large.

use serde_json::{Map, Value, json};

use crate::check;
use crate::failure::Failure;

/// The maximum size of the text of a reply in bytes, as it is escaped in the line of the protocol.
pub(super) const MOST_BYTES: usize = 32_000;
/// The part of it for what is around the rows.
const ROOM: usize = 2_000;

/// Rows up to the size of a reply.
#[derive(Default)]
pub(super) struct Rows {
    rows: Vec<Value>,
    bytes: usize,
    full: bool,
}

impl Rows {
    /// Takes a row if it fits, and returns whether it did. The first row always does: one that is too large is
    /// described.
    pub(super) fn take(&mut self, row: &Value) -> bool {
        let size = escaped(row) + 1;
        let fits = self.bytes + size <= MOST_BYTES - ROOM;
        if self.full || (!fits && !self.rows.is_empty()) {
            self.full = true;
            return false;
        }
        self.full = !fits;
        self.bytes += size;
        self.rows.push(if fits { row.clone() } else { too_large(row, size) });
        true
    }

    /// Returns true if no further row is taken.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    pub(super) fn into_rows(self) -> Vec<Value> {
        self.rows
    }
}

/// Returns the size of a value within the text of a reply, where quotes and others are escaped once more.
fn escaped(value: &Value) -> usize {
    Value::String(value.to_string()).to_string().len() - 2
}

/// Returns a reply, or one of its parts, if it is not too large; otherwise the sizes of its members.
pub(super) fn bounded(reply: &Value, part: Option<&str>) -> Result<Value, Failure> {
    let mut here = reply;
    for step in part.into_iter().flat_map(|part| part.split('.')) {
        let index = step.parse::<usize>().ok().and_then(|index| here.get(index));
        here = index
            .or_else(|| here.get(step))
            .ok_or_else(|| Failure::usage(format!("part: the reply has no \"{}\" there", check::shown(step))))?;
    }
    let size = escaped(here);
    Ok(if size <= MOST_BYTES { here.clone() } else { too_large(here, size) })
}

/// Returns the reply or the request of a write, if it is not too large; otherwise the sizes of its members. `subject`
/// begins the sentence about the size.
pub(super) fn bounded_reply(value: &Value, subject: &str) -> Value {
    let size = escaped(value);
    if size <= MOST_BYTES {
        return value.clone();
    }
    let mut shown = too_large(value, size);
    shown["too_large"] = format!("{subject} has {size} bytes, which is too large to be returned").into();
    shown
}

/// Describes a value that is too large to be returned: ask for a part of it.
fn too_large(value: &Value, size: usize) -> Value {
    let sizes: Map<String, Value> = match value {
        Value::Object(members) => {
            let mut room = MOST_BYTES / 4;
            let fits = |(name, _): &(&String, &Value)| {
                room = room.saturating_sub(escaped(&Value::String((*name).clone())) + 20);
                room > 0
            };
            members.iter().take_while(fits).map(|(name, member)| (name.clone(), escaped(member).into())).collect()
        }
        Value::Array(items) => [("entries".to_owned(), items.len().into())].into_iter().collect(),
        _ => Map::new(),
    };
    let text = format!("the reply has {size} bytes; ask for less, or for a part of it (argument part)");
    json!({"too_large": text, "id": value.get("id").filter(|id| escaped(id) <= 200), "bytes": sizes})
}
