//! `FIELD=VALUE` as a member of a body. The catalogue knows the type, so that `5` becomes a number or a text as needed.

use serde_json::{Map, Value};

use crate::catalogue::{Definition, Ty, Types, kebab};
use crate::check::shown;
use crate::failure::Failure;

/// The maximum number of dots in the name of a member; each is a level of the body.
const MOST_DOTS: usize = 100;

/// Takes `NAME=VALUE` apart.
pub(crate) fn pair(text: &str) -> Result<(&str, &str), Failure> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name, value)),
        // The word may be personal data.
        _ => Err(Failure::usage("one of the words is not NAME=VALUE; --help shows an example")),
    }
}

/// The failure of a name that is given twice.
pub(crate) fn twice(name: &str) -> Failure {
    Failure::usage(format!("{} is given twice", shown(name)))
}

/// Sets the member at a dotted name.
pub(crate) fn set(types: &Types, ty: Ty<'_>, body: &mut Value, name: &str, value: &str) -> Result<(), Failure> {
    if name.matches('.').count() > MOST_DOTS {
        return Err(Failure::usage("a member has too many dots in its name"));
    }
    let Value::Object(members) = body else {
        return Err(Failure::usage(format!("\"{}\" is below a member that is not an object", shown(name))));
    };
    // A member may have a dot in its name.
    let whole = member(types, ty, name);
    match name.split_once('.').filter(|_| whole.is_none()) {
        Some((first, rest)) => {
            let inner = member(types, ty, first);
            let inner = inner.as_deref().map_or(Ty::Json, Ty::of);
            let below = members.entry(first).or_insert_with(|| Value::Object(Map::new()));
            set(types, inner, below, rest, value)
        }
        None => {
            let ty = whole.as_deref().map_or(Ty::Json, Ty::of);
            match members.insert(name.to_owned(), read(types, ty, value)) {
                None => Ok(()),
                Some(_) => Err(twice(name)),
            }
        }
    }
}

/// Returns the name of a member as the body has it, for one that is written as an option is.
pub(crate) fn spelled(types: &Types, ty: Ty<'_>, name: &str) -> String {
    let Ty::Named(named) = ty else { return name.to_owned() };
    let Some(Definition::Record { fields, .. }) = types.get(named) else { return name.to_owned() };
    let meant = fields.iter().find(|field| kebab(field.name) == name).map(|field| field.name);
    meant.unwrap_or(name).to_owned()
}

/// Returns the type of a member.
fn member(types: &Types, ty: Ty<'_>, name: &str) -> Option<String> {
    match ty {
        Ty::Map(inner) => (!name.contains('.') || inner == "text").then(|| inner.to_owned()),
        Ty::Named(named) => match types.get(named)? {
            Definition::Record { fields, others, .. } => {
                let field = fields.iter().find(|field| field.name == name).map(|field| field.ty);
                field.or(others.filter(|_| !name.contains('.'))).map(str::to_owned)
            }
            Definition::Arms { arms, .. } => arms.iter().find_map(|arm| member(types, Ty::of(arm.ty), name)),
            Definition::Values { .. } => None,
        },
        _ => None,
    }
}

/// Reads a value. Numbers and flags stay texts here: the check turns them into what their type requires.
fn read(types: &Types, ty: Ty<'_>, text: &str) -> Value {
    let json = || serde_json::from_str(text).ok();
    match ty {
        Ty::Json => json().unwrap_or_else(|| text.into()),
        Ty::List(_) if text.starts_with('[') => json().unwrap_or_else(|| text.into()),
        Ty::List(inner) => text.split(',').map(|item| read(types, Ty::of(inner), item)).collect(),
        Ty::Map(_) => json().unwrap_or_else(|| text.into()),
        Ty::Named(name) => match types.get(name) {
            Some(Definition::Values { .. }) | None => text.into(),
            Some(_) => json().unwrap_or_else(|| text.into()),
        },
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests;
