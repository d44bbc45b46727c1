//! The generator: the vendors' documents become clients.
//!
//! A room uses only rooms before it in this list, and a fact is never read back from a description or from code that
//! was printed:
//!
//! 1. [`read`]: documents are imported, and our files beside them are read.
//! 2. [`correct`]: our corrections, and how the clients present each operation.
//! 3. `name`: names of operations and types.
//! 4. [`normalise`]: one document out of many.
//! 5. [`model`]: the emitted code, as data.
//! 6. `shape`: the document becomes the model.
//! 7. [`apis`]: all of the above, for the APIs of a vendor.
//! 8. `emit`: the model becomes code.
//! 9. [`diff`]: two models, compared as a user sees them.
//! 10. [`generate`]: all vendors, from documents to files.

pub mod apis;
pub mod correct;
pub mod diff;
mod emit;
pub mod generate;
pub mod model;
mod name;
pub mod normalise;
mod ours;
pub mod read;
mod shape;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod write;
