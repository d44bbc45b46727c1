//! The place of a vendor's documents in its repository: patterns of paths in `vendor.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use heck::ToKebabCase;
use schemars::JsonSchema;
use serde::Deserialize;

/// The repository in which a vendor publishes its documents.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The address, for `lock.json`.
    pub repository: String,
    /// The files that are documents; the first entry that gives a document its name counts.
    pub files: Vec<Rule>,
}

/// The paths of documents, and the names that the documents have below the vendor's folder.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The path in the repository. `{name}` matches any text without a slash, at most once between two slashes.
    pub path: String,
    /// The name of the document, made of the same texts in kebab case.
    pub document: String,
    /// The versions that are wanted, if the path has `{version}`, the preferred one first. A file without operations is
    /// passed over.
    #[serde(default)]
    pub versions: Vec<String>,
}

/// A file of a checkout that a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) path: PathBuf,
    /// The texts that match the names in braces.
    texts: BTreeMap<String, String>,
}

/// A file that may be a document, and the place of its version among those that are wanted.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    pub(super) version: usize,
}

impl Source {
    /// The files of a checkout that may be documents, by the name of the document.
    pub(super) fn candidates(&self, checkout: &Path) -> Result<BTreeMap<String, Vec<Candidate>>> {
        let mut all: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
        for rule in &self.files {
            // YAML is not read, only found, to report it in the error.
            for ending in [".json", ".yaml", ".yml"] {
                let mut here: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
                for found in matches(checkout, &rule.path.replace(".json", ending))? {
                    let Some(version) = rule.version(&found) else { continue };
                    let name = rule.name(&found)?;
                    here.entry(name).or_default().push(Candidate { path: found.path, version });
                }
                for (name, candidates) in here {
                    all.entry(name).or_insert(candidates);
                }
            }
        }
        for candidates in all.values_mut() {
            candidates.sort_by_key(|candidate| candidate.version);
        }
        Ok(all)
    }
}

impl Rule {
    fn version(&self, found: &Match) -> Option<usize> {
        match found.texts.get("version") {
            Some(version) => self.versions.iter().position(|wanted| wanted == version),
            None => Some(0),
        }
    }

    fn name(&self, found: &Match) -> Result<String> {
        let mut name = String::new();
        let mut rest = self.document.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (key, after) =
                after.split_once('}').with_context(|| format!("`{}`: `}}` is missing", self.document))?;
            let text = found.texts.get(key);
            let text = text.with_context(|| format!("`{}`: `{}` has no `{{{key}}}`", self.document, self.path))?;
            name += before;
            name += &text.to_kebab_case();
            rest = after;
        }
        Ok(name + rest)
    }
}

/// The files that a pattern matches, in order. Folders that it does not match are not visited, and hidden ones neither.
pub(super) fn matches(checkout: &Path, pattern: &str) -> Result<Vec<Match>> {
    let mut found = vec![Match { path: checkout.to_owned(), texts: BTreeMap::new() }];
    for segment in pattern.split('/') {
        let segment = Segment::of(segment).with_context(|| format!("the path `{pattern}`"))?;
        let mut next = Vec::new();
        for Match { path, texts } in found.into_iter().filter(|found| found.path.is_dir()) {
            let entries = std::fs::read_dir(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            for entry in entries {
                let name = entry?.file_name();
                let Some(text) = name.to_str().and_then(|name| segment.matches(name)) else { continue };
                let mut texts = texts.clone();
                if let (Some(key), Some(text)) = (segment.key, text) {
                    texts.insert(key.to_owned(), text.to_owned());
                }
                next.push(Match { path: path.join(&name), texts });
            }
        }
        found = next;
    }
    found.retain(|found| found.path.is_file());
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// The text between two slashes of a pattern.
struct Segment<'a> {
    before: &'a str,
    key: Option<&'a str>,
    after: &'a str,
}

impl<'a> Segment<'a> {
    fn of(text: &'a str) -> Result<Self> {
        let Some((before, rest)) = text.split_once('{') else { return Ok(Self { before: text, key: None, after: "" }) };
        match rest.split_once('}') {
            Some((key, after)) if !key.is_empty() && !after.contains('{') => Ok(Self { before, key: Some(key), after }),
            _ => bail!("`{text}`: one name in braces is understood"),
        }
    }

    /// Returns the text that matches the name in braces, if the segment matches.
    fn matches<'n>(&self, name: &'n str) -> Option<Option<&'n str>> {
        if self.key.is_none() {
            return (name == self.before).then_some(None);
        }
        let text = name.strip_prefix(self.before)?.strip_suffix(self.after)?;
        (!text.is_empty() && !name.starts_with('.')).then_some(Some(text))
    }
}
