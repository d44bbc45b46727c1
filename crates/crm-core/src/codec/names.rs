//! Names that many maps have: the records of a page, and those of later replies, have the same properties. So each name is
//! allocated once for a thread and shared by all of them.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

/// The maximum number of names that are remembered. If there are more, the next reply starts anew.
const MOST: usize = 512;
/// The maximum length of a name that is remembered, in bytes.
const LONGEST: usize = 128;
/// The maximum number of entries for which a map gets room at once. A small map must not take what an earlier one took.
const ROOM: usize = 256;
/// The number of names of a reply that may be new, beyond those that were known, before none is looked for any more. The
/// names of a map by id are all new.
const PATIENCE: i32 = 64;

thread_local! {
    static NAMES: Cell<Names> = const { Cell::new(Names::NONE) };
}

/// The names in the maps of replies, in the order in which they came first.
struct Names {
    known: Vec<Known>,
    /// The number of names that were known when the map began that is read. It has each name once, so the others are not
    /// looked for among its own.
    earlier: usize,
    /// The place of the first name of the last map.
    began: usize,
    /// The place after that of the last name: most maps have the same names in the same order.
    expected: usize,
    patience: i32,
}

struct Known {
    name: Arc<str>,
    /// The length of the last map that began with this name, or [`ROOM`] if it was longer.
    length: usize,
}

impl Names {
    const NONE: Self = Self { known: Vec::new(), earlier: 0, began: 0, expected: 0, patience: PATIENCE };

    /// Returns the name, shared if it is known. `first` is true for the first name of a map.
    #[inline]
    fn get(&mut self, name: &str, first: bool) -> Arc<str> {
        match self.known.get(self.expected) {
            Some(known) if !first && *known.name == *name => {
                self.expected += 1;
                self.patience = self.patience.saturating_add(1);
                Arc::clone(&known.name)
            }
            _ => self.find(name, first),
        }
    }

    fn find(&mut self, name: &str, first: bool) -> Arc<str> {
        if first {
            self.earlier = self.known.len();
        }
        let Some(place) = self.place(name) else {
            self.expected = 0;
            return name.into();
        };
        self.expected = place + 1;
        if first {
            self.began = place;
        }
        Arc::clone(&self.known[place].name)
    }

    /// Returns the place of a name, which gets one if it is new.
    fn place(&mut self, name: &str) -> Option<usize> {
        for likely in [self.expected, self.began] {
            if self.is_at(likely, name) {
                self.patience = self.patience.saturating_add(1);
                return Some(likely);
            }
        }
        if self.patience <= 0 {
            return None;
        }
        let found = self.known[..self.earlier].iter().position(|known| *known.name == *name);
        if found.is_some() {
            return found;
        }
        self.patience -= 1;
        if self.known.len() >= MOST || name.len() > LONGEST {
            return None;
        }
        self.known.push(Known { name: name.into(), length: 0 });
        Some(self.known.len() - 1)
    }

    fn is_at(&self, place: usize, name: &str) -> bool {
        self.known.get(place).is_some_and(|known| *known.name == *name)
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::NONE
    }
}

/// Begins a reply.
pub(super) fn begin() {
    let mut names = NAMES.take();
    if names.known.len() >= MOST {
        names = Names::NONE;
    }
    (names.expected, names.patience) = (names.began, PATIENCE);
    NAMES.set(names);
}

/// The names of the thread, held while a map is read.
pub(super) struct Held(Names);

impl Held {
    pub(super) fn take() -> Self {
        Self(NAMES.take())
    }

    /// Gives the names back while something else is read, which may have maps of its own.
    pub(super) fn lend<T>(&mut self, read: impl FnOnce() -> T) -> T {
        NAMES.set(std::mem::take(&mut self.0));
        let value = read();
        self.0 = NAMES.take();
        value
    }

    /// Reads the name of an entry, which may be the first of its map.
    pub(super) fn name(&mut self, first: bool) -> Name<'_> {
        Name { names: &mut self.0, first }
    }

    /// Returns the place of the name that was read last, and the length that a map beginning with it probably has.
    pub(super) fn beginning(&self) -> Option<(usize, usize)> {
        let place = self.0.expected.checked_sub(1)?;
        Some((place, self.0.known.get(place)?.length))
    }

    /// Keeps the length of a map that begins with the name at a place, for the next one.
    pub(super) fn keep_length(&mut self, place: usize, length: usize) {
        if let Some(known) = self.0.known.get_mut(place) {
            known.length = length.min(ROOM);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        NAMES.set(std::mem::take(&mut self.0));
    }
}

/// Reads the name of an entry.
pub(super) struct Name<'a> {
    names: &'a mut Names,
    first: bool,
}

impl Visitor<'_> for Name<'_> {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an entry")
    }

    #[inline]
    fn visit_str<E: Error>(self, name: &str) -> Result<Arc<str>, E> {
        Ok(self.names.get(name, self.first))
    }
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Arc<str>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Held, LONGEST, MOST, Names, PATIENCE, ROOM, begin};
    use crate::codec::{Form, Map, Wire};

    /// Reads a reply.
    fn read<T: Wire>(text: &str) -> Vec<Map<T>> {
        begin();
        <Vec<Map<T>> as Wire>::Form::read(&mut serde_json::Deserializer::from_str(text)).unwrap()
    }

    fn places<T: Wire>(map: &Map<T>) -> Vec<*const u8> {
        map.iter().map(|(name, _)| name.as_ptr()).collect()
    }

    fn known() -> usize {
        Held::take().0.known.len()
    }

    #[test]
    fn maps_share_their_names_with_those_of_the_same_and_of_earlier_replies() {
        let text = r#"[{"a":"1","b":"2"},{"c":"3"},{"a":"4","b":"5"},{"b":"6","a":"7"},{"a":"8","x":"9"}]"#;
        let maps = read::<String>(text);
        let names: Vec<_> = maps.iter().map(places).collect();
        assert_eq!(names[2], names[0]);
        assert_eq!(names[3], [names[0][1], names[0][0]]);
        assert_eq!((names[4][0], known()), (names[0][0], 4));
        assert_eq!(maps[3].iter().collect::<Vec<_>>(), [("b", &"6".to_owned()), ("a", &"7".to_owned())]);
        let again = read::<String>(text);
        assert_eq!(again, maps);
        assert_eq!(again.iter().map(places).collect::<Vec<_>>(), names);
    }

    #[test]
    fn maps_in_maps_share_their_names() {
        let maps = read::<Map<String>>(r#"[{"o":{"a":"1"},"p":{"a":"2"}},{"o":{"a":"3"},"q":{}}]"#);
        assert_eq!(places(&maps[0])[0], places(&maps[1])[0]);
        let inner = |map: &Map<Map<String>>| places(map.iter().next().unwrap().1);
        assert_eq!(inner(&maps[0]), inner(&maps[1]));
        assert_eq!(known(), 4);
    }

    #[test]
    fn maps_of_many_names_share_them_after_a_few_records() {
        let record = |id: usize| {
            let members: String = (0..200).map(|name| format!(r#""property_{name}":"{id}","#)).collect();
            format!("{{{}}},", members.trim_end_matches(','))
        };
        let records: String = (0..20).map(record).collect();
        let maps = read::<String>(&format!("[{}]", records.trim_end_matches(',')));
        assert_eq!(places(&maps[18]), places(&maps[19]));
        assert_eq!(maps[19].iter().count(), 200);
    }

    #[test]
    fn names_that_are_all_new_are_not_kept_for_long() {
        let ids = |from: usize| {
            let ids: String = (from..from + 5_000).map(|id| format!(r#"{{"{id}":""}},"#)).collect();
            format!("[{}]", ids.trim_end_matches(','))
        };
        let patience = PATIENCE.unsigned_abs() as usize;
        assert_eq!(read::<String>(&ids(0)).len(), 5_000);
        assert_eq!((known(), Held::take().0.patience), (patience, 0));
        for reply in 1..MOST / patience {
            read::<String>(&ids(reply * 5_000));
        }
        assert_eq!(known(), MOST);
        read::<String>(r#"[{"a":"1"}]"#);
        assert_eq!(known(), 1, "all are forgotten where there are too many");
    }

    #[test]
    fn a_long_map_does_not_make_later_ones_large() {
        let members: String = (0..5_000).map(|id| format!(r#","{id}":"""#)).collect();
        assert_eq!(read::<String>(&format!(r#"[{{"a":""{members}}}]"#))[0].len(), 5_001);
        assert_eq!(Held::take().0.known[0].length, ROOM);
        read::<String>(r#"[{"a":""}]"#);
        assert_eq!(Held::take().0.known[0].length, 1);
    }

    #[test]
    fn any_name_is_returned_as_it_is() {
        let mut names = Names { patience: i32::MAX, ..Names::NONE };
        for id in 0..5_000 {
            assert_eq!(*names.get(&id.to_string(), true), *id.to_string());
        }
        assert_eq!(names.known.len(), MOST);
        let long = "n".repeat(LONGEST + 1);
        let mut names = Names::NONE;
        assert_eq!((&*names.get(&long, true), names.known.len()), (&*long, 0));
    }
}
