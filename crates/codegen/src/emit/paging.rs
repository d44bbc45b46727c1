//! The table of an operation's paging: `crm_core::Paging`.

use anyhow::{Result, bail};
use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::quote;

use super::paged::field;
use super::rust::{ident, number};
use crate::model::{Model, NextPosition, OneOrTwo, Operation, Paging, PagingPlace, Ty};

/// The value of `OpMeta::paging`.
pub(super) fn table(paging: &Paging, operation: &Operation, model: &Model) -> Result<TokenStream> {
    let params = match (&paging.param, paging.kind.next) {
        (OneOrTwo::Two(both), NextPosition::Pair) => quote!(#(#both),*),
        (OneOrTwo::One(name), next) if next != NextPosition::Pair => quote!(#name),
        _ => bail!("{}: `x-crm-paging`: `param` must be two names for keyset_pair, and one otherwise", operation.name),
    };
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

/// Returns true if the body takes the number as text.
pub(super) fn as_text(paging: &Paging, operation: &Operation, model: &Model) -> bool {
    let (OneOrTwo::One(name), PagingPlace::Body) = (&paging.param, paging.place) else { return false };
    let counts = matches!(paging.kind.next, NextPosition::Number | NextPosition::Counted);
    let body = operation.body.as_ref().filter(|_| counts);
    body.and_then(|body| field(model, &body.ty, name).ok()).is_some_and(|(field, _)| field.ty == Ty::Text)
}
