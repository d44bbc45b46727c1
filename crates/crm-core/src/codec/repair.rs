//! Repairs bodies that contain invalid text.

/// Returns the body with `U+FFFD` instead of bytes that are not UTF-8 and of escapes of half a
/// surrogate pair. A vendor that truncates a text after a fixed length writes both.
pub(super) fn text(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut repaired = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('\\') {
        repaired.push_str(&rest[..at]);
        rest = &rest[at..];
        // Checks whether this escape and the next one are surrogates.
        let length = match (surrogate(rest), rest.get(6..).and_then(surrogate)) {
            (Some(Half::High), Some(Half::Low)) => 12,
            (Some(_), _) => {
                repaired.push('\u{fffd}');
                rest = &rest[6..];
                continue;
            }
            // The backslash and the character that it escapes, which may be another backslash.
            (None, _) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        repaired.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    repaired.push_str(rest);
    repaired
}

enum Half {
    High,
    Low,
}

/// Returns the half of a surrogate pair that the escape at the beginning of the text encodes.
fn surrogate(text: &str) -> Option<Half> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}
