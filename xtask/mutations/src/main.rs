//! Changes the vendors' documents at random: is each difference reported, and is each break classed as breaking?

mod compile;
mod facts;
mod judge;
mod mutate;
mod named;
mod nowhere;
mod program;
mod table;
#[cfg(test)]
mod tests;
mod world;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use fastrand::Rng;

use mutate::KINDS;
use table::Table;

/// Changes the documents at random, as vendors do, and checks that each difference and each break is reported
#[derive(Parser)]
#[command(name = "cargo xtask mutations")]
struct Options {
    /// Number of changes to try
    #[arg(long, default_value_t = 1000)]
    count: usize,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of changes to compile a program with, for each kind that can break code
    #[arg(long, default_value_t = 0)]
    compile: usize,
    /// Put the result into docs/mutations.md
    #[arg(long)]
    write: bool,
}

fn main() -> ExitCode {
    xtask::end(run(&Options::parse()))
}

/// Returns true if nothing is wrong.
fn run(options: &Options) -> Result<bool> {
    let mut table = changes(options.seed, options.count, &mut |line| println!("{line}"))?;
    if options.compile > 0 {
        compile::all(options.seed, options.compile, &mut table)?;
    }
    let text = table.text(options.seed, options.count, options.compile);
    println!("\n{text}");
    if options.write {
        std::fs::write(xtask::root().join("docs/mutations.md"), text)?;
    }
    Ok(table.wrong.is_empty())
}

/// Tries changes in pairs: each kind in turn, together with a random one.
fn changes(seed: u64, count: usize, say: &mut dyn FnMut(&str)) -> Result<Table> {
    let mut rng = Rng::with_seed(seed);
    let mut table = Table::default();
    let mut next = 0;
    while table.tried() < count {
        let kinds = [next % KINDS.len(), rng.usize(..KINDS.len())];
        next += 1;
        for judged in judge::pair(&mut rng, kinds)? {
            if let Some(wrong) = &judged.wrong {
                say(&format!("WRONG  {wrong}"));
            }
            table.add(judged);
        }
        if next.is_multiple_of(20) {
            say(&format!("{} of {count}", table.tried()));
        }
    }
    Ok(table)
}
