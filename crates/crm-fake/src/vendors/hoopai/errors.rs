//! HighLevel's error bodies: `statusCode` with `message`, a list of texts for a validation failure.

use serde_json::{Value, json};

use crate::dialect::Refusal;
use crate::reply::Reply;
use crate::state::World;

pub(super) struct Fail {
    status: u16,
    message: Value,
    meta: Option<Value>,
}

impl Fail {
    pub(super) fn new(status: u16, message: &str) -> Self {
        Self { status, message: json!(message), meta: None }
    }

    pub(super) fn invalid(message: &str) -> Self {
        Self { status: 422, message: json!([message]), meta: None }
    }

    pub(super) fn missing(what: &str, id: &str) -> Self {
        Self::new(404, &format!("no {what} with the id {id}"))
    }

    /// An error for an existing contact, with its id.
    pub(super) fn duplicate(id: &str, field: &str) -> Self {
        Self {
            status: 400,
            message: json!(format!("a contact with this {field} exists in the location")),
            meta: Some(json!({"contactId": id, "matchingField": field})),
        }
    }

    pub(super) fn reply(self, world: &mut World) -> Reply {
        let mut body = body(self.status, self.message, world);
        if let Some(meta) = self.meta {
            body["meta"] = meta;
        }
        Reply::json(self.status, body)
    }
}

fn body(status: u16, message: Value, world: &mut World) -> Value {
    let error = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        _ => "Internal Server Error",
    };
    json!({"statusCode": status, "message": message, "error": error, "traceId": world.rng.uuid()})
}

pub(super) fn refuse(refusal: &Refusal<'_>, world: &mut World) -> Reply {
    let (status, message) = match refusal {
        Refusal::NoToken => (401, json!("no token was sent")),
        Refusal::BadToken | Refusal::WrongToken | Refusal::ExpiredToken => (401, json!("Invalid JWT")),
        Refusal::NoRoute => (404, json!("no such route")),
        Refusal::WrongMethod => (405, json!("the path has no such method")),
        Refusal::Invalid(problems) => {
            (422, problems.iter().map(|problem| Value::from(problem.message.as_str())).collect())
        }
        Refusal::Limited(_) => (429, json!("Too Many Requests")),
        Refusal::Status(status) => (*status, json!(format!("a planned fault answered {status}"))),
    };
    let message = if status == 422 && !message.is_array() { json!([message]) } else { message };
    Reply::json(status, body(status, message, world))
}
