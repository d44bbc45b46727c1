//! Tokens that a vendor revokes, in two processes that share a store.
//!
//! This test program starts itself again: with `CRM_RENEWALS` set, [`worker`] is a separate process.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::support::{Acme, Reply, Seen, Server, json as reply};
use crm_core::{BeforeSend, BoxFuture, Call, ClientBuilder, Error, ErrorKind, FileStore, OAuthCredentials};
use crm_core::{Pipeline, Quotas, TokenSet, TokenSource};
use futures::future::join_all;
use serde_json::{Value, json};

/// Number of tasks of each process that make a call at the same time.
const TASKS: usize = 8;
/// Longer than the time in which a token that is refused counts as new.
const AGED: Duration = Duration::from_secs(30);

/// The vendor: each refresh token works once, and access tokens from a number on are accepted.
struct Issuer {
    newest: usize,
    good_from: usize,
    renewals: usize,
}

impl Issuer {
    fn answer(&mut self, seen: &Seen) -> Reply {
        if seen.target == "/token" {
            if seen.body != format!("{{\"refresh_token\":\"refresh-{}\"}}", self.newest) {
                return reply(400, "{\"code\":\"invalid_grant\"}");
            }
            (self.newest, self.renewals) = (self.newest + 1, self.renewals + 1);
            return reply(200, &tokens(self.newest).to_string());
        }
        let number = seen.header("authorization").and_then(|text| text.strip_prefix("Bearer access-")?.parse().ok());
        if number.is_some_and(|number: usize| number >= self.good_from) { reply(200, "1") } else { reply(401, "") }
    }
}

fn tokens(number: usize) -> Value {
    json!({
        "access_token": format!("access-{number}"), "refresh_token": format!("refresh-{number}"), "expires_in": 3_600,
    })
}

/// The app of the vendor.
struct App(Pipeline);

impl TokenSource for App {
    fn vendor(&self) -> &str {
        "acme"
    }

    fn rotates(&self) -> bool {
        true
    }

    fn refresh<'a>(&'a self, held: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>> {
        Box::pin(async move {
            let body = json!({"refresh_token": held.refresh_token().unwrap().expose()});
            let call = Call::raw(&self.0, http::Method::POST, "/token").json(&body);
            TokenSet::from_reply(&call.before_send(sending).send().await?, SystemTime::now())
        })
    }
}

fn credentials(url: &str, store: &Path) -> OAuthCredentials {
    let app = ClientBuilder::new(Acme, url, Quotas::none(), |pipeline| pipeline).token("app").build().unwrap();
    OAuthCredentials::new("account-1", App(app), FileStore::open(store).unwrap()).unwrap()
}

fn client(url: &str, store: &Path) -> Pipeline {
    let builder = ClientBuilder::new(Acme, url, Quotas::none(), |pipeline| pipeline);
    builder.credentials(credentials(url, store)).build().unwrap()
}

async fn read(client: &Pipeline) -> Result<Value, Error> {
    Call::raw(client, http::Method::GET, "/things").send().await
}

/// A vendor whose first token is in the store, and was issued a while ago.
struct World {
    server: Server,
    issuer: Arc<Mutex<Issuer>>,
    /// The directory of the store, and of the sign that starts the workers.
    place: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let issuer = Arc::new(Mutex::new(Issuer { newest: 1, good_from: 1, renewals: 0 }));
        let answers = Arc::clone(&issuer);
        let server = Server::start(move |seen, _| answers.lock().unwrap().answer(seen)).await;
        let world = Self { server, issuer, place: tempfile::tempdir().unwrap() };
        world.stores(1, AGED).await;
        world
    }

    /// Another process stores a token of this age.
    async fn stores(&self, number: usize, age: Duration) {
        let tokens = TokenSet::from_reply(&tokens(number), SystemTime::now() - age).unwrap();
        credentials(&self.server.base_url, &self.place.path().join("store")).install(tokens).await.unwrap();
        self.issuer.lock().unwrap().newest = number;
    }

    fn client(&self) -> Pipeline {
        client(&self.server.base_url, &self.place.path().join("store"))
    }

    /// The vendor revokes all access tokens that it issued.
    fn revokes(&self) {
        let mut issuer = self.issuer.lock().unwrap();
        issuer.good_from = issuer.newest + 1;
    }

    fn renewals(&self) -> usize {
        self.issuer.lock().unwrap().renewals
    }

    fn attempts(&self) -> usize {
        self.server.seen().iter().filter(|seen| seen.target == "/things").count()
    }
}

#[tokio::test]
async fn a_call_is_repeated_with_the_stored_token_and_then_with_a_new_one() {
    for (age, attempts, renewals) in [(AGED, 3, 1), (Duration::ZERO, 2, 0)] {
        let world = World::new().await;
        let client = world.client();
        read(&client).await.unwrap();
        world.stores(2, age).await;
        world.revokes();
        let outcome = read(&client).await;
        assert_eq!((world.attempts() - 1, world.renewals()), (attempts, renewals));
        match outcome {
            Ok(value) => assert_eq!((value, renewals), (json!(1), 1)),
            // A token that was issued a moment ago is not renewed.
            Err(error) => {
                assert_eq!((error.kind(), error.attempts(), error.needs_consent()), (ErrorKind::Auth, 2, false));
            }
        }
    }
}

#[tokio::test]
async fn a_call_whose_new_token_is_refused_too_ends_there() {
    let world = World::new().await;
    let client = world.client();
    read(&client).await.unwrap();
    world.stores(2, AGED).await;
    world.issuer.lock().unwrap().good_from = usize::MAX;
    for (attempts, renewals) in [(3, 1), (1, 1), (1, 1)] {
        let before = world.attempts();
        let error = read(&client).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Auth, attempts));
        assert_eq!((world.attempts() - before, world.renewals()), (attempts as usize, renewals));
    }
    // Another process obtained a token that the vendor accepts.
    world.stores(9, Duration::ZERO).await;
    world.issuer.lock().unwrap().good_from = 9;
    read(&client).await.unwrap();
    assert_eq!(world.renewals(), 1);
}

/// The other process: it uses the first token, and after that each of its tasks makes a call at the same time.
#[test]
fn worker() {
    let Some(place) = std::env::var_os("CRM_RENEWALS") else { return };
    let url = std::env::var("CRM_URL").unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let place = Path::new(&place);
        let client = client(&url, &place.join("store"));
        read(&client).await.unwrap();
        while !place.join("go").exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        for outcome in join_all((0..TASKS).map(|_| read(&client))).await {
            outcome.unwrap();
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_of_eight_tasks_renew_a_revoked_token_once() {
    let world = World::new().await;
    let place = world.place.path();
    let start = || -> Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["renewals::worker", "--exact"]).stdout(Stdio::null()).stderr(Stdio::null());
        command.env("CRM_RENEWALS", place).env("CRM_URL", &world.server.base_url).spawn().unwrap()
    };
    let workers = [start(), start()];
    while world.attempts() < workers.len() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.stores(2, AGED).await;
    world.revokes();
    std::fs::write(place.join("go"), "").unwrap();
    for mut worker in workers {
        let ended = tokio::task::spawn_blocking(move || worker.wait().unwrap().success()).await.unwrap();
        assert!(ended, "a call failed");
    }
    let attempts = world.attempts() - 2;
    println!("{} calls in {attempts} attempts, and {} renewal", 2 * TASKS, world.renewals());
    assert_eq!(world.renewals(), 1);
    assert!(attempts <= 2 * TASKS * 3, "{attempts}");
}
