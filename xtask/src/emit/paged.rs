//! What a page reports about its list, as code over the type of the reply: a path that the
//! reply does not have fails generation, not the user's sync.

use anyhow::{Context, Result, bail};

use super::types::field_type;
use crate::refine::{Definition, Field, Model, NextPosition, OneOrTwo, Operation, Paging, Shape, Ty};

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
    let total =
        optional(paging.total.as_deref(), |path| number(&by_ref(model, reply, path)?)).with_context(|| at("total"))?;
    let more =
        optional(paging.more.as_deref(), |path| Ok(flag(&by_ref(model, reply, path)?))).with_context(|| at("more"))?;
    // Facts that this kind of paging does not look at are not compiled.
    let counts = match paging.kind.next {
        NextPosition::Number => paging.next.is_none(),
        next => next == NextPosition::Counted,
    };
    let total = if counts { total } else { none() };
    let more = if paging.kind.next == NextPosition::Values { none() } else { more };
    let last = |model: &Model| -> Result<Option<Path>> {
        let Some(field) = &paging.last else { return Ok(None) };
        let inner = by_ref_from(model, item, field, format!("{}.and_then(|list| list.last())", items.code))?;
        Ok(Some(inner))
    };
    let next = match (paging.kind.next, &paging.next) {
        (NextPosition::Text, Some(OneOrTwo::One(next))) => {
            let next = text(&by_ref(model, reply, next).with_context(|| at("next"))?)?;
            format!("{next}.map(Position::Token)")
        }
        (NextPosition::Text, _) => match last(model).with_context(|| at("last"))? {
            Some(last) => format!("{}.map(Position::Token)", text(&last)?),
            None => bail!("{} or `last` is needed", at("next")),
        },
        (NextPosition::Number, Some(OneOrTwo::One(next))) => {
            let next = number(&by_ref(model, reply, next).with_context(|| at("next"))?)?;
            format!("{next}.map(Position::Offset)")
        }
        (NextPosition::Number | NextPosition::Counted, _) => none(),
        (NextPosition::Pair, Some(OneOrTwo::Two([value, id]))) => {
            let text_at = |path: &str| text(&by_ref(model, reply, path).with_context(|| at("next"))?);
            format!("{}.zip({}).map(|(value, id)| Position::After {{ value, id }})", text_at(value)?, text_at(id)?)
        }
        (NextPosition::Pair, _) => bail!("{} needs two paths", at("next")),
        (NextPosition::Values, _) => {
            let Some(last) = last(model).with_context(|| at("last"))? else { bail!("{} is needed", at("last")) };
            let values = match &last.ty {
                Ty::List(inner) if **inner == Ty::Json => format!("{}.map(|values| values.to_vec())", last.code),
                Ty::Json => format!("{}.and_then(Value::as_array).cloned()", last.code),
                _ => bail!("{}: not a list of values", at("last")),
            };
            format!("{values}.map(Position::Values)")
        }
    };
    let count = if items.code == "Some(page)" {
        "Some(page.len())".to_owned()
    } else {
        format!("{}.map(Vec::len)", items.code)
    };
    Ok(format!(
        "impl Paged for {builder} {{\n    type Page = {page};\n    type Item = {item};\n\
         #[inline]\n    fn facts(page: &Self::Page) -> PageFacts {{\n        PageFacts {{ count: {count}, next: {next}, total: {total}, more: {more} }}\n    }}\n\
         #[inline]\n    fn items(page: Self::Page) -> Vec<Self::Item> {{\n        {owned}\n    }}\n}}\n",
        page = reply.rust("types::"),
        item = item.rust("types::"),
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

fn none() -> String {
    "None".to_owned()
}

fn optional(path: Option<&str>, code: impl Fn(&str) -> Result<String>) -> Result<String> {
    path.map_or_else(|| Ok(none()), code)
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
        bail!("there is no `{wire}`, only {}; correct the reply or the paging with the overlay", names.join(", "));
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
