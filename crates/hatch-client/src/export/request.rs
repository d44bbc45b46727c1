//! The request for an export.

use std::marker::PhantomData;

use crm_core::{Error, Time, Timestamp, Wire};

use super::reader::Layout;
use crate::bulk_export::types::{ContactHistoryRow, ConversationItemRow, ExportFormat, ExportSource};

/// Maximum number of days between the first and the last.
const MOST_DAYS: i64 = 180;

/// A row of an export: [`ContactHistoryRow`] or [`ConversationItemRow`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row of an export",
    label = "a `ContactHistoryRow` or a `ConversationItemRow` is expected"
)]
pub trait ExportRow: Wire + Send + 'static + sealed::Sealed {
    /// Returns the kind of data that these rows contain.
    fn source() -> ExportSource;
}

impl ExportRow for ContactHistoryRow {
    fn source() -> ExportSource {
        ExportSource::ContactHistory
    }
}

impl ExportRow for ConversationItemRow {
    fn source() -> ExportSource {
        ExportSource::ConversationItems
    }
}

mod sealed {
    use crm_core::codec;

    use super::{ContactHistoryRow, ConversationItemRow};

    pub trait Sealed {
        /// The names of the columns that have a field.
        fn columns() -> &'static [&'static str];
    }

    impl Sealed for ContactHistoryRow {
        fn columns() -> &'static [&'static str] {
            codec::members::<Self>()
        }
    }

    impl Sealed for ConversationItemRow {
        fn columns() -> &'static [&'static str] {
            codec::members::<Self>()
        }
    }
}

/// Kind of rows, range of days and file format of an export.
#[derive(Debug, Clone)]
pub struct ExportRequest<R: ExportRow> {
    start: String,
    end: String,
    format: ExportFormat,
    row: PhantomData<fn() -> R>,
}

impl<R: ExportRow> ExportRequest<R> {
    /// Requests the rows of these days, including the first and the last. Dates have the form `YYYY-MM-DD`. The
    /// vendor has data up to yesterday.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if a date is not valid, or the last day is
    /// before the first or more than 180 days after it.
    pub fn new(start: &str, end: &str) -> Result<Self, Error> {
        let first =
            day(start).ok_or_else(|| Error::validation("the first day is not a date of the form YYYY-MM-DD"))?;
        let last = day(end).ok_or_else(|| Error::validation("the last day is not a date of the form YYYY-MM-DD"))?;
        let days = last - first;
        if days < 0 {
            return Err(Error::validation("the last day is before the first"));
        }
        if days > MOST_DAYS {
            return Err(Error::validation(format!("an export covers at most {MOST_DAYS} days, not {days}")));
        }
        Ok(Self { start: start.to_owned(), end: end.to_owned(), format: ExportFormat::Json, row: PhantomData })
    }

    /// Sets the file format of the export. The default is JSON, which distinguishes numbers and nulls
    /// from texts. The rows are the same.
    #[must_use]
    pub fn format(mut self, format: ExportFormat) -> Self {
        self.format = format;
        self
    }

    pub(super) fn start(&self) -> &str {
        &self.start
    }

    pub(super) fn end(&self) -> &str {
        &self.end
    }

    pub(super) fn output_format(&self) -> &ExportFormat {
        &self.format
    }

    pub(super) fn layout(&self) -> Result<Layout, Error> {
        match self.format {
            ExportFormat::Json => Ok(Layout::Lines),
            ExportFormat::Csv => Ok(Layout::Table),
            _ => Err(Error::validation("only exports as json or csv can be read as rows")),
        }
    }
}

/// Returns the days since 1970 of a date in exactly this form; the blanks around a time that a vendor sent are read over.
fn day(text: &str) -> Option<i64> {
    const DAY: i64 = 86_400_000;
    match Timestamp::from(text).read() {
        Ok(date @ Time::Date { .. }) if text.len() == "YYYY-MM-DD".len() => Some(date.utc_millis() / DAY),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_core::{ErrorKind, Sent};

    #[test]
    fn days_are_checked_before_anything_is_sent() {
        let new = ExportRequest::<ContactHistoryRow>::new;
        for (start, end) in [("2026-03-01", "2026-03-01"), ("2024-02-29", "2024-03-01"), ("2026-01-01", "2026-06-30")] {
            assert!(new(start, end).is_ok(), "{start} {end}");
        }
        let bad = [
            ("", "2026-03-01"),
            ("2026-3-1", "2026-03-02"),
            ("2026-02-30", "2026-03-02"),
            ("2025-02-29", "2025-03-02"),
            ("01.03.2026", "2026-03-02"),
            (" 2026-03-01", "2026-03-02"),
            ("+2026-03-01", "2026-03-02"),
            ("2026-03-01", "2026-03-01T00:00:00Z"),
            ("2026-03-02", "2026-03-01"),
            ("2026-01-01", "2026-07-01"),
        ];
        for (start, end) in bad {
            let error = new(start, end).expect_err(start);
            assert_eq!((error.kind(), error.sent()), (ErrorKind::Validation, Sent::No), "{start} {end}");
        }
    }

    #[test]
    fn only_known_forms_are_read() {
        let request = ExportRequest::<ConversationItemRow>::new("2026-03-01", "2026-03-01").unwrap();
        assert_eq!(request.format("parquet".into()).layout().unwrap_err().kind(), ErrorKind::Validation);
    }
}
