//! The parts of the benchmark: the compiled crates, their baselines and targets.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde_json::Value;

use super::fresh;
use super::measure::{Bench, Cost, Kind, Subject};
use super::options;
use super::ours;
use super::raw::{self, Raw};
use super::report::Profile;
use super::row::{Row, Target, Unit};
use codegen::read::document;
use codegen::read::vendor::{self, Vendor};
use xtask::cargo::{MOST_BYTES, Package, pack};

/// The crate of others with the same operations as HoopAI's v2 and v3, and where its types are.
const PEER: &str = "ghl-sdk";
const PEER_CRATES: [&str; 2] = [PEER, "ghl-models"];
const PEER_VERSION: &str = "0.5.2";
/// Seconds that it took where the targets were set: what a target in seconds means on a machine goes by it.
const PEER_TOOK: f64 = 46.0;

/// A part that can be requested alone.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Part {
    /// hubspot-client with all features beside stock progenitor: check
    Hubspot,
    /// hoopai-client with all features beside stock progenitor on v2: check
    Hoopai,
    /// hoopai-client with all features and v3 beside ghl-sdk: check
    GhlSdk,
    /// Each client with its default features: check
    Defaults,
    /// hubspot-client with all features beside stock progenitor: release build
    Release,
    /// A program with hatch-client alone, with each kind of TLS, into an empty folder
    Fresh,
    /// Generated lines
    Lines,
    /// Generating everything
    Generate,
    /// The packed size of each crate
    Package,
}

impl options::Part for Part {
    fn name(&self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

const FRESH: &str = "A fresh program: one round, both by one job. Of the release build, by `cargo build --timings`, ring \
                     takes 13 % (most of it C), rustls 11 %, reqwest 8 %, icu_locale_core 7 %, crm-core 7 % and tokio 6 %. A line of \
                     the application replaces the tables of Unicode, and `native-tls` needs no ring";

/// Number of times that a crate with a short compile time is compiled; the minimum counts.
const ROUNDS: usize = 3;

/// State that the parts share: baselines are built once.
pub(super) struct Parts<'a> {
    bench: &'a Bench,
    raw: Vec<Raw>,
    /// Seconds that the peer took here.
    peer: Option<f64>,
    started: Instant,
    pub(super) profile: Vec<Profile>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(bench: &'a Bench) -> Result<Self> {
        let profile = ours::profile(&bench.root)?;
        Ok(Self { bench, raw: Vec::new(), peer: None, started: Instant::now(), profile })
    }

    pub(super) fn measure(&mut self, part: &Part) -> Result<Vec<Row>> {
        match part {
            Part::Hubspot => self.beside_raw("hubspot", "", Target::OneIn(20.0), Target::OneIn(10.0)),
            Part::Hoopai => self.beside_raw("hoopai", "v2", Target::OneIn(10.0), Target::OneIn(6.0)),
            Part::GhlSdk => self.beside_peer(),
            Part::Defaults => self.defaults(),
            Part::Release => self.release(),
            Part::Fresh => fresh::measure(self.bench, &|text| self.say(text)),
            Part::Lines => Ok(self.lines()),
            Part::Generate => {
                self.say("xtask: release build, then generating everything");
                let took = ours::generate(self.bench)?;
                Ok(vec![Row::new("xtask generate: clock", Unit::Seconds, took, Target::AtMost(20.0))])
            }
            Part::Package => {
                self.say("packing all crates");
                let row = |(file, Package { name, .. }): (PathBuf, Package)| {
                    let size = std::fs::metadata(file)?.len() as f64;
                    Ok(Row::new(format!("{name}: packed"), Unit::Bytes, size, Target::AtMost(MOST_BYTES as f64)))
                };
                pack(&self.bench.root)?.into_iter().map(row).collect()
            }
        }
    }

    /// Describes the baselines.
    pub(super) fn baselines(&self) -> Vec<String> {
        let raw = self.raw.iter().map(|raw| format!("`{}`: {}", raw.package, raw.summary));
        let peer = self.peer.map(|took| {
            format!(
                "Targets in seconds were set on a machine where `{PEER}` took {PEER_TOOK} s; here it took {took:.1} s"
            )
        });
        raw.chain(peer).chain([FRESH.to_owned()]).collect()
    }

    fn beside_raw(&mut self, vendor: &str, folder: &str, cpu: Target, memory: Target) -> Result<Vec<Row>> {
        let mine = self.client(&format!("{vendor}-client"), &["full"], Kind::Check)?;
        let raw = self.raw(vendor, folder)?;
        let theirs = self.baseline(&raw.project, &raw.package, &[&raw.package], Kind::Check)?;
        let name = format!("{vendor}-client full");
        let mut rows = compared(&name, mine, theirs, cpu, memory);
        let sum = |of: fn(&Profile) -> usize| {
            self.profile.iter().filter(|p| p.vendor == vendor && !p.apart).map(of).sum::<usize>() as f64
        };
        for (what, ours, baseline) in
            [("operations", sum(|p| p.operations), raw.operations), ("lines", sum(|p| p.lines), raw.lines)]
        {
            rows.push(
                Row::new(format!("{name}: {what}"), Unit::Count, ours, Target::Shown).beside(Some(baseline as f64)),
            );
        }
        Ok(rows)
    }

    fn beside_peer(&mut self) -> Result<Vec<Row>> {
        let mine = self.client("hoopai-client", &["full", "v3"], Kind::Check)?;
        let dependency = format!("{PEER} = {{ version = \"={PEER_VERSION}\", features = [\"full\"] }}\n");
        let project = self.bench.project("peer", &dependency, "")?;
        let theirs = self.baseline(&project, "peer", &PEER_CRATES, Kind::Check)?;
        self.peer = theirs.map(|cost| cost.cpu);
        let name = format!("hoopai-client full,v3 ({PEER})");
        let mut rows = compared(&name, mine, theirs, Target::OneIn(4.0), Target::OneIn(4.0));
        if theirs.is_some() {
            let metadata: Value =
                serde_json::from_str(&self.bench.cargo(&project, &["metadata", "--format-version", "1"], &[])?)?;
            let mut lines = 0;
            for name in PEER_CRATES {
                let package = document::list(&metadata, "packages").find(|package| package["name"] == name);
                let manifest = package.and_then(|package| package["manifest_path"].as_str());
                let manifest = Path::new(manifest.with_context(|| format!("there is no package {name}"))?);
                lines += ours::rust_lines(&manifest.with_file_name("src"))?;
            }
            let ours: usize = self.profile.iter().filter(|p| p.vendor == "hoopai").map(|p| p.lines).sum();
            let row = Row::new(format!("{name}: lines"), Unit::Count, ours as f64, Target::Shown);
            rows.push(row.beside(Some(lines as f64)));
        }
        Ok(rows)
    }

    fn defaults(&self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for name in vendor::all(&self.bench.root)? {
            let package = Vendor::read(&self.bench.root, &name)?.file.crate_name;
            let mut least = f64::INFINITY;
            for _ in 0..ROUNDS {
                least = self.client(&package, &[], Kind::Check)?.cpu.min(least);
            }
            rows.push(Row::new(format!("{package} default: CPU"), Unit::Seconds, least, Target::AtMost(2.0)));
        }
        Ok(rows)
    }

    fn release(&mut self) -> Result<Vec<Row>> {
        let mine = self.client("hubspot-client", &["full"], Kind::Release)?;
        let raw = self.raw("hubspot", "")?;
        let row = Row::new("hubspot-client full, release: CPU", Unit::Seconds, mine.cpu, Target::OneIn(10.0));
        Ok(vec![match self.baseline(&raw.project, &raw.package, &[&raw.package], Kind::Release) {
            Ok(theirs) => row.beside(theirs.map(|cost| cost.cpu)),
            Err(error) => Row { lacks: Some(format!("{error:#}")), ..row },
        }])
    }

    fn lines(&self) -> Vec<Row> {
        let row = |vendor: &str, name: &str, most: f64| {
            let lines: usize = self.profile.iter().filter(|p| p.vendor == vendor && !p.apart).map(|p| p.lines).sum();
            Row::new(format!("{name}: generated lines"), Unit::Count, lines as f64, Target::AtMost(most))
        };
        vec![row("hubspot", "hubspot-client", 100_000.0), row("hoopai", "hoopai-client v2", 75_000.0)]
    }

    /// Returns the cost of our client with some features.
    fn client(&self, package: &str, features: &[&str], kind: Kind) -> Result<Cost> {
        self.say(&format!("{package} {}: {}", features.join(","), kind.name()));
        self.bench.compile(&Subject { project: &self.bench.root, package, features, measured: &[package] }, kind)
    }

    /// Returns the cost of a baseline, or `None` if its dependencies are not available.
    fn baseline(&self, project: &Path, package: &str, measured: &[&str], kind: Kind) -> Result<Option<Cost>> {
        if let Err(error) = self.bench.cargo(project, &["fetch", "--quiet"], &[]) {
            self.say(&format!("{package} is not compared, its dependencies cannot be fetched: {error:#}"));
            return Ok(None);
        }
        self.say(&format!("{}: {} (this may take minutes and much memory)", measured.join(" and "), kind.name()));
        self.bench.compile(&Subject { project, package, features: &[], measured }, kind).map(Some)
    }

    /// The baseline of a vendor, made once.
    fn raw(&mut self, vendor: &str, folder: &str) -> Result<Raw> {
        let package = format!("raw-{vendor}");
        if let Some(known) = self.raw.iter().find(|raw| raw.package == package) {
            return Ok(known.clone());
        }
        self.say(&format!("{package}: generating with stock progenitor"));
        let specs = self.bench.root.join("specs").join(vendor).join(folder);
        let file = Vendor::read(&self.bench.root, vendor)?.file;
        let apart = file.apis.into_iter().filter(|api| api.feature.is_some());
        let apart: BTreeSet<String> = apart.flat_map(|api| api.documents.into_keys()).collect();
        let raw = raw::write(self.bench, &package, &specs, &|name| !apart.contains(name))?;
        self.say(&format!("{package}: {}, {} lines", raw.summary, raw.lines));
        self.raw.push(raw.clone());
        Ok(raw)
    }

    /// A line of progress: the output itself may be for programs.
    fn say(&self, text: &str) {
        eprintln!("[{:>4.0} s] {text}", self.started.elapsed().as_secs_f64());
    }
}

fn compared(name: &str, mine: Cost, theirs: Option<Cost>, cpu: Target, memory: Target) -> Vec<Row> {
    vec![
        Row::new(format!("{name}: CPU"), Unit::Seconds, mine.cpu, cpu).beside(theirs.map(|cost| cost.cpu)),
        Row::new(format!("{name}: peak memory"), Unit::Bytes, mine.memory, memory)
            .beside(theirs.map(|cost| cost.memory)),
    ]
}
