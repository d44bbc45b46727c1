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

/// Returns a reply, or one of its parts, if it is not too large; otherwise its small members and the sizes of the
/// others.
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

/// Returns the reply or the request of a write, if it is not too large; otherwise its small members and the sizes of the others. `subject`
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

/// Describes a value that is too large to be returned: its small members, for example the errors of a batch, and the sizes of
/// the others, of which a part can be asked for.
fn too_large(value: &Value, size: usize) -> Value {
    let mut members = Map::new();
    let mut sizes = Map::new();
    match value {
        Value::Object(all) => {
            let mut by_size: Vec<(usize, &String, &Value)> =
                all.iter().map(|(name, member)| (escaped(member), name, member)).collect();
            by_size.sort_by_key(|(size, ..)| *size);
            let (mut for_members, mut for_sizes) = (MOST_BYTES / 2, MOST_BYTES / 4);
            for (size, name, member) in by_size {
                // Punctuation and the number of a size take less than 20 bytes.
                let beside = escaped(&Value::String(name.clone())) + 20;
                if let Some(left) = for_members.checked_sub(size + beside) {
                    for_members = left;
                    members.insert(name.clone(), member.clone());
                } else if let Some(left) = for_sizes.checked_sub(beside) {
                    for_sizes = left;
                    sizes.insert(name.clone(), size.into());
                }
            }
        }
        Value::Array(items) => {
            sizes.insert("entries".to_owned(), items.len().into());
        }
        _ => {}
    }
    let text = format!("the reply has {size} bytes; ask for less, or for a part of it (argument part)");
    json!({"too_large": text, "members": members, "bytes": sizes})
}
