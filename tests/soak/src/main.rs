//! Operations and faults at random against the fakes, and then a look at what really happened.
//! `cargo xtask soak` runs it.
//!
//! Time passes in rounds. A round is played by one seed, one call after the other, so the seed of a
//! round that fails plays it again; only the moments at which a network breaks are its own.

mod days;
mod faults;
mod ledger;
mod operations;
mod page;
mod round;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use ledger::Tally;

/// Plays operations and faults at random against the fakes, and compares the reported results with the records
#[derive(Parser)]
#[command(name = "cargo xtask soak")]
struct Options {
    /// The seed of the first round
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds to run
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Put the result into docs/reliability.md
    #[arg(long)]
    write: bool,
}

/// State that all threads share.
struct Soak {
    next: AtomicU64,
    failed: AtomicBool,
    total: Mutex<BTreeMap<&'static str, Tally>>,
    faults: AtomicU64,
    failures: Mutex<Vec<String>>,
}

/// Plays rounds for this time. Returns the report and the failures.
fn run(seed: u64, time: Duration) -> (String, Vec<String>) {
    let soak = Soak {
        next: AtomicU64::new(seed),
        failed: AtomicBool::new(false),
        total: Mutex::default(),
        faults: AtomicU64::new(0),
        failures: Mutex::default(),
    };
    let start = Instant::now();
    // They mainly wait for answers that do not come.
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8) * 2;
    std::thread::scope(|scope| {
        for number in 0..threads {
            let soak = &soak;
            scope.spawn(move || soak.play(start, time, number == 0));
        }
    });
    let rounds = soak.next.load(Ordering::Relaxed) - seed;
    let result = soak.report(seed, rounds, start.elapsed());
    (result, soak.failures.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

fn main() -> ExitCode {
    let Options { seed, seconds, write } = Options::parse();
    let (result, failures) = run(seed, Duration::from_secs(seconds));
    print!("{result}");
    for failure in &failures {
        eprintln!("FAILED, {failure}");
    }
    if !failures.is_empty() {
        return ExitCode::FAILURE;
    }
    if write && let Err(why) = page::write(&result) {
        eprintln!("error: {why}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

impl Soak {
    /// Plays rounds until the time is over; at least one.
    fn play(&self, start: Instant, time: Duration, speaks: bool) {
        let mut told = 0;
        loop {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            let played = std::thread::spawn(move || round::play(seed)).join();
            match played.unwrap_or_else(|_| Err("a panic; see above".to_owned())) {
                Ok((tallies, faults)) => {
                    self.faults.fetch_add(faults, Ordering::Relaxed);
                    let mut total = self.total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    for (name, tally) in tallies {
                        total.entry(name).or_default().add(tally);
                    }
                }
                Err(why) => {
                    self.failed.store(true, Ordering::Relaxed);
                    let mut failures = self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    failures.push(format!("seed {seed}: {why}\n  again: cargo xtask soak --seed {seed} --seconds 0"));
                }
            }
            let passed = start.elapsed();
            if speaks && passed.as_secs() / 5 > told {
                told = passed.as_secs() / 5;
                eprintln!("{:>4} s  seed {seed}", passed.as_secs());
            }
            if passed >= time || self.failed.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    /// Returns the operations that were played, as a table in Markdown.
    fn report(&self, seed: u64, rounds: u64, took: Duration) -> String {
        let total = self.total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut text = String::from(
            "| operation | calls | done | not done | maybe | requests |\n|---|---:|---:|---:|---:|---:|\n",
        );
        let mut all = Tally::default();
        for (name, tally) in &*total {
            text += &format!("| {name} | {tally} |\n");
            all.add(*tally);
        }
        let faults = self.faults.load(Ordering::Relaxed);
        let last = seed + rounds.saturating_sub(1);
        text += &format!("| all | {all} |\n\nSeeds {seed} to {last}, {} s, {faults} faults met.\n", took.as_secs());
        if !self.failed.load(Ordering::Relaxed) {
            text += "What was reported and what the fakes hold agree: 0 lost, 0 doubled, 0 accounts lost, 0 hung.\n";
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_and_the_records_of_the_fakes_agree_for_ten_seconds() {
        let (result, failures) = run(1, Duration::from_secs(10));
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        assert!(result.contains("0 lost, 0 doubled"), "{result}");
    }
}
