//! The rows of the table: the measurements, their baselines and targets.

use anyhow::{Context, Result};

use super::links;
use super::programs::{Counted, Programs, Took};
use crate::options;
use crate::peers::{ALL, HOOPAI, HUBSPOT, Peers, Runtime};
use crate::row::{Row, Target, Unit};

/// No contacts are listed, or all of them at once.
const AT_ONCE: u32 = 0;
const CONTACTS: u32 = 100_000;

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
        let mut row = row(format!("{}: {name}", self.measure), Unit::Count, target, || {
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
        row(format!("{}: time", self.measure), Unit::Time, target, || {
            programs.race([self.ours, self.beside], self.timed, 20, url)
        })
    }
}

/// A row of what both sides took, or of why that is not known.
fn row(measure: String, unit: Unit, target: Target, measured: impl FnOnce() -> Result<[f64; 2]>) -> Row {
    match measured() {
        Ok([ours, beside]) => Row::new(measure, unit, ours, target).beside(Some(beside)),
        Err(error) => Row::left_out(measure, format!("{error:#}")),
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
            row(measure, Unit::Time, Target::OneIn(18.0), || Ok([ours, peers.cpu(peer, &server.url)?]))
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

/// Measures the speed of an export and the part of the quota that it uses, as counted by a server, in virtual time.
fn export(programs: &Programs, peers: &Peers, measure: &'static str) -> Result<Vec<Row>> {
    let printed = programs.test("hubspot_e2e", "export_speed::an_export_uses_the_quota")?;
    let part = |when: &str, line, target| {
        let name = format!("{measure}: part of limit × T / (T + L) that is used{when}");
        Ok::<_, anyhow::Error>(Row::new(name, Unit::Part, printed.measured(line)?, Target::AtLeast(target)))
    };
    let time = printed.measured("seconds of a page of an export")?;
    let list = printed.measured("seconds of a page of a list")?;
    Ok(vec![
        Row::new(format!("{measure}: time of a page"), Unit::Time, time, Target::OneIn(4.5)).beside(Some(list)),
        part("", "part of the bound", 0.97)?,
        part(" while 5 % are archived and created", "part of the bound while records change", 0.93)?,
        Row::new(
            format!("{measure}: records lost or doubled"),
            Unit::Count,
            printed.measured("records lost or doubled")?,
            Target::AtMost(0.0),
        ),
        hoopai_export(programs)?,
        export_beside_sdk(programs, peers),
        export_memory(programs)?,
    ])
}

/// Measures an export beside the SDK's list of all contacts, in real time, at pages that take 250 ms.
fn export_beside_sdk(programs: &Programs, peers: &Peers) -> Row {
    const LATENCY: u32 = 250;
    const PAGES: u32 = 100;
    let measure = format!("export of 100,000 contacts, beside {} ({:?}): time of a page", ALL.package, ALL.runtime);
    row(measure, Unit::Time, Target::OneIn(4.5), || {
        let server = programs.serve(CONTACTS, LATENCY)?;
        let ours = programs.run("export", 1, &server.url)?.seconds / f64::from(CONTACTS / 100);
        let server = programs.serve(PAGES * 100, LATENCY)?;
        Ok([ours, peers.number(&ALL, &server.url, &PAGES.to_string())?])
    })
}

fn export_memory(programs: &Programs) -> Result<Row> {
    let peak = |contacts, times| {
        let server = programs.serve(contacts, AT_ONCE)?;
        programs.run("export-free", times, &server.url)?.memory.context("the system does not tell the peak memory")
    };
    // Both read as many pages, because the connections' buffers grow with their number.
    let (few, many) = (peak(10_000, 100)?, peak(1_000_000, 1)?);
    let measure = "export of 1,000,000 contacts: peak memory";
    Ok(Row::new(measure, Unit::Bytes, many, Target::Times(1.1)).beside(Some(few)))
}

/// Measures the speed of an export of HoopAI's contacts, likewise.
fn hoopai_export(programs: &Programs) -> Result<Row> {
    let printed = programs.test("hoopai_export", "speed::an_export_uses_the_quota")?;
    let time = printed.measured("seconds of a page of an export")?;
    let list = printed.measured("seconds of a page of a list")?;
    let name = "export of 100,000 contacts of HoopAI: time of a page";
    Ok(Row::new(name, Unit::Time, time, Target::OneIn(2.3)).beside(Some(list)))
}

/// The figures that the tests of shared quotas measure and print.
fn shared_limiter(programs: &Programs, measure: &'static str) -> Result<Vec<Row>> {
    let quota = programs.test("shared_quota_processes", "eight_processes_use_one_quota_and_exceed_it_never")?;
    let alone = programs.test("shared_quota", "windows::a_permit_and_its_end_are_two_commands_at_most")?;
    let loaded = programs
        .test("shared_quota", "seats::the_quota_is_used_to_its_bound_and_the_vendor_counts_no_more_than_the_limit")?;
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
        row(format!("{measure}: memory of their clients"), Unit::Bytes, Target::OneIn(10.0), || {
            memory.map(|(ours, apart)| [ours, apart])
        }),
        row(format!("{measure}: time to make their clients"), Unit::Time, Target::OneIn(20.0), || {
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
        row(format!("{measure}: time"), Unit::Time, Target::Times(1.2), || Ok(best)),
    ])
}

/// A sentence about the vendors' SDKs for each language.
pub(super) fn sdks(peers: &Peers) -> [String; 2] {
    let sdks = |runtime| {
        let named = HUBSPOT.iter().chain(&HOOPAI).filter(move |peer| peer.runtime == runtime);
        let named: Vec<String> = named.map(|peer| format!("`{}` {}", peer.package, peer.version)).collect();
        let version = peers.version(runtime).unwrap_or_else(|| "is missing".to_owned());
        format!("{runtime:?} {version}: {}", named.join(", "))
    };
    [sdks(Runtime::Node), sdks(Runtime::Python)]
}

/// A sentence about each of the other peers.
pub(super) fn baselines() -> Vec<String> {
    vec![
        "GET, cold start, binary: reqwest of the same version and features, with serde's derives; with ring both binaries are smaller, by 1.5 and \
         2.0 MiB, so the 1.25 MiB that the library adds weighs more than before".to_owned(),
        "One GET: the same contact each time; the library has the names of its properties from the call before".to_owned(),
        "One GET, time: two processes wake each other, so runs differ: ratios of 0.6 to 1.6 were seen where the instructions stayed at 0.97"
            .to_owned(),
        "Reading and writing contacts: the types that stock progenitor makes of the same document (hash maps, parsed times); \
         finding and checking the texts in the JSON, by serde_json on both sides, is 0.21 of the baseline when they are read into \
         maps and 0.23 when ten are wanted, and memory for 4,000 values, which are texts of their own so that the caller can take them, 0.16"
            .to_owned(),
        "Page of 100 over a link: all connections share the rate of each direction, the handshake of TCP takes a round trip, and \
         delays vary by up to a millisecond, from a seed; the values of the contacts differ, and gzip makes a fifth of them"
            .to_owned(),
        "64 calls over TLS: HTTP/2 beside HTTP/1.1, by a client of reqwest given to `ClientBuilder::http`; the first ones open the \
         connections"
            .to_owned(),
        "20 reply types: the same files with serde's derives, hash maps and plain texts for times".to_owned(),
        "100,000 contacts: one page after the other; 40 ms for a page at the server and 20 ms of work on it, 1/1.5 at best"
            .to_owned(),
        "Export: one page after the other (100 pages); 250 ms for a page, 190 requests in 10 seconds, in the time of a clock \
         that passes by itself; beside the SDK in real time, which lists 100 pages. The part of the limit is that of \
         the whole periods of T + L in a run: the requests of a period can all come at its beginning, so an incomplete one \
         would count too much; the time of a page includes it"
            .to_owned(),
        "1,000,000 contacts: the same with 10,000; for the export, 10,000 exported a hundred times, so that both read as many \
         pages and the buffers of the connections, which hyper enlarges up to 512 KiB each, are the same"
            .to_owned(),
        "500 accounts: a client built for each".to_owned(),
        "Limiter: `governor` 0.10.4, keyed by account as ours; ours counts a window exactly, from the reply, so its piece of work \
         is a permit and its end; time: a third of ours is two readings of the system's clock, where governor reads the \
         processor's counter once"
            .to_owned(),
        "Limiter, the busiest window, by the vendor's count: the same limiter, counting from the grant (latencies of 5 to 400 ms, \
         250 ms more for new connections)"
            .to_owned(),
    ]
}
