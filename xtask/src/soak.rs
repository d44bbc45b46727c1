//! `cargo xtask soak`, and the page about reliability that its last result is a part of.

use std::path::Path;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result};

use crate::cargo::cargo;

const MATRIX: &str = "tests/tests/fault_matrix/snapshots/fault_matrix__every_fault_in_every_operation.snap";
const INTRODUCTION: &str = "# Reliability\n
Written by `cargo xtask soak --write`.\n
## What each fault comes to\n
Rows are what goes wrong, over real sockets; columns are what the client does meanwhile. A cell says what comes of it if
it happens once, and if it happens always; one entry stands for both. `right ×2` is the right result at the second
attempt. An error has its kind, whether the request was sent (`unsent`: no; `maybe`: it may have been carried out;
`answered`: the vendor said something), and its attempts. `–` is what cannot be. In no cell is a write carried out twice
that must not be, an item lost or doubled, another host called, or the time of a call passed. The rule behind the table,
and the test that holds every cell to it, are in `tests/tests/fault_matrix`.\n\n";
const SOAK: &str = "\n## Faults at random\n
Operations with up to three faults each, from a seed. Afterwards the fakes hold what was reported: what is done is there
once, what is not done is not there, and what may be is there at most once; every item of a list came once.\n\n";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The seed of the first round
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How long
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Put the result into docs/reliability.md
    #[arg(long)]
    write: bool,
}

/// Runs it; the exit code is its own.
pub(crate) fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let (seed, seconds) = (options.seed.to_string(), options.seconds.to_string());
    let mut command = cargo(root);
    command.args(["run", "--quiet", "--package", "crm-tests", "--bin", "soak", "--", &seed, &seconds]);
    let output = command.stderr(Stdio::inherit()).output().context("cargo could not be run")?;
    let result = String::from_utf8_lossy(&output.stdout);
    print!("{result}");
    if !output.status.success() {
        return Ok(ExitCode::FAILURE);
    }
    if options.write {
        let matrix = std::fs::read_to_string(root.join(MATRIX)).with_context(|| format!("{MATRIX} cannot be read"))?;
        let table = matrix.splitn(3, "---\n").last().unwrap_or_default();
        let page = format!("{INTRODUCTION}{table}{SOAK}{result}");
        std::fs::write(root.join("docs/reliability.md"), page).context("docs/reliability.md cannot be written")?;
    }
    Ok(ExitCode::SUCCESS)
}
