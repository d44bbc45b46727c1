//! The account behind a credential, as far as the vendor returns it.

use crm_core::{Call, ErrorKind, OpMeta, RawReply, Rules, Secret, Timestamp};
use hubspot_client::http::{HeaderMap, Method};
use serde_json::{Value, json};

use crate::apis::ApiEntry;
use crate::catalogue;
use crate::check::Input;
use crate::failure::Failure;
use crate::login;
use crate::note;
use crate::profile::{Credential, Key};
use crate::request;
use crate::session::Session;

/// The headers with the calls that are allowed and left today, by vendor.
const DAILY: [(&str, &str); 2] = [
    ("x-hubspot-ratelimit-daily", "x-hubspot-ratelimit-daily-remaining"),
    ("x-ratelimit-limit-daily", "x-ratelimit-daily-remaining"),
];
/// Returns the scopes of a token of a private app. It is in no document of the vendor.
static PRIVATE_APP: OpMeta = OpMeta {
    id: "private_apps.get_token_info",
    spec_id: "",
    method: Method::POST,
    path: "/oauth/v2/private-apps/get/access-token-info",
    idempotent: true,
    limit_class: "",
    paging: None,
    rules: Rules { reads: true, ..Rules::PLAIN },
    long_running: false,
    batch_max: None,
    scopes: &[],
    version: None,
    deprecated: false,
};

/// Returns what is known about the credential of an API. A refused credential is an error.
pub(crate) async fn of(session: &Session, api: &'static ApiEntry) -> Result<Value, Failure> {
    let credential = session.credential(api).await?;
    let (account, daily) = match api.profile {
        "hubspot" => called(session, api, &["hubspot", "account", "get-details"], Input::default()).await?,
        "hoopai" => location(session, api, &credential).await?,
        "hockeystack-revenue-agents" => {
            called(session, api, &["hockeystack", "service", "get-me"], Input::default()).await?
        }
        _ => (Value::Null, Value::Null),
    };
    let scopes = scopes(session, api).await?;
    let expires_at = match &credential.key {
        Key::Login(login) => tokens(login).await?.and_then(|tokens| tokens.expires_at()).map(Timestamp::from),
        Key::Token(_) => None,
    };
    Ok(json!({
        "api": api.profile,
        "credential": credential.from,
        "token": kind(&credential),
        "account": account,
        "scopes": scopes,
        "expires_at": expires_at.map(|at| at.to_string()),
        "daily_calls": daily,
    }))
}

/// Returns the scopes of the credential of an API; `None` if nothing returns them.
pub(crate) async fn scopes(session: &Session, api: &'static ApiEntry) -> Result<Option<Vec<String>>, Failure> {
    if session.is_fake() {
        note::say("the fake has no scopes: it permits every operation");
        return Ok(None);
    }
    let credential = session.credential(api).await?;
    let read = match &credential.key {
        Key::Login(login) => return Ok(tokens(login).await?.map(|tokens| tokens.scopes().to_vec())),
        Key::Token(token) if api.profile == "hubspot" && is_private_app(token) => {
            let pipeline = session.pipeline(api, "").await?;
            let call = Call::<Value>::new(&pipeline, &PRIVATE_APP);
            call.json(&json!({"tokenKey": token.expose()})).send_raw().await
        }
        Key::Token(token) if api.profile == "hubspot" => match session.profile().keys(api) {
            (Some(id), Some(secret)) => introspected(session, api, token, &id, &secret).await?,
            _ => return Ok(None),
        },
        Key::Token(_) => return Ok(None),
    };
    let reply = match read {
        Ok(reply) => reply,
        Err(error) if error.kind() == ErrorKind::Auth => return Err(Failure::call(&error, false)),
        Err(error) => {
            note::say(&format!("the scopes are not known: {error}"));
            return Ok(None);
        }
    };
    let reply: Option<Value> = serde_json::from_slice(reply.body()).ok();
    let listed = reply.as_ref().and_then(|reply| reply.get("scopes")?.as_array());
    Ok(listed.map(|listed| listed.iter().filter_map(|scope| scope.as_str().map(str::to_owned)).collect()))
}

async fn introspected(
    session: &Session,
    api: &'static ApiEntry,
    token: &Secret,
    id: &str,
    secret: &Secret,
) -> Result<Result<RawReply, crm_core::Error>, Failure> {
    let body = json!({"client_id": id, "client_secret": secret.expose(), "token": token.expose()});
    let input = Input { body: Some(body), ..Input::default() };
    let found = catalogue::find(&["hubspot", "oauth", "introspect-token"]).map_err(Failure::other)?;
    let pipeline = session.pipeline(api, "").await?;
    Ok(request::call::<Value>(&found, &pipeline, &input).send_raw().await)
}

/// HoopAI returns a location only by its id, which a login has.
async fn location(
    session: &Session,
    api: &'static ApiEntry,
    credential: &Credential,
) -> Result<(Value, Value), Failure> {
    let Key::Login(login) = &credential.key else {
        note::say("HoopAI does not say which account a private integration belongs to");
        return Ok((Value::Null, Value::Null));
    };
    let Some(tokens) = tokens(login).await? else { return Ok((Value::Null, Value::Null)) };
    let detail = |name: &str| tokens.detail(name).cloned().unwrap_or_default();
    let mut account = json!({"locationId": detail("locationId"), "companyId": detail("companyId")});
    let Some(id) = tokens.detail("locationId").and_then(Value::as_str) else { return Ok((account, Value::Null)) };
    let mut input = Input::default();
    input.arguments.insert("locationId".to_owned(), id.into());
    let (reply, daily) = called(session, api, &["hoopai", "locations", "get"], input).await?;
    for name in ["name", "timezone"] {
        if let Some(value) = reply.pointer(&format!("/location/{name}")) {
            account[name] = value.clone();
        }
    }
    Ok((account, daily))
}

/// Calls an operation, and returns its reply with the number of calls of the current day. A missing permission is not an
/// error.
async fn called(
    session: &Session,
    api: &'static ApiEntry,
    words: &[&str],
    input: Input,
) -> Result<(Value, Value), Failure> {
    let found = catalogue::find(words).map_err(Failure::other)?;
    let pipeline = session.pipeline(api, "").await?;
    match request::call::<Value>(&found, &pipeline, &input).send_raw().await {
        Ok(reply) => Ok((serde_json::from_slice(reply.body()).unwrap_or_default(), daily(reply.headers()))),
        Err(error) if error.kind() == ErrorKind::Permission => {
            note::say(&format!("the account is not known: {error}"));
            Ok((Value::Null, Value::Null))
        }
        Err(error) => Err(Failure::call(&error, false).without(&input)),
    }
}

fn daily(headers: &HeaderMap) -> Value {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let found = DAILY.iter().find_map(|(limit, left)| Some((number(limit), number(left)?)));
    found.map_or(Value::Null, |(limit, left)| json!({"limit": limit, "remaining": left}))
}

async fn tokens(login: &login::Login) -> Result<Option<crm_core::TokenSet>, Failure> {
    login.tokens().await.map_err(|error| Failure::call(&error, false))
}

/// Returns the kind of a token, which its first letters say.
pub(crate) fn kind(credential: &Credential) -> &'static str {
    match &credential.key {
        Key::Login(_) => "login",
        Key::Token(token) if is_private_app(token) => "private app",
        Key::Token(token) if token.expose().starts_with("pit-") => "private integration",
        Key::Token(_) => "token",
    }
}

fn is_private_app(token: &Secret) -> bool {
    token.expose().starts_with("pat-")
}
