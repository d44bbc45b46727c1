//! The place that rows are written to.

use std::fmt;

use crm_core::{BoxFuture, Error, ErrorKind, Preview};
use serde_json::{Map, Value};

use crate::check::{Fault, Input};
use crate::failure::Failure;

/// The kind of write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Update,
    Upsert,
    Archive,
}

impl Verb {
    /// The name of the operation that writes one record.
    pub(crate) fn call(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Upsert => "upsert",
            Self::Archive => "archive",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.call())
    }
}

/// A row that can be sent, with its number.
pub(super) type Ready = (usize, Input);

/// Operations that write rows, some of them in one request.
pub(super) trait Target {
    /// The operation as it is typed, for messages and for digests.
    fn operation(&self) -> String;

    /// The maximum number of rows of a request.
    fn most(&self) -> usize;

    /// The number of requests that are sent at the same time.
    fn at_once(&self) -> usize;

    /// True if a row may be sent again although it may have been written.
    fn repeatable(&self) -> bool;

    /// Brings a row into the form that is sent, or returns its mistakes.
    fn row(&mut self, row: Map<String, Value>) -> Result<Input, Vec<Fault>>;

    /// Returns the mistakes in the names of the columns of a file without rows.
    fn names(&self, _columns: &[String]) -> Vec<Fault> {
        Vec::new()
    }

    /// Returns what names the record of a row: the column and the value. No two rows may name the same.
    fn key(&self, row: &Input) -> Option<(String, String)>;

    /// Returns the columns that are never sent.
    fn not_sent(&self) -> Vec<String>;

    /// Returns the request for some rows.
    fn preview(&self, rows: Vec<Ready>) -> BoxFuture<'static, Result<Preview, Error>>;

    /// A request failed. If a permission is missing, the line names the scope.
    fn failed(&self, error: &Error) -> Failure;

    /// Sends one request, and returns the result of each row in order.
    fn send(&self, rows: Vec<Ready>) -> BoxFuture<'static, Vec<Answer>>;
}

/// The result of a row.
pub(super) enum Answer {
    /// The row was written. `new` is true if the record was created and false if it existed, if the vendor reports it.
    Written { id: Option<String>, new: Option<bool> },
    /// The row was refused.
    Refused(Error),
    /// The row may have been written.
    Unknown(Error),
}

impl Answer {
    /// The result of a call that failed.
    pub(super) fn failed(error: Error) -> Self {
        if error.may_have_happened() { Self::Unknown(error) } else { Self::Refused(error) }
    }

    /// Returns the error if the row was not looked at: the credential, a limit or the connection stood in its way.
    pub(super) fn stopped(&self) -> Option<&Error> {
        use ErrorKind::{
            Auth, Config, Connect, Io, LocalLimit, Permission, QuotaExhausted, RateLimited, Server, Timeout, Token,
            Unavailable,
        };
        match self {
            Self::Refused(error) => match error.kind() {
                Auth | Config | Connect | Io | LocalLimit | Permission | QuotaExhausted | RateLimited | Server
                | Timeout | Token | Unavailable => Some(error),
                _ => None,
            },
            _ => None,
        }
    }
}
