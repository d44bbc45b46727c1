//! `pattern`: the format that a text must have, as a regular expression of ECMA-262.
//!
//! For the syntax that the documents use, `regex-lite` agrees with ECMA-262: a pattern matches anywhere
//! unless it is anchored, `\d` and `\w` are ASCII, `.` is any character except a line end. It does not
//! support look-around or back references; a test compiles every pattern of the documents.

use regex_lite::Regex;

/// Texts that match the common patterns of the documents.
const LIKELY: [&str; 5] = ["100042", "2026-01-31", "09:30", "America/New_York", "2026-01-31T09:30:00Z"];

/// Returns true if the text matches the pattern. A pattern that cannot be compiled allows every text.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).map_or(true, |form| form.is_match(text))
}

/// Returns a text that matches the pattern, or the given text if none is known.
pub(crate) fn like(pattern: &str, text: String) -> String {
    if fits(pattern, &text) {
        return text;
    }
    LIKELY.iter().find(|likely| fits(pattern, likely)).map_or(text, |likely| (*likely).to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Returns every pattern in a document, except members of that name.
    fn patterns<'a>(value: &'a Value, members: bool, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    match value {
                        Value::String(pattern) if key == "pattern" && !members => found.push(pattern),
                        value => patterns(value, key == "properties", found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|value| patterns(value, false, found)),
            _ => {}
        }
    }

    #[test]
    fn every_pattern_of_the_documents_is_read_and_has_a_likely_text() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/specs");
        let mut count = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let document: Value = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
            let mut found = Vec::new();
            patterns(&document, false, &mut found);
            for pattern in &found {
                let form = Regex::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
                assert!(form.is_match(&like(pattern, "text".to_owned())), "{pattern}");
            }
            count += found.len();
        }
        assert!(count > 10, "{count} patterns");
    }

    #[test]
    fn a_form_is_looked_for_anywhere_unless_it_is_anchored() {
        assert!(fits("\\d+", "a1") && !fits("\\d+", "a") && !fits("\\d+", "\u{661}"));
        assert!(fits("^([01]?[0-9]|2[0-3]):[0-5][0-9]$", "9:30") && !fits("^([01]?[0-9]|2[0-3]):[0-5][0-9]$", "24:00"));
    }
}
