//! The table of an operation's paging: `crm_core::Paging`.

use anyhow::{Result, bail};
use heck::ToUpperCamelCase;

use super::paged::field;
use crate::refine::{Model, NextPosition, OneOrTwo, Operation, Paging, PagingPlace, Ty};

/// The value of `OpMeta::paging`.
pub(super) fn table(paging: &Paging, operation: &Operation, model: &Model) -> Result<String> {
    let params = match (&paging.param, paging.kind.next) {
        (OneOrTwo::Two([value, id]), NextPosition::Pair) => format!("{value:?}, {id:?}"),
        (OneOrTwo::One(name), next) if next != NextPosition::Pair => format!("{name:?}"),
        _ => bail!("{}: `x-paging`: `param` must be two names for keyset_pair, and one otherwise", operation.name),
    };
    let body = paging.place == PagingPlace::Body;
    if paging.kind.next == NextPosition::Values && !body {
        bail!("{}: `x-paging`: `in` must be body, because the position is a list of values", operation.name);
    }
    let told = paging.kind.next == NextPosition::Number && paging.next.is_some();
    let members = [
        body.then(|| "sent_in: SentIn::Body".to_owned()),
        as_text(paging, operation, model).then(|| "as_text: true".to_owned()),
        paging.limit.as_ref().map(|name| format!("limit: Some({name:?})")),
        told.then(|| "told: true".to_owned()),
        (paging.first != 1).then(|| format!("first: {}", paging.first)),
    ];
    let new = format!("Paging::new(PagingKind::{}, &[{params}])", paging.kind.name.to_upper_camel_case());
    let members: Vec<String> = members.into_iter().flatten().collect();
    Ok(if members.is_empty() { new } else { format!("Paging {{ {}, ..{new} }}", members.join(", ")) })
}

/// Returns true if the body takes the number as text.
fn as_text(paging: &Paging, operation: &Operation, model: &Model) -> bool {
    let (OneOrTwo::One(name), PagingPlace::Body) = (&paging.param, paging.place) else { return false };
    let counts = matches!(paging.kind.next, NextPosition::Number | NextPosition::Counted);
    let body = operation.body.as_ref().filter(|_| counts);
    body.and_then(|body| field(model, &body.ty, name).ok()).is_some_and(|(field, _)| field.ty == Ty::Text)
}
