//! The line of a place in one of our JSON files, for messages.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Returns the line of the value at the end of the steps, counted from one; a step is a key or an index. If a step does
/// not exist, returns the line of the last value that was found.
pub(crate) fn of<S: AsRef<str>>(text: &str, steps: &[S]) -> usize {
    let mut here = text;
    for step in steps {
        match inner(here, step.as_ref()) {
            Some(value) => here = value.get(),
            None => break,
        }
    }
    let start = here.as_ptr().addr() - text.as_ptr().addr();
    text[..start].matches('\n').count() + 1
}

fn inner<'a>(text: &'a str, step: &str) -> Option<&'a RawValue> {
    if let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) {
        return members.get(step).copied();
    }
    let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    items.get(step.parse::<usize>().ok()?).copied()
}

/// Returns the steps as a path, for example `limits[0].windows.burst`.
pub(crate) fn shown<S: AsRef<str>>(steps: &[S]) -> String {
    let mut path = String::new();
    for step in steps.iter().map(AsRef::as_ref) {
        match step.parse::<usize>() {
            Ok(index) => path.push_str(&format!("[{index}]")),
            Err(_) if path.is_empty() => path.push_str(step),
            Err(_) => path.push_str(&format!(".{step}")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::{of, shown};

    #[test]
    fn a_place_has_the_line_of_its_value() {
        let text = "{\n \"a\": \"b\",\n \"b\": [\n  1,\n  {\"c/d\": 2,\n   \"a\": \"é\"}\n ]\n}\n";
        for (steps, line, path) in [
            (&[][..], 1, ""),
            (&["a"], 2, "a"),
            (&["b", "0"], 4, "b[0]"),
            (&["b", "1", "c/d"], 5, "b[1].c/d"),
            (&["b", "1", "a"], 6, "b[1].a"),
            (&["b", "1", "gone", "a"], 5, "b[1].gone.a"),
            (&["b", "a"], 3, "b.a"),
        ] {
            assert_eq!((of(text, steps), shown(steps).as_str()), (line, path));
        }
        assert_eq!(of("not JSON", &["a"]), 1);
    }
}
