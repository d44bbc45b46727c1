//! Matches the records of a read with the names that were requested.

use std::collections::{HashMap, HashSet};

use super::names::{self, key};
use crate::types::Object;

/// The records of a reply, and the names that they have.
pub(super) struct Found {
    records: Vec<Object>,
    by_name: HashMap<String, usize>,
}

impl Found {
    /// Indexes the records by the property that was requested; `None` is the id. The main name of
    /// one record takes precedence over a further name of another.
    pub(super) fn new(records: Vec<Object>, property: Option<&str>) -> Self {
        let mut by_name = HashMap::new();
        for (index, record) in records.iter().enumerate() {
            if let Some(main) = names::main(property, record.id.as_deref(), &record.properties) {
                by_name.entry(key(property, main)).or_insert(index);
            }
        }
        for (index, record) in records.iter().enumerate() {
            for other in names::others(property, &record.properties) {
                by_name.entry(key(property, other)).or_insert(index);
            }
            // HubSpot may return a value in a case other than requested.
            if let Some(main) = names::main(property, record.id.as_deref(), &record.properties) {
                by_name.entry(main.trim().to_lowercase()).or_insert(index);
            }
        }
        Self { records, by_name }
    }

    /// Returns the record with this name, in the form of [`key`].
    pub(super) fn get(&self, name: &str) -> Option<&Object> {
        self.records.get(self.index(name)?)
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).or_else(|| self.by_name.get(&name.to_lowercase())).copied()
    }

    /// Assigns the one record that matches no requested name to the one name without a record or an
    /// error. Returns true if records are left that may belong to any name.
    pub(super) fn eliminate(&mut self, asked: &[String], failed: impl Fn(&str) -> bool) -> bool {
        let mut left: HashSet<usize> = (0..self.records.len()).collect();
        let mut open: HashSet<&str> = HashSet::new();
        for name in asked {
            match self.index(name) {
                Some(index) => {
                    left.remove(&index);
                }
                None if failed(name) => {}
                None => {
                    open.insert(name);
                }
            }
        }
        if open.len() == 1
            && left.len() == 1
            && let (Some(name), Some(index)) = (open.into_iter().next(), left.iter().next())
        {
            self.by_name.insert(name.to_owned(), *index);
            return false;
        }
        !left.is_empty()
    }
}
