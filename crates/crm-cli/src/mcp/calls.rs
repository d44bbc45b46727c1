//! The tools at work.

use crm_core::{BodyStream, Call, Pages, Paginator};
use serde_json::{Value, json};

use super::batch;
use super::bounded::{Rows as Fitting, bounded, bounded_reply};
use super::given::Given;
use super::plan::rows_of;
use super::shared::{Shared, in_a_terminal};
use super::turn::{Answer, Stop, Turn};
use super::whole;
use crate::catalogue::{Found, Rows};
use crate::check::{self, Input};
use crate::failure::Failure;
use crate::{describe, find, request};

impl Shared {
    /// Calls a tool.
    pub(super) async fn call(&self, name: &str, given: &Given, turn: &Turn) -> Result<Answer, Stop> {
        match name {
            "find" => Ok(find::as_json(given.text("question").unwrap_or_default()).into()),
            "describe" => {
                let text = describe::named(&given.named()?, given.text("type")).map_err(Failure::usage)?;
                Ok(Value::from(text).into())
            }
            "read" => self.read(given, turn).await,
            "write" => self.write(given, turn).await,
            "batch" => batch::run(self, given, turn).await,
            _ => Ok(self.status().await.into()),
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
        let pipeline = self.session.pipeline_of(&found, &input).await?;
        let failed = |error: &crm_core::Error| Failure::operation(&found, error).without(&input);
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
        let pipeline = self.session.pipeline_of(&found, &input).await?;
        let call: Call<Value> = request::call(&found, &pipeline, &input).with(request::polling());
        let failed = |error: &crm_core::Error| Failure::operation(&found, error).without(&input);
        if dry {
            let shown = call.preview().await.map_err(|error| failed(&error))?;
            let mut shown = bounded_reply(&request::as_json(&shown), "nothing was sent; the request");
            self.used.add(plan.as_ref(), &mut shown);
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

    /// Returns the checked arguments and body of an operation.
    fn input(&self, found: &Found, given: &Given) -> Result<Input, Failure> {
        let mut input = Input { arguments: given.arguments(), body: given.get("body").cloned(), ..Input::default() };
        if found.operation.any_part {
            return Err(in_a_terminal(found));
        }
        let faults = self.check(found, &mut input);
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

/// Returns the page at a cursor in the form in which the vendor sends it; null at the end.
async fn page(call: Call<Value>, cursor: &str) -> Result<Value, crm_core::Error> {
    let mut pages = Pages::<Rows>::new(call).max_pages(1).resume(cursor.parse()?)?;
    pages.next().await.unwrap_or(Ok(Value::Null))
}
