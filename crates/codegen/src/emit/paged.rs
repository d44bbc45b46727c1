//! The facts of a page about its list, as code over the type of the reply: a path that the
//! reply does not have fails generation, not the user's sync.

use anyhow::{Context, Result, bail};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};

use super::rust::{field_type, ident, outer};
use crate::model::{Definition, Field, Model, NextPosition, OneOrTwo, Operation, Paging, Shape, Ty};

/// The value at a path of a reply, as conditions that bind it. Each step is a `let` and not a closure:
/// the compiler checks a closure as a function of its own, and there would be hundreds.
struct Path {
    conditions: Vec<TokenStream>,
    /// The place, once the conditions hold.
    place: TokenStream,
    /// True if the place is an `Option`.
    optional: bool,
    ty: Ty,
    /// The name that the conditions bind.
    name: Ident,
}

impl Path {
    /// Adds a condition that binds the name.
    fn bind(&mut self, pattern: TokenStream, value: TokenStream) {
        let name = &self.name;
        self.conditions.push(quote!(let #pattern(#name) = #value));
        (self.place, self.optional) = (name.to_token_stream(), false);
    }

    /// The path with its place bound if it is optional.
    fn bound(mut self) -> Self {
        if self.optional {
            let place = &self.place;
            self.bind(quote!(Some), quote!(&#place));
        }
        self
    }

    /// `some` if the conditions hold, otherwise `none`.
    fn either(&self, some: TokenStream, none: TokenStream) -> TokenStream {
        either(&self.conditions, some, none)
    }
}

fn either(conditions: &[TokenStream], some: TokenStream, none: TokenStream) -> TokenStream {
    if conditions.is_empty() { some } else { quote!(if #(#conditions)&&* { #some } else { #none }) }
}

/// The impl for a builder.
pub(super) fn paged(
    builder: &Ident,
    operation: &Operation,
    paging: &Paging,
    reply: &Ty,
    model: &Model,
) -> Result<TokenStream> {
    let at = |what: &str| format!("{}: `x-crm-paging`: {what}", operation.name);
    let items = by_ref(model, reply, &paging.items).with_context(|| at("items"))?;
    let Ty::List(item) = items.ty.clone() else { bail!("{}: `{}` is not a list", at("items"), paging.items) };
    let items = items.bound();
    let total = optional(paging.total.as_deref(), |path| {
        let total = number(by_ref(model, reply, path)?)?;
        let place = &total.place;
        Ok(total.either(quote!(Some(#place)), quote!(None)))
    })
    .with_context(|| at("total"))?;
    let more =
        optional(paging.more.as_deref(), |path| Ok(flag(by_ref(model, reply, path)?))).with_context(|| at("more"))?;
    let last = |model: &Model| -> Result<Option<Path>> {
        let Some(field) = &paging.last else { return Ok(None) };
        let mut last = by_ref(model, reply, &paging.items)?.bound();
        let list = &last.place;
        last.bind(quote!(Some), quote!(#list.last()));
        last.ty = (*item).clone();
        Ok(Some(further(model, last, field)?))
    };
    let position = |path: &Path, kind: TokenStream| {
        let place = &path.place;
        path.either(quote!(Some(Position::#kind(#place))), quote!(None))
    };
    let next = match (paging.kind.next, &paging.next) {
        (NextPosition::Text, Some(OneOrTwo::One(next))) => {
            position(&text(by_ref(model, reply, next).with_context(|| at("next"))?)?, quote!(Token))
        }
        (NextPosition::Text, _) => match last(model).with_context(|| at("last"))? {
            Some(last) => position(&text(last)?, quote!(Token)),
            None => bail!("{} or `last` is needed", at("next")),
        },
        (NextPosition::Number, Some(OneOrTwo::One(next))) => {
            position(&number(by_ref(model, reply, next).with_context(|| at("next"))?)?, quote!(Offset))
        }
        (NextPosition::Number | NextPosition::Counted, _) => quote!(None),
        (NextPosition::Pair, Some(OneOrTwo::Two([value, id]))) => {
            let text_at =
                |path: &str, name: &str| text(by_ref_as(model, reply, path, name).with_context(|| at("next"))?);
            let (value, id) = (text_at(value, "value")?, text_at(id, "id")?);
            let conditions = [value.conditions, id.conditions].concat();
            let (value, id) = (value.place, id.place);
            either(&conditions, quote!(Some(Position::After { value: #value, id: #id })), quote!(None))
        }
        (NextPosition::Pair, _) => bail!("{} needs two paths", at("next")),
        (NextPosition::Values, _) => {
            let Some(last) = last(model).with_context(|| at("last"))? else { bail!("{} is needed", at("last")) };
            let mut last = last.bound();
            match &last.ty {
                Ty::List(inner) if **inner == Ty::Json => {}
                Ty::Json => {
                    let place = &last.place;
                    last.bind(quote!(Some), quote!(#place.as_array()));
                }
                _ => bail!("{}: not a list of values", at("last")),
            }
            let place = &last.place;
            last.either(quote!(Some(Position::Values(#place.clone()))), quote!(None))
        }
    };
    // Facts that this kind of paging does not look at are not compiled.
    let counts = match paging.kind.next {
        NextPosition::Number => paging.next.is_none(),
        NextPosition::Text => paging.kind.name != "token",
        next => matches!(next, NextPosition::Counted | NextPosition::Values),
    };
    let total = if counts { total } else { quote!(None) };
    let more = if paging.kind.next == NextPosition::Values { quote!(None) } else { more };
    let (page, list) = (outer(reply), &items.place);
    let count = items.either(quote!(Some(#list.len())), quote!(None));
    let item = outer(&item);
    let owned = owned(model, reply, paging)?;
    Ok(quote! {
        impl Paged for #builder {
            type Page = #page;
            type Item = #item;
            #[inline]
            fn facts(page: &Self::Page) -> PageFacts {
                PageFacts { count: #count, next: #next, total: #total, more: #more }
            }
            #[inline]
            fn items(page: Self::Page) -> Vec<Self::Item> {
                #owned
            }
        }
    })
}

/// The type of the items of a paged reply.
pub(crate) fn item(paging: &Paging, reply: &Ty, model: &Model) -> Option<Ty> {
    match by_ref(model, reply, &paging.items).ok()?.ty {
        Ty::List(item) => Some(*item),
        _ => None,
    }
}

/// Returns true if the flag for further pages is a boolean, so that a reply without it leaves the question open.
pub(super) fn more_is_boolean(paging: &Paging, reply: &Ty, model: &Model) -> bool {
    let path = paging.more.as_deref().and_then(|path| by_ref(model, reply, path).ok());
    path.is_some_and(|path| path.ty == Ty::Boolean)
}

fn optional(path: Option<&str>, code: impl Fn(&str) -> Result<TokenStream>) -> Result<TokenStream> {
    path.map_or_else(|| Ok(quote!(None)), code)
}

fn record<'a>(model: &'a Model, ty: &Ty) -> Result<(&'a Definition, &'a [Field])> {
    let name = match ty {
        Ty::Named(name) => name,
        Ty::Boxed(inner) => inner.name().unwrap_or_default(),
        _ => bail!("there is no record"),
    };
    match model.types.get(name) {
        Some(definition) => match &definition.shape {
            Shape::Record { fields, .. } => Ok((definition, fields)),
            _ => bail!("`{name}` is not a record"),
        },
        None => bail!("`{name}` is not known"),
    }
}

pub(super) fn field<'a>(model: &'a Model, ty: &Ty, wire: &str) -> Result<(&'a Field, bool)> {
    let (definition, fields) = record(model, ty)?;
    let found = fields.iter().find(|field| field.wire == wire);
    let Some(found) = found else {
        let names: Vec<&str> = fields.iter().map(|field| field.wire.as_str()).collect();
        bail!("{}", lacks(wire, &names));
    };
    Ok((found, field_type(found, definition).1))
}

/// The message about a name that a request or a reply does not have.
pub(super) fn lacks(name: &str, names: &[&str]) -> String {
    format!(
        "there is no `{name}`, only {}; correct the document in corrections.json, or the paging in the surface or vendor.json",
        names.join(", ")
    )
}

/// The value at a path of the page.
fn by_ref(model: &Model, reply: &Ty, path: &str) -> Result<Path> {
    by_ref_as(model, reply, path, "value")
}

fn by_ref_as(model: &Model, reply: &Ty, path: &str, name: &str) -> Result<Path> {
    let start =
        Path { conditions: Vec::new(), place: quote!(page), optional: false, ty: reply.clone(), name: ident(name) };
    further(model, start, path)
}

fn further(model: &Model, start: Path, path: &str) -> Result<Path> {
    let mut here = start;
    for step in path.split('.').filter(|step| !step.is_empty()) {
        here = here.bound();
        let place = here.place.clone();
        if here.ty == Ty::Json {
            here.bind(quote!(Some), quote!(#place.get(#step)));
            continue;
        }
        let (field, optional) = field(model, &here.ty, step)?;
        let name = ident(&field.ident);
        (here.place, here.optional, here.ty) = (quote!(#place.#name), optional, field.ty.clone());
    }
    Ok(here)
}

/// The list itself, taken out of the page.
fn owned(model: &Model, reply: &Ty, paging: &Paging) -> Result<TokenStream> {
    let mut conditions = Vec::new();
    let (mut place, mut optional, mut ty) = (quote!(page), false, reply.clone());
    for step in paging.steps() {
        if optional {
            conditions.push(quote!(let Some(value) = #place));
            place = quote!(value);
        }
        let (field, may_be_absent) = field(model, &ty, step)?;
        let name = ident(&field.ident);
        (place, optional, ty) = (quote!(#place.#name), may_be_absent, field.ty.clone());
    }
    let list = if optional { quote!(#place.unwrap_or_default()) } else { place };
    Ok(either(&conditions, list, quote!(Vec::new())))
}

/// The path with a `String` as its place.
fn text(path: Path) -> Result<Path> {
    let mut path = path.bound();
    let place = &path.place;
    path.place = match path.ty {
        Ty::Text => quote!(#place.clone()),
        Ty::Integer | Ty::Number | Ty::Timestamp => quote!(#place.to_string()),
        Ty::Json => {
            path.bind(quote!(Some), quote!(crm_core::page::position_text(#place)));
            return Ok(path);
        }
        _ => bail!("not a text or number"),
    };
    Ok(path)
}

/// The path with a `u64` as its place.
fn number(path: Path) -> Result<Path> {
    let mut path = path.bound();
    let place = &path.place;
    match path.ty {
        Ty::Integer => path.bind(quote!(Ok), quote!(u64::try_from(*#place))),
        Ty::Number => path.place = quote!(*#place as u64),
        Ty::Text => path.bind(quote!(Ok), quote!(#place.parse())),
        Ty::Json => path.bind(quote!(Some), quote!(#place.as_u64())),
        _ => bail!("not a number"),
    }
    Ok(path)
}

/// An `Option<bool>`: a boolean as it is; of anything else, whether it is there.
fn flag(path: Path) -> TokenStream {
    match path.ty {
        Ty::Boolean => {
            let path = path.bound();
            let place = &path.place;
            path.either(quote!(Some(*#place)), quote!(None))
        }
        Ty::Json => {
            let path = path.bound();
            let place = &path.place;
            path.either(quote!(Some(#place.as_bool() != Some(false))), quote!(Some(false)))
        }
        _ => {
            let place = &path.place;
            let there = if path.optional { quote!(#place.is_some()) } else { quote!(true) };
            path.either(quote!(Some(#there)), quote!(Some(false)))
        }
    }
}
