//! Changes of the documents, from the point of view of a crate's user.
//!
//! The output of the generator is compared, not the JSON: both sides are made with today's generator.

mod api;
mod change;
mod described;
mod difference;
mod documents;
mod gates;
mod operations;
mod pairs;
mod place;
mod security;
mod side;
mod signature;
mod types;
mod wire;

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow};

use change::Changes;
pub use change::{Alike, Change, Class, Kind, Section, alike, classes, few};
pub use security::is_internal;
use side::Side;

/// The differences of all vendors between two workspaces; of each only `specs` is read, with its own corrections,
/// surface and names. `say` receives progress, and the unusable parts of a side: corrections without a place are
/// ignored, and a list without paging is not a list.
pub fn between(old: &Path, new: &Path, say: &mut dyn FnMut(&str)) -> Result<Vec<Change>> {
    let mut found = Vec::new();
    for name in side::differing(old, new)? {
        say(&format!("comparing {name} …"));
        // Both sides at once: each takes seconds.
        let (before, now) = thread::scope(|scope| {
            let before = scope.spawn(|| Side::read(old, &name).context("the documents as they were"));
            let now = Side::read(new, &name).context("the documents as they are");
            (before.join().map_err(|_| anyhow!("the generator panicked")).flatten(), now)
        });
        let (before, now) = (before?, now?);
        for (side, of) in [(&before, "as they were"), (&now, "as they are")] {
            const SHOWN: usize = 10;
            let refusals = side.as_ref().map_or(&[][..], |side| &side.refusals);
            for refusal in refusals.iter().take(SHOWN) {
                say(&format!("the documents {of} are read without this: {refusal}"));
            }
            if refusals.len() > SHOWN {
                say(&format!("and without {} more", refusals.len() - SHOWN));
            }
        }
        found.extend(vendor(before, now));
    }
    found.sort_by(|a, b| {
        (&a.krate, std::cmp::Reverse(a.class), a.section, &a.item).cmp(&(
            &b.krate,
            std::cmp::Reverse(b.class),
            b.section,
            &b.item,
        ))
    });
    Ok(found)
}

/// The differences of a vendor.
fn vendor(old: Option<Side>, new: Option<Side>) -> Vec<Change> {
    let (mut old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (Some(side), None) => return whole(&side, false),
        (None, Some(side)) => return whole(&side, true),
        (None, None) => return Vec::new(),
    };
    let mut features = features(&old, &new);
    let all: BTreeSet<String> = old.resources().intersection(&new.resources()).map(|name| (*name).to_owned()).collect();
    let mut found = Vec::new();
    for (name, now) in &new.apis {
        let mut changes = Changes::new(&new.krate, now.module.clone());
        match old.apis.remove(name) {
            Some(before) => api::compare(&mut changes, before, now, &all),
            None => api::alone(&mut changes, now, true),
        }
        found.extend(changes.found);
    }
    for before in old.apis.values() {
        let mut changes = Changes::new(&new.krate, before.module.clone());
        api::alone(&mut changes, before, false);
        found.extend(changes.found);
    }
    // A resource comes and goes with its feature.
    features.retain(|feature| !found.iter().any(|change| change.kind == Kind::Resource && change.item == feature.item));
    found.extend(features);
    found
}

fn whole(side: &Side, come: bool) -> Vec<Change> {
    let changes = side.apis.values().flat_map(|api| {
        let mut changes = Changes::new(&side.krate, api.module.clone());
        api::alone(&mut changes, api, come);
        changes.found
    });
    changes.collect()
}

/// The Cargo features: one a resource, and which are on by default.
fn features(old: &Side, new: &Side) -> Vec<Change> {
    let mut changes = Changes::new(&new.krate, None);
    let (Some(before), Some(now)) = (&old.defaults, &new.defaults) else { return Vec::new() };
    let all = |side: &Side| -> BTreeSet<String> {
        let apis = side.apis.values().filter_map(|api| api.feature.clone());
        side.resources().into_iter().map(str::to_owned).chain(apis).collect()
    };
    let (had, has) = (all(old), all(new));
    for name in had.difference(&has) {
        changes.of(Kind::Feature, name).removed("feature removed", "code that enables it does not compile");
    }
    for name in has.difference(&had) {
        changes.of(Kind::Feature, name).added("new feature", "existing code is not affected");
    }
    for name in before.difference(now) {
        changes
            .of(Kind::Feature, name)
            .breaking("no longer a default feature", "code that relies on it has to enable it");
    }
    for name in now.difference(before) {
        changes.of(Kind::Feature, name).minor("a default feature now", "more code is compiled");
    }
    changes.found
}
