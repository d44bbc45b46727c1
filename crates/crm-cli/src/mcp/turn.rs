//! One call of a tool, with what its client can be asked.

use std::time::SystemTime;

use rmcp::model::{
    CallToolRequestParams, ElicitRequest, ElicitRequestParams, ElicitationAction, ElicitationSchema, ErrorCode,
    InputRequest, InputRequiredResult, InputResponses, ProtocolVersion, Resource,
};
use rmcp::service::{RequestContext, RoleServer, ServiceError};
use serde_json::Value;

use super::plan::{Plan, Used};
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
    Failed(Box<Answer>),
    /// The client has to ask its user first, and then to call again.
    Asks(Box<InputRequiredResult>),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure.as_json().into()))
    }
}

/// A call of a tool.
pub(super) struct Turn {
    pub(super) progress: Progress,
    context: RequestContext<RoleServer>,
    /// The answers of the user to the question of an earlier round, and the digest of that round.
    answered: Option<(InputResponses, String)>,
}

impl Turn {
    pub(super) fn new(request: &mut CallToolRequestParams, context: RequestContext<RoleServer>) -> Self {
        let progress = Progress::new(&context.peer, context.meta.get_progress_token());
        Self { progress, context, answered: request.input_responses.take().zip(request.request_state.take()) }
    }

    /// Returns true if the client can ask its user.
    fn can_ask(&self) -> bool {
        let elicitation = self.context.client_capabilities().and_then(|known| known.elicitation);
        elicitation.is_some_and(|forms| forms.form.is_some() || forms.url.is_none())
    }

    /// Has a write confirmed: by the user if the client can ask, and otherwise by the digest of a dry run.
    ///
    /// # Errors
    ///
    /// The reason for which nothing may be sent.
    pub(super) async fn confirm(&self, plan: &Plan, digest: Option<&str>, used: &Used) -> Result<(), Stop> {
        if !self.can_ask() {
            return by_digest(plan, digest, used);
        }
        let form = form(plan)?;
        let modern = self.context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
        let (action, content, digest) = if modern {
            // The state of another call, or an old one, is not an answer to this question.
            let answered = self.answered.as_ref();
            let answered = answered.filter(|(_, digest)| plan.check(digest).is_ok() && !used.has(digest));
            let Some((answers, digest)) = answered else {
                let question = InputRequest::Elicitation(ElicitRequest::new(form));
                let questions = [(QUESTION.to_owned(), question)].into_iter().collect();
                return Err(Stop::Asks(Box::new(InputRequiredResult::new(Some(questions), Some(used.fresh(plan))))));
            };
            let answer = answers.get(QUESTION);
            let accepted = answer.and_then(|answer| answer.get("action")).is_some_and(|action| action == "accept");
            (accepted, answer.and_then(|answer| answer.get("content")).cloned(), Some(digest))
        } else {
            let answer = tokio::time::timeout(confirm::LIFE, self.context.peer.create_elicitation(form)).await;
            let answer = answer.map_err(|_| Failure::usage("not confirmed within five minutes; nothing was sent"))?;
            let answer = match answer {
                Ok(answer) => answer,
                // Some bridges announce what they do not pass on. Any other error may be the user's no.
                Err(ServiceError::McpError(error)) if error.code == ErrorCode::METHOD_NOT_FOUND => {
                    return by_digest(plan, digest, used);
                }
                Err(_) => return Err(Failure::usage("the user did not confirm it; nothing was sent").into()),
            };
            (answer.action == ElicitationAction::Accept, answer.content, None)
        };
        let agreed = content.and_then(|content| content.get(QUESTION)?.as_bool()) == Some(true);
        match action && agreed {
            true => Ok(digest.map_or(Ok(()), |digest| used.take(digest, SystemTime::now()))?),
            false => {
                let mut answer = Failure::usage("the user did not confirm it; nothing was sent").as_json();
                answer["kind"] = "declined".into();
                Err(Stop::Failed(Box::new(answer.into())))
            }
        }
    }
}

/// Has a write confirmed by the digest of a dry run.
fn by_digest(plan: &Plan, digest: Option<&str>, used: &Used) -> Result<(), Stop> {
    let Some(digest) = digest else {
        return Err(Failure::usage(format!(
            "{} Nothing was sent. Call with dry_run: true, show the user what it returns, and if the user agrees, call again \
             with the returned digest as the argument confirm",
            plan.says
        ))
        .into());
    };
    plan.check(digest)?;
    Ok(used.take(digest, SystemTime::now())?)
}

fn form(plan: &Plan) -> Result<ElicitRequestParams, Failure> {
    let field = |schema: rmcp::model::BooleanSchema| schema.title("Carry it out");
    let schema = ElicitationSchema::builder().required_bool_with(QUESTION, field).build();
    let requested_schema = schema.map_err(Failure::other)?;
    let of = if plan.values.is_empty() { String::new() } else { format!(" Path: {}.", plan.values) };
    let affected = if plan.affected.is_empty() { String::new() } else { format!(" {}", plan.affected) };
    let message = format!("{}{of}{affected} Carry it out?", plan.says);
    Ok(ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema })
}
