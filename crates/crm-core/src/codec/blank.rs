//! Empty fields.

use super::Map;

/// The empty value of a field, before anything is read.
pub trait Blank {
    /// Returns the empty value.
    fn blank() -> Self;

    /// Returns true if the field has no value.
    fn is_blank(&self) -> bool;
}

impl<T> Blank for Option<T> {
    fn blank() -> Self {
        None
    }

    fn is_blank(&self) -> bool {
        self.is_none()
    }
}

impl<T> Blank for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl<V> Blank for Map<V> {
    fn blank() -> Self {
        Self::new()
    }

    fn is_blank(&self) -> bool {
        self.is_empty() && self.odd().next().is_none()
    }
}
