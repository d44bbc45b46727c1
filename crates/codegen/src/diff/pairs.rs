//! Matches the operations and types before and after a change: an operation is identified by its request, a
//! type by its place.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Definition, Model, Operation, Reply, Shape, Ty};

/// Two things that are the same one, before and now.
pub(super) struct Pair<'a, T> {
    pub(super) old: &'a T,
    pub(super) new: &'a T,
}

/// The operations of both sides, and those of one side only.
pub(super) struct Pairs<'a> {
    pub(super) both: Vec<Pair<'a, Operation>>,
    pub(super) gone: Vec<&'a Operation>,
    pub(super) come: Vec<&'a Operation>,
}

/// Pairs operations by method and path; then the others by name, which contains no version; then
/// by the vendor's own identifier.
pub(super) fn operations<'a>(old: &'a Model, new: &'a Model) -> Pairs<'a> {
    let mut both: Vec<Pair<'_, Operation>> = Vec::new();
    let mut gone: Vec<&Operation> = old.operations.iter().collect();
    let mut come: Vec<&Operation> = new.operations.iter().collect();
    let keys: [fn(&Operation) -> Option<String>; 3] = [
        |o| Some(format!("{} {}", o.method, template(&o.path))),
        |o| Some(o.name.clone()),
        |o| (!o.spec_id.is_empty()).then(|| o.spec_id.clone()),
    ];
    for key in keys {
        let mut known: BTreeMap<String, Vec<&Operation>> = BTreeMap::new();
        for operation in &come {
            if let Some(key) = key(operation) {
                known.entry(key).or_default().push(operation);
            }
        }
        let mut left = Vec::new();
        for old in gone {
            match key(old).and_then(|key| known.remove(&key)).as_deref() {
                Some([new]) => both.push(Pair { old, new: *new }),
                _ => left.push(old),
            }
        }
        gone = left;
        come.retain(|operation| !both.iter().any(|pair| std::ptr::eq(pair.new, *operation)));
    }
    both.sort_by(|a, b| a.new.name.cmp(&b.new.name));
    Pairs { both, gone, come }
}

/// A path without the names of its parameters.
pub(super) fn template(path: &str) -> String {
    let plain = |segment: &str| match (segment.find('{'), segment.rfind('}')) {
        (Some(start), Some(end)) if start < end => format!("{}{{}}{}", &segment[..start], &segment[end + 1..]),
        _ => segment.to_owned(),
    };
    path.trim_end_matches('/').split('/').map(plain).collect::<Vec<_>>().join("/")
}

/// Returns types that were renamed: they are at the same place and have similar contents.
pub(super) fn renamed(old: &Model, new: &Model, pairs: &Pairs<'_>) -> BTreeMap<String, String> {
    let mut finder = Finder { old, new, names: BTreeMap::new(), seen: BTreeSet::new() };
    for Pair { old, new } in &pairs.both {
        if let (Reply::Value(old), Reply::Value(new)) = (&old.reply, &new.reply) {
            finder.compare(old, new);
        }
        if let (Some(old), Some(new)) = (&old.body, &new.body) {
            finder.compare(&old.ty, &new.ty);
        }
        for argument in &old.arguments {
            if let Some(now) = new.arguments.iter().find(|now| now.wire == argument.wire) {
                finder.compare(&argument.ty, &now.ty);
            }
        }
    }
    finder.names
}

struct Finder<'a> {
    old: &'a Model,
    new: &'a Model,
    names: BTreeMap<String, String>,
    seen: BTreeSet<(String, String)>,
}

impl Finder<'_> {
    fn compare(&mut self, old: &Ty, new: &Ty) {
        let (Some(was), Some(is)) = (old.name(), new.name()) else { return };
        if !self.seen.insert((was.to_owned(), is.to_owned())) {
            return;
        }
        let (Some(before), Some(now)) = (self.old.types.get(was), self.new.types.get(is)) else { return };
        if was != is {
            let free = !self.new.types.contains_key(was) && !self.old.types.contains_key(is);
            let taken = self.names.contains_key(was) || self.names.values().any(|name| name == is);
            if !free || taken || !alike(before, now) {
                return;
            }
            self.names.insert(was.to_owned(), is.to_owned());
        }
        match (&before.shape, &now.shape) {
            (Shape::Record { fields: before, .. }, Shape::Record { fields: now, .. }) => {
                for field in before {
                    if let Some(now) = now.iter().find(|now| now.wire == field.wire) {
                        self.compare(&field.ty, &now.ty);
                    }
                }
            }
            (Shape::Union(_, before), Shape::Union(_, now)) => {
                for (ty, _, texts) in before {
                    if let Some((now, ..)) = now.iter().find(|(_, _, now)| now == texts) {
                        self.compare(ty, now);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Returns true if two types share at least half of their contents.
fn alike(old: &Definition, new: &Definition) -> bool {
    fn held(definition: &Definition) -> (u8, BTreeSet<&str>) {
        match &definition.shape {
            Shape::Record { fields, .. } => (0, fields.iter().map(|field| field.wire.as_str()).collect()),
            Shape::Enum(variants) => (1, variants.iter().map(|(_, text)| text.as_str()).collect()),
            Shape::Union(_, arms) => (2, arms.iter().flat_map(|(_, _, texts)| texts).map(String::as_str).collect()),
        }
    }
    let ((old_kind, old), (new_kind, new)) = (held(old), held(new));
    old_kind == new_kind && 2 * old.intersection(&new).count() >= old.len().max(new.len())
}
