//! `cargo xtask bench`: what calls, pages and limits cost beside the peers, in one run on one machine.

mod links;
mod peers;
mod programs;
mod rows;

use std::path::Path;

use anyhow::Result;

use super::report::Report;
use super::row::Row;
use peers::Peers;
use programs::Programs;
use rows::Part;

const INTRODUCTION: &str = "# What calls cost, beside the peers\n
Written by `cargo xtask bench --write`. Both sides of a row are measured in the same run, so the ratios say more than the
numbers. Instructions and allocations are of one piece of work, counted by valgrind (the work done often, less the work
done once); times are of the best round of two that take turns; processor time is user and system. The server is a
process of its own that answers with bytes made beforehand. The programs are in `tests/bench/`.\n\n";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// For programs
    #[arg(long)]
    json: bool,
    /// Only these parts
    #[arg(long, value_enum, value_name = "NAME", num_args = 1..)]
    only: Vec<Part>,
    /// Put the table into docs/benchmarks.md; with --only, those rows
    #[arg(long)]
    write: bool,
    /// The date in the table, as 2026-01-31; the system's if there is none
    #[arg(long)]
    date: Option<String>,
}

/// Measures, prints, and returns true if every target is met.
pub(crate) fn run(root: &Path, options: &Options) -> Result<bool> {
    let programs = Programs::build(root)?;
    let peers = Peers::new(root);
    let mut rows: Vec<Row> = Vec::new();
    for part in Part::ALL.into_iter().filter(|part| options.only.is_empty() || options.only.contains(part)) {
        eprintln!("── {}", part.name());
        match part.measure(&programs, &peers) {
            Ok(measured) => rows.extend(measured),
            Err(error) => rows.push(Row::failed(part.name(), format!("{error:#}"))),
        }
    }
    let mut baselines = rows::baselines();
    if options.only.is_empty() || options.only.contains(&Part::Concurrent) {
        baselines.extend(rows::sdks(&peers));
    }
    let rustc = format!("{}, {}", machine(), super::rustc()?);
    let date = super::date(options.date.as_deref());
    let report = Report { date, rustc, cores: super::cores(), rows, baselines, profile: Vec::new() };
    let file = root.join("docs/benchmarks.md");
    let whole = options.write && options.only.is_empty();
    report.give(options.json, whole.then_some(&*file), INTRODUCTION)?;
    if options.write && !whole {
        let parts: Vec<&str> = options.only.iter().map(|part| part.name()).collect();
        report.put_into(&file, &parts)?;
    }
    Ok(!report.missed())
}

/// The system, and the processor if the system reports it.
fn machine() -> String {
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or(system.clone(), |(_, model)| format!("{}, {system}", model.trim()))
}
