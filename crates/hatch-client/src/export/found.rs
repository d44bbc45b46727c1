//! The results of cutting a text into rows.

/// Maximum number of bytes per row, so that memory stays bounded for any input.
pub(super) const MOST_ROW: usize = 8 * 1024 * 1024;

/// A result, with the number of the line it began on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Row {
        line: u64,
    },
    TooLong {
        line: u64,
    },
    NotText {
        line: u64,
    },
    Ragged {
        line: u64,
        cells: usize,
        columns: usize,
    },
    /// The header of a table cannot be used, so there are no rows up to the end of the file.
    Header {
        line: u64,
        fault: String,
    },
}
