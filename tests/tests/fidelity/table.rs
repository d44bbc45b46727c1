//! Findings, and the table of what was tried.

use std::fmt;

use super::exceptions::Exceptions;

/// A difference between a document and a client.
pub(crate) struct Finding {
    pub(crate) operation: &'static str,
    /// Kind and place, for example `reply loses .results[].id`.
    pub(crate) what: String,
    /// The description and an example.
    detail: String,
}

impl Finding {
    pub(crate) fn new(operation: &'static str, what: String, detail: String) -> Self {
        Self { operation, what, detail }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.operation, self.what, self.detail)
    }
}

/// The counts of one API.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) operations: usize,
    pub(crate) descriptions: usize,
    /// Descriptions without a successful JSON reply.
    pub(crate) silent: usize,
    pub(crate) replies: usize,
    pub(crate) requests: usize,
    /// Replies with unknown members.
    pub(crate) unknown: usize,
    pub(crate) unknown_lost: usize,
    /// Samples of recursive schemas that are invalid because they were cut off.
    pub(crate) cut_off: usize,
    pub(crate) nulls: usize,
    pub(crate) nulls_lost: usize,
}

impl Table {
    /// Prints and compares the table and the findings without an exception.
    pub(crate) fn report(self, api: &str, findings: Vec<Finding>) {
        let Table {
            operations,
            descriptions,
            silent,
            replies,
            requests,
            unknown,
            unknown_lost,
            cut_off,
            nulls,
            nulls_lost,
        } = self;
        let sorted = Exceptions::of(api).sort(findings);
        let count = |start: &str| sorted.open.iter().filter(|finding| finding.what.starts_with(start)).count();
        let table = format!(
            "{api}: {operations} operations, {descriptions} descriptions, {silent} without a JSON reply\n\
             replies:  {replies:>5} tried, {} lost or changed members, {} refused; {unknown_lost} of {unknown} with unknown members lose them\n\
             requests: {requests:>5} tried, {cut_off} without an end, {} lost members, {} refused, {} objections; {nulls_lost} of {nulls} with nulls lose them\n\
             exceptions: {}\n",
            count("reply loses") + count("reply changes"),
            count("reply refused"),
            count("request loses"),
            count("request refused") + count("request cannot"),
            count("request ") - count("request loses") - count("request refused") - count("request cannot"),
            sorted.excepted,
        );
        println!("{table}");
        for finding in &sorted.open {
            println!("{finding}");
        }
        assert!(sorted.open.is_empty(), "{} findings have no exception", sorted.open.len());
        assert!(sorted.unneeded.is_empty(), "nothing needs these exceptions any more: {:#?}", sorted.unneeded);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("table__{api}"), table);
        });
    }
}
