//! The transport of an answer, and the faults on the way.

use std::time::Duration;

/// The transport of the answer.
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
    /// A reset instead of the answer.
    ResetAtOnce,
    ResetAfterHeaders,
    ResetAfterReply,
    /// Closed after this number of bytes of the body.
    CutAfter(usize),
    /// The announced length is too small.
    ShortLength,
}

impl Delivery {
    /// Returns true if no part of the answer is sent.
    pub(crate) fn is_silent(&self) -> bool {
        self.end == End::ResetAtOnce
    }
}
