//! The state of a fake: collections of records in the order of their creation, and the values around
//! them (clock, identifiers, tokens).

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use serde_json::Value;

use crate::rng::Rng;
use crate::time::{self, Clock};

struct Row {
    id: String,
    value: Value,
    keys: Vec<String>,
}

/// Records in order of creation, found by identifier or by unique keys such as an e-mail address.
#[derive(Default)]
pub(crate) struct Collection {
    rows: BTreeMap<u64, Row>,
    ids: HashMap<String, u64>,
    keys: HashMap<String, u64>,
    last: u64,
}

impl Collection {
    /// Adds a record, or replaces the one with this identifier and keeps its place.
    pub(crate) fn put(&mut self, id: &str, value: Value) {
        self.put_keyed(id, value, Vec::new());
    }

    pub(crate) fn put_keyed(&mut self, id: &str, value: Value, keys: Vec<String>) {
        self.remove_keys(id);
        let position = *self.ids.entry(id.to_owned()).or_insert_with(|| {
            self.last += 1;
            self.last
        });
        for key in &keys {
            self.keys.insert(key.clone(), position);
        }
        self.rows.insert(position, Row { id: id.to_owned(), value, keys });
    }

    fn remove_keys(&mut self, id: &str) {
        let Some(position) = self.ids.get(id) else { return };
        if let Some(row) = self.rows.get(position) {
            for key in &row.keys {
                if self.keys.get(key) == Some(position) {
                    self.keys.remove(key);
                }
            }
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Value> {
        self.rows.get(self.ids.get(id)?).map(|row| &row.value)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Value> {
        self.rows.get_mut(self.ids.get(id)?).map(|row| &mut row.value)
    }

    /// The identifier of the record that owns a unique key.
    pub(crate) fn by_key(&self, key: &str) -> Option<&str> {
        self.rows.get(self.keys.get(key)?).map(|row| row.id.as_str())
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Value> {
        self.remove_keys(id);
        let position = self.ids.remove(id)?;
        self.rows.remove(&position).map(|row| row.value)
    }

    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.ids.clear();
        self.keys.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.rows.values().map(|row| &row.value)
    }

    /// Position, identifier and value of the records after a position, in order.
    pub(crate) fn after(&self, position: u64) -> impl Iterator<Item = (u64, &str, &Value)> {
        self.rows.range(position.saturating_add(1)..).map(|(position, row)| (*position, row.id.as_str(), &row.value))
    }

    /// Up to `limit` records after a position that pass, and the position of the next page if there are more.
    pub(crate) fn page(&self, position: u64, limit: usize, pass: impl Fn(&Value) -> bool) -> (Vec<Value>, Option<u64>) {
        let mut items = Vec::new();
        let mut last = position;
        for (at, _, value) in self.after(position).filter(|(_, _, value)| pass(value)) {
            if items.len() == limit {
                return (items, Some(last));
            }
            items.push(value.clone());
            last = at;
        }
        (items, None)
    }
}

/// The settings of a fake that handlers use.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) token: String,
    pub(crate) polls: Option<u32>,
    pub(crate) rows: usize,
    pub(crate) data_descriptor: bool,
    pub(crate) location: String,
    pub(crate) replies: Replies,
    pub(crate) id_cursors: bool,
    pub(crate) search_lag: u32,
    pub(crate) latency: std::time::Duration,
}

/// Source of replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replies {
    /// From the state, if an operation has any.
    State,
    /// From the document.
    Samples,
    /// From the document, with unusual values.
    Strange,
}

/// The earlier versions of a record, oldest first, each with the time at which it was replaced.
pub(crate) type Versions = VecDeque<(String, Value)>;

pub(crate) struct World {
    collections: BTreeMap<String, Collection>,
    /// The earlier versions of HubSpot's records, for its search index.
    pub(crate) versions: HashMap<String, Versions>,
    /// Relations between records, keyed by both ends.
    pub(crate) links: BTreeMap<String, Value>,
    /// Number of polls of each work in progress.
    pub(crate) asked: HashMap<String, u32>,
    pub(crate) tokens: HashSet<String>,
    /// Access tokens that were valid earlier.
    pub(crate) expired: HashSet<String>,
    /// Number of times each operation was carried out.
    pub(crate) carried_out: BTreeMap<String, u64>,
    /// Refresh tokens that were used up.
    pub(crate) spent: HashSet<String>,
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    last_id: u64,
}

impl World {
    pub(crate) fn new(settings: Settings, seed: u64) -> Self {
        Self {
            collections: BTreeMap::new(),
            versions: HashMap::new(),
            links: BTreeMap::new(),
            asked: HashMap::new(),
            tokens: HashSet::from([settings.token.clone()]),
            expired: HashSet::new(),
            carried_out: BTreeMap::new(),
            spent: HashSet::new(),
            settings,
            clock: Clock::new(),
            rng: Rng::new(seed),
            last_id: 1_000,
        }
    }

    pub(crate) fn collection(&mut self, name: &str) -> &mut Collection {
        self.collections.entry(name.to_owned()).or_default()
    }

    pub(crate) fn peek(&self, name: &str) -> Option<&Collection> {
        self.collections.get(name)
    }

    /// The next number for an identifier; they only grow.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Returns the logical time before this number of changes, as text.
    pub(crate) fn before(&self, changes: u32) -> String {
        time::iso(self.clock.before(changes))
    }

    /// The logical time as text, a second later at each call.
    pub(crate) fn now(&mut self) -> String {
        time::iso(self.clock.tick())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pages_and_keys() {
        let mut all = Collection::default();
        for n in 1..=5 {
            all.put_keyed(&n.to_string(), json!(n), vec![format!("k{n}")]);
        }
        assert_eq!(all.by_key("k3"), Some("3"));
        let (first, next) = all.page(0, 2, |_| true);
        assert_eq!((first, next), (vec![json!(1), json!(2)], Some(2)));
        all.remove("3");
        assert_eq!(all.by_key("k3"), None);
        let (rest, next) = all.page(2, 2, |_| true);
        assert_eq!((rest, next), (vec![json!(4), json!(5)], None));
        all.put_keyed("4", json!(44), vec!["new".into()]);
        assert_eq!((all.by_key("k4"), all.by_key("new")), (None, Some("4")));
    }
}
