//! Rows that are written one by one, by any operation that needs nothing but a body and at most an id.

use crm_core::{BoxFuture, Call, Error, Pipeline, Preview};
use serde_json::{Map, Value, json};

use super::source::lost;
use super::target::{Answer, Ready, Target, Verb};
use crate::arguments::fields;
use crate::catalogue::{Argument, Found, Place, Ty, find};
use crate::check::{Fault, Input, shown};
use crate::failure::Failure;
use crate::request;
use crate::session::Session;

/// An operation that is called once per row.
pub(super) struct Calls {
    found: Found,
    pipeline: Pipeline,
    verb: Verb,
    /// The argument that the column `id` is for.
    id: Option<&'static Argument>,
    /// True if the cells are texts, which get the types of their members.
    texts: bool,
}

/// The column with the id of the record.
const ID: &str = "id";

/// Returns the operation that writes one record.
pub(super) fn operation(vendor: &str, object: &str, verb: Verb) -> Result<Found, Failure> {
    let words: Vec<&str> = [vendor].into_iter().chain(object.split_whitespace()).chain([verb.call()]).collect();
    find(&words).map_err(Failure::usage)
}

impl Calls {
    /// Connects to the API. Sends nothing.
    pub(super) async fn open(found: Found, verb: Verb, texts: bool, session: &Session) -> Result<Self, Failure> {
        let required: Vec<&Argument> = found.arguments().filter(|argument| argument.required).collect();
        let id = match (required.as_slice(), verb) {
            ([], Verb::Create | Verb::Upsert) => None,
            ([id], Verb::Update | Verb::Archive) if id.place == Place::Path => Some(*id),
            _ => {
                let words = found.words();
                return Err(Failure::usage(format!(
                    "{words} needs arguments that rows do not have; call it by itself"
                )));
            }
        };
        if verb == Verb::Archive || found.operation.body.is_none() {
            return Err(Failure::usage(format!("{} takes no rows; call it by itself", found.words())));
        }
        Ok(Self { found, pipeline: session.pipeline(found.api.entry, "").await?, verb, id, texts })
    }

    fn call(&self, input: &Input) -> Call<Value> {
        request::call(&self.found, &self.pipeline, input)
    }

    /// Returns the body of a row whose cells are texts. Cells without content are omitted.
    fn typed(&self, row: Map<String, Value>) -> Result<Value, Vec<Fault>> {
        let ty = self.found.operation.body.as_ref().map_or(Ty::Json, |body| Ty::of(body.ty));
        let mut body = json!({});
        for (name, value) in row {
            let text = request::text(&value);
            if !text.is_empty() {
                fields::set(self.found.api.types(), ty, &mut body, &name, &text)
                    .map_err(|failure| vec![Fault { path: "body".to_owned(), text: failure.to_string() }])?;
            }
        }
        Ok(body)
    }

    /// An upsert finds the record of its row again; a row without what identifies a record would create one each time.
    fn not_found_again(&self, input: &Input) -> Option<Fault> {
        let body = input.body.as_ref()?;
        let operation = self.found.operation;
        if self.verb != Verb::Upsert || !operation.idempotent || operation.meta().is_idempotent_with(body) {
            return None;
        }
        let [with, without] =
            [&operation.idempotent_with, &operation.idempotent_without].map(|names| names.join(" or "));
        let but = if without.is_empty() { String::new() } else { format!(", and cannot have {without}") };
        let text =
            format!("a row that is upserted needs {with}{but}; otherwise it creates a record each time it is sent");
        Some(Fault { path: "body".to_owned(), text })
    }
}

impl Target for Calls {
    fn operation(&self) -> String {
        self.found.words()
    }

    fn most(&self) -> usize {
        1
    }

    fn at_once(&self) -> usize {
        8
    }

    fn repeatable(&self) -> bool {
        !matches!(self.verb, Verb::Create | Verb::Upsert) || self.found.operation.idempotent
    }

    fn row(&mut self, mut row: Map<String, Value>) -> Result<Input, Vec<Fault>> {
        if self.texts {
            let cells = row.iter().filter_map(|(name, cell)| Some((shown(name).to_owned(), lost(cell)?.to_owned())));
            let faults: Vec<Fault> = cells.map(|(path, text)| Fault { path, text }).collect();
            if !faults.is_empty() {
                return Err(faults);
            }
        }
        let mut input = Input::default();
        if let Some(argument) = self.id
            && let Some(id) = row.remove(ID)
            && !id.is_null()
            && id != ""
        {
            input.arguments.insert(argument.name.to_owned(), id);
        }
        input.body = Some(if self.texts { self.typed(row)? } else { Value::Object(row) });
        let mut faults = input.check(&self.found);
        faults.extend(self.not_found_again(&input));
        for fault in &mut faults {
            // The argument is the column `id`, and the members of the body are the others.
            if self.id.is_some_and(|argument| argument.name == fault.path) {
                ID.clone_into(&mut fault.path);
            }
            if let Some(member) = fault.path.strip_prefix("body.") {
                fault.path = member.to_owned();
            }
        }
        if faults.is_empty() { Ok(input) } else { Err(faults) }
    }

    fn key(&self, row: &Input) -> Option<(String, String)> {
        if let Some(argument) = self.id {
            return Some((ID.to_owned(), request::text(row.arguments.get(argument.name)?)));
        }
        // HoopAI finds a contact by its e-mail address or its phone number.
        if self.verb != Verb::Upsert || self.found.words() != "hoopai contacts upsert" {
            return None;
        }
        let text = |name: &str| row.body.as_ref()?.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty());
        let (column, value) = match (text("email"), text("phone")) {
            (Some(email), _) => ("email", email.to_lowercase()),
            (None, Some(phone)) => ("phone", phone.chars().filter(|one| one.is_ascii_digit() || *one == '+').collect()),
            (None, None) => return None,
        };
        // Contacts of two locations are two records.
        Some((column.to_owned(), format!("{value} {}", text("locationId").unwrap_or_default())))
    }

    fn not_sent(&self) -> Vec<String> {
        Vec::new()
    }

    fn failed(&self, error: &Error) -> Failure {
        Failure::operation(&self.found, error)
    }

    fn preview(&self, rows: Vec<Ready>) -> BoxFuture<'static, Result<Preview, Error>> {
        let call = self.call(&rows.into_iter().next().unwrap_or_default().1);
        Box::pin(async move { call.preview().await })
    }

    fn send(&self, rows: Vec<Ready>) -> BoxFuture<'static, Vec<Answer>> {
        let calls: Vec<Call<Value>> = rows.iter().map(|(_, row)| self.call(row)).collect();
        let verb = self.verb;
        Box::pin(async move {
            let mut answers = Vec::new();
            for call in calls {
                answers.push(match call.send().await {
                    Ok(reply) => Answer::Written { id: id_of(&reply), new: is_new(&reply, verb) },
                    Err(error) => Answer::failed(error),
                });
            }
            answers
        })
    }
}

/// Returns the id of the record in a reply: that of the reply, or that of the record in it.
fn id_of(reply: &Value) -> Option<String> {
    let members = reply.as_object()?;
    let id = members.get(ID).or_else(|| members.values().find_map(|member| member.get(ID)))?;
    (id.is_string() || id.is_number()).then(|| request::text(id))
}

fn is_new(reply: &Value, verb: Verb) -> Option<bool> {
    match verb {
        Verb::Create => Some(true),
        Verb::Update | Verb::Archive => Some(false),
        Verb::Upsert => reply.get("new").and_then(Value::as_bool),
    }
}
