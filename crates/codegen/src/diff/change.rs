//! One difference, as the user of a crate sees it.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

/// Effect of a difference on a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The public Rust items stay as they are.
    Patch,
    /// Something is new, or warns; what compiled compiles.
    Minor,
    /// Code that compiled or worked may no longer do so.
    Breaking,
}

/// Kind of item that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A resource.
    Resource,
    /// An operation.
    Operation,
    /// A parameter.
    Parameter,
    /// The body of a request.
    Body,
    /// A reply.
    Reply,
    /// Paging of a list.
    Paging,
    /// A limit of the vendor.
    Limit,
    /// Content of requests or replies, if no Rust item shows it.
    Wire,
    /// A difference in a single document that the merged document does not show. It is not in a changelog.
    Document,
    /// A type.
    Type,
    /// The value of an enum.
    Enum,
    /// A type of object.
    ObjectType,
    /// A Cargo feature.
    Feature,
    /// Documentation only.
    Documentation,
}

/// The section of a changelog that contains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// A change of behaviour, which also affects code that still compiles.
    Behaviour,
    /// Something new.
    Added,
    /// Something that is different.
    Changed,
    /// Something that will go.
    Deprecated,
    /// Something that is gone.
    Removed,
    /// Something that was wrong.
    Fixed,
}

impl Section {
    /// All sections, in the order of a changelog.
    pub const ALL: [Self; 6] =
        [Self::Behaviour, Self::Added, Self::Changed, Self::Deprecated, Self::Removed, Self::Fixed];

    /// The heading in a changelog.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Behaviour => "Changed behaviour",
            Self::Added => "Added",
            Self::Changed => "Changed",
            Self::Deprecated => "Deprecated",
            Self::Removed => "Removed",
            Self::Fixed => "Fixed",
        }
    }
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The crate.
    #[serde(rename = "crate")]
    pub krate: String,
    /// Effect on a user.
    pub class: Class,
    /// Section of a changelog that mentions it.
    pub section: Section,
    /// Kind of item that differs.
    pub kind: Kind,
    /// The item, for example `contacts.list` or `Contact.email`, with the module of an API that is not the root.
    pub item: String,
    /// Description of the difference.
    pub what: String,
    /// Reason for its class.
    pub why: String,
    /// The items inside `item` that it reports together, for example `Contact.email`, without the module.
    #[serde(skip)]
    pub parts: Vec<String>,
}

/// Collects the differences of an API.
pub(super) struct Changes {
    krate: String,
    /// `v3::` where the API has a module.
    prefix: String,
    pub(super) found: Vec<Change>,
}

impl Class {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Breaking => "breaking",
        }
    }
}

impl Changes {
    pub(super) fn new(krate: &str, module: Option<String>) -> Self {
        let prefix = module.map_or_else(String::new, |module| format!("{module}::"));
        Self { krate: krate.to_owned(), prefix, found: Vec::new() }
    }

    /// Returns the items that are reported so far, without the module.
    pub(super) fn items(&self) -> impl Iterator<Item = &str> {
        let items = self.found.iter().map(|change| change.item.strip_prefix(&self.prefix).unwrap_or(&change.item));
        items.chain(self.found.iter().flat_map(|change| &change.parts).map(String::as_str))
    }

    /// The differences of one item.
    pub(super) fn of(&mut self, kind: Kind, item: impl AsRef<str>) -> Item<'_> {
        // A document is a file, whatever module its items are in.
        let prefix = if kind == Kind::Document { "" } else { &self.prefix };
        let item = format!("{prefix}{}", item.as_ref());
        Item { changes: self, kind, item, parts: Vec::new() }
    }
}

/// The reason for the class of an addition.
pub(super) const UNTOUCHED: &str = "existing code is not affected";

/// An item whose differences are told.
pub(super) struct Item<'a> {
    changes: &'a mut Changes,
    kind: Kind,
    item: String,
    parts: Vec<String>,
}

impl Item<'_> {
    /// Names the items inside this one that are reported together.
    pub(super) fn with(mut self, parts: impl IntoIterator<Item = String>) -> Self {
        self.parts.extend(parts);
        self
    }

    /// Tells one.
    pub(super) fn is(&mut self, class: Class, section: Section, what: impl Into<String>, why: &str) {
        self.changes.found.push(Change {
            krate: self.changes.krate.clone(),
            class,
            section,
            kind: self.kind,
            item: self.item.clone(),
            what: what.into(),
            why: why.to_owned(),
            parts: self.parts.clone(),
        });
    }

    pub(super) fn breaking(&mut self, what: impl Into<String>, why: &str) {
        self.is(Class::Breaking, Section::Changed, what, why);
    }

    /// Adds a change of behaviour, which also affects code that still compiles.
    pub(super) fn felt(&mut self, class: Class, what: impl Into<String>, why: &str) {
        self.is(class, Section::Behaviour, what, why);
    }

    pub(super) fn minor(&mut self, what: impl Into<String>, why: &str) {
        self.is(Class::Minor, Section::Changed, what, why);
    }

    pub(super) fn patch(&mut self, what: impl Into<String>, why: &str) {
        self.is(Class::Patch, Section::Changed, what, why);
    }

    pub(super) fn added(&mut self, what: impl Into<String>, why: &str) {
        self.is(Class::Minor, Section::Added, what, why);
    }

    pub(super) fn removed(&mut self, what: impl Into<String>, why: &str) {
        self.is(Class::Breaking, Section::Removed, what, why);
    }
}

/// The maximum number of items that a line names if all of them matter.
const NAMED: usize = 8;

/// The same difference of several items.
pub struct Alike<'a> {
    /// The first of them.
    pub first: &'a Change,
    /// The items of all.
    pub items: Vec<&'a str>,
}

impl Alike<'_> {
    /// Returns the items as text: the first few; for a breaking change all of them, or, if there are more than eight,
    /// the number for each resource and type.
    #[must_use]
    pub fn named(&self, name: impl Fn(&str) -> String) -> String {
        let all = self.items.iter().map(|item| name(item));
        if self.first.class != Class::Breaking {
            return few(all);
        }
        if self.items.len() <= NAMED {
            return all.collect::<Vec<_>>().join(", ");
        }
        let mut of: BTreeMap<&str, usize> = BTreeMap::new();
        self.items.iter().for_each(|item| *of.entry(item.split(['.', '(']).next().unwrap_or(item)).or_default() += 1);
        of.into_iter().map(|(of, count)| format!("{count} of {}", name(of))).collect::<Vec<_>>().join(", ")
    }
}

/// Combines equal differences of several items, in the order of the first.
pub fn alike<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<Alike<'a>> {
    let mut found: IndexMap<_, Alike<'a>> = IndexMap::new();
    for change in changes {
        let same = (change.class, change.section, change.kind, &change.what, &change.why);
        found.entry(same).or_insert(Alike { first: change, items: Vec::new() }).items.push(&change.item);
    }
    found.into_values().collect()
}

/// The worst class of each crate.
pub fn classes(changes: &[Change]) -> BTreeMap<&str, Class> {
    let mut worst: BTreeMap<&str, Class> = BTreeMap::new();
    for change in changes {
        let known = worst.entry(&change.krate).or_insert(change.class);
        *known = (*known).max(change.class);
    }
    worst
}

/// Returns the first three of many as text, and the number of the others.
pub fn few<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> String {
    first(all, 3)
}

/// Returns the first eight of many as text, and the number of the others.
pub(super) fn most<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> String {
    first(all, NAMED)
}

fn first<T: AsRef<str>>(all: impl IntoIterator<Item = T>, count: usize) -> String {
    let all: Vec<T> = all.into_iter().collect();
    let shown: Vec<&str> = all.iter().take(count).map(AsRef::as_ref).collect();
    match all.len().saturating_sub(count) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Returns a noun in the singular or plural.
pub(super) fn counted(noun: &str, count: usize) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
