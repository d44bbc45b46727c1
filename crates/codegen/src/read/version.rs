//! Versions in paths. An operation whose path only has another version is the same operation.

use std::collections::BTreeSet;

use super::document::Document;

/// True for a segment of a path that is a version: `v3`, `2026-03`, `2026-09-beta`.
pub(crate) fn is_version(segment: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let date = segment.strip_suffix(BETA).unwrap_or(segment);
    segment.strip_prefix('v').is_some_and(digits)
        || date
            .split_once('-')
            .is_some_and(|(year, month)| year.len() == 4 && digits(year) && month.len() == 2 && digits(month))
}

/// True if a path has the version of a beta.
pub(crate) fn is_beta(path: &str) -> bool {
    path.split('/').any(|segment| is_version(segment) && segment.ends_with(BETA))
}

/// The end of the version of a beta.
const BETA: &str = "-beta";

/// The segments of a path without its versions.
pub(crate) fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty() && !is_version(segment))
}

/// The path without its versions.
pub(crate) fn with_names(path: &str) -> String {
    segments(path).fold(String::new(), |path, segment| path + "/" + segment)
}

/// The path without its versions and the names of its parameters.
pub(crate) fn without(path: &str) -> String {
    let plain = segments(path).map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    plain.fold(String::new(), |path, segment| path + "/" + segment)
}

/// Returns the path of an operation in a document, which may have it with another version.
pub(crate) fn path_in(document: &Document, path: &str, method: &str) -> Option<String> {
    let has = |path: &str| document.value["paths"].get(path).is_some_and(|item| item.get(method).is_some());
    if has(path) {
        return Some(path.to_owned());
    }
    let paths: BTreeSet<String> =
        document.operations().into_iter().filter(|(_, known)| *known == method).map(|(path, _)| path).collect();
    only_same(&paths, path).cloned()
}

/// Returns the only path that has other versions, or else the only one that has other names of parameters too.
fn only_same<'a>(paths: &'a BTreeSet<String>, path: &str) -> Option<&'a String> {
    let only = |form: fn(&str) -> String| {
        let wanted = form(path);
        let mut same = paths.iter().filter(|known| form(known) == wanted);
        same.next().filter(|_| same.next().is_none())
    };
    only(with_names).or_else(|| only(without))
}

/// Returns a path as a document has it now, which may have other versions in its paths. A path that the document does not
/// have gets the version of all its other paths.
pub(crate) fn now(document: &Document, path: &str) -> String {
    let paths: BTreeSet<String> = document.operations().into_iter().map(|(path, _)| path).collect();
    if paths.contains(path) {
        return path.to_owned();
    }
    if let Some(one) = only_same(&paths, path) {
        return one.clone();
    }
    let of = |path: &str| path.split('/').filter(|segment| is_version(segment)).map(str::to_owned).collect::<Vec<_>>();
    let versions: BTreeSet<Vec<String>> = paths.iter().map(|path| of(path)).collect();
    match (of(path).as_slice(), versions.iter().map(Vec::as_slice).collect::<Vec<_>>().as_slice()) {
        ([old], [[new]]) => {
            let segments = path.split('/').map(|segment| if segment == old { new.as_str() } else { segment });
            segments.collect::<Vec<_>>().join("/")
        }
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_beta, is_version, without};

    #[test]
    fn a_path_is_the_same_with_another_version() {
        for version in ["v3", "2026-03", "2026-09-beta"] {
            assert!(is_version(version), "{version}");
            assert_eq!(without(&format!("/crm/{version}/lists/{{listId}}/add")), "/crm/lists/{}/add");
        }
        for other in ["v", "vids", "2026", "2026-3", "0-421", "beta", "2026-09-rc"] {
            assert!(!is_version(other), "{other}");
        }
        assert!(is_beta("/crm/lists/2026-09-beta/all") && !is_beta("/crm/lists/2026-09/all"));
        assert!(!is_beta("/things/x-beta"));
    }
}
