//! HubSpot's error bodies. The members and categories are HubSpot's, the texts are not, except where
//! clients read an identifier from the text.

use serde_json::{Value, json};

use crate::dialect::{Exceeded, Refusal};
use crate::fault::Policy;
use crate::parameter::Place;
use crate::reply::Reply;
use crate::state::World;
use crate::validate::{Problem, Rule};

/// An error that has not yet become a reply or a row of a batch.
#[derive(Clone, Debug)]
pub(super) struct Fail {
    pub(super) status: u16,
    pub(super) category: &'static str,
    pub(super) sub_category: Option<&'static str>,
    pub(super) message: String,
    pub(super) property: Option<&'static str>,
    /// Identifiers the error is about.
    pub(super) ids: Vec<String>,
}

impl Fail {
    pub(super) fn new(status: u16, category: &'static str, message: impl Into<String>) -> Self {
        Self { status, category, sub_category: None, message: message.into(), property: None, ids: Vec::new() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "VALIDATION_ERROR", message)
    }

    pub(super) fn missing(what: &str, id: &str) -> Self {
        let mut fail = Self::new(404, "OBJECT_NOT_FOUND", format!("no {what} with the id {id}"));
        fail.ids.push(id.to_owned());
        fail
    }

    pub(super) fn bad_email(email: &str) -> Self {
        let mut fail = Self::invalid(format!("email: {email} is not an e-mail address"));
        fail.property = Some("email");
        fail
    }

    pub(super) fn list_name_taken(name: &str) -> Self {
        let mut fail = Self::invalid(format!("there is a list named {name}"));
        fail.sub_category = Some("ILS.DUPLICATE_LIST_NAMES");
        fail
    }

    /// HubSpot's own text: the identifier is only there.
    pub(super) fn exists(id: &str) -> Self {
        Self::new(409, "CONFLICT", format!("Contact already exists. Existing ID: {id}"))
    }

    pub(super) fn reply(&self, world: &mut World) -> Reply {
        let mut body = body(world, self.category, &self.message);
        if let Some(property) = self.property {
            body["errors"] = json!([{
                "message": self.message,
                "code": "INVALID_PROPERTY",
                "in": property,
                "context": {"propertyName": [property]},
            }]);
        }
        if let Some(sub_category) = self.sub_category {
            body["subCategory"] = json!(sub_category);
        }
        if !self.ids.is_empty() {
            body["context"] = json!({"ids": self.ids});
        }
        Reply::json(self.status, body)
    }

    /// Converts to a row of `errors` in a 207.
    pub(super) fn row(&self, trace: Option<&str>) -> Value {
        let mut context = json!({});
        if let Some(trace) = trace {
            context["objectWriteTraceId"] = json!([trace]);
        }
        if !self.ids.is_empty() {
            context["ids"] = json!(self.ids);
        }
        json!({
            "status": "error",
            "category": self.category,
            "message": self.message,
            "context": context,
            "errors": [],
            "links": {},
        })
    }
}

fn body(world: &mut World, category: &str, message: &str) -> Value {
    json!({
        "status": "error",
        "message": message,
        "correlationId": world.rng.uuid(),
        "category": category,
    })
}

pub(super) fn refuse(refusal: &Refusal<'_>, world: &mut World) -> Reply {
    let (status, category, message) = match refusal {
        Refusal::NoToken => (401, "INVALID_AUTHENTICATION", "no credential was sent".to_owned()),
        Refusal::BadToken | Refusal::WrongToken => {
            (401, "INVALID_AUTHENTICATION", "the credential is not valid".to_owned())
        }
        Refusal::ExpiredToken => (401, "EXPIRED_AUTHENTICATION", "the credential has expired".to_owned()),
        Refusal::NoRoute => (404, "OBJECT_NOT_FOUND", "no such resource".to_owned()),
        Refusal::WrongMethod => (405, "METHOD_NOT_ALLOWED", "the path has no such method".to_owned()),
        Refusal::Invalid(problems) => return invalid(problems, world),
        Refusal::Limited(exceeded) => return limited(exceeded, world),
        Refusal::Status(status) => {
            let category = match status {
                401 => "EXPIRED_AUTHENTICATION",
                403 => "MISSING_SCOPES",
                404 => "OBJECT_NOT_FOUND",
                409 => "CONFLICT",
                400..=499 => "VALIDATION_ERROR",
                _ => "INTERNAL_ERROR",
            };
            (*status, category, format!("a planned fault answered {status}"))
        }
    };
    Reply::json(status, body(world, category, &message))
}

fn invalid(problems: &[Problem], world: &mut World) -> Reply {
    let words: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    let mut body = body(world, "VALIDATION_ERROR", &words.join("; "));
    let errors = problems.iter().map(|problem| {
        let code = match problem.rule {
            Rule::Required => "REQUIRED_FIELD",
            Rule::Unknown => "UNKNOWN_FIELD",
            Rule::Type => "INVALID_TYPE",
            Rule::Enum => "INVALID_OPTION",
            Rule::Range => "OUT_OF_RANGE",
            Rule::Format => "INVALID_FORMAT",
        };
        json!({"message": problem.message, "code": code, "in": problem.field})
    });
    body["errors"] = errors.collect();
    let media = problems.iter().any(|p| p.place == Place::Body && p.field == "body" && p.rule == Rule::Type);
    Reply::json(if media { 415 } else { 400 }, body)
}

/// The body of a 429 has no category, unlike every other.
fn limited(exceeded: &Exceeded, world: &mut World) -> Reply {
    let (name, message) = match exceeded.policy {
        Policy::Burst => ("TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit."),
        Policy::Daily => ("DAILY", "You have reached your daily limit."),
        Policy::Secondly | Policy::Search => ("SECONDLY", "You have reached your secondly limit."),
    };
    let body = json!({
        "status": "error",
        "message": message,
        "errorType": "RATE_LIMIT",
        "correlationId": world.rng.uuid(),
        "policyName": name,
        "requestId": world.rng.uuid(),
    });
    Reply::json(429, body)
}
