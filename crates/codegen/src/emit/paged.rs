//! What a page reports about its list, as code over the type of the reply: a path that the
//! reply does not have fails generation, not the user's sync.

use anyhow::{Context, Result, bail};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::rust::{field_type, ident, outer};
use crate::model::{Definition, Field, Model, NextPosition, OneOrTwo, Operation, Paging, Shape, Ty};

/// An expression and the type it gives.
struct Path {
    code: TokenStream,
    ty: Ty,
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
    let Ty::List(item) = &items.ty else { bail!("{}: `{}` is not a list", at("items"), paging.items) };
    let total =
        optional(paging.total.as_deref(), |path| number(&by_ref(model, reply, path)?)).with_context(|| at("total"))?;
    let more =
        optional(paging.more.as_deref(), |path| Ok(flag(&by_ref(model, reply, path)?))).with_context(|| at("more"))?;
    let last = |model: &Model| -> Result<Option<Path>> {
        let Some(field) = &paging.last else { return Ok(None) };
        let items = &items.code;
        Ok(Some(by_ref_from(model, item, field, quote!(#items.and_then(|list| list.last())))?))
    };
    let next = match (paging.kind.next, &paging.next) {
        (NextPosition::Text, Some(OneOrTwo::One(next))) => {
            let next = text(&by_ref(model, reply, next).with_context(|| at("next"))?)?;
            quote!(#next.map(Position::Token))
        }
        (NextPosition::Text, _) => match last(model).with_context(|| at("last"))? {
            Some(last) => {
                let last = text(&last)?;
                quote!(#last.map(Position::Token))
            }
            None => bail!("{} or `last` is needed", at("next")),
        },
        (NextPosition::Number, Some(OneOrTwo::One(next))) => {
            let next = number(&by_ref(model, reply, next).with_context(|| at("next"))?)?;
            quote!(#next.map(Position::Offset))
        }
        (NextPosition::Number | NextPosition::Counted, _) => quote!(None),
        (NextPosition::Pair, Some(OneOrTwo::Two([value, id]))) => {
            let text_at = |path: &str| text(&by_ref(model, reply, path).with_context(|| at("next"))?);
            let (value, id) = (text_at(value)?, text_at(id)?);
            quote!(#value.zip(#id).map(|(value, id)| Position::After { value, id }))
        }
        (NextPosition::Pair, _) => bail!("{} needs two paths", at("next")),
        (NextPosition::Values, _) => {
            let Some(last) = last(model).with_context(|| at("last"))? else { bail!("{} is needed", at("last")) };
            let code = &last.code;
            let values = match &last.ty {
                Ty::List(inner) if **inner == Ty::Json => quote!(#code.map(|values| values.to_vec())),
                Ty::Json => quote!(#code.and_then(Value::as_array).cloned()),
                _ => bail!("{}: not a list of values", at("last")),
            };
            quote!(#values.map(Position::Values))
        }
    };
    // Facts that this kind of paging does not look at are not compiled.
    let counts = match paging.kind.next {
        NextPosition::Number => paging.next.is_none(),
        next => next == NextPosition::Counted,
    };
    let total = if counts { total } else { quote!(None) };
    let more = if paging.kind.next == NextPosition::Values { quote!(None) } else { more };
    let (page, item) = (outer(reply), outer(item));
    let count = match paging.steps().next() {
        None => quote!(Some(page.len())),
        Some(_) => {
            let items = &items.code;
            quote!(#items.map(Vec::len))
        }
    };
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
        bail!(
            "there is no `{wire}`, only {}; correct the reply in corrections.json or the paging in the surface",
            names.join(", ")
        );
    };
    Ok((found, field_type(found, definition).1))
}

/// An `Option<&T>` of what is at the path.
fn by_ref(model: &Model, reply: &Ty, path: &str) -> Result<Path> {
    by_ref_from(model, reply, path, quote!(Some(page)))
}

fn by_ref_from(model: &Model, start: &Ty, path: &str, code: TokenStream) -> Result<Path> {
    let mut here = Path { code, ty: start.clone() };
    for step in path.split('.').filter(|step| !step.is_empty()) {
        if here.ty == Ty::Json {
            here.code.extend(quote!(.and_then(|value| value.get(#step))));
            continue;
        }
        let (field, optional) = field(model, &here.ty, step)?;
        let name = ident(&field.ident);
        here.code.extend(if optional {
            quote!(.and_then(|value| value.#name.as_ref()))
        } else {
            quote!(.map(|value| &value.#name))
        });
        here.ty = field.ty.clone();
    }
    Ok(here)
}

/// The list itself, taken out of the page.
fn owned(model: &Model, reply: &Ty, paging: &Paging) -> Result<TokenStream> {
    let mut code = None;
    let mut ty = reply.clone();
    for step in paging.steps() {
        let (field, optional) = field(model, &ty, step)?;
        let name = ident(&field.ident);
        code.get_or_insert_with(|| quote!(Some(page))).extend(if optional {
            quote!(.and_then(|value| value.#name))
        } else {
            quote!(.map(|value| value.#name))
        });
        ty = field.ty.clone();
    }
    Ok(code.map_or_else(|| quote!(page), |code| quote!(#code.unwrap_or_default())))
}

/// An `Option<String>`.
fn text(Path { code, ty }: &Path) -> Result<TokenStream> {
    Ok(match ty {
        Ty::Text => quote!(#code.cloned()),
        Ty::Integer | Ty::Number | Ty::Timestamp => quote!(#code.map(ToString::to_string)),
        Ty::Json => quote!(#code.and_then(crm_core::page::position_text)),
        _ => bail!("not a text or number"),
    })
}

/// An `Option<u64>`.
fn number(Path { code, ty }: &Path) -> Result<TokenStream> {
    Ok(match ty {
        Ty::Integer => quote!(#code.and_then(|value| u64::try_from(*value).ok())),
        Ty::Number => quote!(#code.map(|value| *value as u64)),
        Ty::Text => quote!(#code.and_then(|value| value.parse().ok())),
        Ty::Json => quote!(#code.and_then(Value::as_u64)),
        _ => bail!("not a number"),
    })
}

/// An `Option<bool>`: a boolean as it is; of anything else, whether it is there.
fn flag(Path { code, ty }: &Path) -> TokenStream {
    match ty {
        Ty::Boolean => quote!(#code.copied()),
        Ty::Json => quote!(Some(#code.is_some_and(|value| value.as_bool() != Some(false)))),
        _ => quote!(Some(#code.is_some())),
    }
}
