//! Events of what a client reads in another way than usual: one target for each task, so that a filter of this crate shows
//! them. For the clients of this workspace.

use crate::error::Error;

/// An export reads its list in another way, for the reason in the text.
pub fn export_differs(text: &str) {
    tracing::warn!(target: "crm_core::export", "{text}");
}

/// An export continues after an error that costs it nothing but speed.
pub fn export_continues(error: &Error, text: &str) {
    tracing::debug!(target: "crm_core::export", kind = ?error.kind(), "{text}");
}

/// Changes are read in another way, for the reason in the text.
pub fn changes_differ(text: &str) {
    tracing::warn!(target: "crm_core::changes", "{text}");
}
