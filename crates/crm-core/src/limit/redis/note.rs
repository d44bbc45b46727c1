//! What the limiter knew when it gave a permit.

/// Kept in the permit: the seat is held until the attempt has ended, and a vendor's figure in the reply
/// is as old as its permit at most.
#[derive(Debug, Default)]
pub(in crate::limit) struct Note {
    /// The number of the seat; `None` if nothing counts.
    pub(super) seat: Option<u64>,
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
