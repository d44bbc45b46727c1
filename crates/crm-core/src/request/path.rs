//! Escapes and checks paths and queries.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, but without escaping commas: they separate the items of joined lists.
const QUERY: &AsciiSet = &SEGMENT.remove(b',');

/// One segment from any value. The faults complete the sentence "the path value …".
pub(crate) fn segment(value: String) -> Result<String, &'static str> {
    match &*value {
        "" => return Err("is empty"),
        "." | ".." => return Err("is a relative path"),
        _ => {}
    }
    let escaped = Cow::from(utf8_percent_encode(&value, SEGMENT));
    let escaped = (escaped.len() > value.len()).then(|| escaped.into_owned());
    Ok(escaped.unwrap_or(value))
}

/// Returns several segments from a value with slashes.
pub(crate) fn segments(value: &str) -> Result<String, &'static str> {
    let parts: Result<Vec<String>, _> = value.split('/').map(|part| segment(part.to_owned())).collect();
    parts.map(|parts| parts.join("/"))
}

pub(super) fn has_placeholder(template: &str, name: &str) -> bool {
    let mut after_braces = template.as_bytes().split(|byte| *byte == b'{').skip(1);
    after_braces.any(|rest| rest.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"}")))
}

/// Fills the template. Every placeholder must have a value.
pub(super) fn fill(template: &str, values: &[(&'static str, String)]) -> Result<String, String> {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = split_once(rest, b'{') {
        let Some((name, after)) = split_once(after, b'}') else { break };
        let Some(value) = values.iter().find(|value| value.0 == name) else {
            return Err(format!("the path value \"{name}\" is missing"));
        };
        filled.push_str(before);
        filled.push_str(&value.1);
        rest = after;
    }
    filled.push_str(rest);
    // Adjacent values, or values and fixed text, can form a relative segment that none of them is alone.
    if relative(&filled) {
        return Err("the path values form a relative path".to_owned());
    }
    Ok(filled)
}

/// Splits at an ASCII character. The standard library's search is made for longer texts than these.
fn split_once(text: &str, at: u8) -> Option<(&str, &str)> {
    let place = text.bytes().position(|byte| byte == at)?;
    Some((&text[..place], &text[place + 1..]))
}

/// Returns true if a URL parser would step up or stay at a segment of the path.
pub(crate) fn relative(path: &str) -> bool {
    // Most paths have no dot at all, which is quicker to see.
    if !path.bytes().fold(false, |any, byte| any | (byte == b'.') | (byte == b'%')) {
        return false;
    }
    let mut segments = path.as_bytes().split(|byte| matches!(byte, b'/' | b'\\'));
    segments.any(|segment| matches!(dots(segment), Some(1 | 2)))
}

/// The number of dots, escaped or not, that a segment consists of.
fn dots(mut segment: &[u8]) -> Option<usize> {
    let mut count = 0;
    while !segment.is_empty() {
        segment = [&b"."[..], b"%2e", b"%2E"].iter().find_map(|dot| segment.strip_prefix(*dot))?;
        count += 1;
    }
    Some(count)
}

/// Appends the pairs to a target that may already have a query.
pub(super) fn append_query(target: &mut String, pairs: &[(Cow<'static, str>, String)]) {
    if pairs.is_empty() {
        return;
    }
    let mut separator = if target.contains('?') { '&' } else { '?' };
    for (name, value) in pairs {
        target.push(separator);
        target.extend(utf8_percent_encode(name, QUERY));
        target.push('=');
        target.extend(utf8_percent_encode(value, QUERY));
        separator = '&';
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_value_survives_the_path(value in "\\PC{1,20}|[./%2eE]{1,6}") {
            match segment(value.clone()) {
                Ok(escaped) => {
                    let url = reqwest::Url::parse(&format!("https://h/a/{escaped}/b")).unwrap();
                    let parts: Vec<&str> = url.path_segments().unwrap().collect();
                    prop_assert_eq!(parts.len(), 3);
                    let back = percent_encoding::percent_decode_str(parts[1]).decode_utf8().unwrap();
                    prop_assert_eq!(back, value);
                }
                Err(_) => prop_assert!(value == "." || value == ".."),
            }
        }

        #[test]
        fn filled_templates_never_step_up(left in "[.%2eE/a]{0,4}", right in "[.%2eE/a]{0,4}") {
            let (Ok(left), Ok(right)) = (segments(&left), segments(&right)) else { return Ok(()) };
            if let Ok(path) = fill("/x/{left}{right}/y", &[("left", left), ("right", right)]) {
                let url = reqwest::Url::parse(&format!("https://h{path}")).unwrap();
                prop_assert_eq!(url.path(), path);
            }
        }
    }
}
