//! Paths and queries: escaping, and what is refused.

use std::borrow::Cow;
use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, with commas left readable: they separate the items of joined lists.
const QUERY: &AsciiSet = &SEGMENT.remove(b',');

/// One segment from any value. The faults complete the sentence "the path value …".
pub(crate) fn segment(value: &str) -> Result<String, &'static str> {
    match value {
        "" => Err("is empty"),
        "." | ".." => Err("is a relative path"),
        _ => Ok(utf8_percent_encode(value, SEGMENT).to_string()),
    }
}

/// Several segments from a value with slashes.
pub(crate) fn segments(value: &str) -> Result<String, &'static str> {
    let parts: Result<Vec<String>, _> = value.split('/').map(segment).collect();
    parts.map(|parts| parts.join("/"))
}

pub(super) fn has_placeholder(template: &str, name: &str) -> bool {
    placeholders(template).any(|found| found == name)
}

fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// Fills the template. Every placeholder must have a value.
pub(super) fn fill(template: &str, values: &[(&'static str, String)]) -> Result<String, String> {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        let Some(value) = values.iter().find(|value| value.0 == name) else {
            return Err(format!("the path value \"{name}\" is missing"));
        };
        filled.push_str(before);
        filled.push_str(&value.1);
        rest = after;
    }
    filled.push_str(rest);
    // Values next to each other or to fixed text can form what none of them is.
    if relative(&filled) {
        return Err("the path values form a relative path".to_owned());
    }
    Ok(filled)
}

/// Whether a URL parser would step up or stay at a segment of the path.
pub(crate) fn relative(path: &str) -> bool {
    path.split(['/', '\\']).any(|segment| matches!(dots(segment.as_bytes()), Some(1 | 2)))
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
    let mut separator = if target.contains('?') { '&' } else { '?' };
    for (name, value) in pairs {
        let (name, value) = (utf8_percent_encode(name, QUERY), utf8_percent_encode(value, QUERY));
        let _ = write!(target, "{separator}{name}={value}");
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
            match segment(&value) {
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
