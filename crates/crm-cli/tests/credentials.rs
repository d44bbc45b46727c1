//! Logins, stored tokens, profiles, and what is known about a credential, against fakes in this process.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{self, Ongoing, Ran, http, run};
use crm_fake::{Fake, Fault, Payload, Vendor};
use serde_json::{Value, json};

/// A fake, the runtime that keeps it running, and a folder of profiles.
struct Place {
    fake: Fake,
    #[allow(dead_code, reason = "it runs the fake")]
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
    vendor: &'static str,
}

impl Place {
    /// Starts a fake with this token, and a profile with its address.
    fn new(kind: Vendor, token: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let fake = runtime.block_on(Fake::builder(kind).token(token).start()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let vendor = if kind == Vendor::HubSpot { "hubspot" } else { "hoopai" };
        let place = Self { fake, runtime, folder, vendor };
        place.write(json!({"default": {vendor: {"base_url": place.fake.base_url()}}}));
        place
    }

    fn profiles(&self) -> PathBuf {
        self.folder.path().join("profiles.json")
    }

    fn write(&self, profiles: Value) {
        fs::write(self.profiles(), profiles.to_string()).unwrap();
        fs::set_permissions(self.profiles(), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn read(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.profiles()).unwrap()).unwrap()
    }

    fn command(&self, line: &str) -> Command {
        let mut command = support::command(line, self.profiles().to_str().unwrap());
        command.env("HUBSPOT_CLIENT_ID", "the-id").env("HUBSPOT_CLIENT_SECRET", "canary-secret");
        command.env("HOOPAI_CLIENT_ID", "the-id").env("HOOPAI_CLIENT_SECRET", "canary-secret");
        command
    }

    fn run(&self, line: &str) -> Ran {
        run(&mut self.command(line))
    }

    /// The only file of tokens.
    fn tokens(&self) -> PathBuf {
        let folder = self.folder.path().join("profiles.tokens");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files.remove(0)
    }

    fn stored(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.tokens()).unwrap()).unwrap()
    }

    /// Lets the access token expire.
    fn expire(&self) {
        let mut stored = self.stored();
        stored["expires_at"] = json!(1_000_000_000_000_u64);
        fs::write(self.tokens(), stored.to_string()).unwrap();
    }

    /// Starts a login, and returns the address that the browser would open and that of the redirect.
    fn login(&self, scopes: &str) -> Login {
        let line = format!("login {} --scopes {scopes} --no-browser --port 0", self.vendor);
        let mut run = Ongoing::start(&mut self.command(&line));
        let message = run.message();
        let page = message.trim().strip_prefix("crm: give your consent at ").unwrap().to_owned();
        let value = |name: &str| {
            let (_, rest) = page.split_once(&format!("{name}=")).unwrap();
            rest.split('&').next().unwrap().to_owned()
        };
        let redirect = value("redirect_uri").replace("%3A", ":").replace("%2F", "/");
        let address = redirect.strip_prefix("http://localhost:").unwrap().split('/').next().unwrap();
        Login { run, address: format!("127.0.0.1:{address}"), state: value("state"), page }
    }

    /// Logs in.
    fn logged_in(&self, scopes: &str) -> Ran {
        let login = self.login(scopes);
        let answer = login.redirected(&format!("code=the-code&state={}", login.state));
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("You are logged in."), "{answer}");
        login.run.end()
    }
}

struct Login {
    run: Ongoing,
    address: String,
    state: String,
    page: String,
}

impl Login {
    fn redirected(&self, query: &str) -> String {
        http(&self.address, &format!("GET /callback?{query} HTTP/1.1\r\nHost: localhost"), b"")
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn contacts(place: &Place) -> Ran {
    match place.vendor {
        "hubspot" => place.run("hubspot contacts list"),
        _ => place.run("hoopai contacts get 1 --format json"),
    }
}

#[test]
fn a_login_is_stored_and_used_and_renewed() {
    let place = Place::new(Vendor::HubSpot, "token");
    let mut login = place.login("crm.objects.contacts.read,tickets");
    for part in ["client_id=the-id", "scope=crm.objects.contacts.read+tickets", "code_challenge_method=S256"] {
        assert!(login.page.starts_with("https://app.hubspot.com/") && login.page.contains(part), "{}", login.page);
    }
    // Answers to other requests do not end the login.
    assert!(http(&login.address, "GET /favicon.ico HTTP/1.1\r\nHost: localhost", b"").starts_with("HTTP/1.1 404"));
    assert!(login.redirected("code=stolen&state=another").starts_with("HTTP/1.1 400"));
    assert!(login.run.message().contains("an answer was refused: "));
    assert_eq!(place.fake.requests().len(), 0);
    let answer = login.redirected(&format!("code=the-code&state={}", login.state));
    assert!(answer.contains("You are logged in."), "{answer}");
    let ran = login.run.end();
    let shown: Value = serde_json::from_str(&ran.output).unwrap();
    assert_eq!((ran.code, &shown["profile"], ran.errors.as_str()), (0, &json!("default"), ""));
    assert!(!ran.output.contains("token-") && !ran.output.contains("canary"), "{}", ran.output);
    let exchange = place.fake.requests().remove(0);
    assert!(exchange.text().contains("code_verifier="), "{exchange:?}");
    // The keys are in the profile, the tokens beside it, both only for the owner; the address is kept.
    let entry = place.read()["default"]["hubspot"].clone();
    assert_eq!((&entry["client_id"], &entry["base_url"]), (&json!("the-id"), &json!(place.fake.base_url())));
    assert_eq!((mode(&place.profiles()), mode(&place.tokens())), (0o600, 0o600));
    // Calls need no variables any more, and renew the token.
    let list = || run(&mut support::command("hubspot contacts list", place.profiles().to_str().unwrap()));
    assert_eq!(list().code, 0, "{}", list().errors);
    let before = place.stored()["access_token"].clone();
    place.expire();
    assert_eq!(list().code, 0);
    assert_ne!(place.stored()["access_token"], before);
}

#[test]
fn a_refresh_token_that_works_once_is_replaced_in_the_store() {
    let place = Place::new(Vendor::HoopAi, "token");
    let ran = place.logged_in("contacts.readonly");
    assert!(ran.output.contains("location-fake"), "{}", ran.output);
    for _ in 0..3 {
        let before = place.stored();
        place.expire();
        let ran = contacts(&place);
        assert_eq!(ran.code, 4, "{}", ran.errors);
        let after = place.stored();
        assert_ne!(after["refresh_token"], before["refresh_token"]);
        assert!(after.get("sent_at").is_none(), "{after}");
    }
}

#[test]
fn an_ended_login_says_how_to_log_in_again() {
    let place = Place::new(Vendor::HubSpot, "token");
    let login = json!({"client_id": "id", "client_secret": "canary", "base_url": place.fake.base_url()});
    place.write(json!({"default": {"hubspot": login}}));
    let ran = contacts(&place);
    assert!(ran.code == 3 && ran.errors.contains("to log in again: crm login"), "{}", ran.errors);
    place.logged_in("tickets");
    place.expire();
    let refused = json!({"error": "invalid_grant", "message": "canary", "status": "BAD_REFRESH_TOKEN"});
    place.fake.fail(Fault::Status(400, Payload::Json(refused)));
    let ran = contacts(&place);
    assert!(ran.code == 3 && ran.errors.contains("to log in again: crm login"), "{}", ran.errors);
    place.logged_in("tickets");
    // The login is still valid.
    place.expire();
    place.fake.fail(Fault::Status(400, Payload::Json(json!({"error": "invalid_client", "message": "canary"}))));
    let ran = contacts(&place);
    assert!(ran.code == 3 && !ran.errors.contains("log in again"), "{}", ran.errors);
    assert_eq!(contacts(&place).code, 0);
}

#[test]
fn a_refused_consent_stores_nothing() {
    let place = Place::new(Vendor::HubSpot, "token");
    let before = place.read();
    let login = place.login("tickets");
    let answer = login.redirected(&format!("error=access_denied&state={}", login.state));
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("The login failed."), "{answer}");
    let ran = login.run.end();
    assert!(ran.code == 3 && ran.errors.contains("consent was not given (access_denied)"), "{}", ran.errors);
    // The same if the vendor does not accept the code.
    let login = place.login("tickets");
    place.fake.fail(Fault::Status(400, Payload::Json(json!({"error": "invalid_grant", "message": "canary"}))));
    login.redirected(&format!("code=the-code&state={}", login.state));
    let ran = login.run.end();
    assert!(ran.code == 3 && ran.output.is_empty(), "{}: {}", ran.code, ran.errors);
    assert_eq!(place.read(), before);
}

#[test]
fn a_token_is_read_from_standard_input() {
    let place = Place::new(Vendor::HubSpot, "token");
    place.write(json!({"work": {"hatch-contacts": {"token": "h"}, "allow_writes": true}}));
    let store = |line: &str, text: &str| {
        let mut command = place.command(line);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let ended = child.wait_with_output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    };
    assert_eq!(store("login hubspot --token --profile work", "pat-canary\n").0, Some(0));
    assert_eq!(place.read()["work"]["hubspot"], json!({"token": "pat-canary"}));
    let ran = place.run("profiles --format csv");
    assert_eq!(
        ran.output.replace("\r\n", "\n"),
        "allow_writes,api,base_url,credential,profile\ntrue,hatch-contacts,,token,work\ntrue,hubspot,,token,work\n"
    );
    for (line, text, sentence) in [
        ("login hubspot --token", "\n", "standard input has no token"),
        ("login hubspot --token", "pat-canaries\nmore canaries\n", "standard input has more than one line"),
        ("login hubspot --token", "two canaries\n", "no call can be made with the token of standard input: "),
        (
            "login hatch-contacts",
            "",
            "hatch-contacts has no logins; store its token with: crm login hatch-contacts --token",
        ),
        ("login hubspot", "", "name the scopes of the app with --scopes"),
        ("login hubspott --token", "", "invalid value 'hubspott' for '<API>'"),
        ("login hubspot --scopes tickets --dry-run", "", "--dry-run has no effect on crm login"),
    ] {
        let (code, errors) = store(line, text);
        assert_eq!((code, errors.lines().count()), (Some(2), 1), "{line}: {errors}");
        assert!(errors.starts_with(&format!("crm: {sentence}")) && !errors.contains("canaries"), "{line}: {errors}");
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let ran = place.run(&format!("login hubspot --scopes tickets --port {port}"));
    assert!(ran.code == 2 && ran.errors.contains("choose another address with --port"), "{}", ran.errors);
    let ran = run(&mut support::command("login hubspot --scopes tickets", "/nowhere/profiles.json"));
    assert!(ran.code == 3 && ran.errors.contains("set HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET"), "{}", ran.errors);
}

#[test]
fn logins_at_the_same_time_are_all_stored() {
    let folder = tempfile::tempdir().unwrap();
    // The folder is created, and a link to the file stays one.
    let (link, file) = (folder.path().join("link.json"), folder.path().join("new/profiles.json"));
    let start = |path: &Path, number: usize| {
        let line = format!("login hubspot --token --profile p{number}");
        let mut command = support::command(&line, path.to_str().unwrap());
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"pat-1").unwrap();
        child
    };
    assert!(start(&file, 0).wait().unwrap().success());
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let mut running: Vec<_> = (1..=8).map(|number| start(&link, number)).collect();
    assert!(running.iter_mut().all(|child| child.wait().unwrap().success()));
    let profiles: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(profiles.as_object().map(serde_json::Map::len), Some(9), "{profiles}");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(mode(&file), 0o600);
}

/// Answers the questions about a token of HubSpot, on a thread that ends with the test; returns the address. A body that does not
/// hold `secret` is refused.
fn hubspot(secret: &'static str) -> String {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in server.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                stream.read_line(&mut head).unwrap();
            }
            for line in head.to_lowercase().lines() {
                length = line.strip_prefix("content-length: ").map_or(length, |value| value.parse().unwrap());
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let body = String::from_utf8(body).unwrap();
            let asked = body.contains(secret);
            let (status, reply) = match head.split(' ').nth(1).unwrap() {
                "/account-info/2026-03/details" => (200, json!({"portalId": 7, "accountType": "STANDARD"})),
                "/oauth/v2/private-apps/get/access-token-info" | "/oauth/2026-03/token/introspect" if asked => {
                    (200, json!({"hub_id": 7, "scopes": ["crm.objects.contacts.read", "tickets"]}))
                }
                _ => (400, json!({"status": "error", "message": format!("the token of {body} is wrong")})),
            };
            let daily = "X-HubSpot-RateLimit-Daily: 250000\r\nX-HubSpot-RateLimit-Daily-Remaining: 249000";
            let reply = reply.to_string();
            let head = format!("HTTP/1.1 {status} x\r\n{daily}\r\nConnection: close\r\nContent-Type: application/json");
            write!(stream.get_mut(), "{head}\r\nContent-Length: {}\r\n\r\n{reply}", reply.len()).unwrap();
        }
    });
    address
}

#[test]
fn whoami_and_can_ask_for_the_scopes_of_a_token() {
    let place = Place::new(Vendor::HubSpot, "token");
    for (token, kind) in [("pat-na1-canary", "private app"), ("CJ-canary", "token")] {
        place.write(json!({"default": {"hubspot": {"token": token, "base_url": hubspot(token)}}}));
        let ran = place.run("whoami hubspot");
        let shown: Value = serde_json::from_str(&ran.output).unwrap();
        let expected = json!({
            "account": {"portalId": 7, "accountType": "STANDARD"},
            "api": "hubspot",
            "credential": "profile default",
            "daily_calls": {"limit": 250_000, "remaining": 249_000},
            "expires_at": null,
            "scopes": ["crm.objects.contacts.read", "tickets"],
            "token": kind,
        });
        assert_eq!((shown, ran.errors.as_str()), (expected, ""));
        for (operation, code, answer) in [
            ("hubspot contacts list", 0, "yes"),
            ("hubspot contacts create", 3, "no"),
            ("hubspot.tickets.create", 0, "yes"),
            ("hubspot objects list 2-1", 2, ""),
            ("hubspot objects list", 1, "unknown"),
        ] {
            let ran = place.run(&format!("can {operation}"));
            assert_eq!((ran.code, ran.output.contains(answer)), (code, true), "{operation}: {}", ran.errors);
        }
    }
    // Without the keys of the app, nothing returns the scopes of another token.
    let ran = run(&mut support::command("can hubspot contacts list", place.profiles().to_str().unwrap()));
    assert!(ran.code == 1 && ran.errors.contains("the scopes of the token are not known"), "{}", ran.errors);
    // A fake permits every operation.
    let ran = support::crm("can hubspot contacts create --fake");
    assert!(ran.code == 0 && ran.output.contains("yes"), "{}{}", ran.output, ran.errors);
    // The vendor has no reply: the answer is unknown, and the token is not shown.
    place.write(json!({"default": {"hubspot": {"token": "pat-canary", "base_url": hubspot("another")}}}));
    let ran = place.run("can hubspot contacts list");
    assert!(ran.code == 1 && !ran.errors.contains("canary"), "{}", ran.errors);
}

#[test]
fn a_fake_permits_everything_and_a_token_of_the_keyring_needs_the_feature() {
    let ran = support::crm("whoami hubspot --fake");
    assert_eq!((ran.code, ran.errors.as_str()), (0, "crm: the fake has no scopes: it permits every operation\n"));
    let place = Place::new(Vendor::HubSpot, "token");
    place.write(json!({"work": {"hubspot": {"keyring": true}}}));
    let shown: Value = serde_json::from_str(&place.run("profiles").output).unwrap();
    assert_eq!(shown["credential"], "keyring");
    // There is no keyring in a test.
    let ran = place.run("hubspot contacts list --profile work");
    assert_eq!((ran.code, ran.output.as_str()), (3, ""));
    let advice =
        if cfg!(feature = "keyring") { "no keyring service in this session" } else { "with the feature keyring" };
    assert!(ran.errors.contains(advice), "{}", ran.errors);
    let token = support::seed("pat-canary");
    let mut login = place.command("login hubspot --token --keyring");
    let ran = run(login.stdin(fs::File::open(token.path()).unwrap()));
    let (code, sentence) = if cfg!(feature = "keyring") {
        (3, "cannot be stored in the keyring")
    } else {
        (2, "unexpected argument '--keyring'")
    };
    assert!(ran.code == code && ran.errors.contains(sentence) && !ran.errors.contains("canary"), "{}", ran.errors);
}

#[test]
fn whoami_fails_if_the_credential_is_refused_or_missing() {
    let place = Place::new(Vendor::HubSpot, "token");
    place.write(json!({"default": {"hubspot": {"token": "pat-na1-canary", "base_url": place.fake.base_url()}}}));
    let ran = place.run("whoami hubspot");
    assert!(ran.code == 3 && ran.output.is_empty() && !ran.errors.contains("canary"), "{}", ran.errors);
    for vendor in ["hatch", "hoopai"] {
        let ran = place.run(&format!("whoami {vendor}"));
        assert!(ran.code == 3 && ran.errors.contains("there is no credential for "), "{}", ran.errors);
    }
}

#[test]
fn a_wrong_proxy_is_not_a_wrong_credential() {
    for proxy in ["socks://127.0.0.1:1080/", "socks5://127.0.0.1:1080"] {
        let mut command = support::command("whoami hubspot", "/nowhere");
        let ran = run(command.env("HUBSPOT_TOKEN", "token").env("HTTPS_PROXY", proxy));
        assert_eq!((ran.code, ran.output.as_str()), (2, ""), "{}", ran.errors);
        assert!(ran.errors.contains("proxy") && !ran.errors.contains("HUBSPOT_TOKEN"), "{}", ran.errors);
    }
}

#[test]
fn whoami_shows_what_a_login_knows() {
    let place = Place::new(Vendor::HoopAi, "token");
    place.logged_in("locations.readonly");
    let ran = place.run("whoami hoopai");
    let shown: Value = serde_json::from_str(&ran.output).unwrap();
    assert_eq!(
        (&shown["token"], &shown["account"]["locationId"]),
        (&json!("login"), &json!("location-fake")),
        "{}",
        ran.errors
    );
    assert!(shown["expires_at"].is_string() && shown["daily_calls"]["limit"].is_u64(), "{shown}");
}
