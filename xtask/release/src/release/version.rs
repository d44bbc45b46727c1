//! The version of a crate after a change.

use semver::Version;

use codegen::diff::Class;

/// The next version. Before 1.0 a breaking change raises the middle number, and any other the last one.
pub(crate) fn next(version: &Version, class: Class) -> Version {
    let Version { major, minor, patch, .. } = *version;
    match (class, major) {
        (Class::Breaking, 0) => Version::new(0, minor + 1, 0),
        (Class::Breaking, _) => Version::new(major + 1, 0, 0),
        (Class::Minor, 1..) => Version::new(major, minor + 1, 0),
        _ => Version::new(major, minor, patch + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_one_the_middle_number_breaks() {
        let next = |version: &str, class| next(&version.parse().unwrap(), class).to_string();
        let table =
            [Class::Patch, Class::Minor, Class::Breaking].map(|class| (next("0.3.7", class), next("2.3.7", class)));
        let expected = [("0.3.8", "2.3.8"), ("0.3.8", "2.4.0"), ("0.4.0", "3.0.0")];
        assert_eq!(table, expected.map(|(before, after)| (before.to_owned(), after.to_owned())));
    }
}
