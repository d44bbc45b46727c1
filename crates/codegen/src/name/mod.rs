//! Names: of operations, and of types.

pub(crate) mod operations;
pub(crate) mod types;
pub(crate) mod vocabulary;

pub(crate) use operations::{singular, words};
