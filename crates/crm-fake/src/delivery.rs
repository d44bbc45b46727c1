//! How an answer goes over the wire, and what may be wrong on the way.

use std::time::Duration;

/// How the answer goes over the wire.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delivery {
    pub(crate) delay: Option<Duration>,
    pub(crate) drip: Option<(Duration, usize)>,
    pub(crate) utf16: bool,
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    #[default]
    Whole,
    /// A reset in place of the answer.
    ResetAtOnce,
    ResetAfterHeaders,
    ResetAfterReply,
    /// Closed after so many bytes of the body.
    CutAfter(usize),
    /// Too small a length is announced.
    ShortLength,
}

impl Delivery {
    /// Nothing of the answer is sent.
    pub(crate) fn is_silent(&self) -> bool {
        self.end == End::ResetAtOnce
    }
}
