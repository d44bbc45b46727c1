//! Maps with text keys.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::names::Held;
use super::{As, Consists, Form, Mode, Odd, Oddities, Seed, Showing, Shown, Wire, memory, place, shown};

/// A map from text to `V` that keeps the order in which it was sent.
///
/// CRM records are small maps that are read once and asked a few times, so the entries sit in
/// one vector and are looked up in turn: reading a page costs less than into any hash map.
/// Maps share their names with those of earlier replies that the same thread has read, so a name is allocated once.
/// A member that is `null` is omitted, so [`get`](Self::get) returns the same for null and missing members.
/// Entries that are not a `V` are kept separately, in [`odd`](Self::odd).
#[derive(Clone, PartialEq)]
pub struct Map<V> {
    entries: Vec<(Arc<str>, V)>,
    /// Boxed, because a map is a field of most records, and odd entries are rare.
    odd: Option<Box<Odds>>,
}

type Odds = Vec<(Arc<str>, Value)>;

impl<V> Map<V> {
    /// Creates a map without entries.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new(), odd: None }
    }

    /// Returns the value of a key. If a reply has a key twice, the last one counts.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        self.entries.iter().rev().find(|(name, _)| **name == *key).map(|(_, value)| value)
    }

    /// Sets the value of a key and returns the previous one.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: V) -> Option<V> {
        let key = key.into();
        self.forget_odd(&key);
        match self.entries.iter_mut().rev().find(|(name, _)| *name == key) {
            Some((_, old)) => Some(std::mem::replace(old, value)),
            None => {
                self.entries.push((key, value));
                None
            }
        }
    }

    /// Removes a key, and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        self.forget_odd(key);
        let value = self.entries.iter().rposition(|(name, _)| **name == *key).map(|at| self.entries.remove(at).1);
        self.entries.retain(|(name, _)| **name != *key);
        value
    }

    fn forget_odd(&mut self, key: &str) {
        if let Some(odd) = &mut self.odd {
            odd.retain(|(name, _)| **name != *key);
        }
    }

    /// Adds an entry as a reply contains it, without a search for one of the same name, so that reading a
    /// reply with very many members does not take quadratic time.
    #[doc(hidden)]
    pub fn append(&mut self, key: impl Into<Arc<str>>, value: V) {
        self.entries.push((key.into(), value));
    }

    /// Returns the entries, in the order in which they were received.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.entries.iter().map(|(name, value)| (&**name, value))
    }

    /// Returns the entries of a reply whose value is not a `V`, unchanged. They are neither
    /// counted nor found by [`get`](Self::get), and are written back with the others.
    pub fn odd(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.odd.iter().flat_map(|odd| odd.iter()).map(|(name, value)| (&**name, value))
    }

    /// Number of entries.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns true if there are no entries.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Into<Arc<str>>, V> FromIterator<(K, V)> for Map<V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Into<Arc<str>>, V> Extend<(K, V)> for Map<V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Into<Arc<str>>, W: Into<V>, V, const N: usize> From<[(K, W); N]> for Map<V> {
    fn from(entries: [(K, W); N]) -> Self {
        entries.into_iter().map(|(key, value)| (key, value.into())).collect()
    }
}

impl<V> IntoIterator for Map<V> {
    type Item = (Arc<str>, V);
    type IntoIter = std::vec::IntoIter<(Arc<str>, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

struct Entries<V>(PhantomData<V>);

impl<'de, V: Wire> Visitor<'de> for Entries<V> {
    type Value = Map<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: Error>(self) -> Result<Map<V>, E> {
        Ok(Map::new())
    }

    fn visit_none<E: Error>(self) -> Result<Map<V>, E> {
        Ok(Map::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Map<V>, A::Error> {
        // Neither plain values nor JSON have maps of this kind in them, which would need the names.
        let plain = matches!(<V::Form as Form<V>>::CONSISTS, Consists::Plain | Consists::Json);
        let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0).min(256));
        let mut names = Held::take();
        let mut beginning = None;
        while let Some(name) = map.next_key_seed(names.name(entries.is_empty()))? {
            if entries.len() == entries.capacity() {
                // Most maps are empty, or the properties of a record: eight, forty, two hundred. The last map that
                // started like this one gives a better estimate.
                let usual = if entries.is_empty() {
                    beginning = names.beginning();
                    beginning.map_or(0, |(_, usual)| usual)
                } else {
                    0
                };
                let more = if usual > 0 { usual } else { entries.len().max(2) * 4 };
                memory::reserve(&mut entries, more)?;
            }
            let mut value = || map.next_value_seed(Seed::<Option<V>>(PhantomData));
            match if plain { value() } else { names.lend(value) } {
                Ok(Some(value)) => entries.push((name, value)),
                Ok(None) => {}
                Err(error) => {
                    place::member(&name);
                    return Err(error);
                }
            }
        }
        if let Some((place, _)) = beginning {
            names.keep_length(place, entries.len());
        }
        Ok(Map { entries, odd: None })
    }
}

impl<V: Wire> Wire for Map<V> {
    type Form = Self;
}

impl<V: Wire> Form<Self> for Map<V> {
    const EXPECTED: &'static str = "an object";
    const CONSISTS: Consists = Consists::Map;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Entries(PhantomData))
    }

    fn write<S: Serializer>(this: &Self, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
        let odd = this.odd();
        let mut map = serializer.serialize_map(Some(this.len() + this.odd.as_ref().map_or(0, |odd| odd.len())))?;
        for (name, value) in this.iter() {
            map.serialize_entry(name, &As { value, mode })?;
        }
        for (name, value) in odd {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }

    fn salvage<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Self, Odd> {
        let members = match value {
            Value::Null => return Ok(Self::new()),
            Value::String(text) if text.is_empty() => return Ok(Self::new()),
            Value::Object(members) => members,
            _ => return Err(oddities.kind(Self::EXPECTED, value)),
        };
        let mut map = Self::new();
        memory::reserve(&mut map.entries, members.len()).map_err(|_: serde_json::Error| Odd::Value)?;
        for (name, value) in members {
            match oddities.member(name, |oddities| V::Form::salvage_option(value, oddities)) {
                Ok(Some(value)) => map.entries.push((name.as_str().into(), value)),
                Ok(None) => {}
                Err(Odd::Value) => map.odd.get_or_insert_default().push((name.as_str().into(), value.clone())),
                Err(Odd::Reply) => return Err(Odd::Reply),
            }
        }
        Ok(map)
    }

    fn shown(this: &Self, place: &Showing<'_>) -> Shown {
        let most = if place.is_deep() { 0 } else { shown::VALUES };
        let entries = this.iter().map(|(name, value)| (name, V::Form::shown(value, &place.entry())));
        let odd = this.odd().map(|(name, value)| (name, Shown::shape(value)));
        let length = this.len() + this.odd.as_ref().map_or(0, |odd| odd.len());
        let shown = entries.chain(odd).take(most).map(|(name, value)| (place.key(name, &value), value));
        Shown::map(shown.collect(), length)
    }

    fn empty(this: &Self) -> bool {
        this.is_empty() && this.odd.is_none()
    }

    fn salvage_option<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Option<Self>, Odd> {
        if value.is_null() { Ok(None) } else { Self::salvage(value, oddities).map(Some) }
    }
}

impl<'de, V: Wire> Deserialize<'de> for Map<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::restore(deserializer)
    }
}

impl<V: Wire> Serialize for Map<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::write(self, serializer, Mode::Lenient)
    }
}

impl<V: Wire> fmt::Debug for Map<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Self::shown(self, &Showing::properties()).fmt(f)
    }
}
