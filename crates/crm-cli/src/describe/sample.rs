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
    let mut sample = value(found.api.types(), Ty::of(body.ty), MOST_DEPTH)?;
    name_property(found, &mut sample);
    let says = sample.as_object().is_none_or(|members| !members.is_empty());
    (says && sample.to_string().len() <= MOST_BYTES).then_some(sample)
}

/// Returns the example as words `FIELD=VALUE`, or `None` if a word cannot express it.
pub(crate) fn word(found: &Found) -> Option<String> {
    let mut sample = body(found)?;
    let mut name = String::new();
    loop {
        match sample {
            Value::Object(members) => {
                let (member, value) = members.into_iter().next()?;
                name = if name.is_empty() { member } else { format!("{name}.{member}") };
                sample = value;
            }
            Value::String(text) => return Some(format!("{name}={text}")),
            Value::Number(_) | Value::Bool(_) => return Some(format!("{name}={sample}")),
            Value::Null | Value::Array(_) => return None,
        }
    }
}

/// A property that records of most types have, by type, with a value.
const PROPERTIES: &[(&str, &str, &str)] = &[
    ("calls", "hs_call_title", "text"),
    ("communications", "hs_communication_body", "text"),
    ("contacts", "email", "ada@example.com"),
    ("deals", "dealname", "text"),
    ("emails", "hs_email_subject", "text"),
    ("leads", "hs_lead_name", "text"),
    ("meetings", "hs_meeting_title", "text"),
    ("notes", "hs_note_body", "text"),
    ("postal_mail", "hs_postal_mail_body", "text"),
    ("quotes", "hs_title", "text"),
    ("tasks", "hs_task_subject", "text"),
    ("tickets", "subject", "text"),
];

/// Replaces the property of a record of HubSpot by one that its type has.
fn name_property(found: &Found, sample: &mut Value) {
    let Some(object) = found.object else { return };
    let Some(&(_, name, value)) = PROPERTIES.iter().find(|(one, ..)| *one == object.name) else { return };
    let rows = match sample.get_mut("inputs") {
        Some(Value::Array(rows)) => rows.as_mut_slice(),
        _ => std::slice::from_mut(sample),
    };
    for row in rows {
        if let Some(Value::Object(properties)) = row.get_mut("properties") {
            *properties = Map::from_iter([(name.to_owned(), value.into())]);
        }
    }
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
        let update = |object: &str| find(&["hubspot", object, "update"]).unwrap();
        for (object, property) in [("companies", "name"), ("deals", "dealname"), ("tickets", "subject")] {
            assert_eq!(body(&update(object)), Some(json!({"properties": {property: "text"}})), "{object}");
        }
        assert_eq!(body(&update("contacts")), Some(json!({"properties": {"email": "ada@example.com"}})));
        assert_eq!(word(&update("contacts")).as_deref(), Some("properties.email=ada@example.com"));
        assert_eq!(word(&find(&["hatch", "contacts", "upsert"]).unwrap()).as_deref(), Some("source=text"));
        assert_eq!(word(&found), None);
        let names: Vec<&str> =
            found.api.file.objects.as_ref().unwrap().types.iter().map(|object| object.name).collect();
        for (object, ..) in PROPERTIES {
            assert!(names.contains(object), "{object}");
        }
    }
}
