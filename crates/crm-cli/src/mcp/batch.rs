//! The tool `batch`: many inputs of one operation, through the vendor's batch operations where there are any, and otherwise
//! one call a row. Each row has one result.

mod objects;
mod pairing;
mod results;

use crm_core::{Batch, BatchReport, Call, ChunkOutcome, Pipeline};
use serde_json::{Value, json};

use super::bounded::bounded_reply;
use super::given::Given;
use super::progress::Progress;
use super::shared::{Shared, in_a_terminal};
use super::turn::{Answer, Stop, Turn};
use crate::catalogue::{Definition, Found, Ty};
use crate::check::{self, Fault, Input};
use crate::failure::Failure;
use crate::request;
use results::Results;

/// The maximum number of requests at the same time.
const CONCURRENCY: usize = 4;
/// The number of faults after which rows are not checked any more; messages show fewer.
const MOST_FAULTS: usize = 20;

/// The maximum number of rows if there is no folder for results that do not fit in the reply.
const MOST_WITHOUT_FILES: usize = 500;

/// Rows that were checked.
struct Work {
    found: Found,
    /// The arguments that all rows share, and the members of the body beside the rows.
    shared: Input,
    rows: Rows,
}

enum Rows {
    /// Entries of `inputs` of requests, each with at most this number of them.
    Entries(Vec<Value>, usize),
    /// One request each.
    Requests(Vec<Input>),
}

/// Sends all rows.
pub(super) async fn run(shared: &Shared, given: &Given, turn: &Turn) -> Result<Answer, Stop> {
    let found = given.operation()?;
    let dry = given.flag("dry_run");
    shared.permit(&found, dry)?;
    let rows = given.get("rows").and_then(Value::as_array).map_or(0, Vec::len);
    if rows > MOST_WITHOUT_FILES && shared.folder.is_none() {
        return Err(Failure::usage(format!(
            "rows: has {rows} entries, and without a folder for files a call takes at most {MOST_WITHOUT_FILES}, because \
             more results do not fit in the reply; send several calls, or the person who runs this server can name a \
             folder with `crm mcp --files DIR`",
        ))
        .into());
    }
    let work = Work::checked(shared, found, given)?;
    let count = work.rows.len();
    let plan = shared.plan(&found, given, &work.shared, count);
    let pipeline = shared.session.pipeline_of(&found, &work.shared).await?;
    let writes = !found.operation.reads();
    if dry {
        let mut shown = json!({"rows": count, "requests": work.requests()});
        if let Some(input) = work.first() {
            let call: Call<Value> = request::call(&found, &pipeline, &input);
            let first = call.preview().await.map_err(|error| Failure::call(&error, writes).without(&input))?;
            shown["first_request"] = bounded_reply(&request::as_json(&first), "nothing was sent; the request");
        }
        shared.used.add(plan.as_ref(), &mut shown);
        return Ok(shown.into());
    }
    if let Some(plan) = &plan {
        turn.confirm(plan, given.text("confirm"), &shared.used).await?;
    }
    let mut results = Results::new(given.rows(), &work.shared, writes);
    match objects::kind(&found) {
        Some(kind) => objects::send(shared, kind, work, &mut results, &turn.progress).await?,
        None => results.take(0, work.send(&pipeline, &turn.progress).await),
    }
    results.answer(&found, shared.folder.as_ref())
}

impl Rows {
    fn len(&self) -> usize {
        match self {
            Self::Entries(rows, _) => rows.len(),
            Self::Requests(rows) => rows.len(),
        }
    }
}

impl Work {
    /// Checks all rows; nothing is sent if one has a fault.
    fn checked(server: &Shared, found: Found, given: &Given) -> Result<Self, Failure> {
        let files = found.operation.reply == "file" || found.arguments().any(|argument| argument.ty == "file");
        if files || found.operation.any_part {
            return Err(in_a_terminal(&found));
        }
        let rows = given.rows();
        if rows.is_empty() {
            return Err(Failure::usage("rows: is empty"));
        }
        let shared = Input { arguments: given.arguments(), body: given.get("body").cloned(), ..Input::default() };
        if let Some(most) = found.operation.batch_max {
            if !takes_inputs(&found) {
                let text = "the body is one list; call the tool read or write with it";
                return Err(Failure::usage(format!("{}: {text}", found.words())));
            }
            return Self::entries(server, found, shared, rows, usize::try_from(most).unwrap_or(usize::MAX));
        }
        if let Some(batch) = batch_of(&found) {
            let most = batch.operation.batch_max.unwrap_or(1);
            let words = batch.words();
            return Err(Failure::usage(format!("call {words} instead, which takes {most} rows per request")));
        }
        Self::calls(server, found, shared, &rows)
    }

    fn entries(server: &Shared, found: Found, shared: Input, rows: Vec<Value>, most: usize) -> Result<Self, Failure> {
        let (mut faults, mut checked, mut common) = (Vec::new(), Vec::new(), shared.clone());
        for (index, row) in rows.into_iter().enumerate() {
            let mut input = with_entries(&shared, vec![row]);
            faults.extend(server.check(&found, &mut input).into_iter().filter_map(|fault| at_row(fault, index)));
            if faults.len() > MOST_FAULTS {
                break;
            }
            let entries = input.body.as_mut().and_then(|body| body.get_mut("inputs")?.as_array_mut());
            checked.extend(entries.and_then(Vec::pop));
            common = input;
        }
        refuse(&faults)?;
        Ok(Self { found, shared: common, rows: Rows::Entries(checked, most) })
    }

    fn calls(server: &Shared, found: Found, shared: Input, rows: &[Value]) -> Result<Self, Failure> {
        let (mut faults, mut checked) = (Vec::new(), Vec::new());
        for (index, row) in rows.iter().enumerate() {
            let at = |path: String, text: &str| Fault { path, text: text.to_owned() };
            let Value::Object(members) = row else {
                faults.push(at(format!("rows[{index}]"), "must be an object with arguments and body"));
                continue;
            };
            let mut input = shared.clone();
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("arguments", Value::Object(own)) => input.arguments.extend(own.clone()),
                    ("body", body) => input.body = Some(body.clone()),
                    _ => {
                        let path = format!("rows[{index}].{}", check::shown(name));
                        faults.push(at(path, "is not arguments (an object) or body"));
                    }
                }
            }
            let wrong = server.check(&found, &mut input).into_iter();
            faults.extend(wrong.map(|fault| Fault { path: format!("rows[{index}].{}", fault.path), ..fault }));
            if faults.len() > MOST_FAULTS {
                break;
            }
            checked.push(input);
        }
        refuse(&faults)?;
        Ok(Self { found, shared, rows: Rows::Requests(checked) })
    }

    /// The number of requests.
    fn requests(&self) -> usize {
        match &self.rows {
            Rows::Entries(rows, most) => rows.len().div_ceil((*most).max(1)),
            Rows::Requests(rows) => rows.len(),
        }
    }

    /// The input of the first request.
    fn first(&self) -> Option<Input> {
        match &self.rows {
            Rows::Entries(rows, most) => Some(with_entries(&self.shared, rows.iter().take(*most).cloned().collect())),
            Rows::Requests(rows) => rows.first().cloned(),
        }
    }

    async fn send(self, pipeline: &Pipeline, progress: &Progress) -> BatchReport<Value> {
        let total = Some(self.rows.len());
        let (found, shared) = (&self.found, &self.shared);
        let call = |input: &Input| -> Call<Value> { request::call(found, pipeline, input).with(request::polling()) };
        match self.rows {
            Rows::Entries(rows, most) => {
                let batch = Batch::new(most).concurrency(CONCURRENCY);
                let key = shared.body.as_ref().and_then(|body| body.get("idProperty")?.as_str());
                let reads = found.operation.reads();
                let send = |chunk: Vec<Value>| async move {
                    let reply = call(&with_entries(shared, chunk.clone())).send().await;
                    progress.rows(chunk.len(), total).await;
                    reply.map(|reply| pairing::outcome(&chunk, reply, key, reads))
                };
                batch.run(rows, send).await
            }
            Rows::Requests(rows) => {
                let send = |input: Vec<Input>| async move {
                    let mut outcome = ChunkOutcome::new();
                    for (index, input) in input.iter().enumerate() {
                        let reply = call(input).send().await;
                        progress.rows(1, total).await;
                        outcome.ok(index, reply?);
                    }
                    Ok(outcome)
                };
                Batch::new(1).concurrency(CONCURRENCY).run(rows, send).await
            }
        }
    }
}

/// Returns an input with rows as the entries of its body.
fn with_entries(shared: &Input, rows: Vec<Value>) -> Input {
    let mut input = shared.clone();
    let body = input.body.get_or_insert_with(|| json!({}));
    if body.is_object() {
        body["inputs"] = rows.into();
    }
    input
}

/// Returns true if the body has its rows in `inputs`.
fn takes_inputs(found: &Found) -> bool {
    let Some(Ty::Named(name)) = found.operation.body.as_ref().map(|body| Ty::of(body.ty)) else { return false };
    let definition = found.api.types().get(name);
    matches!(definition, Some(Definition::Record { fields, .. }) if fields.iter().any(|field| field.name == "inputs"))
}

/// Returns the batch operation of an operation.
fn batch_of(found: &Found) -> Option<Found> {
    let call = format!("batch_{}", found.operation.call);
    let object = |one: &Found| one.object.map(|object| object.name);
    found.api.operations().find(|one| {
        one.operation.call == call
            && one.operation.resource == found.operation.resource
            && object(one) == object(found)
            && one.operation.batch_max.is_some()
    })
}

/// Names the row of a fault. Faults of what all rows share are those of the first row.
fn at_row(fault: Fault, index: usize) -> Option<Fault> {
    match fault.path.strip_prefix("body.inputs[0]") {
        Some(rest) => Some(Fault { path: format!("rows[{index}]{rest}"), text: fault.text }),
        None => (index == 0).then_some(fault),
    }
}

fn refuse(faults: &[Fault]) -> Result<(), Failure> {
    if faults.is_empty() { Ok(()) } else { Err(Failure::usage(check::sentence(faults))) }
}
