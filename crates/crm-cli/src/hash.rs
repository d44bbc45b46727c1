//! Hashes by which inputs and credentials are recognized.

use ring::digest::{Context, SHA256};

/// The number of bytes of SHA-256 that are kept.
const BYTES: usize = 16;

/// Returns the hash of some parts as hexadecimal digits.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Context::new(&SHA256);
    for part in parts {
        hash.update(part);
        hash.update(b"\n");
    }
    hash.finish().as_ref().iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect()
}
