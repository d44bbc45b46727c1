//! Starting and controlling a fake, and reading its records.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::document::Document;
use crate::engine::{Engine, Inner};
use crate::fault::{Script, Step};
use crate::names;
use crate::quota::{Limit, Quotas};
use crate::report::{Journal, Recorded, Report};
use crate::request;
use crate::server;
use crate::state::{Replies, Settings, World};
use crate::vendors::Vendor;

/// The number of requests that the panic about unmet faults shows.
const SHOWN: usize = 10;

/// A server for one vendor's API on a loopback port. It ends when it is dropped or [stopped](Self::stop).
pub struct Fake {
    vendor: Vendor,
    engine: Arc<Engine>,
    address: SocketAddr,
    accept: JoinHandle<()>,
    token: String,
}

/// Settings of a fake; begin with [`Fake::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    vendor: Vendor,
    token: Option<String>,
    port: u16,
    seed: u64,
    quotas: Vec<(Option<String>, u64, Duration)>,
    quota_off: bool,
    polls: Option<u32>,
    rows: usize,
    data_descriptor: bool,
    keep: usize,
    location: String,
    replies: Replies,
    id_cursors: bool,
    search_lag: u32,
    latency: Duration,
}

impl Builder {
    /// Sets the accepted bearer token. Every other token is refused.
    pub fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Sets the port. By default the system assigns a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the seed of identifiers and sample values. The default is 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the vendor's first limit, the short window: `n` requests in `per`.
    pub fn quota(mut self, n: u64, per: Duration) -> Self {
        self.quotas.push((None, n, per));
        self
    }

    /// Sets the limit of this name: `burst`, `day`, `search` (HubSpot), `daily` (HoopAI, Hatch's export), `token`
    /// (HoopAI), `read`, `write` (Revenue Agents).
    pub fn quota_named(mut self, name: &str, n: u64, per: Duration) -> Self {
        self.quotas.push((Some(name.to_owned()), n, per));
        self
    }

    /// Removes all limits, and the headers about them.
    pub fn no_quota(mut self) -> Self {
        self.quota_off = true;
        self
    }

    /// Sets the number of answers "not yet" for work in progress: 202 of Account Intelligence (default 0), agents and
    /// message jobs of Revenue Agents, and file imports of HubSpot (default 2).
    pub fn polls(mut self, polls: u32) -> Self {
        self.polls = Some(polls);
        self
    }

    /// Sets the number of rows of a Hatch export (default 1,000). Above 100 MB of text the answer is 413.
    pub fn rows(mut self, rows: usize) -> Self {
        self.rows = rows;
        self
    }

    /// Writes the export's zip as a streaming writer does: sizes after the data, none in the local header.
    pub fn zip_data_descriptor(mut self, on: bool) -> Self {
        self.data_descriptor = on;
        self
    }

    /// Sets the number of requests that [`Fake::requests`] keeps (default 10,000, the last ones).
    pub fn keep_requests(mut self, most: usize) -> Self {
        self.keep = most;
        self
    }

    /// Sets the HoopAI location that seeded records belong to (default `location-fake`).
    pub fn location(mut self, id: &str) -> Self {
        self.location = id.to_owned();
        self
    }

    /// Makes each cursor of HubSpot's object lists the last id plus one, as observed, instead of an opaque one.
    pub fn id_cursors(mut self) -> Self {
        self.id_cursors = true;
        self
    }

    /// Hides the last `changes` changes from HubSpot's searches (default 0): new records are missing, archived records
    /// are still found, and changed records are found by their earlier values. As observed, every other one of these is
    /// returned with its present values.
    pub fn search_lag(mut self, changes: u32) -> Self {
        self.search_lag = changes;
        self
    }

    /// Delays every reply by this time, on the real clock (default 0). [`Fault::Slow`](crate::Fault::Slow) delays single ones.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Answers every operation with a sample that has all the members of its document. There is no state
    /// then, so no identifier is unknown.
    pub fn sample_replies(mut self) -> Self {
        self.replies = Replies::Samples;
        self
    }

    /// Answers every operation with a sample that is unusual but valid, to
    /// test if a client can read it: optional members are null, every object has a member that is not in the
    /// document, and every text of a closed set is outside of it. The fake then has no state.
    pub fn strange_replies(mut self) -> Self {
        self.replies = Replies::Strange;
        self
    }

    /// Binds the port and starts to answer on the current tokio runtime.
    ///
    /// # Errors
    /// Returns an error if the port cannot be bound.
    pub async fn start(self) -> io::Result<Fake> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let address = listener.local_addr()?;
        let dialect = self.vendor.dialect();
        let (vendor, document) = (self.vendor, self.vendor.document());
        let mut limits = if self.quota_off { Vec::new() } else { Limit::all(&document.limits) };
        for (name, n, per) in &self.quotas {
            let wanted = |own: &str| name.as_deref().is_none_or(|name| name == own);
            if let Some(limit) = limits.iter_mut().find(|limit| wanted(&limit.of.name)) {
                (limit.limit, limit.window) = (*n, *per);
            }
        }
        let token = self.token.unwrap_or_else(|| self.vendor.default_token().to_owned());
        let settings = Settings {
            token: token.clone(),
            polls: self.polls,
            rows: self.rows,
            data_descriptor: self.data_descriptor,
            location: self.location,
            replies: self.replies,
            id_cursors: self.id_cursors,
            search_lag: self.search_lag,
            latency: self.latency,
        };
        let mut world = World::new(settings, self.seed);
        dialect.seed(&mut world);
        let inner = Inner {
            world,
            script: Script::default(),
            report: Report::default(),
            journal: Journal::new(self.keep),
            quotas: Quotas::new(limits, &document.limits),
        };
        let base_url = format!("http://{address}{}", document.base_path);
        let documents = move |version: Option<&str>, path: &str| vendor.document_of(version, path);
        let engine = Arc::new(Engine::new(dialect, Box::new(documents), base_url, inner));
        let accept = tokio::spawn(server::run(listener, Arc::clone(&engine)));
        Ok(Fake { vendor: self.vendor, engine, address, accept, token })
    }
}

impl Fake {
    /// Starts a vendor with its own quotas, its default token and a free port.
    ///
    /// # Errors
    /// Returns an error if no port can be bound.
    pub async fn start(vendor: Vendor) -> io::Result<Self> {
        Self::builder(vendor).start().await
    }

    /// Returns a builder for the settings; then call [`Builder::start`].
    pub fn builder(vendor: Vendor) -> Builder {
        Builder {
            vendor,
            token: None,
            port: 0,
            seed: 0,
            quotas: Vec::new(),
            quota_off: false,
            polls: None,
            rows: 1_000,
            data_descriptor: false,
            keep: 10_000,
            location: "location-fake".to_owned(),
            replies: Replies::State,
            id_cursors: false,
            search_lag: 0,
            latency: Duration::ZERO,
        }
    }

    /// Returns the API that this fake serves.
    pub fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// Returns `http://127.0.0.1:PORT` and the path of the vendor's server URL, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.engine.base_url().to_owned()
    }

    /// Returns the address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the accepted token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Adds a fault to the queue. Each request takes the first step of the queue that is meant for it,
    /// after its token, its quota and its content were found good.
    ///
    /// # Panics
    ///
    /// If no request can meet the fault: the vendor does not have its operation, [`times`](crate::Fault::times) is 0, or it
    /// is [`MultiStatus`](crate::Fault::MultiStatus) for an operation without rows, or in a fake that answers with samples.
    /// Dropping the fake panics too if no request has used the fault, so that no test passes because its fault never
    /// happened; [`heal`](Self::heal) removes it.
    #[track_caller]
    pub fn fail(&self, fault: impl Into<Step>) {
        self.script([fault]);
    }

    /// Adds several steps, in order.
    ///
    /// # Panics
    ///
    /// Panics as [`fail`](Self::fail) does.
    #[track_caller]
    pub fn script<S: Into<Step>>(&self, steps: impl IntoIterator<Item = S>) {
        for step in steps {
            let step = step.into();
            let mut inner = self.engine.lock();
            if let Err(problem) = names::step(self.vendor, Some(&inner.world), &step) {
                drop(inner);
                panic!("{problem}");
            }
            inner.script.push(step);
        }
    }

    /// The faults that no request has used so far, in words.
    pub fn unfired(&self) -> Vec<String> {
        self.engine.lock().script.unfired()
    }

    /// Returns the number of faults that are still to come.
    pub fn faults_left(&self) -> usize {
        self.engine.lock().script.len()
    }

    /// Removes all faults from the queue.
    pub fn heal(&self) {
        self.engine.lock().script.clear();
    }

    /// Invalidates all tokens issued so far, including the first one: from now on only a token fetched
    /// from the token endpoint is valid.
    pub fn expire_tokens(&self) {
        let world = &mut self.engine.lock().world;
        world.expired.extend(world.tokens.drain());
    }

    /// Returns the requests so far. Only the last 10,000 are kept unless set otherwise.
    pub fn requests(&self) -> Vec<Recorded> {
        self.engine.lock().journal.all()
    }

    /// Returns counts over all requests.
    pub fn report(&self) -> Report {
        let inner = self.engine.lock();
        let mut report = inner.report.clone();
        report.busiest_window = inner.quotas.busiest();
        report.carried_out.clone_from(&inner.world.carried_out);
        report
    }

    /// Adds a record to the state without a request and returns its identifier. Collections have the
    /// vendor's names: `contacts`, `deals`, `opportunities`, `messages`, `tasks` … For a HubSpot record the
    /// properties alone are enough. `properties:contacts` takes properties of a type of object of HubSpot, and `pipelines:deals`
    /// its pipelines, as replies have them.
    pub fn insert(&self, collection: &str, record: Value) -> String {
        let mut inner = self.engine.lock();
        self.engine.dialect.adopt(collection, record, &mut inner.world)
    }

    /// Adds a record as [`insert`](Self::insert) does, and defines the properties that it has.
    pub(crate) fn insert_defined(&self, collection: &str, record: Value) {
        let mut inner = self.engine.lock();
        self.engine.dialect.define(collection, &record, &mut inner.world);
        self.engine.dialect.adopt(collection, record, &mut inner.world);
    }

    /// Returns the number of records in a collection, without archived ones.
    pub fn count(&self, collection: &str) -> usize {
        self.with(collection, |records| records.count())
    }

    /// Returns the stored records of a collection, in order of creation.
    pub fn records(&self, collection: &str) -> Vec<Value> {
        self.with(collection, |records| records.cloned().collect())
    }

    fn with<T>(&self, collection: &str, f: impl FnOnce(&mut dyn Iterator<Item = &Value>) -> T) -> T {
        let inner = self.engine.lock();
        let dialect = self.engine.dialect;
        match inner.world.peek(&dialect.collection(collection)) {
            Some(found) => f(&mut found.values().filter(|record| dialect.is_live(record))),
            None => f(&mut std::iter::empty()),
        }
    }

    /// Returns arguments for the operation with this method and path (`/contacts/{contactId}`), including optional
    /// ones: an object with `path`, `query` and `header`, each by name, and with the `body` if the
    /// operation has one. `version` is the version that the client requests; only HoopAI has several.
    pub fn sample_request(&self, method: &str, path: &str, version: Option<&str>) -> Option<Value> {
        sample(self.vendor.document_of(version, path), method, path)
    }

    /// The same for the document of this name.
    #[doc(hidden)]
    pub fn sample_request_in(&self, document: &str, method: &str, path: &str) -> Option<Value> {
        sample(self.vendor.document_named(document)?, method, path)
    }

    /// Closes the port and every connection, and waits until that is done.
    ///
    /// # Panics
    ///
    /// If a fault was not used by any request, as dropping the fake does.
    pub async fn stop(mut self) {
        self.accept.abort();
        // The error only reports that the task was aborted.
        let _ = (&mut self.accept).await;
    }
}

fn sample(document: &Document, method: &str, path: &str) -> Option<Value> {
    let operation = document.operations.iter().find(|known| known.method == method && known.path == path)?;
    Some(request::sample(document, operation))
}

/// Panics if a fault was not used by any request, unless the thread panics already. The text has the last requests and their
/// answers, because an error that a test returns is not shown beside a panic.
impl Drop for Fake {
    fn drop(&mut self) {
        self.accept.abort();
        let unfired = self.unfired();
        if !unfired.is_empty() && !std::thread::panicking() {
            let vendor = self.vendor;
            let last = self.engine.lock().journal.last(SHOWN);
            panic!(
                "no request to the fake {vendor} has used: {}; use `heal` if that is meant. {last}\nAn error that the test \
                 returned is not shown; `heal` before it returns shows it",
                unfired.join(", ")
            );
        }
    }
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fake").field("vendor", &self.vendor).field("address", &self.address).finish_non_exhaustive()
    }
}
