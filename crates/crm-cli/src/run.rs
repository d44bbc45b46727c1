//! The commands at work.

use std::io::IsTerminal as _;

use crm_core::{BodyStream, Call, CallOptions, Paginator};
use hubspot_client::http::Method;
use serde_json::Value;

use crate::catalogue::{Api, Found, Rows};
use crate::check::{self, Input};
use crate::cli::{Action, Asked};
use crate::failure::Failure;
use crate::options::{Opt, Options};
use crate::output::{self, Format};
use crate::schema::{self, Checks};
use crate::session::Session;
use crate::{describe, find, note, request, rows};

/// Carries out a command.
pub(crate) async fn run(Asked { options, action }: Asked) -> Result<(), Failure> {
    #[cfg(feature = "jq")]
    if let Some(filter) = &options.jq {
        output::filter(filter)?;
    }
    if matches!(action, Action::Find { .. } | Action::Describe { .. } | Action::Text(_)) {
        options.without(Opt::Jq, "the answer is a text, which is not filtered")?;
        options.without(Opt::Format, "the answer is a text, which has no other form")?;
    }
    match action {
        Action::Find { words } => output::text(&find::answer(&words)),
        Action::Describe { named, ty } => {
            output::text(&describe::named(&named, ty.as_deref()).map_err(Failure::usage)?)
        }
        Action::Text(text) => output::text(&text),
        Action::Own { entry, matches } => {
            let name = (entry.command)().get_name().to_owned();
            if name != "mcp" {
                options.refuse(&name, &[Opt::Schema])?;
            }
            (entry.run)(matches, options).await
        }
        Action::Call { found, input } => operation(&found, input, &options).await,
        Action::Raw { api, method, path, body } => raw(api, &method, &path, body, &options).await,
    }
}

async fn operation(found: &Found, mut input: Input, options: &Options) -> Result<(), Failure> {
    let faults = input.check(found);
    if !faults.is_empty() {
        return Err(Failure::usage(format!("{}; see: crm describe {}", check::sentence(&faults), found.words())));
    }
    called(found, &input, options).await.map_err(|failure| failure.without(&input))
}

/// Calls an operation with an input that was checked.
async fn called(found: &Found, input: &Input, options: &Options) -> Result<(), Failure> {
    if !schema::writes_records(found) {
        options.refuse(&found.words(), &[Opt::Schema])?;
    }
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    if !found.operation.reads() {
        session.permit(&found.words(), found.api.entry, options)?;
        let faults = match found.api.file.objects {
            Some(_) => Checks::open(options, &session)?.faults(found, input),
            None => Vec::new(),
        };
        if !faults.is_empty() {
            return Err(Failure::usage(check::sentence(&faults)));
        }
    }
    let pipeline = session.pipeline_of(found, input).await?;
    if options.dry_run {
        return output::preview(&request::call::<Value>(found, &pipeline, input), options.format).await;
    }
    if found.operation.reply == "file" {
        options.refuse(&found.words(), &[Opt::All, Opt::Format, Opt::Jq])?;
        return download(request::call(found, &pipeline, input), found).await;
    }
    let call: Call<Value> = request::call(found, &pipeline, input);
    let format = Format::of(options.format);
    match &found.operation.paging {
        Some(_) if options.all || format != Format::Json => list(call, options.all, format, found).await,
        _ => {
            options.without(Opt::All, &format!("{} returns no pages", found.words()))?;
            let reply =
                call.with(request::polling()).send().await.map_err(|error| Failure::operation(found, &error))?;
            output::value(&reply, format)?;
            // A batch succeeds as a request although some of its inputs fail.
            match reply.get("errors").and_then(Value::as_array).map_or(0, Vec::len) {
                errors if errors > 0 && found.operation.batch_max.is_some() => {
                    Err(Failure::other(format!("{errors} inputs failed; \"errors\" of the reply says why")))
                }
                _ => Ok(()),
            }
        }
    }
}

/// Writes the rows of a list, those of one page or of all.
async fn list(call: Call<Value>, all: bool, format: Format, found: &Found) -> Result<(), Failure> {
    let mut items = Paginator::<Rows>::new(call);
    if !all {
        items = items.max_pages(1);
    }
    let next = async || Some(items.next().await?.map_err(|error| Failure::operation(found, &error)));
    rows::write(next, None, format).await?;
    if !all && !items.cursor().is_end() {
        note::say("there may be more rows; --all reads them");
    }
    Ok(())
}

async fn download(call: Call<BodyStream>, found: &Found) -> Result<(), Failure> {
    if std::io::stdout().is_terminal() {
        return Err(Failure::usage("the reply is a file; write it to one, for example: … > file"));
    }
    let mut body = call.send().await.map_err(|error| Failure::operation(found, &error))?;
    while let Some(piece) = body.next().await {
        output::bytes(&piece.map_err(|error| Failure::operation(found, &error))?)?;
    }
    Ok(())
}

async fn raw(
    api: &'static Api,
    method: &str,
    path: &str,
    body: Option<Value>,
    options: &Options,
) -> Result<(), Failure> {
    options.without(Opt::All, "raw returns one reply")?;
    // The body is sent as it is.
    options.refuse("raw", &[Opt::Schema])?;
    let Ok(http) = Method::from_bytes(method.as_bytes()) else {
        return Err(Failure::usage(format!("\"{method}\" is not an HTTP method")));
    };
    let known = find::by_path(api, method, path);
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let reads = known.map_or(matches!(method, "GET" | "HEAD" | "OPTIONS"), crate::catalogue::Operation::reads);
    if !reads {
        session.permit(&format!("{method} {}", path.split('?').next().unwrap_or_default()), api.entry, options)?;
    }
    let mut pipeline = session.pipeline(api.entry, "").await?;
    if let Some(version) = api.file.operations.first().and_then(|one| one.version).filter(|_| !api.file.root) {
        pipeline = pipeline.with_version(version);
    }
    let mut call = Call::raw(&pipeline, http, path);
    if let Some(body) = &body {
        call = call.json(body);
    }
    // An operation of the catalogue keeps its class of limits and its rule for repeats.
    if let Some(known) = known {
        let idempotent = known.meta().is_idempotent_with(body.as_ref().unwrap_or(&Value::Null));
        call = call.with(CallOptions::new().limit_class(known.limit_class).idempotent(idempotent));
    }
    if options.dry_run {
        return output::preview(&call, options.format).await;
    }
    let given = Input { body, ..Input::default() };
    let reply = call.send_raw().await.map_err(|error| Failure::call(&error, !reads).without(&given))?;
    match serde_json::from_slice(reply.body()) {
        Ok(value) => output::value(&value, Format::of(options.format)),
        Err(_) => output::bytes(reply.body()),
    }
}
