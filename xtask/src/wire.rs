//! `cargo xtask wire`: shows what goes over the wire. The calls are those of the test of every operation.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::cargo::cargo;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The vendor; all if none is named
    vendor: Option<String>,
    /// Only this operation, as it stands in its documentation (`contacts.create`)
    #[arg(long)]
    operation: Option<String>,
    /// Sends the calls to this server too, and shows what it answers in place of the sample
    #[arg(long)]
    base_url: Option<String>,
    /// For programs: one line an operation
    #[arg(long)]
    json: bool,
}

/// What the lines that are meant begin with; the others are of the test harness.
const PRINTED: &str = "wire│";

/// The tests of a vendor's APIs begin with its name.
const VENDORS: [&str; 4] = ["hubspot", "hoopai", "hockeystack", "hatch"];

pub(crate) fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let vendor = options.vendor.as_deref();
    if let Some(vendor) = vendor.filter(|vendor| !VENDORS.contains(vendor)) {
        bail!("there is no vendor `{vendor}`, only {}", VENDORS.join(", "));
    }
    let mut command = cargo(root);
    command.args(["test", "--quiet", "--package", "crm-tests", "--test", "every_operation", "--"]);
    command.arg(format!("apis::{}", vendor.unwrap_or_default())).args(["--nocapture", "--test-threads", "1"]);
    command.env("CRM_WIRE", if options.json { "json" } else { "text" });
    command.env("CRM_WIRE_OPERATION", options.operation.as_deref().unwrap_or_default());
    command.env("CRM_WIRE_BASE_URL", options.base_url.as_deref().unwrap_or_default());
    // A server that refuses is no bug to trace.
    command.env("RUST_BACKTRACE", "0").stdout(Stdio::piped());
    let mut tests = command.spawn().context("cargo could not be run")?;
    let printed = tests.stdout.take().context("the tests have no output")?;
    let mut any = false;
    for line in BufReader::new(printed).lines() {
        let line = line?;
        let Some(line) = line.strip_prefix(PRINTED) else { continue };
        any = true;
        println!("{line}");
    }
    let met = tests.wait()?.success();
    if let Some(operation) = options.operation.as_deref().filter(|_| met && !any) {
        bail!(
            "there is no operation `{operation}`; the documentation of each method names its own (`contacts.create`)"
        );
    }
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
