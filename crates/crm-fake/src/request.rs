//! Requests from the document: arguments that fit an operation.

use serde_json::{Map, Value, json};

use crate::document::{Document, Operation};
use crate::parameter::{Parameter, Place};
use crate::rng::Rng;
use crate::sample::Sampler;
use crate::time::Clock;

/// Returns arguments of every kind that the operation has, including optional ones; always the same for one
/// operation. `path`, `query` and `header` contain them by name, and `body` is there if the operation has
/// one.
pub(crate) fn sample(document: &Document, operation: &Operation) -> Value {
    let (mut rng, mut clock) = (Rng::new(3), Clock::new());
    let mut sampler = Sampler { document, rng: &mut rng, clock: &mut clock };
    let mut made = Map::new();
    for (place, name) in [(Place::Path, "path"), (Place::Query, "query"), (Place::Header, "header")] {
        let of = operation.parameters.iter().filter(|parameter| parameter.place == place);
        let values: Map<String, Value> =
            of.map(|parameter| (parameter.name.clone(), argument(&mut sampler, parameter))).collect();
        made.insert(name.to_owned(), Value::Object(values));
    }
    if let Some(body) = &operation.body {
        made.insert("body".to_owned(), sampler.value(&body.schema, "", 0));
    }
    Value::Object(made)
}

fn argument(sampler: &mut Sampler<'_>, parameter: &Parameter) -> Value {
    let schema = sampler.document.resolve(&parameter.schema);
    let closed = schema.get("enum").is_some();
    match parameter.name.as_str() {
        "objectType" | "fromObjectType" | "toObjectType" if !closed => json!("contacts"),
        // The same day for both is a range that fits everywhere.
        "start" | "end" if schema["type"] == "string" && !closed => json!("20260101"),
        "startDate" | "endDate" if schema["type"] == "integer" || schema["type"] == "number" => {
            json!(1_767_225_600_000_u64)
        }
        name => sampler.value(schema, name, 0),
    }
}
