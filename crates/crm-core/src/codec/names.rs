//! Names that many maps of one reply have: the records of a page have the same properties, so each name is allocated once
//! and shared by all of them.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

/// The maximum number of names that are remembered.
const MOST: usize = 512;
/// The number of names that may be new, beyond those that were known, before none is looked for any more. The names of a
/// map by id are all new.
const PATIENCE: i32 = 64;

thread_local! {
    static NAMES: RefCell<Option<Names>> = const { RefCell::new(None) };
}

/// The names in the maps of a reply, in the order in which they came first.
struct Names {
    known: Vec<Known>,
    /// The place after that of the last name: maps of a page mostly have the same names in the same order.
    expected: usize,
    patience: i32,
}

struct Known {
    name: Arc<str>,
    /// The length of the last map that began with this name.
    length: usize,
}

impl Names {
    fn get(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.known.get(self.expected).filter(|known| *known.name == *name) {
            self.expected += 1;
            self.patience = self.patience.saturating_add(1);
            return Arc::clone(&known.name);
        }
        if self.patience > 0 {
            self.patience -= 1;
            if let Some(place) = self.known.iter().position(|known| *known.name == *name) {
                self.expected = place + 1;
                self.patience += 1;
                return Arc::clone(&self.known[place].name);
            }
            if self.known.len() < MOST {
                let name = Arc::from(name);
                self.known.push(Known { name: Arc::clone(&name), length: 0 });
                self.expected = self.known.len();
                return name;
            }
        }
        self.expected = 0;
        name.into()
    }
}

/// Reads a reply whose maps share their names.
pub(super) fn shared<T>(read: impl FnOnce() -> T) -> T {
    struct Before(Option<Names>);
    impl Drop for Before {
        fn drop(&mut self) {
            NAMES.replace(self.0.take());
        }
    }
    let names = Names { known: Vec::new(), expected: 0, patience: PATIENCE };
    let _before = Before(NAMES.replace(Some(names)));
    read()
}

/// The beginning of a map, by its first name.
#[derive(Clone, Copy)]
pub(super) struct Beginning(usize);

impl Beginning {
    /// The map that begins with the name that was read last, and the length that it probably has.
    pub(super) fn here() -> Option<(Self, usize)> {
        NAMES.with_borrow(|names| {
            let names = names.as_ref()?;
            let place = names.expected.checked_sub(1)?;
            Some((Self(place), names.known.get(place)?.length))
        })
    }

    /// Keeps the length of the map for the next one.
    pub(super) fn end(self, length: usize) {
        NAMES.with_borrow_mut(|names| {
            if let Some(known) = names.as_mut().and_then(|names| names.known.get_mut(self.0)) {
                known.length = length;
            }
        });
    }
}

/// Reads the name of an entry.
pub(super) struct Name;

impl Visitor<'_> for Name {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an entry")
    }

    #[inline]
    fn visit_str<E: Error>(self, name: &str) -> Result<Arc<str>, E> {
        Ok(NAMES.with_borrow_mut(|names| match names {
            Some(names) => names.get(name),
            None => name.into(),
        }))
    }
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Arc<str>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MOST, NAMES, Names, PATIENCE, shared};
    use crate::codec::{Form, Map, Wire};

    /// Reads without a scope of its own.
    fn read(text: &str) -> Vec<Map<String>> {
        <Vec<Map<String>> as Wire>::Form::read(&mut serde_json::Deserializer::from_str(text)).unwrap()
    }

    fn names<T>(look: impl FnOnce(&Names) -> T) -> T {
        NAMES.with_borrow(|names| look(names.as_ref().unwrap()))
    }

    #[test]
    fn the_maps_of_a_reply_share_their_names() {
        let same = |one: &Map<String>, other: &Map<String>| {
            let both = one.iter().zip(other.iter());
            both.map(|((one, _), (other, _))| std::ptr::eq(one, other)).collect::<Vec<_>>()
        };
        let text = r#"[{"a":"1","b":"2"},{"c":"3"},{"a":"4","b":"5"},{"b":"6","a":"7"},{"a":"8","x":"9"}]"#;
        let maps = shared(|| read(text));
        assert_eq!(same(&maps[0], &maps[2]), [true, true]);
        assert_eq!(same(&maps[0], &maps[4]), [true, false]);
        assert_eq!(maps[3].iter().collect::<Vec<_>>(), [("b", &"6".to_owned()), ("a", &"7".to_owned())]);
        assert_eq!(same(&shared(|| read(text))[0], &maps[0]), [false, false]);
        assert_eq!(same(&read(text)[0], &read(text)[2]), [false, false], "without a reply");
    }

    #[test]
    fn maps_of_many_names_share_them_after_a_few_records() {
        let record = |id: usize| {
            let members: String = (0..200).map(|name| format!(r#""property_{name}":"{id}","#)).collect();
            format!("{{{}}},", members.trim_end_matches(','))
        };
        let records: String = (0..20).map(record).collect();
        let maps = shared(|| read(&format!("[{}]", records.trim_end_matches(','))));
        let names = |map: &Map<String>| map.iter().map(|(name, _)| name.as_ptr()).collect::<Vec<_>>();
        assert_eq!(names(&maps[18]), names(&maps[19]));
        assert_eq!(maps[19].iter().count(), 200);
    }

    #[test]
    fn an_inner_reading_leaves_the_outer_its_names() {
        shared(|| {
            let before = read(r#"[{"a":"1"}]"#);
            shared(|| read(r#"[{"z":"1"}]"#));
            assert_eq!(names(|names| names.known.len()), 1);
            drop(before);
        });
        assert!(NAMES.with_borrow(Option::is_none));
    }

    #[test]
    fn names_that_are_all_new_are_not_kept_for_long() {
        shared(|| {
            let ids: String = (0..5_000).map(|id| format!(r#"{{"{id}":""}},"#)).collect();
            assert_eq!(read(&format!("[{}]", ids.trim_end_matches(','))).len(), 5_000);
            names(|names| assert_eq!((names.known.len(), names.patience), (PATIENCE.unsigned_abs() as usize, 0)));
        });
        // Even if patience never ends.
        let mut names = Names { known: Vec::new(), expected: 0, patience: i32::MAX };
        for id in 0..5_000 {
            assert_eq!(*names.get(&id.to_string()), *id.to_string());
        }
        assert_eq!(names.known.len(), MOST);
        assert_eq!(Arc::strong_count(&names.get("0")), 2);
    }
}
