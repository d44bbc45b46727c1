//! State of the limiter when it granted a permit.

/// Kept in the permit: the seat is held until the attempt has ended, and a vendor's figure in the reply
/// is at most as old as its permit.
#[derive(Debug, Default)]
pub(in crate::limit) struct Note {
    /// The number of the seat; `None` if the permit is not counted.
    pub(super) seat: Option<u64>,
    /// The name of the data to which the figures belong.
    pub(super) data: String,
    pub(super) windows: Vec<Figures>,
}

/// One window, right after the permit was taken from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    pub(super) window: usize,
    pub(super) free: u64,
    /// Number of units that had ever stopped counting.
    pub(super) gone: u64,
}
