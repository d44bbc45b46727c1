//! A storable position in one particular list.

use std::fmt;

use super::Position;
use super::list::Place;

/// A position in one particular list: a page, and the number of its items that were yielded.
///
/// A cursor can be stored as any serde value or as compact JSON text (`to_string` and `parse`).
/// Store it after each item, or after each page, and once more after the end. Start the next run
/// with [`resume_or_begin`](super::Paginator::resume_or_begin): it continues a run that was
/// interrupted, and starts a new one after a run that reached the end.
///
/// It contains everything that its position depends on: the vendor, the operation, a fingerprint of
/// the parameters (filters, order, start), and the page size. Another list rejects it, and so does
/// the same list with another page size if its pages are numbered. The account is not included:
/// store the cursors of different accounts under different names.
///
/// | text or cursor | result |
/// |---|---|
/// | empty, cut off or changed text | `parse` and serde return an error |
/// | text of another version of this format | `parse` and serde return an error that names both versions |
/// | another vendor, operation, filter, order or start | `resume` returns an error that names the difference |
/// | another page size, pages are numbered | `resume` returns an error, unless the list was not read yet |
/// | another page size, otherwise | the list continues, item by item |
/// | the end of the list | `resume` yields nothing, `resume_or_begin` starts a new run |
///
/// All errors are of the kind [`Validation`](crate::ErrorKind::Validation). The text can contain
/// personal data if the vendor pages by names or addresses; `Debug` does not show it.
#[derive(Clone, PartialEq)]
pub struct Cursor {
    pub(super) vendor: String,
    pub(super) operation: String,
    /// The fingerprint of the list.
    pub(super) list: u64,
    pub(super) place: Place,
}

impl Cursor {
    /// The operation of the list.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The page.
    #[must_use]
    pub fn position(&self) -> &Position {
        &self.place.position
    }

    /// Number of items of the page that were yielded.
    #[must_use]
    pub fn consumed(&self) -> usize {
        self.place.consumed
    }

    /// Returns true if the list was read to its end. A list that is resumed there yields nothing,
    /// even if there are new items; a new run starts without a cursor.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.place.position == Position::End
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor")
            .field("vendor", &self.vendor)
            .field("operation", &self.operation)
            .field("position", &self.place.position)
            .field("consumed", &self.place.consumed)
            .finish_non_exhaustive()
    }
}
