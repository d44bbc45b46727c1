//! What the limiter knew when it gave a permit.

/// Kept in the grant, for the reply to it: a vendor's figure is as old as its permit at most.
#[derive(Debug, Default)]
pub(in crate::limit) struct Note {
    /// True if this worker's own part gave it, while Redis was away.
    pub(super) alone: bool,
    /// The name of the data that the figures belong to.
    pub(super) data: String,
    pub(super) windows: Vec<Figures>,
}

/// One window, right after the permit was taken from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    pub(super) window: usize,
    pub(super) free: u64,
    /// How much had ever stopped counting.
    pub(super) gone: u64,
}
