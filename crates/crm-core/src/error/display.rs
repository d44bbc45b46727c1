//! The error as a line of text and as a structure, both without personal data.

use std::fmt;

use super::{Error, ErrorKind, Sent};
use crate::redact::{line, redact};

/// Maximum length of the vendor message in a line, in characters.
const MESSAGE_CAP: usize = 500;
/// Maximum number of field errors in a line.
const FIELDS_SHOWN: usize = 5;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if !inner.operation.is_empty() {
            write!(f, "{} ({}): ", inner.operation, self.endpoint())?;
        }
        if let Some(status) = inner.status {
            write!(f, "{} ", status.as_u16())?;
        }
        write!(f, "{}", inner.kind)?;
        if let Some(label) = inner.vendor.as_ref().and_then(|vendor| vendor.label()) {
            write!(f, " [{label}]")?;
        }
        if let Some(message) = inner.message.as_deref().filter(|message| !message.is_empty()) {
            write!(f, ": {}", line(message, MESSAGE_CAP))?;
        }
        if let Some(vendor) = &inner.vendor {
            if let Some(message) = vendor.message.as_deref().filter(|message| !message.is_empty()) {
                write!(f, ": {}", line(message, MESSAGE_CAP))?;
            }
            // The message of some replies repeats those of the fields.
            let whole = vendor.message.as_deref().unwrap_or_default();
            let fields =
                vendor.fields.iter().filter(|field| field.message.is_empty() || !whole.contains(&*field.message));
            let fields: Vec<_> = fields.collect();
            for field in fields.iter().take(FIELDS_SHOWN) {
                let name = field.field.as_deref().unwrap_or("input");
                write!(f, "; {}: {}", line(name, 80), line(&field.message, 200))?;
            }
            if fields.len() > FIELDS_SHOWN {
                write!(f, "; and {} more", fields.len() - FIELDS_SHOWN)?;
            }
        }
        if let Some(id) = self.shown_id() {
            write!(f, "; request id {}", single_line(id))?;
        }
        if let Some(account) = &inner.account {
            write!(f, "; account {}", single_line(account))?;
        }
        if inner.attempts > 0 {
            let plural = if inner.attempts == 1 { "" } else { "s" };
            write!(f, "; {} attempt{plural}", inner.attempts)?;
        }
        if let Some(note) = self.write_note() {
            write!(f, "; {note}")?;
        }
        if let Some(wait) = inner.retry_after {
            write!(f, "; retry after {} s", seconds(wait))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut shown = f.debug_struct("Error");
        shown
            .field("kind", &inner.kind)
            .field("operation", &inner.operation)
            .field("endpoint", &self.endpoint())
            .field("status", &self.status())
            .field("message", &inner.message.as_deref().map(redact))
            .field("vendor", &inner.vendor)
            .field("request_id", &self.shown_id())
            .field("account", &inner.account)
            .field("attempts", &inner.attempts)
            .field("retry_after", &inner.retry_after)
            .field("sent", &inner.sent)
            .field("limit_scope", &inner.scope)
            .field("body", &format_args!("{} bytes", inner.body.len()));
        if let Some(source) = &inner.source {
            shown.field("source", &redact(&source.to_string()));
        }
        shown.finish()
    }
}

impl Error {
    /// The request id, unless it is an address.
    fn shown_id(&self) -> Option<&String> {
        self.0.request_id.as_ref().filter(|id| !id.contains('@') && !id.contains("%40"))
    }

    /// Note on the effect of a failed write.
    fn write_note(&self) -> Option<&'static str> {
        if self.0.reads || !self.may_have_happened() || self.0.kind == ErrorKind::Pending {
            return None;
        }
        Some(match (self.0.idempotent, self.0.sent) {
            (true, _) => "it may have been carried out, repeating it is safe",
            (false, Sent::Answered) if self.0.kind == ErrorKind::Decode => {
                "it was answered with success, so do not repeat it"
            }
            (false, _) => "it may have been carried out, so check before repeating it",
        })
    }
}

/// Whole seconds without decimals, others with up to three.
fn seconds(wait: std::time::Duration) -> String {
    let text = format!("{:.3}", wait.as_secs_f64());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Ids come from headers, so line breaks are removed and the length is limited.
fn single_line(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(120).collect()
}
