//! An example of a body: the members that are required, with values that the check accepts.

use serde_json::{Map, Value, json};

use crate::catalogue::{Definition, Found, Ty, Types};

/// The maximum size of an example in bytes.
const MOST_BYTES: usize = 400;
/// The maximum depth of an example.
const MOST_DEPTH: usize = 6;

/// Returns an example of the body of an operation. `None` if nothing is required, or if the example would be long.
pub(crate) fn body(found: &Found) -> Option<Value> {
    let body = found.operation.body.as_ref()?;
    let sample = value(found.api.types(), Ty::of(body.ty), MOST_DEPTH)?;
    let says = sample.as_object().is_none_or(|members| !members.is_empty());
    (says && sample.to_string().len() <= MOST_BYTES).then_some(sample)
}

/// Returns a value of a type, or `None` if it has too many levels.
fn value(types: &Types, ty: Ty<'_>, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    match ty {
        Ty::Text | Ty::File => Some("text".into()),
        Ty::Integer | Ty::Number => Some(1.into()),
        Ty::Boolean => Some(true.into()),
        Ty::Time => Some("2026-01-31T08:00:00Z".into()),
        Ty::Json => Some(json!({})),
        Ty::Nothing => None,
        Ty::List(inner) => value(types, Ty::of(inner), depth).map(|item| json!([item])),
        Ty::Map(inner) => value(types, Ty::of(inner), depth).map(|member| json!({"name": member})),
        Ty::Named(name) => match types.get(name)? {
            Definition::Values { values } => values.first().map(|value| (*value).into()),
            Definition::Arms { tag, arms } => {
                let arm = arms.first()?;
                let mut sample = value(types, Ty::of(arm.ty), depth)?;
                if let (Some(tag), Some(text), Value::Object(members)) = (tag, arm.texts.first(), &mut sample) {
                    members.insert(tag.to_owned(), (*text).into());
                }
                Some(sample)
            }
            Definition::Record { fields, .. } => {
                let required = fields.iter().filter(|field| field.required && !field.read_only);
                let member = |field: &crate::catalogue::Field| {
                    let constant = field.constant.map(Value::from);
                    Some((field.name.to_owned(), constant.or_else(|| value(types, Ty::of(field.ty), depth))?))
                };
                required.map(member).collect::<Option<Map<String, Value>>>().map(Value::Object)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Api, find};
    use crate::check::Input;

    #[test]
    fn every_example_is_one_that_the_check_accepts() {
        let mut count = 0;
        for found in Api::all().flat_map(Api::operations) {
            let Some(body) = body(&found) else { continue };
            let mut input = Input { body: Some(body.clone()), ..Input::default() };
            let faults = input.check(&found);
            let wrong: Vec<_> = faults.iter().filter(|fault| fault.path.starts_with("body")).collect();
            assert!(wrong.is_empty(), "{}: {body}: {wrong:?}", found.words());
            count += 1;
        }
        assert!(count > 500, "{count}");
        let found = find(&["hubspot", "associations", "batch-create-default"]).unwrap();
        assert_eq!(body(&found), Some(json!({"inputs": [{"from": {"id": "text"}, "to": {"id": "text"}}]})));
        assert_eq!(
            body(&find(&["hubspot", "contacts", "update"]).unwrap()),
            Some(json!({"properties": {"name": "text"}}))
        );
    }
}
