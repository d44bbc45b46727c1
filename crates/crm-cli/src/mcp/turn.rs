//! One call of a tool, with what its client can be asked.

use std::time::SystemTime;

use rmcp::model::{
    CallToolRequestParams, ElicitRequest, ElicitRequestParams, ElicitationAction, ElicitationSchema, InputRequest,
    InputRequiredResult, InputResponses, ProtocolVersion, Resource,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;

use super::progress::Progress;
use crate::confirm;
use crate::failure::Failure;

/// The name of the question, and of its only field.
const QUESTION: &str = "confirm";

/// A reply of a tool.
pub(super) struct Answer {
    pub(super) value: Value,
    /// The file with all rows.
    pub(super) file: Option<Resource>,
}

impl From<Value> for Answer {
    fn from(value: Value) -> Self {
        Self { value, file: None }
    }
}

/// The reason for which a call has no reply yet.
pub(super) enum Stop {
    /// It failed.
    Failed(Answer),
    /// The client has to ask its user first, and then to call again.
    Asks(Box<InputRequiredResult>),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure.as_json().into())
    }
}

/// A write that needs a confirmation.
pub(super) struct Plan {
    /// The words of the operation.
    pub(super) what: String,
    /// All that is sent.
    pub(super) input: Vec<u8>,
    /// What it does, as a sentence without values.
    pub(super) says: String,
    /// The values of the path, for the user.
    pub(super) values: String,
}

impl Plan {
    /// Returns the digest that confirms it for some minutes.
    pub(super) fn digest(&self) -> String {
        confirm::digest(&self.what, &self.input, SystemTime::now())
    }

    fn check(&self, digest: &str) -> Result<(), Failure> {
        let wrong = "confirm: is not the digest of this call, or is older than five minutes; nothing was sent; call with \
                     dry_run: true for a new one";
        confirm::check(&self.what, &self.input, digest, SystemTime::now()).map_err(|_| Failure::usage(wrong))
    }
}

/// A call of a tool.
pub(super) struct Turn {
    pub(super) progress: Progress,
    context: RequestContext<RoleServer>,
    /// What the user answered to the question of an earlier round, and the digest of that round.
    answered: Option<(InputResponses, String)>,
}

impl Turn {
    pub(super) fn new(request: &mut CallToolRequestParams, context: RequestContext<RoleServer>) -> Self {
        let progress = Progress::new(&context.peer, context.meta.get_progress_token());
        Self { progress, context, answered: request.input_responses.take().zip(request.request_state.take()) }
    }

    /// Returns true if the client can ask its user.
    pub(super) fn can_ask(&self) -> bool {
        let elicitation = self.context.client_capabilities().and_then(|known| known.elicitation);
        elicitation.is_some_and(|forms| forms.form.is_some() || forms.url.is_none())
    }

    /// Has a write confirmed: by the user if the client can ask, and otherwise by the digest of a dry run.
    ///
    /// # Errors
    ///
    /// The reason for which nothing may be sent.
    pub(super) async fn confirm(&self, plan: &Plan, digest: Option<&str>) -> Result<(), Stop> {
        if !self.can_ask() {
            let Some(digest) = digest else {
                return Err(Failure::usage(format!(
                    "{} Nothing was sent. Call with dry_run: true, show the user what it returns, and if the user agrees, \
                     call again with the returned digest as the argument confirm",
                    plan.says
                ))
                .into());
            };
            return Ok(plan.check(digest)?);
        }
        let form = form(plan)?;
        let modern = self.context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
        let (action, content) = if modern {
            let Some((answers, digest)) = &self.answered else {
                let question = InputRequest::Elicitation(ElicitRequest::new(form));
                let questions = [(QUESTION.to_owned(), question)].into_iter().collect();
                return Err(Stop::Asks(Box::new(InputRequiredResult::new(Some(questions), Some(plan.digest())))));
            };
            plan.check(digest)?;
            let answer = answers.get(QUESTION);
            let accepted = answer.and_then(|answer| answer.get("action")).is_some_and(|action| action == "accept");
            (accepted, answer.and_then(|answer| answer.get("content")).cloned())
        } else {
            let answer = self.context.peer.create_elicitation(form).await;
            let answer = answer.map_err(|_| Failure::usage("the client did not ask its user; nothing was sent"))?;
            (answer.action == ElicitationAction::Accept, answer.content)
        };
        let agreed = content.and_then(|content| content.get(QUESTION)?.as_bool()) == Some(true);
        match action && agreed {
            true => Ok(()),
            false => Err(Failure::usage("the user did not confirm it; nothing was sent").into()),
        }
    }
}

fn form(plan: &Plan) -> Result<ElicitRequestParams, Failure> {
    let field = |schema: rmcp::model::BooleanSchema| schema.title("Carry it out");
    let schema = ElicitationSchema::builder().required_bool_with(QUESTION, field).build();
    let requested_schema = schema.map_err(Failure::other)?;
    let of = if plan.values.is_empty() { String::new() } else { format!(" Path: {}.", plan.values) };
    let message = format!("{}{of} Carry it out?", plan.says);
    Ok(ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema })
}
