//! The position of an export: the places of its walks.

use crm_core::Position;
use serde_json::{Map, Value, json};

use super::walks::{Next, Walk, Walks};

/// The number of ids of an unproven walk that are stored, to prove it later: half of them are the first ones, and the
/// others are spread over all, in case the first ones are archived before the export is resumed.
const KEPT: usize = 100;

/// The numbers that are stored with the walks.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) done: u64,
    pub(super) total: Option<u64>,
}

/// A stored export.
pub(super) struct Stored<R> {
    pub(super) counts: Counts,
    /// The last id, of a part of the list.
    pub(super) to: Option<u64>,
    pub(super) walks: Vec<Walk<R>>,
}

impl<R> Stored<R> {
    fn of(walk: Walk<R>) -> Self {
        Self { counts: Counts::default(), to: None, walks: vec![walk] }
    }
}

pub(super) fn save<R>(walks: &Walks<R>, counts: Counts, to: Option<u64>) -> Position {
    if walks.is_over() {
        return Position::End;
    }
    let mut counts = json!({"done": counts.done, "total": counts.total});
    if let Some(id) = to {
        counts["to"] = id.into();
    }
    let places = walks.walks().enumerate().map(|(index, (walk, ids))| write(walk, (index > 0).then_some(ids)));
    Position::Values(std::iter::once(counts).chain(places).collect())
}

/// Returns `None` if the position is not one of an export.
pub(super) fn load<R>(position: Position) -> Option<Stored<R>> {
    let values = match position {
        Position::Start => return Some(Stored::of(Walk::new(0, Next::At(None)))),
        Position::End => return Some(Stored::of(Walk::new(0, Next::End))),
        Position::Values(values) => values,
        _ => return None,
    };
    let (rest, walks) = values.split_first()?;
    let counts = Counts { done: rest.get("done")?.as_u64()?, total: rest.get("total")?.as_u64() };
    let to = match rest.get("to") {
        Some(id) => Some(id.as_u64()?),
        None => None,
    };
    let walks = walks.iter().map(read).collect::<Option<Vec<_>>>()?;
    (!walks.is_empty()).then_some(Stored { counts, to, walks })
}

/// Writes a walk. If it is not proven, the ids that it returned are written too.
fn write<R>(walk: &Walk<R>, ids: Option<impl Iterator<Item = u64>>) -> Value {
    let mut place = Map::new();
    let (next, skip) = walk.place();
    match next {
        Next::At(Some(cursor)) => place.insert("at".to_owned(), cursor.into()),
        Next::At(None) => None,
        Next::End => place.insert("end".to_owned(), true.into()),
    };
    if let Some(id) = skip {
        place.insert("behind".to_owned(), id.into());
    }
    place.insert("through".to_owned(), walk.behind().into());
    if let Some(ids) = ids {
        place.insert("border".to_owned(), walk.border.into());
        // Each id is stored as the distance from the one before, because positions are stored often.
        let mut before = walk.border;
        let ids: Vec<u64> = ids.collect();
        let distances = kept(&ids).map(|id| id.wrapping_sub(std::mem::replace(&mut before, id)));
        place.insert("ids".to_owned(), distances.collect());
    }
    Value::Object(place)
}

fn kept(ids: &[u64]) -> impl Iterator<Item = u64> {
    let (first, others) = ids.split_at(ids.len().min(KEPT / 2));
    let step = others.len().div_ceil(KEPT / 2).max(1);
    first.iter().chain(others.iter().step_by(step)).copied()
}

fn read<R>(place: &Value) -> Option<Walk<R>> {
    let place = place.as_object()?;
    let number = |name: &str| place.get(name).map(Value::as_u64);
    let next = match (place.get("end"), place.get("at")) {
        (Some(_), _) => Next::End,
        (None, Some(cursor)) => Next::At(Some(cursor.as_str()?.to_owned())),
        (None, None) => Next::At(None),
    };
    let skip = match number("behind") {
        Some(id) => Some(id?),
        None => None,
    };
    let border = number("border").unwrap_or(Some(0))?;
    let mut ids = Vec::new();
    let mut before = border;
    for distance in place.get("ids").and_then(Value::as_array).into_iter().flatten() {
        before = before.wrapping_add(distance.as_u64()?);
        ids.push(before);
    }
    Some(Walk::resumed(border, next, skip, number("through")??, ids))
}

#[cfg(test)]
mod tests {
    use super::{KEPT, kept};

    #[test]
    fn the_ids_that_are_stored_are_few_and_reach_to_the_end() {
        for count in [0, 1, 49, 50, 51, 99, 100, 101, 5_000] {
            let ids: Vec<u64> = (1..=count).collect();
            let stored: Vec<u64> = kept(&ids).collect();
            assert!(stored.len() <= KEPT && stored.is_sorted(), "{count}");
            assert!(count <= 100 || stored.last().is_some_and(|last| *last > count - count / 50 - 2), "{count}");
            assert_eq!(stored.iter().take(50).collect::<Vec<_>>(), ids.iter().take(50).collect::<Vec<_>>());
        }
    }
}
