//! What the limiter knew when it gave a permit.

use std::fmt;
use std::sync::Mutex;

use crate::sync::lock;

/// Kept in the permit, for the reply to it: a vendor's figure is as old as its permit at most.
#[derive(Default)]
pub(in crate::limit) struct Note(Mutex<Noted>);

#[derive(Debug, Clone, Default)]
pub(super) struct Noted {
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

impl Note {
    pub(super) fn set(&self, noted: Noted) {
        *lock(&self.0) = noted;
    }

    pub(super) fn get(&self) -> Noted {
        lock(&self.0).clone()
    }
}

impl Clone for Note {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.get()))
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
