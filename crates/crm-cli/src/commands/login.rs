//! `crm login`: gets a credential and stores it in a profile.

mod browser;
mod hidden;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use crm_core::{AppKeys, ConsentRequest, ErrorKind, Timestamp, TokenSet};
use hubspot_client::http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc::{self, Sender};

use crate::apis::{self, APIS, Access, ApiEntry};
use crate::catalogue::{Api, near};
use crate::failure::Failure;
use crate::login::{Login, VENDORS};
use crate::note;
use crate::options::{Opt, Options};
use crate::output::{self, Format};
use crate::profile::Profile;
use crate::server::{Answer, Request, Server};

/// The port of the redirect, which is a part of the address that the app allows.
const PORT: &str = "8976";
const PATH: &str = "/callback";
/// The maximum time for the user's answer.
const PATIENCE: Duration = Duration::from_secs(600);

pub(super) fn command() -> Command {
    let names = apis::vendors().into_iter().flat_map(apis::credentials).map(|api| api.profile);
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).help(help).action(ArgAction::SetTrue);
    let command = Command::new("login");
    let keyring = flag("keyring", "Store the token in the keyring of the system, not in the profile").requires("token");
    let command = if cfg!(feature = "keyring") { command.arg(keyring) } else { command };
    command
        .about("Store a credential in a profile: a login by OAuth, or a token from standard input")
        .long_about(
            "Store a credential in a profile: a login by OAuth (HubSpot and HoopAI), or a token from standard input.\n\n\
             A login needs an app of yours at the vendor, which allows the redirect to \
             http://localhost:8976/callback. Its id and secret are HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET in the \
             environment (HOOPAI_… for HoopAI), or \"client_id\" and \"client_secret\" in the profile.",
        )
        .arg(
            Arg::new("api")
                .value_name("API")
                .required(true)
                .value_parser(clap::builder::PossibleValuesParser::new(names)),
        )
        .arg(flag("token", "Read a token from standard input instead of starting a login"))
        .arg(
            Arg::new("scopes")
                .long("scopes")
                .value_name("SCOPE,…")
                .help("Scopes to ask for, those that the app has")
                .value_delimiter(',')
                .conflicts_with("token"),
        )
        .arg(flag("no-browser", "Only print the address of the consent page").conflicts_with("token"))
        .arg(
            Arg::new("port")
                .long("port")
                .value_name("PORT")
                .help("Port of the redirect")
                .default_value(PORT)
                .value_parser(value_parser!(u16)),
        )
}

pub(super) async fn run(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    options.refuse("login", &[Opt::All, Opt::DryRun, Opt::Fake])?;
    let name = matches.get_one::<String>("api").cloned().unwrap_or_default();
    let Some(api) = APIS.iter().find(|api| api.profile == name) else {
        return Err(Failure::usage(format!("there is no API called \"{name}\"")));
    };
    let profile = Profile::to_write(options.profile.as_deref())?;
    if options.profile.is_none() && std::env::var_os(api.variable).is_some() {
        note::say(&format!("{} of the environment is used before profile {}; unset it", api.variable, profile.name));
    }
    if matches.get_flag("token") {
        let keyring = matches.try_get_one::<bool>("keyring").ok().flatten() == Some(&true);
        return token(api, &profile, keyring).await;
    }
    if !VENDORS.contains(&api.profile) {
        return Err(Failure::usage(format!("{name} has no logins; store its token with: crm login {name} --token")));
    }
    let scopes: Vec<String> = matches.get_many::<String>("scopes").into_iter().flatten().cloned().collect();
    if scopes.is_empty() {
        return Err(Failure::usage("name the scopes of the app with --scopes, for example: --scopes oauth,tickets"));
    }
    doubt(api, &scopes);
    let (Some(id), Some(secret)) = profile.keys(api) else {
        let name = name.to_uppercase();
        return Err(Failure::credential(format!(
            "a login needs the keys of your app; set {name}_CLIENT_ID and {name}_CLIENT_SECRET"
        )));
    };
    let keys = AppKeys::new(id, secret).map_err(|error| Failure::credential(error.to_string()))?;
    let login = profile.login(api, &keys)?;
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    let tokens = consent(login, port, &scopes, !matches.get_flag("no-browser")).await?;
    profile.store(api, &[("client_id", keys.id()), ("client_secret", keys.secret())]).await?;
    let shown = json!({
        "api": api.profile,
        "profile": profile.name,
        "account": account(&tokens),
        "scopes": tokens.scopes(),
        "expires_at": tokens.expires_at().map(|at| Timestamp::from(at).to_string()),
    });
    output::value(&shown, Format::of(options.format))
}

/// Stores a token from standard input.
async fn token(api: &'static ApiEntry, profile: &Profile, keyring: bool) -> Result<(), Failure> {
    let token = hidden::line(&format!("token for {}: ", api.profile))?;
    let access = Access { token: token.clone(), login: None, base_url: None, department: "any".to_owned() };
    api.connect(access)
        .map_err(|error| Failure::usage(format!("no call can be made with the token of standard input: {error}")))?;
    if keyring {
        profile.keep(api, &token).await?;
        note::say(&format!("the token for {} of profile {} is stored in the keyring", api.profile, profile.name));
    } else {
        profile.store(api, &[("token", token.expose())]).await?;
        note::say(&format!("the token for {} is stored in profile {}", api.profile, profile.name));
    }
    Ok(())
}

/// Says which scopes no operation needs, because they are probably misspelt.
fn doubt(api: &ApiEntry, scopes: &[String]) {
    let known: Vec<&str> = Api::of(api.vendor).flat_map(Api::scopes).collect();
    for scope in scopes.iter().filter(|scope| !known.contains(&scope.as_str())) {
        let meant =
            near(scope, known.iter().copied()).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        note::say(&format!("no operation needs the scope {scope}{meant}"));
    }
}

/// Returns the account that the tokens are for, as far as the vendor returns it.
fn account(tokens: &TokenSet) -> Value {
    let named = ["hub_id", "locationId", "companyId"].into_iter();
    named.filter_map(|name| Some((name.to_owned(), tokens.detail(name)?.clone()))).collect()
}

/// Asks the user for consent in a browser, and exchanges the answer for tokens, which are stored.
async fn consent(login: Login, port: u16, scopes: &[String], opens: bool) -> Result<TokenSet, Failure> {
    let server = Server::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), "--port").await?;
    let redirect = format!("http://localhost:{}{PATH}", server.address.port());
    let request = login.consent(&redirect, scopes).map_err(|error| Failure::usage(error.to_string()))?;
    note::say(&format!("give your consent at {}", request.url()));
    if opens && !browser::open(request.url()) {
        note::say("no browser could be started; open the address yourself");
    }
    let (done, mut ended) = mpsc::channel(1);
    let waiting = Arc::new(Waiting { login, request, answered: AtomicBool::new(false), done });
    let end = async {
        match tokio::time::timeout(PATIENCE, ended.recv()).await {
            Ok(Some(result)) => result,
            _ => Err(Failure::credential("there was no answer from the browser within ten minutes; log in again")),
        }
    };
    server.serve(move |request| Arc::clone(&waiting).answer(request), end).await
}

/// A login that waits for the redirect.
struct Waiting {
    login: Login,
    request: ConsentRequest,
    /// True after the answer, which counts once.
    answered: AtomicBool,
    done: Sender<Result<TokenSet, Failure>>,
}

impl Waiting {
    async fn answer(self: Arc<Self>, got: Request) -> Answer {
        let page = |status: StatusCode, text: &str| (status, format!("{text}\n"));
        if got.method != Method::GET || got.target.split('?').next() != Some(PATH) {
            return page(StatusCode::NOT_FOUND, "This address only receives the answer to crm login.");
        }
        let consent = match self.request.answered(&got.target) {
            // Anybody could have sent it, so the login continues.
            Err(error) if error.kind() == ErrorKind::Validation => {
                note::say(&format!("an answer was refused: {error}"));
                return page(StatusCode::BAD_REQUEST, "This is not the answer to the login that is under way.");
            }
            other => other,
        };
        if self.answered.swap(true, Ordering::SeqCst) {
            return page(StatusCode::CONFLICT, "The answer was already received.");
        }
        let result = match &consent {
            Ok(consent) => self.login.install(consent).await,
            Err(error) => Err(error.clone()),
        };
        let (status, text) = match &result {
            Ok(_) => (StatusCode::OK, "You are logged in. You can close this page."),
            Err(_) => (StatusCode::BAD_REQUEST, "The login failed. The terminal shows the reason."),
        };
        let _ = self.done.send(result.map_err(|error| Failure::call(&error, false))).await;
        page(status, text)
    }
}
