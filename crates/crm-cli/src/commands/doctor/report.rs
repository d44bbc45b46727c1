//! The report of a checkup, as Markdown that a user can paste into an issue: counts, names and kinds, and no value.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crm_core::Error;

use super::differences::{Difference, Differences};
use super::words::Words;
use crate::catalogue::{Api, Found};

/// The number of operations that are shown of a difference.
const OPERATIONS: usize = 3;
/// The number of scopes that are shown.
const SCOPES: usize = 3;
/// The number of names of arguments that are shown.
const ARGUMENTS: usize = 3;
/// The maximum length of a vendor's code that is shown.
const LONGEST: usize = 60;

/// A report.
pub(super) struct Report {
    title: String,
    facts: Vec<(String, String)>,
    answered: usize,
    /// The operations of each difference and status, and the number of places.
    odd: BTreeMap<(Difference, u16), (Vec<String>, usize)>,
    refused: Vec<(String, Vec<&'static str>)>,
    not_found: usize,
    failed: Vec<(String, String, String)>,
    /// The words of names that are shown.
    pub(super) words: Words,
    /// True if a call failed.
    pub(super) broken: bool,
}

impl Report {
    pub(super) fn new(vendor: &str) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        Self {
            title: format!("crm doctor {vendor}"),
            facts: vec![("crm".to_owned(), version.to_owned()), ("system".to_owned(), system)],
            answered: 0,
            odd: BTreeMap::new(),
            refused: Vec::new(),
            not_found: 0,
            failed: Vec::new(),
            words: Words::of(Api::of(vendor).map(Api::types)),
            broken: false,
        }
    }

    /// Adds a row to the first table.
    pub(super) fn fact(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.facts.push((name.into(), text.into()));
    }

    /// Adds a reply.
    pub(super) fn answered(&mut self, found: &Found, status: u16, differences: Differences) {
        self.answered += 1;
        for (difference, count) in differences {
            let (operations, places) = self.odd.entry((difference, status)).or_default();
            operations.push(found.words());
            *places += count;
        }
    }

    /// Adds a call that the permissions do not allow.
    pub(super) fn refused(&mut self, found: &Found) {
        self.refused.push((found.words(), found.operation.scopes.clone()));
    }

    /// Adds a call of a record that does not exist: an id of an earlier reply may belong to something else.
    pub(super) fn not_found(&mut self) {
        self.not_found += 1;
    }

    /// Adds a call that failed. The vendor's message is omitted, because it may contain personal data.
    pub(super) fn failed(&mut self, found: &Found, error: &Error) {
        let status = error.status().map_or_else(|| "none".to_owned(), |status| status.to_string());
        let vendor = error.vendor();
        let code = vendor.and_then(|detail| detail.code.as_deref().or(detail.category.as_deref()));
        let code =
            code.filter(|code| like_a_code(code, &self.words)).map_or_else(String::new, |code| format!(" ({code})"));
        self.failed.push((found.words(), status, format!("{}{code}", error.kind())));
    }

    /// Adds the number of operations that could not be called, with the arguments that they lack.
    pub(super) fn not_called(&mut self, count: usize, lacks: &BTreeMap<&'static str, usize>) {
        if count == 0 {
            return;
        }
        let mut lacks: Vec<_> = lacks.iter().collect();
        lacks.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let names: Vec<_> = lacks.into_iter().take(ARGUMENTS).map(|(name, _)| format!("{name}=…")).collect();
        let text = match names.as_slice() {
            [] => count.to_string(),
            names => format!("{count}; those that lack an argument can get it as {}", names.join(" ")),
        };
        self.fact("reading operations not called", text);
    }

    /// The number of calls.
    pub(super) fn calls(&self) -> usize {
        self.answered + self.refused.len() + self.not_found + self.failed.len()
    }

    /// The number of replies so far.
    pub(super) fn replies(&self) -> usize {
        self.answered
    }

    /// The number of places where replies differ from their document.
    pub(super) fn oddities(&self) -> usize {
        self.odd.len()
    }

    /// Returns the report as Markdown.
    pub(super) fn markdown(&self) -> String {
        let counts = [
            ("calls", self.calls()),
            ("replies", self.answered),
            ("not permitted", self.refused.len()),
            ("not found", self.not_found),
            ("failed", self.failed.len()),
            ("oddities", self.odd.len()),
        ];
        let counts = counts.map(|(name, count)| vec![name.to_owned(), count.to_string()]);
        let facts = self.facts.iter().map(|(name, text)| vec![name.clone(), text.clone()]);
        let mut text = format!("# {}\n", self.title);
        table(&mut text, "", &["check", "result"], facts.chain(counts));
        let odd = self.odd.iter().map(|((difference, status), (operations, places))| {
            let Difference { path, promised, received } = difference;
            let (path, operations) = (format!("`{path}`"), first(operations, OPERATIONS));
            let texts = [&path, *promised, *received, &status.to_string(), &places.to_string(), &operations];
            texts.map(str::to_owned).to_vec()
        });
        let columns = ["member", "documented", "received", "status", "times", "operations"];
        table(&mut text, "Replies that differ from the document", &columns, odd);
        let refused = self.refused.iter().map(|(operation, scopes)| vec![operation.clone(), first(scopes, SCOPES)]);
        table(&mut text, "Not permitted", &["operation", "one of these scopes is missing"], refused);
        let failed =
            self.failed.iter().map(|(operation, status, code)| vec![operation.clone(), status.clone(), code.clone()]);
        table(&mut text, "Failed", &["operation", "status", "reason"], failed);
        text
    }
}

/// Returns the first of some names, and the number of the others.
fn first(names: &[impl AsRef<str>], most: usize) -> String {
    let shown = names.iter().take(most).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Writes a table with a heading, unless it has no rows.
fn table(text: &mut String, heading: &str, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    if !heading.is_empty() {
        let _ = write!(text, "\n## {heading}\n");
    }
    let _ = write!(text, "\n| {} |\n|{}\n", columns.join(" | "), "---|".repeat(columns.len()));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
}

/// Returns true if a text is like a code of an error, and not like a message, an id or the name of a person: it is in upper
/// case, or consists of words of the vendor's catalogue.
fn like_a_code(code: &str, words: &Words) -> bool {
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    let known = code.bytes().all(upper) || code.bytes().all(plain) && words.compose(code);
    !code.is_empty() && code.len() <= LONGEST && digits <= 4 && known
}

#[cfg(test)]
mod tests {
    use super::{Words, like_a_code};
    use crate::catalogue::Types;

    #[test]
    fn codes_that_may_be_personal_data_are_hidden() {
        let types = Types::read(r#"{"Error": {"fields": [{"name": "invalidRequest", "type": "text"}]}}"#);
        let words = Words::of([&types]);
        for code in ["VALIDATION_ERROR", "1001", "invalid_request", "invalid-request", "INVALID"] {
            assert!(like_a_code(code, &words), "{code}");
        }
        for code in
            ["", "jane.canary.smith", "janeCanary", "invalid_jane", "invalid.request", "A_12345", "INVALID REQUEST"]
        {
            assert!(!like_a_code(code, &words), "{code}");
        }
    }
}
