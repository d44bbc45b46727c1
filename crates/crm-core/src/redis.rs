//! The connection to Redis that the limiter and the token store use: established when it is first
//! needed, replaced when it fails, and each call bounded by a short time limit.
//!
//! **A call is a separate task,** on a thread of the library. A caller that is not polled, or a runtime
//! that is no longer driven, does not delay other callers: connecting and the exchange continue without them.
//!
//! **A failure over an old connection does not mean that Redis is unreachable.** Servers, load balancers and NAT close
//! idle connections, and after a failover the same address leads to another server while the old one
//! keeps its connections. The call is therefore sent once more over a new connection, within the same
//! time limit; only a second failure is reported. The first attempt may have been carried out
//! before its connection broke. For that reason every script that runs here must be safe to run
//! twice: see `limit/redis` and `oauth/store/redis.rs`.
//!
//! **An address is one server or a cluster.** With the feature `redis-cluster`, a server that reports
//! that it belongs to a cluster is used through the cluster client of the `redis` crate. Sentinels are
//! asked for the primary before each connection, so the first call after a failover finds the new one.

mod address;
mod away;
mod live;
mod sentinel;

pub(crate) use address::Address;
pub(crate) use away::{Away, Why};

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fmt, io};

use ::redis::{Arg, Cmd, ErrorKind, ServerErrorKind, cmd};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::clock::{Clock, within};
use crate::own_thread::OwnThread;
use crate::sync::lock;
use live::Live;

static THREAD: OwnThread = OwnThread::new("crm-redis");

/// Runtime for work that must continue, whatever callers poll or drive.
pub(crate) fn runtime() -> io::Result<Handle> {
    THREAD.runtime()
}

/// A connection that was idle for longer may be lost without either side having noticed: NAT and
/// firewalls drop connections silently.
const IDLE: Duration = Duration::from_secs(10);

/// A script, and the hash by which the server identifies it.
pub(crate) struct Script {
    code: Arc<str>,
    hash: String,
}

impl Script {
    pub(crate) fn new(code: &str) -> Self {
        Self { hash: ::redis::Script::new(code).get_hash().to_owned(), code: code.into() }
    }
}

/// A connection that many tasks share.
pub(crate) struct Connection {
    shared: Arc<Shared>,
}

struct Shared {
    address: Address,
    clock: Arc<dyn Clock>,
    time_limit: Duration,
    /// ACL rules that suffice, for the message about a missing permission.
    rules: String,
    /// The server is known to be one node of a cluster.
    cluster: AtomicBool,
    slot: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    live: Option<Arc<Live>>,
    attempt: Option<Attempt>,
    attempts: u64,
}

/// One attempt to connect, shared by all calls.
struct Attempt {
    number: u64,
    /// Time after which it counts as lost, because its runtime may no longer be driven.
    until: Duration,
    result: Outcome,
}

/// `None` until the attempt ends.
type Outcome = watch::Receiver<Option<Result<Arc<Live>, Away>>>;

impl Connection {
    /// Creates a connection without connecting yet. `rules` are ACL rules that suffice.
    pub(crate) fn new(address: Address, clock: Arc<dyn Clock>, time_limit: Duration, rules: String) -> Self {
        let (cluster, slot) = (AtomicBool::new(false), Mutex::default());
        Self { shared: Arc::new(Shared { address, clock, time_limit, rules, cluster, slot }) }
    }

    /// Maximum duration of a call.
    pub(crate) fn time_limit(&self) -> Duration {
        self.shared.time_limit
    }

    /// Runs a script that returns a list of texts and integers. The script may be run twice if the
    /// connection breaks, and even if an error is returned; [`Away::may_act`] reports the latter.
    pub(crate) async fn run(&self, script: &Script, keys: &[String], args: &[&str]) -> Result<Vec<String>, Away> {
        let mut call = cmd("EVALSHA");
        call.arg(&script.hash).arg(keys.len()).arg(keys).arg(args);
        let (shared, code) = (Arc::clone(&self.shared), Arc::clone(&script.code));
        let end = shared.clock.now().saturating_add(shared.time_limit);
        let runtime = runtime();
        let runtime = runtime.map_err(|error| Away::new(Why::Unreachable, format!("no thread can start: {error}")))?;
        let task = runtime.spawn(async move { shared.exchange(&call, &code, end).await });
        task.await.unwrap_or_else(|_| Err(Away::new(Why::Unreachable, "the call was cut off").that_may_act()))
    }
}

impl Shared {
    async fn exchange(self: &Arc<Self>, call: &Cmd, code: &str, end: Duration) -> Result<Vec<String>, Away> {
        let mut may_act = false;
        loop {
            let found = within(&*self.clock, end, self.live()).await;
            let (live, reused) = match found.unwrap_or_else(|| Err(self.late())) {
                Ok(found) => found,
                Err(away) if may_act => return Err(away.that_may_act()),
                Err(away) => return Err(away),
            };
            let now = self.clock.now();
            let (idle, left) = (live.idle(now), end.saturating_sub(now));
            // Time limit that leaves time for a second attempt.
            let end_of_try = if reused && idle > IDLE { now.saturating_add(left / 2) } else { end };
            let result = within(&*self.clock, end_of_try, invoke(&live, call, code)).await;
            let away = match result {
                Some(Ok(answer)) => {
                    live.used(self.clock.now());
                    return Ok(answer);
                }
                Some(Err(error)) => Away::from_error(&error, &self.rules),
                None => self.late().that_may_act(),
            };
            may_act |= away.may_act();
            let away = if live.is_cluster() { away.of_a_node() } else { away };
            // While other nodes of a cluster work, its client needs no replacement.
            if !away.wants_new_connection() || (live.is_cluster() && idle < IDLE) {
                return Err(away);
            }
            live.discard();
            if away.why() == Why::Cluster {
                self.cluster.store(true, Ordering::Relaxed);
            }
            if !reused || self.clock.now() >= end {
                return Err(if may_act { away.that_may_act() } else { away });
            }
        }
    }

    fn late(&self) -> Away {
        Away::new(Why::Unreachable, format!("no answer within {} s", self.time_limit.as_secs_f64()))
    }

    /// Returns a connection, and true if it existed before. One task connects for all.
    async fn live(self: &Arc<Self>) -> Result<(Arc<Live>, bool), Away> {
        // The second round is for a connecting task whose runtime was shut down.
        for _ in 0..2 {
            let (number, mut result) = {
                let mut slot = lock(&self.slot);
                if let Some(live) = slot.live.as_ref().filter(|live| live.is_usable()) {
                    return Ok((Arc::clone(live), true));
                }
                match &slot.attempt {
                    Some(attempt) if self.clock.now() < attempt.until => (attempt.number, attempt.result.clone()),
                    _ => self.connect(&mut slot),
                }
            };
            let connected = result.wait_for(Option::is_some).await.ok().and_then(|result| result.clone());
            if let Some(connected) = connected {
                return connected.map(|live| (live, false));
            }
            let mut slot = lock(&self.slot);
            if slot.attempt.as_ref().is_some_and(|attempt| attempt.number == number) {
                slot.attempt = None;
            }
        }
        Err(Away::new(Why::Unreachable, "connecting was cancelled"))
    }

    /// Starts to connect, in a separate task.
    fn connect(self: &Arc<Self>, slot: &mut Slot) -> (u64, Outcome) {
        let (sender, result) = watch::channel(None);
        slot.attempts += 1;
        let number = slot.attempts;
        let until = self.clock.now().saturating_add(self.time_limit);
        slot.attempt = Some(Attempt { number, until, result: result.clone() });
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let cluster = shared.cluster.load(Ordering::Relaxed);
            let connecting = live::connect(&shared.address, cluster, shared.time_limit, &shared.rules);
            let connected = within(&*shared.clock, until, connecting).await.unwrap_or_else(|| Err(shared.late()));
            let connected = connected.map(|live| Arc::new(live.since(shared.clock.now())));
            let mut slot = lock(&shared.slot);
            if slot.attempt.as_ref().is_some_and(|attempt| attempt.number == number) {
                slot.attempt = None;
                slot.live = connected.as_ref().ok().cloned();
            }
            drop(slot);
            sender.send_replace(Some(connected));
        });
        (number, result)
    }
}

/// Runs the script by its hash, or by its code if the server does not have it.
async fn invoke(live: &Live, call: &Cmd, code: &str) -> Result<Vec<String>, ::redis::RedisError> {
    match live.query(call).await {
        Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
            let mut whole = cmd("EVAL");
            whole.arg(code);
            for arg in call.args_iter().skip(2) {
                if let Arg::Simple(text) = arg {
                    whole.arg(text);
                }
            }
            live.query(&whole).await
        }
        result => result,
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.address.fmt(f)
    }
}

/// A time that is read and written without a lock, in microseconds.
#[derive(Debug, Default)]
struct Moment(AtomicU64);

impl Moment {
    fn set(&self, at: Duration) {
        self.0.store(u64::try_from(at.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn get(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}
