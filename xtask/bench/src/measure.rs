//! The cost of compiling one crate: cargo calls this program instead of rustc.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use xtask::cargo::cargo;
use xtask::program::{code, output};

/// The crates to measure, and the file that takes a line for each. If they are set, this program replaces rustc.
const CRATES: &str = "XTASK_BENCH_CRATES";
const REPORT: &str = "XTASK_BENCH_REPORT";

/// Cost of compiling.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(super) struct Cost {
    /// Seconds of processor time, user and system.
    pub(super) cpu: f64,
    /// The most memory that one rustc held, in bytes.
    pub(super) memory: f64,
}

/// Kind of cargo command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Check,
    Release,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Check => "check",
            Kind::Release => "release build",
        }
    }
}

/// Crates to measure, and the package that is built to get at them.
pub(super) struct Subject<'a> {
    pub(super) project: &'a Path,
    pub(super) package: &'a str,
    pub(super) features: &'a [&'a str],
    /// The package itself, or some that it depends on.
    pub(super) measured: &'a [&'a str],
}

/// The folder below `target` in which everything is built, apart from the workspace's own artifacts.
pub(super) struct Bench {
    pub(super) root: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) target: PathBuf,
    wrapper: PathBuf,
}

impl Bench {
    pub(super) fn new(root: &Path) -> Result<Self> {
        let folder = root.join("target/bench");
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        // A copy, because a build in another terminal may replace the running program.
        let wrapper = folder.join("rustc-wrapper").with_extension(std::env::consts::EXE_EXTENSION);
        std::fs::copy(std::env::current_exe()?, &wrapper)
            .with_context(|| format!("{} cannot be written", wrapper.display()))?;
        Ok(Self { root: root.to_owned(), target: folder.join("build"), folder, wrapper })
    }

    /// Creates a separate package with the versions of the workspace's lock file, and removes an earlier one.
    pub(super) fn project(&self, name: &str, dependencies: &str, text: &str) -> Result<PathBuf> {
        self.project_of(&self.root, name, dependencies, text)
    }

    /// The same with the lock file of another state of the workspace.
    pub(super) fn project_of(&self, root: &Path, name: &str, dependencies: &str, text: &str) -> Result<PathBuf> {
        let project = self.folder.join(name);
        if project.exists() {
            std::fs::remove_dir_all(&project)?;
        }
        std::fs::create_dir_all(project.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}"
        );
        std::fs::write(project.join("Cargo.toml"), manifest)?;
        std::fs::write(project.join("src/lib.rs"), text)?;
        std::fs::copy(root.join("Cargo.lock"), project.join("Cargo.lock"))?;
        Ok(project)
    }

    /// Compiles one crate after the other, and returns the cost of the measured ones.
    pub(super) fn compile(&self, subject: &Subject<'_>, kind: Kind) -> Result<Cost> {
        let Subject { project, package, measured, .. } = *subject;
        let (verb, profile) = match kind {
            Kind::Check => ("check", "dev"),
            Kind::Release => ("build", "release"),
        };
        let mut arguments = vec!["clean", "--quiet", "--profile", profile];
        arguments.extend(measured.iter().flat_map(|name| ["--package", name]));
        self.cargo(project, &arguments, &[])?;
        let report = self.folder.join("cost.json");
        std::fs::write(&report, "")?;
        let features = subject.features.join(",");
        let mut arguments = vec![verb, "--quiet", "--jobs", "1", "--package", package, "--profile", profile];
        if !features.is_empty() {
            arguments.extend(["--features", &features]);
        }
        let environment = [
            (CRATES, measured.join(",").replace('-', "_").into()),
            (REPORT, report.clone().into()),
            ("RUSTC_WRAPPER", self.wrapper.clone().into()),
        ];
        self.cargo(project, &arguments, &environment)?;
        let costs: Vec<Cost> =
            std::fs::read_to_string(&report)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        if costs.len() != measured.len() {
            bail!("`cargo {}` compiled {} of {}", arguments.join(" "), costs.len(), measured.join(", "));
        }
        Ok(Cost {
            cpu: costs.iter().map(|cost| cost.cpu).sum(),
            memory: costs.iter().map(|cost| cost.memory).fold(0.0, f64::max),
        })
    }

    /// Runs cargo in a project and gives what it printed.
    pub(super) fn cargo(&self, project: &Path, arguments: &[&str], environment: &[(&str, OsString)]) -> Result<String> {
        let mut command = cargo(project);
        command.args(arguments).env("CARGO_TARGET_DIR", &self.target).env("CARGO_INCREMENTAL", "0");
        command.env_remove("RUSTC_WRAPPER").env_remove("RUSTC_WORKSPACE_WRAPPER");
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let place = project.strip_prefix(&self.root).unwrap_or(project);
        output(&mut command).with_context(|| place.display().to_string())
    }

    /// Returns the processor time in seconds of a build into an empty folder, by one job.
    pub(super) fn cold(&self, project: &Path, arguments: &[&str]) -> Result<f64> {
        let target = self.folder.join("cold");
        let empty = || if target.exists() { std::fs::remove_dir_all(&target) } else { Ok(()) };
        empty()?;
        let before = used_by_children()?.0;
        let arguments = [arguments, &["--quiet", "--jobs", "1"]].concat();
        self.cargo(project, &arguments, &[("CARGO_TARGET_DIR", target.clone().into())])?;
        let took = used_by_children()?.0 - before;
        empty()?;
        Ok(took)
    }
}

/// Runs rustc instead of cargo, if cargo calls this program; `None` in every other run.
pub(crate) fn wrapped() -> Option<ExitCode> {
    let (names, report) = (std::env::var(CRATES).ok()?, std::env::var_os(REPORT)?);
    match rustc(&names, Path::new(&report)) {
        Ok(code) => Some(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            Some(ExitCode::FAILURE)
        }
    }
}

fn rustc(names: &str, report: &Path) -> Result<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let rustc = arguments.next().context("a wrapper of rustc is called with the path of rustc")?;
    let arguments: Vec<OsString> = arguments.collect();
    let wanted =
        arguments.windows(2).any(|pair| pair[0] == "--crate-name" && names.split(',').any(|name| pair[1] == name));
    let status = Command::new(&rustc).args(&arguments).status().context("rustc could not be run")?;
    if wanted && status.success() {
        let (cpu, memory) = used_by_children()?;
        let mut report = File::options().append(true).open(report)?;
        writeln!(report, "{}", serde_json::to_string(&Cost { cpu, memory })?)?;
    }
    if status.code().is_none() {
        eprintln!("error: rustc was ended by the system ({status}); there may be too little memory");
    }
    Ok(code(status))
}

/// Returns the processor time in seconds of all ended child processes and their children, and the memory in bytes of
/// the largest.
#[cfg(unix)]
pub(super) fn used_by_children() -> Result<(f64, f64)> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeVal;

    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    // macOS counts bytes, the others kibibytes.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    Ok((seconds(usage.user_time()) + seconds(usage.system_time()), usage.max_rss() as f64 * unit))
}

#[cfg(not(unix))]
pub(super) fn used_by_children() -> Result<(f64, f64)> {
    bail!("the cost of a process is only read on Unix")
}
