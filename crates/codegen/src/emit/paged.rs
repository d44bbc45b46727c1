//! How a paged operation goes from page to page, as code over its own reply type: a path that the
//! reply does not have fails generation, not the user's sync.

use anyhow::{Context, Result, bail};

use super::types::field_type;
use crate::model::{Definition, Field, Model, Operation, Paging, PagingKind, Shape, Ty};
use crate::model::{OneOrTwo, PagingPlace};

/// An expression and the type it gives.
struct Path {
    code: String,
    ty: Ty,
}

/// The impl for a builder.
pub(super) fn paged(
    builder: &str,
    operation: &Operation,
    paging: &Paging,
    reply: &Ty,
    model: &Model,
) -> Result<String> {
    let at = |what: &str| format!("{}: `x-paging`: {what}", operation.name);
    let items = by_ref(model, reply, &paging.items).with_context(|| at("items"))?;
    let Ty::List(item) = &items.ty else { bail!("{}: `{}` is not a list", at("items"), paging.items) };
    let limit = match &paging.limit {
        Some(name) => format!("Some(({name:?}, LimitIn::{}))", place(paging.place)),
        None => "None".to_owned(),
    };
    let total =
        optional(paging.total.as_deref(), |path| number(&by_ref(model, reply, path)?)).with_context(|| at("total"))?;
    let more =
        optional(paging.more.as_deref(), |path| Ok(flag(&by_ref(model, reply, path)?))).with_context(|| at("more"))?;
    let last = |model: &Model| -> Result<Option<Path>> {
        let Some(field) = &paging.last else { return Ok(None) };
        let inner = by_ref_from(model, item, field, format!("{}.and_then(|list| list.last())", items.code))?;
        Ok(Some(inner))
    };
    let advance = match paging.kind {
        PagingKind::Token => {
            let Some(OneOrTwo::One(next)) = &paging.next else { bail!("{} is needed", at("next")) };
            format!("cx.token({}.as_deref(), {more})", text(&by_ref(model, reply, next).with_context(|| at("next"))?)?)
        }
        PagingKind::Offset => match &paging.next {
            Some(OneOrTwo::One(next)) => {
                format!("cx.offset_at({}, {more})", number(&by_ref(model, reply, next).with_context(|| at("next"))?)?)
            }
            _ => format!("cx.offset({total}, {more})"),
        },
        PagingKind::Page => format!("cx.page({}, {total}, {more})", paging.first),
        PagingKind::KeysetPair => {
            let Some(OneOrTwo::Two([value, id])) = &paging.next else { bail!("{} needs two paths", at("next")) };
            format!("cx.pair({}, {}, {more})", text(&by_ref(model, reply, value)?)?, text(&by_ref(model, reply, id)?)?)
        }
        PagingKind::KeysetId | PagingKind::KeysetValue => {
            let next = match (&paging.next, last(model).with_context(|| at("last"))?) {
                (Some(OneOrTwo::One(next)), _) => text(&by_ref(model, reply, next).with_context(|| at("next"))?)?,
                (_, Some(last)) => text(&last)?,
                _ => bail!("{} or `last` is needed", at("next")),
            };
            format!("cx.keyset({next}, {more})")
        }
        PagingKind::SearchAfter => {
            let Some(last) = last(model).with_context(|| at("last"))? else { bail!("{} is needed", at("last")) };
            match &last.ty {
                Ty::List(inner) if **inner == Ty::Json => {
                    format!("cx.values({}.map(|values| values.to_vec()))", last.code)
                }
                Ty::Json => format!("cx.values({}.and_then(Value::as_array).cloned())", last.code),
                _ => bail!("{}: not a list of values", at("last")),
            }
        }
    };
    Ok(format!(
        "impl Paged for {builder} {{\n    type Page = {page};\n    type Item = {item};\n    const LIMIT: Option<(&'static str, LimitIn)> = {limit};\n\
         #[inline]\n    fn seek(call: Call<Self::Page>, at: &Position) -> Call<Self::Page> {{\n        {seek}\n    }}\n\
         #[inline]\n    #[allow(unused_variables)]\n    fn advance(page: &Self::Page, cx: &PageContext<'_>) -> Next {{\n        {advance}\n    }}\n\
         #[inline]\n    fn count(page: &Self::Page) -> Option<usize> {{\n        {count}\n    }}\n\
         #[inline]\n    fn items(page: Self::Page) -> Vec<Self::Item> {{\n        {owned}\n    }}\n}}\n",
        page = reply.rust("types::"),
        item = item.rust("types::"),
        seek = seek(paging, operation, model)?,
        count = if items.code == "Some(page)" {
            "Some(page.len())".to_owned()
        } else {
            format!("{}.map(Vec::len)", items.code)
        },
        owned = owned(model, reply, &paging.items)?,
    ))
}

/// The type of the items of a paged reply.
pub(crate) fn item(paging: &Paging, reply: &Ty, model: &Model) -> Option<Ty> {
    match by_ref(model, reply, &paging.items).ok()?.ty {
        Ty::List(item) => Some(*item),
        _ => None,
    }
}

fn seek(paging: &Paging, operation: &Operation, model: &Model) -> Result<String> {
    // Some vendors want the number of a body as text.
    let as_text = |name: &str| {
        operation
            .body
            .as_ref()
            .and_then(|body| field(model, &body.ty, name).ok())
            .is_some_and(|(field, _)| field.ty == Ty::Text)
    };
    let set = |name: &str, value: &str, json: &str| match paging.place {
        PagingPlace::Query => format!("call.set_query({name:?}, {value})"),
        PagingPlace::Body => format!("call.set_body_field({name:?}, {json})"),
    };
    let arm = match (&paging.param, paging.kind) {
        (OneOrTwo::One(name), PagingKind::Token | PagingKind::KeysetId | PagingKind::KeysetValue) => {
            format!("Position::Token(token) => {}", set(name, "token", "Value::from(token.as_str())"))
        }
        (OneOrTwo::One(name), PagingKind::Offset) => format!(
            "Position::Offset(offset) => {}",
            set(name, "offset", if as_text(name) { "Value::from(offset.to_string())" } else { "Value::from(*offset)" })
        ),
        (OneOrTwo::One(name), PagingKind::Page) => {
            format!("Position::Page(page) => {}", set(name, "page", "Value::from(*page)"))
        }
        (OneOrTwo::One(name), PagingKind::SearchAfter) => {
            format!("Position::Values(values) => call.set_body_field({name:?}, Value::Array(values.clone()))")
        }
        (OneOrTwo::Two([value, id]), PagingKind::KeysetPair) => {
            format!("Position::After {{ value, id }} => call.set_query({value:?}, value).set_query({id:?}, id)")
        }
        _ => bail!("`x-paging`: `param` does not fit the kind"),
    };
    Ok(format!("match at {{ {arm}, _ => call }}"))
}

const fn place(place: PagingPlace) -> &'static str {
    match place {
        PagingPlace::Query => "Query",
        PagingPlace::Body => "Body",
    }
}

fn optional(path: Option<&str>, code: impl Fn(&str) -> Result<String>) -> Result<String> {
    path.map_or_else(|| Ok("None".to_owned()), code)
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

fn field<'a>(model: &'a Model, ty: &Ty, wire: &str) -> Result<(&'a Field, bool)> {
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
    by_ref_from(model, reply, path, "Some(page)".to_owned())
}

fn by_ref_from(model: &Model, start: &Ty, path: &str, code: String) -> Result<Path> {
    let mut here = Path { code, ty: start.clone() };
    for step in path.split('.').filter(|step| !step.is_empty()) {
        if here.ty == Ty::Json {
            here.code.push_str(&format!(".and_then(|value| value.get({step:?}))"));
            continue;
        }
        let (field, optional) = field(model, &here.ty, step)?;
        here.code.push_str(&if optional {
            format!(".and_then(|value| value.{}.as_ref())", field.ident)
        } else {
            format!(".map(|value| &value.{})", field.ident)
        });
        here.ty = field.ty.clone();
    }
    Ok(here)
}

/// The list itself, taken out of the page.
fn owned(model: &Model, reply: &Ty, path: &str) -> Result<String> {
    let steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
    if steps.is_empty() {
        return Ok("page".to_owned());
    }
    let mut code = "Some(page)".to_owned();
    let mut ty = reply.clone();
    for step in steps {
        let (field, optional) = field(model, &ty, step)?;
        code.push_str(&if optional {
            format!(".and_then(|value| value.{})", field.ident)
        } else {
            format!(".map(|value| value.{})", field.ident)
        });
        ty = field.ty.clone();
    }
    Ok(format!("{code}.unwrap_or_default()"))
}

/// An `Option<String>`.
fn text(path: &Path) -> Result<String> {
    Ok(match &path.ty {
        Ty::Text => format!("{}.cloned()", path.code),
        Ty::Integer | Ty::Number | Ty::Timestamp => format!("{}.map(ToString::to_string)", path.code),
        Ty::Json => format!("{}.and_then(crm_core::page::position_text)", path.code),
        _ => bail!("not a text or number"),
    })
}

/// An `Option<u64>`.
fn number(path: &Path) -> Result<String> {
    Ok(match &path.ty {
        Ty::Integer => format!("{}.and_then(|value| u64::try_from(*value).ok())", path.code),
        Ty::Number => format!("{}.map(|value| *value as u64)", path.code),
        Ty::Text => format!("{}.and_then(|value| value.parse().ok())", path.code),
        Ty::Json => format!("{}.and_then(Value::as_u64)", path.code),
        _ => bail!("not a number"),
    })
}

/// An `Option<bool>`: a boolean as it is; of anything else, whether it is there.
fn flag(path: &Path) -> String {
    match path.ty {
        Ty::Boolean => format!("{}.copied()", path.code),
        Ty::Json => format!("Some({}.is_some_and(|value| value.as_bool() != Some(false)))", path.code),
        _ => format!("Some({}.is_some())", path.code),
    }
}
