//! The table of an operation's paging: `crm_core::Paging`.

use anyhow::{Context, Result, bail};
use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::quote;

use super::paged::{field, lacks};
use super::rust::{ident, number};
use crate::model::{Body, Model, NextPosition, OneOrTwo, Operation, Paging, PagingPlace, Place, Ty};

/// The value of `OpMeta::paging`.
pub(super) fn table(paging: &Paging, operation: &Operation, model: &Model) -> Result<TokenStream> {
    let params = match (&paging.param, paging.kind.next) {
        (OneOrTwo::Two(both), NextPosition::Pair) => quote!(#(#both),*),
        (OneOrTwo::One(name), next) if next != NextPosition::Pair => quote!(#name),
        _ => bail!("{}: `x-crm-paging`: `param` must be two names for keyset_pair, and one otherwise", operation.name),
    };
    check(paging, operation, model)?;
    let body = paging.place == PagingPlace::Body;
    if paging.kind.next == NextPosition::Values && !body {
        bail!("{}: `x-crm-paging`: `in` must be body, because the position is a list of values", operation.name);
    }
    let told = paging.kind.next == NextPosition::Number && paging.next.is_some();
    let first = number(paging.first);
    let members = [
        body.then(|| quote!(sent_in: SentIn::Body)),
        as_text(paging, operation, model).then(|| quote!(as_text: true)),
        paging.limit.as_ref().map(|name| quote!(limit: Some(#name))),
        told.then(|| quote!(told: true)),
        (paging.first != 1).then(|| quote!(first: #first)),
    ];
    let kind = ident(&paging.kind.name.to_upper_camel_case());
    let new = quote!(Paging::new(PagingKind::#kind, &[#params]));
    let members: Vec<TokenStream> = members.into_iter().flatten().collect();
    Ok(if members.is_empty() { new } else { quote!(Paging { #(#members,)* ..#new }) })
}

/// Checks that the request has the parameters or members that take the position and the size of a page.
fn check(paging: &Paging, operation: &Operation, model: &Model) -> Result<()> {
    let positions = match &paging.param {
        OneOrTwo::One(name) => std::slice::from_ref(name),
        OneOrTwo::Two(both) => both,
    };
    let takes = |name: &str| match (paging.place, &operation.body) {
        (PagingPlace::Query, _) => in_query(operation, name),
        (PagingPlace::Body, Some(Body { ty: Ty::Json, .. })) => Ok(()),
        (PagingPlace::Body, Some(body)) => field(model, &body.ty, name).map(drop),
        (PagingPlace::Body, None) => bail!("the request has no body, so `in` must be query"),
    };
    let at = |what: &str| format!("{}: `x-crm-paging`: {what}", operation.name);
    positions.iter().try_for_each(|name| takes(name)).with_context(|| at("param"))?;
    paging.limit.iter().try_for_each(|name| takes(name)).with_context(|| at("limit"))
}

fn in_query(operation: &Operation, name: &str) -> Result<()> {
    let arguments = operation.arguments.iter().filter(|argument| argument.place == Place::Query);
    let names: Vec<&str> = arguments.map(|argument| argument.wire.as_str()).collect();
    if !names.contains(&name) {
        bail!("{}", lacks(name, &names));
    }
    Ok(())
}

/// Returns true if the body takes the number as text.
pub(super) fn as_text(paging: &Paging, operation: &Operation, model: &Model) -> bool {
    let (OneOrTwo::One(name), PagingPlace::Body) = (&paging.param, paging.place) else { return false };
    let counts = matches!(paging.kind.next, NextPosition::Number | NextPosition::Counted);
    let body = operation.body.as_ref().filter(|_| counts);
    body.and_then(|body| field(model, &body.ty, name).ok()).is_some_and(|(field, _)| field.ty == Ty::Text)
}
