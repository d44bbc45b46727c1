//! Judges the reports on two changes of the same documents, alone and together.

use anyhow::Result;
use codegen::diff::Class;
use codegen::read::document::Document;
use fastrand::Rng;

use crate::facts;
use crate::mutate::KINDS;
use crate::named;
use crate::nowhere;
use crate::world::{Mutation, WORLDS, World};

/// The outcome of a change.
pub(crate) enum Outcome {
    /// The report contains it, with this class.
    Told(Class),
    /// All differing facts are on the list of facts that are not reported.
    Nowhere,
    /// The documents can no longer be read, and the error contains the reason.
    Refused,
    /// Our corrections undo the change: nothing differs.
    Same,
}

/// A change with its outcome, and the mistake in its report, if there is one.
pub(crate) struct Judged {
    pub(crate) mutation: Mutation,
    pub(crate) outcome: Outcome,
    pub(crate) wrong: Option<String>,
}

/// Tries two changes of these kinds in a random world. A kind that has no place there is omitted.
pub(crate) fn pair(rng: &mut Rng, kinds: [usize; 2]) -> Result<Vec<Judged>> {
    let world = World::new(rng.usize(..WORLDS.len()));
    let mutations: Vec<Mutation> = kinds.iter().filter_map(|kind| world.mutation(rng, *kind)).collect();
    let mut judged = Vec::new();
    for mutation in mutations {
        judged.push(one(&world, mutation)?);
    }
    if let [first, second] = &judged[..]
        && let Some(wrong) = together(&world, &first.mutation, &second.mutation)?
    {
        judged[1].wrong.get_or_insert(wrong);
    }
    Ok(judged)
}

fn one(world: &World, mutation: Mutation) -> Result<Judged> {
    let name = |what: &str| {
        let kind = KINDS[mutation.kind].name;
        Some(format!("{what}: {kind} in {} {} at {}", world.vendor(), mutation.document, mutation.place))
    };
    let Ok(changed) = world.with(&[&mutation]) else {
        return Ok(Judged { mutation, outcome: Outcome::Refused, wrong: None });
    };
    let (before, now) = (world.facts()?, changed.facts()?);
    let places = facts::differences(&before, &now);
    if places.is_empty() {
        return Ok(Judged { mutation, outcome: Outcome::Same, wrong: None });
    }
    let told = match world.told(&changed) {
        Ok(told) => told,
        Err(error) => {
            let said = format!("{error:#}");
            let wrong = if said.contains("panicked") { name(&said) } else { None };
            return Ok(Judged { mutation, outcome: Outcome::Refused, wrong });
        }
    };
    let documents: Vec<Document> = world.documents()?.into_iter().chain(changed.documents()?).collect();
    let unseen = || places.iter().find(|place| nowhere::reason(place, &documents).is_none());
    let lock = world.names()?;
    let (outcome, wrong) = match told.0.iter().map(|change| change.class).max() {
        Some(class) if named::is_named(&told.0, &places, &documents, &lock) => (Outcome::Told(class), None),
        Some(class) if unseen().is_none() => (Outcome::Told(class), None),
        Some(class) => {
            let lines = told.lines().into_iter().take(3).collect::<Vec<_>>().join(" | ");
            (Outcome::Told(class), name(&format!("{} is not named, but: {lines}", places[0])))
        }
        None => (Outcome::Nowhere, unseen().and_then(|place| name(&format!("{place} passes unseen")))),
    };
    Ok(Judged { mutation, outcome, wrong })
}

/// Returns a message if one of two changes hides the other: without either of them, the report must be different.
fn together(world: &World, first: &Mutation, second: &Mutation) -> Result<Option<String>> {
    let (Ok(one), Ok(other), Ok(both)) = (world.with(&[first]), world.with(&[second]), world.with(&[first, second]))
    else {
        return Ok(None);
    };
    let (before, all) = (world.facts()?, both.facts()?);
    let (Ok(whole), Ok(one_told), Ok(other_told)) = (world.told(&both), world.told(&one), world.told(&other)) else {
        return Ok(None);
    };
    let whole = whole.lines();
    for (alone, told, hidden) in [(&one, one_told, second), (&other, other_told, first)] {
        let facts = alone.facts()?;
        let places = facts::differences(&facts, &all);
        let documents: Vec<Document> = alone.documents()?.into_iter().chain(both.documents()?).collect();
        let unknown = |place: &&&str| nowhere::reason(place, &documents).is_none() && !nowhere::is_new(place, &before);
        let place = places.iter().find(unknown);
        if let Some(place) = place.filter(|_| told.lines() == whole) {
            let said = |one: &Mutation| format!("{} in {} at {}", KINDS[one.kind].name, one.document, one.place);
            let by = if std::ptr::eq(hidden, first) { second } else { first };
            return Ok(Some(format!("{}: {} ({place}) is hidden by {}", world.vendor(), said(hidden), said(by))));
        }
    }
    Ok(None)
}
