//! Every combination of a few faults in the renewals of an account, on the real code.
//!
//! An oracle chooses the event at each step of a run: a store that fails before or after it wrote, stalls
//! or is unreachable, a reply that is lost, late or uncertain, a process that is killed. The oracle plays all
//! sequences with a bounded number of faults. Afterwards everything works again, and what the vendor
//! still accepts must be in use.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures::future::join_all;

use super::{HOUR, VENDOR, lost, tokens, vendor_error};
use crate::auth::Credentials as _;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind};
use crate::oauth::store::{StoreLock, TokenState};
use crate::oauth::{OAuthCredentials, StoredTokens, TokenSet, TokenSource, TokenStore};
use crate::request::BeforeSend;
use crate::sync::{BoxFuture, lock};

/// Maximum number of steps of a process that may have a fault. Later steps mostly only read again.
const STEPS: usize = 16;
/// Longer than a lease and than the longest wait for a reply.
const STALL: Duration = Duration::from_secs(70);
const AWAY: Duration = Duration::from_secs(100);

/// Chooses events, and remembers the choices that are still to be played.
#[derive(Default)]
struct Oracle {
    script: Vec<usize>,
    sizes: Vec<usize>,
    at: usize,
    faults: usize,
}

impl Oracle {
    /// Returns one of `options`, of which 0 means no fault.
    fn choose(&mut self, options: usize, most: usize) -> usize {
        if self.at == self.script.len() {
            self.script.push(0);
            self.sizes.push(0);
        }
        self.sizes[self.at] = if self.faults < most { options } else { 1 };
        let choice = self.script[self.at];
        self.at += 1;
        self.faults += usize::from(choice > 0);
        choice
    }

    /// Advances to the next sequence; returns false after the last one.
    fn next(&mut self) -> bool {
        (self.at, self.faults) = (0, 0);
        while let Some(last) = self.script.last_mut() {
            *last += 1;
            if *last < self.sizes[self.script.len() - 1] {
                return true;
            }
            self.script.pop();
            self.sizes.pop();
        }
        false
    }
}

/// The vendor: each refresh token can be used once.
#[derive(Default)]
struct Vendor {
    /// The number of the refresh token that it accepts.
    current: usize,
    /// True if it revokes all tokens when a used one is presented (RFC 9700, section 4.14.2).
    detects: bool,
    revoked: bool,
    /// True if a reply with tokens did not arrive.
    undelivered: bool,
    sent: usize,
}

#[derive(Default)]
struct World {
    oracle: Oracle,
    most: usize,
    vendor: Vendor,
    record: Option<StoredTokens>,
    /// The holder, and the end of the lease.
    lock: Option<(u64, Duration)>,
    locks: u64,
    away_until: Duration,
    dead: Vec<usize>,
    /// Number of steps that each process took.
    steps: [usize; 4],
    /// True if the vendor refused the access token.
    refused: bool,
    wrong: Vec<String>,
    states: HashSet<String>,
}

/// The time of tokio's paused runtime, which moves when all tasks wait.
#[derive(Clone)]
struct Time(tokio::time::Instant);

impl Clock for Time {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_268_800) + self.now()
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(wait))
    }

    fn deadline(&self, at: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(at.saturating_sub(self.now())))
    }
}

/// One process's access to the world.
#[derive(Clone)]
struct Process {
    number: usize,
    world: Arc<Mutex<World>>,
    time: Time,
}

impl Process {
    async fn dies(&self) {
        lock(&self.world).dead.push(self.number);
        std::future::pending().await
    }

    /// Returns the event of a step. A dead process does nothing more.
    async fn step(&self, options: usize) -> usize {
        if lock(&self.world).dead.contains(&self.number) {
            std::future::pending::<()>().await;
        }
        let mut world = lock(&self.world);
        let state = match world.record.as_ref().map(|record| &record.state) {
            None => "none",
            Some(TokenState::Unspent) => "unspent",
            Some(TokenState::Sent(_)) => "sent",
            Some(TokenState::Refused(_)) => "refused",
        };
        let good = world.record.as_ref().is_some_and(|record| record.tokens.is_good(self.time.wall()));
        let locked = world.lock.is_some_and(|(_, until)| self.time.now() < until);
        let stored = world.record.as_ref().map(refresh_number);
        let seen = format!(
            "{state} {good} {locked} {stored:?} {} {} {:?} {}",
            world.vendor.current, world.vendor.revoked, world.dead, self.number
        );
        world.states.insert(seen);
        world.steps[self.number] += 1;
        let most = if world.steps[self.number] > STEPS { 0 } else { world.most };
        world.oracle.choose(options, most)
    }

    fn is_away(&self) -> bool {
        self.time.now() < lock(&self.world).away_until
    }

    fn goes_away(&self) {
        lock(&self.world).away_until = self.time.now() + AWAY;
    }

    fn credentials(&self) -> OAuthCredentials {
        let credentials = OAuthCredentials::new("account", self.clone(), self.clone()).unwrap();
        credentials.with_clock(Arc::new(self.time.clone()), self.number as u64)
    }
}

fn broken() -> Error {
    Error::new(ErrorKind::Token, "the store is broken")
}

fn refresh_number(record: &StoredTokens) -> usize {
    token_number(record.tokens())
}

fn token_number(tokens: &TokenSet) -> usize {
    let refresh = tokens.refresh_token().map_or("0", |token| token.expose());
    refresh.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

impl TokenStore for Process {
    fn load<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<StoredTokens>, Error>> {
        Box::pin(async move {
            if !account.starts_with(VENDOR) {
                return Ok(None);
            }
            match self.step(4).await {
                1 => return Err(broken()),
                2 => self.dies().await,
                3 => self.goes_away(),
                _ => {}
            }
            if self.is_away() { Err(broken()) } else { Ok(lock(&self.world).record.clone()) }
        })
    }

    fn swap<'a>(&'a self, _: &'a str, record: &'a StoredTokens) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            let fault = self.step(8).await;
            match fault {
                1 => return Err(broken()),
                2 => self.dies().await,
                3 => self.time.sleep(STALL).await,
                4 => self.goes_away(),
                _ => {}
            }
            if self.is_away() {
                return Err(broken());
            }
            let written = {
                let mut world = lock(&self.world);
                let next = world.record.as_ref().map_or(0, StoredTokens::revision) + 1 == record.revision();
                if next {
                    world.record = Some(record.clone());
                }
                next
            };
            match fault {
                5 => return Err(broken()),
                6 => self.dies().await,
                7 => self.time.sleep(STALL).await,
                _ => {}
            }
            Ok(written)
        })
    }

    fn lock<'a>(&'a self, _: &'a str, lease: Duration) -> BoxFuture<'a, Result<Option<StoreLock>, Error>> {
        Box::pin(async move {
            if lock(&self.world).lock.is_some_and(|(_, until)| self.time.now() < until) {
                return Ok(None);
            }
            let fault = self.step(3).await;
            if fault == 1 || self.is_away() {
                return Err(broken());
            }
            let number = {
                let mut world = lock(&self.world);
                if world.lock.is_some_and(|(_, until)| self.time.now() < until) {
                    return Ok(None);
                }
                world.locks += 1;
                world.lock = Some((world.locks, self.time.now() + lease));
                world.locks
            };
            if fault == 2 {
                self.dies().await;
            }
            let world = Arc::clone(&self.world);
            Ok(Some(StoreLock::new(async move {
                let mut world = lock(&world);
                world.lock = world.lock.filter(|(holder, _)| *holder != number);
            })))
        })
    }
}

impl TokenSource for Process {
    fn vendor(&self) -> &str {
        VENDOR
    }

    fn rotates(&self) -> bool {
        true
    }

    fn refresh<'a>(&'a self, held: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>> {
        Box::pin(async move {
            // The wait for the app's own limit.
            self.time.sleep(Duration::from_secs(1)).await;
            sending.run().await?;
            let fault = self.step(8).await;
            match fault {
                1 => return Err(vendor_error(502, "not handled, but who knows")),
                2 => return Err(vendor_error(503, "busy")),
                3 => std::future::pending().await,
                4 => self.dies().await,
                _ => {}
            }
            let asked_at = self.time.wall();
            self.time.sleep(Duration::from_millis(200)).await;
            let answer = self.present(held);
            if fault >= 5 && answer.is_ok() {
                lock(&self.world).vendor.undelivered = true;
            }
            match fault {
                5 => return Err(lost()),
                6 => std::future::pending().await,
                7 => self.dies().await,
                _ => {}
            }
            answer.and_then(|number| tokens(number, asked_at))
        })
    }
}

impl Process {
    /// The vendor accepts the refresh token, or refuses it.
    fn present(&self, held: &TokenSet) -> Result<usize, Error> {
        let number = token_number(held);
        let mut world = lock(&self.world);
        world.vendor.sent += 1;
        if number == world.vendor.current && !world.vendor.revoked {
            world.vendor.current += 1;
            return Ok(world.vendor.current);
        }
        let over = world.refused || !held.is_good(self.time.wall());
        if !over && !world.vendor.revoked {
            world.wrong.push(format!("the used refresh token {number} was sent while its access token is good"));
        }
        world.vendor.revoked |= world.vendor.detects;
        Err(vendor_error(400, "invalid_grant"))
    }
}

/// Age of the account's access token at the start of the run.
#[derive(Debug, Clone, Copy)]
enum Age {
    Due,
    Over,
    /// Not due, and the vendor refuses it.
    Refused,
}

/// The work of one process: a few calls.
async fn works(process: Process, age: Age) {
    let credentials = process.credentials();
    for _ in 0..2 {
        let call = async {
            let authorization = credentials.authorize().await;
            if let (Age::Refused, Ok(authorization)) = (age, authorization)
                && authorization.generation() == 1
            {
                lock(&process.world).refused = true;
                drop(credentials.refused(&authorization).await);
            }
        };
        // A call of a dead process never ends.
        drop(tokio::time::timeout(Duration::from_secs(200), call).await);
        process.time.sleep(Duration::from_secs(6)).await;
    }
    // The process lives on, and so does the set that it could not store.
    std::mem::forget(credentials);
}

/// Plays one run. Returns the violations.
fn run(world: &Arc<Mutex<World>>, processes: usize, age: Age) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let time = Time(tokio::time::Instant::now());
        let process = |number| Process { number, world: Arc::clone(world), time: time.clone() };
        let first = tokens(1, time.wall()).unwrap();
        lock(world).record = Some(StoredTokens::first(first));
        time.sleep(match age {
            Age::Due => HOUR - Duration::from_secs(200),
            Age::Over => HOUR * 2,
            Age::Refused => Duration::from_secs(60),
        })
        .await;
        join_all((1..=processes).map(|number| works(process(number), age))).await;

        // From here on everything works. Leases end, and unsaved sets are stored.
        {
            let mut world = lock(world);
            (world.most, world.away_until) = (0, Duration::ZERO);
        }
        time.sleep(STALL + AWAY).await;
        let (accepted, harmless) = {
            let world = lock(world);
            let stored = world.record.as_ref().map_or(0, refresh_number);
            let accepted = stored == world.vendor.current && !world.vendor.revoked;
            (accepted, world.dead.is_empty() && !world.vendor.undelivered)
        };
        if harmless && !accepted {
            lock(world).wrong.push("a successor is lost although every answer arrived and nobody died".to_owned());
        }
        time.sleep(HOUR * 2).await;
        let restarted = process(processes + 1).credentials();
        let mut last = String::new();
        for _ in 0..4 {
            match restarted.authorize().await {
                Ok(_) if accepted => return std::mem::take(&mut lock(world).wrong),
                Ok(_) => last = "tokens out of nothing".to_owned(),
                Err(error) => last = error.to_string(),
            }
            time.sleep(Duration::from_secs(61)).await;
        }
        if accepted || !last.contains("the vendor refused its refresh token") {
            lock(world).wrong.push(format!("accepted by the vendor: {accepted}, and the next start says: {last}"));
        }
        std::mem::take(&mut lock(world).wrong)
    })
}

/// Plays all sequences; prints the counts.
fn explore(processes: usize, most: usize) {
    let mut states = HashSet::new();
    let mut wrong: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let (mut runs, mut sent) = (0, 0);
    for detects in [false, true] {
        for age in [Age::Due, Age::Over, Age::Refused] {
            let mut oracle = Oracle::default();
            loop {
                let vendor = Vendor { current: 1, detects, ..Vendor::default() };
                let world = Arc::new(Mutex::new(World { oracle, most, vendor, ..World::default() }));
                let found = run(&world, processes, age);
                let mut world = lock(&world);
                (runs, sent) = (runs + 1, sent + world.vendor.sent);
                states.extend(world.states.drain());
                oracle = std::mem::take(&mut world.oracle);
                for text in found {
                    let end = oracle.script.iter().rposition(|choice| *choice > 0).map_or(0, |last| last + 1);
                    let script = format!("{age:?}, detects: {detects}, {:?}", &oracle.script[..end]);
                    wrong.entry(text).or_insert((0, script)).0 += 1;
                }
                if !oracle.next() {
                    break;
                }
            }
        }
    }
    println!("{processes} processes, {most} faults: {runs} runs, {} states, {sent} refresh tokens sent", states.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(states.len() > 40, "{}", states.len());
}

#[test]
fn one_process_that_meets_any_three_faults_loses_no_account() {
    explore(1, 3);
}

#[test]
fn two_processes_that_meet_any_two_faults_lose_no_account() {
    explore(2, 2);
}
