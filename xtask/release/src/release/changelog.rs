//! A crate's `CHANGELOG.md`, in the form of Keep a Changelog. Lines written by hand under Unreleased go
//! into the release; those of the documents are written from the difference.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use semver::Version;

use codegen::diff::{Change, Class, Kind, Section, alike};

const UNRELEASED: &str = "## Unreleased";
const START: &str =
    "# Changelog\n\nThe form is that of Keep a Changelog; the versions follow Semantic Versioning.\n\n## Unreleased\n";

/// The entries of a release, by section.
#[derive(Default)]
pub(crate) struct Entries(BTreeMap<Section, Vec<String>>);

/// A changelog, taken apart at its Unreleased section.
pub(crate) struct Changelog {
    before: String,
    unreleased: Entries,
    after: String,
}

impl Entries {
    /// Adds an entry, with its lines after the first indented.
    pub(crate) fn add(&mut self, section: Section, text: &str) {
        let entry = format!("- {}", text.replace('\n', "\n  "));
        let entries = self.0.entry(section).or_default();
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }

    /// Adds what the documents changed. Changed descriptions are an entry only if nothing else changed.
    pub(crate) fn tell<'a>(&mut self, changes: impl IntoIterator<Item = &'a Change>) {
        let shown: Vec<&Change> = changes.into_iter().filter(|change| change.kind != Kind::Document).collect();
        let others: Vec<&Change> = shown.iter().copied().filter(|change| change.kind != Kind::Documentation).collect();
        for same in alike(if others.is_empty() { shown } else { others }) {
            let first = same.first;
            let breaking = if first.class == Class::Breaking { "**Breaking:** " } else { "" };
            let code = |item: &str| match first.kind {
                Kind::Documentation => item.to_owned(),
                _ => format!("`{item}`"),
            };
            self.add(first.section, &format!("{breaking}{}: {}.", same.named(code), first.what));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sections in their order.
    pub(crate) fn text(&self) -> String {
        let section = |(section, entries): (&Section, &Vec<String>)| {
            format!("\n### {}\n\n{}\n", section.title(), entries.join("\n"))
        };
        self.0.iter().map(section).collect()
    }
}

impl Changelog {
    /// Reads a changelog; none is one without entries.
    pub(crate) fn read(text: Option<&str>) -> Result<Self> {
        let text = text.unwrap_or(START);
        let Some((before, rest)) = text.split_once(UNRELEASED) else {
            bail!("the line `{UNRELEASED}` is missing; put it above the last release");
        };
        let end = rest.find("\n## ").map_or(rest.len(), |at| at + 1);
        let (own, after) = rest.split_at(end);
        Ok(Self { before: before.to_owned(), unreleased: entries(own)?, after: after.to_owned() })
    }

    /// Returns true if it has the section of a release.
    pub(crate) fn has(&self, version: &Version) -> bool {
        self.after.lines().any(|line| line.split(' ').nth(1) == Some(&version.to_string()) && line.starts_with("## "))
    }

    /// Returns true if the section of a release has a migration note.
    pub(crate) fn has_migration(&self, version: &Version) -> bool {
        let sections = self.after.split("\n## ").map(|section| section.trim_start_matches("## "));
        let of = sections.filter(|section| section.split([' ', '\n']).next() == Some(&version.to_string()));
        of.into_iter().any(|section| section.lines().any(|line| line == "### Migrating"))
    }

    /// The content of the release: what was written by hand, then what the report contains.
    pub(crate) fn released(&mut self) -> &mut Entries {
        &mut self.unreleased
    }

    /// The same, to be read.
    pub(crate) fn entries(&self) -> &Entries {
        &self.unreleased
    }

    /// The changelog with its entries under a release, and nothing under Unreleased.
    pub(crate) fn release(&self, version: &Version, day: &str) -> String {
        let Self { before, unreleased, after } = self;
        let gap = if after.is_empty() { "" } else { "\n" };
        format!("{before}{UNRELEASED}\n\n## {version} - {day}\n{}{gap}{after}", unreleased.text())
    }
}

/// Entries that were written by hand: list items below `###` headings.
fn entries(text: &str) -> Result<Entries> {
    let mut found = Entries::default();
    let mut section = None;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            section = Section::ALL.into_iter().find(|section| section.title() == title.trim());
            if section.is_none() {
                let all: Vec<&str> = Section::ALL.iter().map(|section| section.title()).collect();
                bail!("`{line}` is not a section; use {}", all.join(", "));
            }
        } else if !line.trim().is_empty() {
            let Some(section) = section else { bail!("`{line}` is not in a section: put `### Changed` above it") };
            let entries = found.0.entry(section).or_default();
            match entries.last_mut() {
                Some(last) if !line.starts_with("- ") => *last += &format!("\n{line}"),
                _ => entries.push(line.to_owned()),
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "# Changelog\n\n## Unreleased\n\n### Fixed\n\n- A pause is\n  not an end.\n\n### Added\n\n- Pages.\n\n## 0.1.0 - 2026-01-01\n\n### Added\n\n- All.\n";

    #[test]
    fn what_was_written_by_hand_goes_into_the_release_and_nothing_else_moves() {
        let mut changelog = Changelog::read(Some(WRITTEN)).unwrap();
        changelog.released().add(Section::Added, "More\npages.");
        let version = Version::new(0, 1, 1);
        let released = changelog.release(&version, "2026-02-03");
        insta::assert_snapshot!(released);
        let again = Changelog::read(Some(&released)).unwrap();
        assert!(again.has(&version) && again.unreleased.is_empty() && !again.has(&Version::new(0, 1, 2)));
    }

    #[test]
    fn a_migration_note_belongs_to_the_release_that_it_stands_below() {
        let text = "## Unreleased\n\n## 0.2.0 - 2026-02-03\n\n### Migrating\n\n## 0.1.0\n\n### Added\n\n- All.\n";
        let changelog = Changelog::read(Some(text)).unwrap();
        assert!(changelog.has_migration(&Version::new(0, 2, 0)) && !changelog.has_migration(&Version::new(0, 1, 0)));
    }

    #[test]
    fn a_changelog_that_is_not_understood_is_refused() {
        let refusal = |text: &str| format!("{:#}", Changelog::read(Some(text)).err().expect("it is refused"));
        let refused = [
            refusal("# Changelog\n\n## 0.1.0\n"),
            refusal("## Unreleased\n\n### Improved\n\n- All.\n"),
            refusal("## Unreleased\n\n- All.\n"),
        ];
        insta::assert_snapshot!(refused.join("\n"));
    }
}
