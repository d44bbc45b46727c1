//! Real documents of a vendor in a temporary workspace, and the same documents with changes.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, anyhow};
use codegen::correct::corrections::Corrections;
use codegen::correct::stale;
use codegen::diff::{self, Change, Kind};
use codegen::read::document::Document;
use codegen::read::vendor::Vendor;
use crm_testkit::specs::Specs;
use fastrand::Rng;
use serde_json::Value;

use crate::facts::{self, Facts};
use crate::mutate;

/// Vendors and documents that are changed: small ones, of every vendor, with lists, forms, enums, objects of all types,
/// copies of one operation, and two versions.
pub(crate) const WORLDS: &[(&str, &[&str])] = &[
    ("hoopai", &["v2/links.json", "v2/medias.json", "v2/custom-menus.json"]),
    ("hoopai", &["v2/associations.json", "v2/objects.json", "v2/workflows.json"]),
    ("hoopai", &["v2/forms.json", "v2/funnels.json", "v2/companies.json"]),
    ("hoopai", &["v2/links.json", "v3/links.json"]),
    ("hoopai", &["v3/courses.json", "v3/snapshots.json", "v3/custom-fields.json"]),
    ("hubspot", &["crm/custom-objects.json", "crm/deals.json"]),
    ("hubspot", &["automation/sequences.json", "crm/crm-owners.json"]),
    ("hubspot", &["marketing/forms.json"]),
    ("hubspot", &["settings/multicurrency.json"]),
    ("hubspot", &["crm/schemas.json"]),
    ("hubspot", &["cms/site-search.json", "crm/timeline.json"]),
    ("hockeystack", &["account-intelligence.json", "revenue-agents-v1.json"]),
    ("hatch", &["bulk-export.json", "contacts.json"]),
];

/// The worlds that a client can be compiled of with little written by hand: one API at its root, with features.
pub(crate) const COMPILED: [usize; 4] = [0, 1, 7, 8];

/// Documents of a vendor in a workspace.
pub(crate) struct World {
    pub(crate) index: usize,
    pub(crate) specs: Specs,
}

/// A change that was made.
#[derive(Clone)]
pub(crate) struct Mutation {
    /// The index of its kind in [`mutate::KINDS`].
    pub(crate) kind: usize,
    pub(crate) document: &'static str,
    /// The seed that repeats it.
    seed: u64,
    pub(crate) place: String,
}

impl World {
    /// Copies the unchanged documents into a new workspace.
    pub(crate) fn new(index: usize) -> Self {
        let (vendor, documents) = WORLDS[index];
        let specs = Specs::of_vendor(vendor, documents);
        let here = specs.root().join("specs").join(vendor);
        let real = xtask::root().join("specs").join(vendor).join("names.json");
        std::fs::copy(real, here.join("names.json")).expect("names of the vendor's items are there");
        Self { index, specs }
    }

    pub(crate) fn vendor(&self) -> &'static str {
        WORLDS[self.index].0
    }

    pub(crate) fn root(&self) -> &Path {
        self.specs.root()
    }

    /// Returns the same documents with changes, and with the corrections that a sync would keep.
    pub(crate) fn with(&self, mutations: &[&Mutation]) -> Result<Self> {
        let other = Self { index: self.index, specs: self.specs.copied() };
        for mutation in mutations {
            other.specs.edit(mutation.document, |document| {
                (mutate::KINDS[mutation.kind].change)(&mut Rng::with_seed(mutation.seed), document);
            });
        }
        stale::mend(other.root(), other.vendor())?;
        Ok(other)
    }

    /// Returns a change of a kind at a random place, or `None` if no document has such a place.
    pub(crate) fn mutation(&self, rng: &mut Rng, kind: usize) -> Option<Mutation> {
        let documents = WORLDS[self.index].1;
        let start = rng.usize(..documents.len());
        let seed = rng.u64(..);
        (0..documents.len()).find_map(|offset| {
            let document = documents[(start + offset) % documents.len()];
            let text = std::fs::read_to_string(self.root().join("specs").join(self.vendor()).join(document)).ok()?;
            let mut value = serde_json::from_str(&text).ok()?;
            let place = (mutate::KINDS[kind].change)(&mut Rng::with_seed(seed), &mut value)?;
            Some(Mutation { kind, document, seed, place })
        })
    }

    /// Returns the documents after their corrections.
    pub(crate) fn documents(&self) -> Result<Vec<Document>> {
        let vendor = Vendor::read(self.root(), self.vendor())?;
        let corrections = Corrections::read(&vendor.folder)?;
        let mut documents = Vec::new();
        for api in &vendor.file.apis {
            let read = api.documents.keys().map(|name| Document::read(&vendor.folder, name));
            let mut read = read.collect::<Result<Vec<_>>>()?;
            corrections.apply(&mut read)?;
            documents.extend(read);
        }
        Ok(documents)
    }

    /// Returns the facts of the documents, each with the name of its document.
    pub(crate) fn facts(&self) -> Result<Facts> {
        let of = |document: Document| {
            let facts = facts::of(&document.value).into_iter();
            facts.map(|(place, value)| (format!("{}#{place}", document.name), value)).collect::<Facts>()
        };
        Ok(self.documents()?.into_iter().flat_map(of).collect())
    }

    /// Returns the names of the vendor's items.
    pub(crate) fn names(&self) -> Result<Value> {
        let path = self.root().join("specs").join(self.vendor()).join("names.json");
        Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
    }

    /// Returns the changes that `diff` reports from this world to another.
    pub(crate) fn told(&self, other: &Self) -> Result<Told> {
        let changes = diff::between(self.root(), other.root(), &mut |_| {})?;
        Ok(Told(changes.into_iter().filter(|change| change.kind != Kind::Documentation).collect()))
    }

    /// Reads the only vendor of this world.
    pub(crate) fn read(&self) -> Result<Vendor> {
        Vendor::read(self.root(), self.vendor()).map_err(|error| anyhow!("{error:#}"))
    }
}

/// A report without the changes of descriptions.
pub(crate) struct Told(pub(crate) Vec<Change>);

impl Told {
    /// Returns the lines of the report.
    pub(crate) fn lines(&self) -> BTreeSet<String> {
        self.0.iter().map(|change| format!("{} {}: {}", change.class.name(), change.item, change.what)).collect()
    }
}
