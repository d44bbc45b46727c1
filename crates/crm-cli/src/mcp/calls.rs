//! The tools at work.

use crm_core::{Call, Error, Pages, Paginator};
use serde_json::{Map, Value, json};

use super::tools::{Spec, TOOLS};
use crate::apis::{APIS, ApiEntry};
use crate::catalogue::{Found, Rows, near};
use crate::check::{self, Input};
use crate::failure::Failure;
use crate::session::Session;
use crate::{catalogue, describe, find, request};

/// The maximum size of the text of a reply in bytes, as it is escaped in the line of the protocol, with room for what is around the rows.
const MOST_BYTES: usize = 32_000;
const ROOM: usize = 2_000;

/// The tools with what they are called with.
pub(super) struct Calls {
    pub(super) session: Session,
    /// True if all writes are sent, otherwise those that the profile allows.
    pub(super) yes: bool,
}

impl Calls {
    /// Calls a tool.
    pub(super) async fn call(&self, name: &str, mut arguments: Map<String, Value>) -> Result<Value, Failure> {
        let Some(spec) = TOOLS.iter().find(|spec| spec.name == name) else {
            let names: Vec<&str> = TOOLS.iter().map(|spec| spec.name).collect();
            return Err(Failure::usage(format!("there is no tool of this name; there are {}", names.join(", "))));
        };
        // Some clients send null for what they leave out.
        arguments.retain(|_, value| !value.is_null());
        check_arguments(spec, &arguments)?;
        let text = |name: &str| arguments.get(name).and_then(Value::as_str);
        match name {
            "find" => Ok(find::as_json(text("question").unwrap_or_default())),
            "describe" => {
                describe::answer(&operation(&arguments)?, text("type")).map(Value::from).map_err(Failure::usage)
            }
            "read" => self.read(&arguments).await,
            "write" => self.write(&arguments).await,
            _ => Ok(self.status()),
        }
    }

    async fn read(&self, arguments: &Map<String, Value>) -> Result<Value, Failure> {
        let found = operation(arguments)?;
        if !found.operation.reads() {
            return Err(Failure::usage(format!("{} changes data; call the tool write", found.words())));
        }
        let (call, input) = self.prepared(&found, arguments).await?;
        let text = |name: &str| arguments.get(name).and_then(Value::as_str);
        let (part, cursor) = (text("part"), text("cursor"));
        if cursor.is_some() && found.operation.paging.is_none() {
            return Err(Failure::usage(format!("cursor: {} returns no pages; leave it out", found.words())));
        }
        let failed = |error: &Error| Failure::call(error, false).without(&input);
        match (part, cursor) {
            (None, _) if found.operation.paging.is_some() => list(call, cursor).await.map_err(|error| failed(&error)),
            (_, Some(cursor)) => bounded(page(call, cursor).await.map_err(|error| failed(&error))?, part),
            (_, None) => bounded(call.send().await.map_err(|error| failed(&error))?, part),
        }
    }

    async fn write(&self, arguments: &Map<String, Value>) -> Result<Value, Failure> {
        let found = operation(arguments)?;
        if found.operation.reads() {
            return Err(Failure::usage(format!("{} only reads; call the tool read", found.words())));
        }
        let dry = arguments.get("dry_run").and_then(Value::as_bool).unwrap_or(false);
        if !dry && !self.writes(found.api.entry) {
            return Err(Failure::usage(
                "writes are not allowed; the person who runs this server can allow them with `crm mcp --yes`, or with \
                 \"allow_writes\": true in the profile",
            ));
        }
        let (call, input) = self.prepared(&found, arguments).await?;
        if dry {
            let shown = call.preview().await.map_err(|error| Failure::call(&error, false).without(&input))?;
            return bounded(request::as_json(&shown), None);
        }
        let reply = call.send().await.map_err(|error| Failure::call(&error, true).without(&input))?;
        bounded(if reply.is_null() { json!({"done": true}) } else { reply }, None)
    }

    /// Checks the arguments and the body of an operation, and makes its call.
    async fn prepared(&self, found: &Found, arguments: &Map<String, Value>) -> Result<(Call<Value>, Input), Failure> {
        let given = arguments.get("arguments").and_then(Value::as_object).cloned().unwrap_or_default();
        if found.operation.reply == "file" || found.operation.any_part || found.arguments().any(|one| one.ty == "file")
        {
            return Err(Failure::usage(format!(
                "{} sends or returns a file; run it in a terminal: crm {0}",
                found.words()
            )));
        }
        let mut input = Input { arguments: given, body: arguments.get("body").cloned(), ..Input::default() };
        let faults = input.check(found);
        if !faults.is_empty() {
            return Err(Failure::usage(check::sentence(&faults)));
        }
        let department = input.arguments.get("dept_id").map(request::text).unwrap_or_default();
        let pipeline = self.session.pipeline(found.api.entry, &department).await?;
        Ok((request::call(found, &pipeline, &input).with(request::polling()), input))
    }

    fn writes(&self, api: &ApiEntry) -> bool {
        self.yes || self.session.allows_writes(api)
    }

    fn status(&self) -> Value {
        let one = |entry: &ApiEntry| {
            let credential = self.session.has_credential(entry);
            json!({"api": entry.document, "credential": credential, "writes_allowed": self.writes(entry)})
        };
        json!({"apis": APIS.iter().map(one).collect::<Vec<_>>(), "fake": self.session.is_fake()})
    }
}

fn operation(arguments: &Map<String, Value>) -> Result<Found, Failure> {
    let words = arguments.get("operation").and_then(Value::as_str).unwrap_or_default();
    let words: Vec<&str> = words.split([' ', '.']).filter(|word| !word.is_empty()).collect();
    catalogue::find(&words).map_err(Failure::usage)
}

/// Clients do not check arguments.
fn check_arguments(spec: &Spec, arguments: &Map<String, Value>) -> Result<(), Failure> {
    let names = || spec.arguments.iter().map(|one| one.0);
    for (name, value) in arguments {
        let Some((_, ty, ..)) = spec.arguments.iter().find(|one| one.0 == name) else {
            let meant = near(name, names()).map(|near| format!("did you mean \"{near}\"?"));
            let meant = meant.unwrap_or_else(|| format!("there are: {}", names().collect::<Vec<_>>().join(", ")));
            return Err(Failure::usage(format!(
                "{}: is not an argument of {}; {meant}",
                check::shown(name),
                spec.name
            )));
        };
        let fits = match *ty {
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            _ => name == "body" || value.is_object(),
        };
        if !fits {
            return Err(Failure::usage(format!("{name}: must be of the type {ty}")));
        }
    }
    match spec.arguments.iter().find(|one| one.3 && !arguments.contains_key(one.0)) {
        Some((name, _, about, _)) => Err(Failure::usage(format!("{name}: is required: {about}"))),
        None => Ok(()),
    }
}

/// Returns the rows of a page that fit, and the cursor at which the list continues.
async fn list(call: Call<Value>, cursor: Option<&str>) -> Result<Value, Error> {
    let mut items = Paginator::<Rows>::new(call).max_pages(1);
    if let Some(cursor) = cursor {
        items = items.resume(cursor.parse()?)?;
    }
    let (mut rows, mut bytes) = (Vec::new(), 0);
    let mut at = items.cursor();
    while let Some(item) = items.next().await {
        let item = item?;
        let size = escaped(&item) + 1;
        if size > MOST_BYTES - ROOM && rows.is_empty() {
            rows.push(too_large(&item, size));
            at = items.cursor();
            break;
        }
        if bytes + size > MOST_BYTES - ROOM {
            break;
        }
        bytes += size;
        rows.push(item);
        at = items.cursor();
    }
    let mut reply = json!({"rows": rows});
    if !at.is_end() {
        reply["cursor"] = at.to_string().into();
    }
    Ok(reply)
}

/// Returns the page of a cursor, as the vendor has it; null at the end.
async fn page(call: Call<Value>, cursor: &str) -> Result<Value, Error> {
    let mut pages = Pages::<Rows>::new(call).max_pages(1).resume(cursor.parse()?)?;
    pages.next().await.unwrap_or(Ok(Value::Null))
}

/// Returns the size of a value within the text of a reply, where quotes and others are escaped once more.
fn escaped(value: &Value) -> usize {
    Value::String(value.to_string()).to_string().len() - 2
}

/// Returns a reply, or one of its parts, if it is not too large; otherwise the sizes of its members.
fn bounded(reply: Value, part: Option<&str>) -> Result<Value, Failure> {
    let mut here = &reply;
    for step in part.into_iter().flat_map(|part| part.split('.')) {
        let index = step.parse::<usize>().ok().and_then(|index| here.get(index));
        here = index
            .or_else(|| here.get(step))
            .ok_or_else(|| Failure::usage(format!("part: the reply has no \"{}\" there", check::shown(step))))?;
    }
    let size = escaped(here);
    Ok(if size <= MOST_BYTES { here.clone() } else { too_large(here, size) })
}

/// Describes a value that is too large to be returned: ask for a part of it.
fn too_large(value: &Value, size: usize) -> Value {
    let sizes: Map<String, Value> = match value {
        Value::Object(members) => {
            let mut room = MOST_BYTES / 4;
            let fits = |(name, _): &(&String, &Value)| {
                room = room.saturating_sub(escaped(&Value::String((*name).clone())) + 20);
                room > 0
            };
            members.iter().take_while(fits).map(|(name, member)| (name.clone(), escaped(member).into())).collect()
        }
        Value::Array(items) => [("entries".to_owned(), items.len().into())].into_iter().collect(),
        _ => Map::new(),
    };
    let text = format!("the reply has {size} bytes; ask for less, or for a part of it (argument part)");
    json!({"too_large": text, "id": value.get("id").filter(|id| escaped(id) <= 200), "bytes": sizes})
}
