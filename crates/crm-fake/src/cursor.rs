//! Opaque page cursors. They contain a position and a checksum, and end in `==`, so that a client which
//! does not escape a query value is detected.

const MASK: u64 = 0x005e_edc0_de51;

fn check(value: u64) -> u64 {
    (value ^ (value >> 7) ^ (value >> 19)).wrapping_mul(31) % 251
}

pub(crate) fn seal(position: u64) -> String {
    let value = position ^ MASK;
    format!("{value:012x}{:02x}==", check(value))
}

/// The position inside a cursor, or `None` for a text that this fake did not create.
pub(crate) fn open(cursor: &str) -> Option<u64> {
    let body = cursor.strip_suffix("==")?;
    if body.len() != 14 || !body.is_ascii() {
        return None;
    }
    let value = u64::from_str_radix(&body[..12], 16).ok()?;
    let sum = u64::from_str_radix(&body[12..], 16).ok()?;
    (sum == check(value)).then_some(value ^ MASK)
}

#[cfg(test)]
mod tests {
    #[test]
    fn seals_and_opens() {
        for n in [0, 1, 99, 250, 1_000_000] {
            assert_eq!(super::open(&super::seal(n)), Some(n));
        }
        for bad in ["", "100", "==", "zzzzzzzzzzzzzz==", "éééééééé=="] {
            assert_eq!(super::open(bad), None);
        }
    }
}
