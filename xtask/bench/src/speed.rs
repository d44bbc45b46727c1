//! `cargo xtask bench`: what calls, pages and limits cost beside the peers, in one run on one machine.

mod baselines;
mod exports;
mod links;
mod programs;
mod rows;

use std::path::Path;

use anyhow::Result;

use super::options::Options;
use super::peers::Peers;
use super::report::Report;
use programs::Programs;
pub(crate) use rows::Part;

const INTRODUCTION: &str = "# What calls cost, beside the peers\n
Written by `cargo xtask bench --write`. Both sides of a row are measured in the same run, so the ratios say more than the
numbers. Instructions and allocations are of one piece of work, counted by valgrind (the work done often, less the work
done once); times are of the best round of two that take turns; processor time is user and system. The server is a
process of its own that answers with bytes made beforehand. The programs are in `tests/bench/`.\n\n";

/// Measures, prints, and returns true if every target is met.
pub(crate) fn run(root: &Path, options: &Options<Part>) -> Result<bool> {
    let programs = Programs::build(root)?;
    let peers = Peers::new(root);
    let rows = options.measure(|part| part.measure(&programs, &peers));
    let mut baselines = baselines::baselines();
    if options.has(&Part::Concurrent) {
        baselines.extend(baselines::sdks(&peers));
    }
    let rustc = format!("{}, {}", machine(), super::rustc()?);
    let report = Report { rustc, cores: super::cores(), rows, baselines, profile: Vec::new() };
    report.give(options, &root.join("docs/benchmarks.md"), INTRODUCTION)
}

/// The system, and the processor if the system reports it.
fn machine() -> String {
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or(system.clone(), |(_, model)| format!("{}, {system}", model.trim()))
}
