//! The programs of `tests/bench/`, built and run.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use xtask::program::output;

use crate::cargo::{Printed, printed, program, stripped};

const PACKAGE: &str = "crm-bench";
/// A delay of the server: none.
pub(super) const AT_ONCE: u32 = 0;
/// The usual number of contacts of the server.
pub(super) const CONTACTS: u32 = 100_000;

pub(super) struct Programs {
    root: PathBuf,
    program: PathBuf,
}

/// Resources that a piece of work used, as the system reports them.
#[derive(Deserialize)]
pub(super) struct Took {
    pub(super) seconds: f64,
    pub(super) cpu: Option<f64>,
    pub(super) memory: Option<f64>,
}

/// Kind of events that valgrind counts.
#[derive(Clone, Copy)]
pub(super) enum Counted {
    Instructions,
    Allocations,
}

impl Programs {
    pub(super) fn build(root: &Path) -> Result<Self> {
        let program =
            program(root, &["build", "--release", "--package", PACKAGE, "--bin", PACKAGE, "--features", "http2"])?;
        Ok(Self { root: root.to_owned(), program })
    }

    /// The size of a program without symbols.
    pub(super) fn size(&self, name: &str) -> Result<f64> {
        stripped(&self.root, PACKAGE, name)
    }

    /// Does a piece of work `times` times, in a separate process.
    pub(super) fn run(&self, work: &str, times: u32, url: &str) -> Result<Took> {
        let mut command = Command::new(&self.program);
        Ok(serde_json::from_str(&output(command.args(["run", work, &times.to_string(), url]))?)?)
    }

    /// Seconds that one piece of each work takes, while the two take turns.
    pub(super) fn race(&self, works: [&str; 2], times: u32, rounds: u32, url: &str) -> Result<[f64; 2]> {
        let mut command = Command::new(&self.program);
        command.arg("race").args(works).args([&times.to_string(), &rounds.to_string(), url]);
        Ok(serde_json::from_str(&output(&mut command)?)?)
    }

    /// Returns the count of one piece of work: the difference of many and few, so that the start does not count.
    pub(super) fn count(&self, what: Counted, work: &str, [few, many]: [u32; 2], url: &str) -> Result<f64> {
        let counted = |times: u32| self.valgrind(what, work, times, url);
        Ok((counted(many)? - counted(few)?) / f64::from(many - few))
    }

    fn valgrind(&self, what: Counted, work: &str, times: u32, url: &str) -> Result<f64> {
        let (options, before, behind): (&[&str], _, _) = match what {
            Counted::Instructions => (&["--tool=callgrind", "--callgrind-out-file=/dev/null"], "Collected :", ""),
            Counted::Allocations => {
                (&["--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"], "total heap usage:", "allocs")
            }
        };
        let mut command = Command::new("valgrind");
        command.args(options).arg(&self.program).args(["run", work, &times.to_string(), url]);
        let output = command.output().context("valgrind is not installed")?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("valgrind failed: {}", said.lines().last().unwrap_or_default());
        }
        let number = said.lines().find_map(|line| {
            let number = line.split_once(before)?.1.split_once(behind).filter(|_| !behind.is_empty());
            let number =
                number.map_or_else(|| line.split_once(before).map(|(_, rest)| rest), |(number, _)| Some(number));
            number?.trim().replace(',', "").parse().ok()
        });
        number.with_context(|| format!("valgrind does not say `{before}`"))
    }

    /// The functions in which most of the instructions are, with their part in percent.
    pub(super) fn profile(&self, work: &str, times: u32, url: &str) -> Result<String> {
        const MOST: usize = 4;
        let profile = self.root.join("target/bench/callgrind.out");
        std::fs::create_dir_all(self.root.join("target/bench"))?;
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--tool=callgrind"]).arg(format!("--callgrind-out-file={}", profile.display()));
        output(command.arg(&self.program).args(["run", work, &times.to_string(), url]))?;
        let listed = output(Command::new("callgrind_annotate").arg("--auto=no").arg(&profile))?;
        // A line is "1,234 ( 5.67%)  file:function [program]".
        let functions = listed.lines().filter_map(|line| {
            let (part, place) = line.split_once('(')?.1.split_once("%)")?;
            let function = place.trim().split_once(':')?.1;
            let function = function.rsplit_once(" [").map_or(function, |(function, _)| function);
            Some(format!("{:.0} % `{function}`", part.trim().parse::<f64>().ok()?))
        });
        Ok(functions.take(MOST).collect::<Vec<_>>().join(", "))
    }

    /// Returns the output of a test of crm-tests that measures something.
    pub(super) fn test(&self, name: &str) -> Result<Printed> {
        printed(&self.root, &["--package", "crm-tests", "--test", "suite"], name)
    }

    /// Returns the output of a unit test of crm-core that measures something.
    pub(super) fn unit_test(&self, name: &str) -> Result<Printed> {
        printed(&self.root, &["--release", "--package", "crm-core", "--all-features", "--lib"], name)
    }

    /// A server with this number of contacts, whose pages are delayed by `delay` milliseconds.
    pub(super) fn serve(&self, contacts: u32, delay: u32) -> Result<Server> {
        self.server(&["serve", &contacts.to_string(), &delay.to_string()])
    }

    /// Starts a server behind a link with this rate and round trip.
    pub(super) fn link(&self, megabits: u32, milliseconds: u32, tls: bool) -> Result<Server> {
        const SEED: &str = "19";
        let (megabits, milliseconds) = (megabits.to_string(), milliseconds.to_string());
        let arguments = ["link", &megabits, &milliseconds, SEED, "tls"];
        self.server(&arguments[..if tls { 5 } else { 4 }])
    }

    fn server(&self, arguments: &[&str]) -> Result<Server> {
        let mut command = Command::new(&self.program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().context("the server could not be run")?;
        let printed = BufReader::new(process.stdout.take().context("the server has no output")?);
        let mut server = Server { process, printed, url: String::new() };
        server.url = server.line()?;
        Ok(server)
    }
}

/// Ends when it is dropped.
pub(super) struct Server {
    process: Child,
    printed: BufReader<ChildStdout>,
    pub(super) url: String,
}

impl Server {
    /// Returns the number of bytes that its link has carried to clients since the last call.
    pub(super) fn bytes(&mut self) -> Result<f64> {
        self.process.stdin.as_mut().context("the server has no input")?.write_all(b"\n")?;
        self.line()?.parse().context("the link printed no number")
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.printed.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A process that cannot be ended has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
