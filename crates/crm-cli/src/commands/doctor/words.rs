//! The words of a vendor's catalogue: a name of other words may be an id or the name of a person.

use std::collections::BTreeSet;

use crate::catalogue::{Definition, Types, kebab};

/// The words of the names of members, in lower case.
pub(super) struct Words(BTreeSet<String>);

impl Words {
    pub(super) fn of<'a>(types: impl IntoIterator<Item = &'a Types>) -> Self {
        let mut words = BTreeSet::new();
        for types in types {
            for definition in types.names().filter_map(|name| types.get(name)) {
                if let Definition::Record { fields, .. } = definition {
                    let names = fields.iter().map(|field| kebab(field.name));
                    words.extend(names.flat_map(|name| name.split('-').map(str::to_owned).collect::<Vec<_>>()));
                }
            }
        }
        Self(words)
    }

    /// Returns true if a name consists of these words only.
    pub(super) fn compose(&self, name: &str) -> bool {
        kebab(name).split('-').all(|word| self.0.contains(word))
    }
}
