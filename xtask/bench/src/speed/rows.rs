//! The rows of the table: the measurements, their baselines and targets.

use anyhow::{Context, Result};

use super::exports::export;
use super::links;
use super::programs::{AT_ONCE, CONTACTS, Counted, Programs, Took};
use crate::options;
use crate::peers::{HOOPAI, HUBSPOT, Peers};
use crate::row::{Row, Target, Unit};

/// A part of the measurement.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    Get,
    Read,
    Replies,
    Write,
    Link,
    Unpack,
    Http2,
    Concurrent,
    Prefetch,
    Export,
    Stream,
    Limiter,
    Arrivals,
    SharedLimiter,
    Accounts,
    Start,
    Size,
}

/// Two pieces of work, side by side.
struct Pair {
    measure: &'static str,
    ours: &'static str,
    beside: &'static str,
    /// Number of repetitions: for a count, few and many; for a time, in a round.
    counted: [u32; 2],
    timed: u32,
}

impl options::Part for Part {
    fn name(&self) -> String {
        self.title().to_owned()
    }
}

impl Part {
    const fn title(self) -> &'static str {
        match self {
            Self::Get => "one GET",
            Self::Read => "read 100 contacts",
            Self::Replies => "read 20 reply types",
            Self::Write => "write 100 contacts",
            Self::Link => "page of 100 over 20 Mbit/s and 60 ms",
            Self::Unpack => "unpack a page of 100, beside reading it into maps",
            Self::Http2 => "64 calls at once over TLS, 20 Mbit/s and 60 ms",
            Self::Concurrent => "64 calls at once",
            Self::Prefetch => "100,000 contacts, prefetch",
            Self::Export => "export of 1,000 pages",
            Self::Stream => "stream 1,000,000 contacts",
            Self::Limiter => "limiter",
            Self::Arrivals => "limiter, arrivals",
            Self::SharedLimiter => "shared limiter, 8 processes",
            Self::Accounts => "500 accounts",
            Self::Start => "cold start",
            Self::Size => "binary",
        }
    }

    pub(super) fn measure(self, programs: &Programs, peers: &Peers) -> Result<Vec<Row>> {
        let pair = |ours, beside, timed| Pair { measure: self.title(), ours, beside, counted: [5, 55], timed };
        match self {
            Self::Get => get(programs, self.title()),
            Self::Read => {
                let map = Pair { measure: "read 100 contacts into maps", ..pair("read-map", "read-stock", 50) };
                let wanted = Pair {
                    measure: "read 100 contacts into a struct of 10 of their 40 properties",
                    ..pair("read-wanted", "read-stock", 50)
                };
                let all = Pair {
                    measure: "read 100 contacts into a struct of all 40",
                    ..pair("read-typed", "read-stock", 50)
                };
                Ok([(map, Target::Times(0.45)), (wanted, Target::Times(0.30)), (all, Target::Shown)]
                    .map(|(pair, target)| pair.rows(programs, target))
                    .concat())
            }
            Self::Replies => Ok(pair("replies", "replies-derived", 500).rows(programs, Target::Times(1.0))),
            Self::Write => Ok(pair("write", "write-stock", 200).rows(programs, Target::Times(0.68))),
            Self::Link => links::page(programs, peers, self.title()),
            Self::Unpack => Ok(pair("unpack", "read-varied", 50).rows(programs, Target::Times(0.35))),
            Self::Http2 => links::http2(programs, self.title()),
            Self::Concurrent => concurrent(programs, peers),
            Self::Prefetch => {
                let server = programs.serve(CONTACTS, 40)?;
                let ours = programs.run("prefetched", 1, &server.url)?.seconds;
                let sequential = programs.run("sequential", 1, &server.url)?.seconds;
                Ok(vec![Row::new(self.title(), Unit::Time, ours, Target::OneIn(1.4)).beside(Some(sequential))])
            }
            Self::Stream => {
                let peak = |contacts| {
                    let server = programs.serve(contacts, AT_ONCE)?;
                    programs.run("stream", 1, &server.url)?.memory.context("the system does not tell the peak memory")
                };
                let (few, many) = (peak(10_000)?, peak(1_000_000)?);
                Ok(vec![
                    Row::new("stream 1,000,000 contacts: peak memory", Unit::Bytes, many, Target::Times(1.1))
                        .beside(Some(few)),
                ])
            }
            Self::Limiter => {
                let keyed = Pair { counted: [1_000, 401_000], ..pair("acquire", "acquire-keyed", 10_000) };
                let direct = Pair {
                    measure: "limiter, beside one that does not tell accounts apart",
                    beside: "acquire-direct",
                    ..keyed
                };
                Ok([keyed.rows(programs, Target::Times(2.0)), direct.rows(programs, Target::Shown)].concat())
            }
            Self::Export => export(programs, peers, self.title()),
            Self::Arrivals => arrivals(programs),
            Self::SharedLimiter => shared_limiter(programs, self.title()),
            Self::Accounts => accounts(programs, self.title()),
            Self::Start => start(programs, self.title()),
            Self::Size => {
                let (ours, raw) = (programs.size("small-ours")?, programs.size("small-raw")?);
                Ok(vec![Row::new("binary, stripped", Unit::Bytes, ours, Target::Times(1.25)).beside(Some(raw))])
            }
        }
    }
}

impl Pair {
    /// Instructions and time.
    fn rows(&self, programs: &Programs, target: Target) -> Vec<Row> {
        vec![self.count(programs, Counted::Instructions, target, ""), self.time(programs, target, "")]
    }

    fn count(&self, programs: &Programs, what: Counted, target: Target, url: &str) -> Row {
        let name = match what {
            Counted::Instructions => "instructions",
            Counted::Allocations => "allocations",
        };
        let counted = |work| programs.count(what, work, self.counted, url);
        let mut row = Row::pair(format!("{}: {name}", self.measure), Unit::Count, target, || {
            Ok([counted(self.ours)?, counted(self.beside)?])
        });
        if row.met() == Some(false) && matches!(what, Counted::Instructions) {
            let profile = |work| programs.profile(work, self.counted[1], url);
            row.profile = match (profile(self.ours), profile(self.beside)) {
                (Ok(ours), Ok(beside)) => Some(format!("ours {ours}; baseline {beside}")),
                (Err(error), _) | (_, Err(error)) => Some(format!("{error:#}")),
            };
        }
        row
    }

    fn time(&self, programs: &Programs, target: Target, url: &str) -> Row {
        Row::pair(format!("{}: time", self.measure), Unit::Time, target, || {
            programs.race([self.ours, self.beside], self.timed, 20, url)
        })
    }
}

fn get(programs: &Programs, measure: &'static str) -> Result<Vec<Row>> {
    let server = programs.serve(CONTACTS, AT_ONCE)?;
    let pair = Pair { measure, ours: "get", beside: "get-raw", counted: [50, 550], timed: 500 };
    Ok(vec![
        pair.count(programs, Counted::Instructions, Target::Times(0.87), &server.url),
        pair.time(programs, Target::Times(1.05), &server.url),
        pair.count(programs, Counted::Allocations, Target::Times(1.08), &server.url),
    ])
}

/// Processor time of a call, beside each SDK.
fn concurrent(programs: &Programs, peers: &Peers) -> Result<Vec<Row>> {
    const ROUNDS: u32 = 200;
    let server = programs.serve(CONTACTS, AT_ONCE)?;
    let mut rows = Vec::new();
    for (work, sdks) in [("hubspot-64", &HUBSPOT[..]), ("hoopai-64", &HOOPAI)] {
        let cpu = programs.run(work, ROUNDS, &server.url)?.cpu.context("the system does not tell processor time")?;
        let ours = cpu / f64::from(64 * ROUNDS);
        rows.extend(sdks.iter().map(|peer| {
            let measure = format!("64 calls at once: CPU of one, beside {} ({:?})", peer.package, peer.runtime);
            Row::pair(measure, Unit::Time, Target::OneIn(18.0), || Ok([ours, peers.cpu(peer, &server.url)?]))
        }));
    }
    Ok(rows)
}

/// The requests that a vendor counts by arrival under a saturated limiter, and those counted from the grant.
fn arrivals(programs: &Programs) -> Result<Vec<Row>> {
    let printed =
        programs.unit_test("limit::tests::arrivals::no_window_of_the_vendor_is_exceeded_and_the_bound_is_used")?;
    let mut rows = Vec::new();
    for (limit, seconds) in [(100.0, 10), (5.0, 1)] {
        let name = format!("{limit} in {seconds} s");
        let busiest = printed.measured(&format!("busiest window of {name}"))?;
        let before = printed.measured(&format!("busiest window of {name}, from the grant"))?;
        let used = printed.measured(&format!("part of the bound of {name}"))?;
        let row = |what, unit, ours, target| Row::new(format!("limiter, {name}: {what}"), unit, ours, target);
        rows.push(row("the busiest window", Unit::Count, busiest, Target::AtMost(limit)).beside(Some(before)));
        rows.push(row("part of limit × T / (T + L) that is used", Unit::Part, used, Target::AtLeast(0.97)));
    }
    Ok(rows)
}

/// The figures that the tests of shared quotas measure and print.
fn shared_limiter(programs: &Programs, measure: &'static str) -> Result<Vec<Row>> {
    let quota = programs.test("shared_quota_processes::eight_processes_use_one_quota_and_exceed_it_never")?;
    let alone = programs.test("shared_quota::windows::a_permit_and_its_end_are_two_commands_at_most")?;
    let loaded = programs
        .test("shared_quota::seats::the_quota_is_used_to_its_bound_and_the_vendor_counts_no_more_than_the_limit")?;
    let (Ok(used), Ok(busiest), Ok(limit), Ok(bound), Ok(one), Ok(idle), Ok(load)) = (
        quota.measured("quota used"),
        quota.measured("busiest window"),
        quota.measured("limit"),
        loaded.measured("quota used with a latency, of the bound"),
        alone.measured("commands a permit"),
        alone.measured("commands a permit when idle"),
        loaded.measured("commands a permit under load"),
    ) else {
        return Ok(vec![Row::left_out(measure, "there is no `redis-server`")]);
    };
    let commands = |when: &str, number| {
        let name = format!("shared limiter: commands that Redis runs for 100 permits, {when}");
        Row::new(name, Unit::Count, number * 100.0, Target::AtMost(200.0))
    };
    Ok(vec![
        Row::new(format!("{measure}: part of the quota that is used"), Unit::Part, used, Target::AtLeast(0.97)),
        Row::new(format!("{measure}: the busiest window"), Unit::Count, busiest, Target::AtMost(limit)),
        Row::new("shared limiter: part of limit × T / (T + L) that is used", Unit::Part, bound, Target::AtLeast(0.97)),
        commands("one by one", one),
        commands("with pauses", idle),
        commands("under load", load),
    ])
}

/// One client for all accounts beside a client each: what it adds to a process that does nothing, and the time.
fn accounts(programs: &Programs, measure: &'static str) -> Result<Vec<Row>> {
    let took = |work| programs.run(work, 1, "");
    let (nothing, ours, apart) = (took("nothing")?, took("accounts")?, took("accounts-apart")?);
    let memory = |took: &Took| Some(took.memory? - nothing.memory?);
    let memory = memory(&ours).zip(memory(&apart)).context("the system does not tell the peak memory");
    Ok(vec![
        Row::pair(format!("{measure}: memory of their clients"), Unit::Bytes, Target::OneIn(10.0), || {
            memory.map(|(ours, apart)| [ours, apart])
        }),
        Row::pair(format!("{measure}: time to make their clients"), Unit::Time, Target::OneIn(20.0), || {
            Ok([ours.seconds, apart.seconds])
        }),
    ])
}

/// Each start is in a separate process; the best one counts.
fn start(programs: &Programs, measure: &'static str) -> Result<Vec<Row>> {
    let pair = Pair { measure, ours: "start", beside: "start-raw", counted: [0, 1], timed: 1 };
    let mut best = [f64::INFINITY; 2];
    for _ in 0..20 {
        for (work, best) in [pair.ours, pair.beside].into_iter().zip(&mut best) {
            *best = best.min(programs.run(work, 1, "")?.seconds);
        }
    }
    Ok(vec![
        pair.count(programs, Counted::Instructions, Target::Times(1.2), ""),
        Row::pair(format!("{measure}: time"), Unit::Time, Target::Times(1.2), || Ok(best)),
    ])
}
