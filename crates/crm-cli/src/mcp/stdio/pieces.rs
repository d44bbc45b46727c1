//! The messages of a line. A client of the protocol's version 2025-03-26 may send several as a batch, an array; the answers
//! may be sent one by one. Later versions have no batches.

use serde::Deserialize as _;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// The messages of a line that were not returned yet. They are found one by one, so that a long batch takes no more memory
/// than its line.
#[derive(Default)]
pub(super) struct Pieces {
    line: Vec<u8>,
    /// The end of the last message of a batch.
    at: usize,
    is_batch: bool,
}

impl Pieces {
    /// Takes a line. An empty array, and one that is not JSON, is a wrong message.
    pub(super) fn of(line: Vec<u8>) -> Self {
        let text = if line.starts_with(b"[") { std::str::from_utf8(&line).ok() } else { None };
        let items: Option<Vec<IgnoredAny>> = text.and_then(|text| serde_json::from_str(text).ok());
        Self { is_batch: items.is_some_and(|items| !items.is_empty()), at: 1, line }
    }

    /// Returns the next message, as JSON.
    pub(super) fn next(&mut self) -> Option<Vec<u8>> {
        if !self.is_batch {
            let line = std::mem::take(&mut self.line);
            return (!line.is_empty()).then_some(line);
        }
        let rest = self.line.get(self.at..)?.trim_ascii_start();
        let rest = rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start();
        let Ok(piece) = <&RawValue>::deserialize(&mut serde_json::Deserializer::from_slice(rest)) else {
            // The end of the array.
            *self = Self::default();
            return None;
        };
        self.at = self.line.len() - rest.len() + piece.get().len();
        Some(piece.get().as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_message_or_an_array_of_messages() {
        for (line, expected) in [
            ("{\"id\":1}", &["{\"id\":1}"][..]),
            ("[{\"a\":[1,2]} , 7,\"],\", [3] ]", &["{\"a\":[1,2]}", "7", "\"],\"", "[3]"]),
            ("[1]", &["1"]),
            ("[\"\\ud83d\"]", &["\"\\ud83d\""]),
            ("[]", &["[]"]),
            ("[ ]", &["[ ]"]),
            ("[1,]", &["[1,]"]),
            ("[1] 2", &["[1] 2"]),
            ("", &[]),
        ] {
            let mut pieces = Pieces::of(line.as_bytes().to_vec());
            let found: Vec<Vec<u8>> = std::iter::from_fn(|| pieces.next()).collect();
            assert_eq!(found, expected.iter().map(|piece| piece.as_bytes()).collect::<Vec<_>>(), "{line}");
            assert_eq!(pieces.next(), None);
        }
    }
}
