//! Operations and types that are described otherwise: counted, not shown.

use super::change::{Changes, Kind, counted};
use super::pairs::Pairs;
use crate::model::{Definition, Model, Operation, Shape};

/// Counts what both sides have and describe otherwise.
pub(super) fn compare(changes: &mut Changes, old: &Model, new: &Model, pairs: &Pairs<'_>) {
    let operations = pairs.both.iter().filter(|pair| operation(pair.old, pair.new)).count();
    let types =
        old.types.iter().filter(|(name, before)| new.types.get(*name).is_some_and(|now| ty(before, now))).count();
    for (count, of) in [(operations, "operation"), (types, "type")] {
        if count > 0 {
            let what = format!("changed for {count} {}", counted(of, count));
            changes.of(Kind::Documentation, "Documentation").patch(what, "no code changes");
        }
    }
}

fn operation(old: &Operation, new: &Operation) -> bool {
    old.summary != new.summary
        || old.remark != new.remark
        || old
            .arguments
            .iter()
            .any(|before| new.arguments.iter().any(|now| now.wire == before.wire && now.doc != before.doc))
}

fn ty(old: &Definition, new: &Definition) -> bool {
    let fields = match (&old.shape, &new.shape) {
        (Shape::Record { fields: before, .. }, Shape::Record { fields: now, .. }) => {
            before.iter().any(|field| now.iter().any(|now| now.wire == field.wire && now.doc != field.doc))
        }
        _ => false,
    };
    old.doc != new.doc || fields
}
