//! Tries every target for as long as is asked. `cargo xtask fuzz` runs it.

use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use clap::Parser;
use crm_fuzz::TARGETS;
use crm_testkit::fuzz::Effort;

/// Reads inputs changed at random, wherever anything is read
#[derive(Parser)]
#[command(name = "cargo xtask fuzz")]
struct Options {
    /// Seconds that each target runs
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let Options { seconds, seed } = Options::parse();
    let effort = Effort::new(Duration::from_secs(seconds), seed);
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(target) = TARGETS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // The error was printed.
                    failed.fetch_or(catch_unwind(|| target(effort)).is_err(), Ordering::Relaxed);
                }
            });
        }
    });
    if failed.into_inner() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
