//! The generator: the vendors' documents become clients.
//!
//! Each room uses those above it. `read` imports documents and reads our files beside them; `correct` applies our
//! corrections; `normalise` makes one document of many; `name` names operations and types; `shape` decides types;
//! `model` is what all of them lead to; `emit` writes it, and `diff` compares two of them.

pub mod correct;
pub mod diff;
mod emit;
pub mod generate;
pub mod model;
mod name;
pub mod normalise;
pub mod read;
mod shape;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod write;
