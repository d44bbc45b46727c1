//! The tools at work.

use crm_core::{BodyStream, Call, Pages, Paginator, Pipeline};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::batch;
use super::bounded::{Rows as Fitting, bounded, bounded_reply};
use super::files::Folder;
use super::given::Given;
use super::turn::{Answer, Plan, Stop, Turn, Used};
use super::whole;
use crate::apis::{APIS, ApiEntry};
use crate::catalogue::{Found, Place, Rows};
use crate::check::{self, Input};
use crate::failure::Failure;
use crate::session::Session;
use crate::{describe, find, request};

/// From this number of rows on, a write needs a confirmation.
const MOST_ROWS: usize = 100;

/// The maximum number of rows, and of members of the body, that a question to the user shows.
const MOST_SHOWN: usize = 10;
/// The maximum length of each of them in characters.
const MOST_CHARACTERS: usize = 80;

/// The tools with what they are called with.
pub(super) struct Calls {
    pub(super) session: Session,
    /// The name of the profile, which a confirmation is bound to.
    pub(super) profile: String,
    /// True if all writes are sent, otherwise those that the profile allows.
    pub(super) yes: bool,
    /// The folder for files, if the person who starts the server named one.
    pub(super) folder: Option<Folder>,
    /// HubSpot's client, for its batches.
    pub(super) hubspot: OnceCell<hubspot_client::Client>,
    /// The confirmations that were given.
    pub(super) used: Used,
}

impl Calls {
    /// Calls a tool.
    pub(super) async fn call(&self, name: &str, given: &Given, turn: &Turn) -> Result<Answer, Stop> {
        match name {
            "find" => Ok(find::as_json(given.text("question").unwrap_or_default()).into()),
            "describe" => {
                let text = describe::answer(&given.operation()?, given.text("type")).map_err(Failure::usage)?;
                Ok(Value::from(text).into())
            }
            "read" => self.read(given, turn).await,
            "write" => self.write(given, turn).await,
            "batch" => batch::run(self, given, turn).await,
            _ => Ok(self.status().into()),
        }
    }

    async fn read(&self, given: &Given, turn: &Turn) -> Result<Answer, Stop> {
        let found = given.operation()?;
        if !found.operation.reads() {
            return Err(Failure::usage(format!("{} changes data; call the tool write", found.words())).into());
        }
        let (part, cursor, all) = (given.text("part"), given.text("cursor"), given.flag("all"));
        if (cursor.is_some() || all) && found.operation.paging.is_none() {
            let name = if all { "all" } else { "cursor" };
            return Err(Failure::usage(format!("{name}: {} returns no pages; leave it out", found.words())).into());
        }
        let input = self.input(&found, given)?;
        let pipeline = self.pipeline(&found, &input).await?;
        let failed = |error: &crm_core::Error| Failure::call(error, false).without(&input);
        if found.operation.reply == "file" {
            let call: Call<BodyStream> = request::call(&found, &pipeline, &input);
            return whole::download(call, self.folder(&found)?, &found, failed).await;
        }
        let call: Call<Value> = request::call(&found, &pipeline, &input).with(request::polling());
        let reply = match (part, cursor) {
            _ if all => return whole::list(call, cursor, self.folder(&found)?, &found, turn, failed).await,
            (None, _) if found.operation.paging.is_some() => {
                return Ok(list(call, cursor).await.map_err(|error| failed(&error))?.into());
            }
            (_, Some(cursor)) => page(call, cursor).await,
            (_, None) => call.send().await,
        };
        Ok(bounded(&reply.map_err(|error| failed(&error))?, part)?.into())
    }

    async fn write(&self, given: &Given, turn: &Turn) -> Result<Answer, Stop> {
        let found = given.operation()?;
        if found.operation.reads() {
            return Err(Failure::usage(format!("{} only reads; call the tool read", found.words())).into());
        }
        let dry = given.flag("dry_run");
        self.permit(&found, dry)?;
        let input = self.input(&found, given)?;
        if found.operation.reply == "file" {
            return Err(in_a_terminal(&found).into());
        }
        let rows = input.body.as_ref().and_then(rows_of).map_or(1, |rows| rows.len().max(1));
        let plan = self.plan(&found, given, &input, rows);
        let pipeline = self.pipeline(&found, &input).await?;
        let call: Call<Value> = request::call(&found, &pipeline, &input).with(request::polling());
        let failed = |error: &crm_core::Error| Failure::call(error, true).without(&input);
        if dry {
            let shown = call.preview().await.map_err(|error| failed(&error))?;
            let mut shown = bounded_reply(&request::as_json(&shown), "nothing was sent; the request");
            add_digest(&mut shown, plan.as_ref(), turn, &self.used);
            return Ok(shown.into());
        }
        if let Some(plan) = &plan {
            turn.confirm(plan, given.text("confirm"), &self.used).await?;
        }
        let reply = call.send().await.map_err(|error| failed(&error))?;
        Ok(match reply {
            Value::Null => json!({"done": true}),
            reply => bounded_reply(&reply, "it was carried out; the reply"),
        }
        .into())
    }

    /// Refuses a write that nothing allows.
    pub(super) fn permit(&self, found: &Found, dry: bool) -> Result<(), Failure> {
        if dry || found.operation.reads() || self.writes(found.api.entry) {
            return Ok(());
        }
        Err(Failure::usage(
            "writes are not allowed; the person who runs this server can allow them with `crm mcp --yes`, or with \
             \"allow_writes\": true in the profile",
        ))
    }

    /// Returns the plan of a write that needs a confirmation: it destroys data, or it has many rows.
    pub(super) fn plan(&self, found: &Found, given: &Given, input: &Input, rows: usize) -> Option<Plan> {
        let operation = found.operation;
        let does = match (operation.destroys(), rows > MOST_ROWS) {
            _ if operation.reads() => return None,
            (true, false) if rows == 1 => "destroys data".to_owned(),
            (true, _) => format!("destroys the data of {rows} rows"),
            (false, true) => format!("changes {rows} rows"),
            (false, false) => return None,
        };
        let path = operation.arguments.iter().filter(|argument| argument.place == Place::Path);
        let values = path.filter_map(|argument| input.arguments.get(argument.name));
        let values: Vec<String> = values.map(|value| check::shown(&request::text(value)).to_owned()).collect();
        Some(Plan {
            what: format!("mcp {} {}", self.profile, found.words()),
            input: given.sent(),
            says: format!("{} {does}.", found.words()),
            values: values.join(", "),
            affected: affected(given, input.body.as_ref()),
        })
    }

    /// Returns the checked arguments and body of an operation.
    fn input(&self, found: &Found, given: &Given) -> Result<Input, Failure> {
        let mut input = Input { arguments: given.arguments(), body: given.get("body").cloned(), ..Input::default() };
        if found.operation.any_part {
            return Err(in_a_terminal(found));
        }
        let faults = input.check(found);
        if !faults.is_empty() {
            return Err(Failure::usage(check::sentence(&faults)));
        }
        for argument in found.arguments().filter(|argument| argument.ty == "file") {
            let Some(value) = input.arguments.get_mut(argument.name) else { continue };
            let path = self.folder(found)?.path(&request::text(value)).ok_or_else(|| {
                Failure::usage(format!("{}: is not the name of a file in the folder of --files", argument.name))
            })?;
            *value = path.display().to_string().into();
        }
        Ok(input)
    }

    pub(super) async fn pipeline(&self, found: &Found, input: &Input) -> Result<Pipeline, Failure> {
        let department = input.arguments.get("dept_id").map(request::text).unwrap_or_default();
        self.session.pipeline(found.api.entry, &department).await
    }

    /// Returns the folder for files.
    fn folder(&self, found: &Found) -> Result<&Folder, Failure> {
        self.folder.as_ref().ok_or_else(|| {
            Failure::usage(format!(
                "there is no folder for files; the person who runs this server can name one with `crm mcp --files DIR`, or \
                 run it in a terminal: crm {}",
                found.words()
            ))
        })
    }

    fn writes(&self, api: &ApiEntry) -> bool {
        self.yes || self.session.allows_writes(api)
    }

    fn status(&self) -> Value {
        let one = |entry: &ApiEntry| {
            let credential = self.session.has_credential(entry);
            json!({"api": entry.document, "credential": credential, "writes_allowed": self.writes(entry)})
        };
        let apis: Vec<Value> = APIS.iter().map(one).collect();
        json!({"apis": apis, "fake": self.session.is_fake(), "files": self.folder.is_some()})
    }
}

/// Returns the rows of a body: its entries, or those of its longest list.
fn rows_of(body: &Value) -> Option<&Vec<Value>> {
    match body {
        Value::Array(rows) => Some(rows),
        Value::Object(members) => members.values().filter_map(Value::as_array).max_by_key(|rows| rows.len()),
        _ => None,
    }
}

/// Returns the body and the ids of the first rows, for the user who is asked.
fn affected(given: &Given, body: Option<&Value>) -> String {
    let mut parts = Vec::new();
    let mut rows = given.rows();
    if rows.is_empty() {
        rows = body.and_then(rows_of).cloned().unwrap_or_default();
    }
    if !rows.is_empty() {
        let id = |row: &Value| cut(row.get("id").or_else(|| row.get("arguments")).unwrap_or(row));
        let ids: Vec<String> = rows.iter().take(MOST_SHOWN).map(id).collect();
        let more = rows.len().saturating_sub(MOST_SHOWN);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        parts.push(format!("Rows: {}{more}.", ids.join(", ")));
    }
    let rest = match body {
        Some(Value::Object(members)) => {
            let other = members
                .iter()
                .filter(|(_, value)| value.as_array().is_none_or(|list| !list.is_empty() && *list != rows));
            let other = other.map(|(name, value)| cut(&json!({name: value})));
            other.take(MOST_SHOWN).collect()
        }
        Some(Value::Array(_) | Value::Null) | None => Vec::new(),
        Some(other) => vec![cut(other)],
    };
    if !rest.is_empty() {
        parts.push(format!("Body: {}.", rest.join(", ")));
    }
    parts.join(" ")
}

/// Returns a value without secrets.
fn without_secrets(value: &Value) -> Value {
    let secret = |name: &str| {
        let name = name.to_lowercase();
        ["token", "secret", "password"].iter().any(|word| name.contains(word))
    };
    match value {
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        Value::Object(members) => {
            let shown = |(name, member): (&String, &Value)| {
                (name.clone(), if secret(name) { "[…]".into() } else { without_secrets(member) })
            };
            members.iter().map(shown).collect()
        }
        other => other.clone(),
    }
}

/// Returns a value as JSON, which has no line breaks, up to a length.
fn cut(value: &Value) -> String {
    let text = without_secrets(value).to_string();
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Adds the digest that confirms a write, for a client that cannot ask its user.
pub(super) fn add_digest(shown: &mut Value, plan: Option<&Plan>, turn: &Turn, used: &Used) {
    if let Some(plan) = plan.filter(|_| !turn.can_ask()) {
        shown["confirm"] = used.fresh(plan).into();
    }
}

/// The operation sends parts of its own or returns a file of a write.
pub(super) fn in_a_terminal(found: &Found) -> Failure {
    Failure::usage(format!("{} sends or returns a file; run it in a terminal: crm {0}", found.words()))
}

/// Returns the rows of a page that fit, and the cursor at which the list continues.
async fn list(call: Call<Value>, cursor: Option<&str>) -> Result<Value, crm_core::Error> {
    let mut items = Paginator::<Rows>::new(call).max_pages(1);
    if let Some(cursor) = cursor {
        items = items.resume(cursor.parse()?)?;
    }
    let mut rows = Fitting::default();
    let mut at = items.cursor();
    loop {
        let Some(item) = items.next().await else {
            // An empty page has no row that moves the cursor.
            at = items.cursor();
            break;
        };
        if !rows.take(&item?) {
            break;
        }
        at = items.cursor();
        if rows.is_full() {
            break;
        }
    }
    let mut reply = json!({"rows": rows.into_rows()});
    if !at.is_end() {
        reply["cursor"] = at.to_string().into();
    }
    Ok(reply)
}

/// Returns the page of a cursor, as the vendor has it; null at the end.
async fn page(call: Call<Value>, cursor: &str) -> Result<Value, crm_core::Error> {
    let mut pages = Pages::<Rows>::new(call).max_pages(1).resume(cursor.parse()?)?;
    pages.next().await.unwrap_or(Ok(Value::Null))
}
