//! The vendors' own SDKs and programs for Node and Python, installed below `target/bench/peers`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use xtask::program::output;

/// Number of calls over which the processor time is measured.
const CALLS: &str = "2000";

/// A vendor's SDK or program.
#[derive(Clone, Copy)]
pub(super) struct Peer {
    pub(super) runtime: Runtime,
    pub(super) package: &'static str,
    pub(super) version: &'static str,
    program: Program,
}

/// Program of a peer.
#[derive(Clone, Copy)]
enum Program {
    /// Name and text of a script that calls it.
    Script(&'static str, &'static str),
    /// A file of the package.
    File(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runtime {
    Node,
    Python,
}

pub(super) const HUBSPOT: [Peer; 3] = [
    Peer {
        runtime: Runtime::Node,
        package: "@hubspot/api-client",
        version: "14.0.1",
        program: Program::Script("call_hubspot.mjs", include_str!("peers/call_hubspot.mjs")),
    },
    Peer {
        runtime: Runtime::Python,
        package: "hubspot-api-client",
        version: "12.0.0",
        program: Program::Script("call_hubspot.py", include_str!("peers/call_hubspot.py")),
    },
    Peer {
        runtime: Runtime::Python,
        package: "hubspot-sdk",
        version: "0.1.0a9",
        program: Program::Script("call_hubspot_sdk.py", include_str!("peers/call_hubspot_sdk.py")),
    },
];

/// HubSpot's SDK for Node, which reads pages.
pub(super) const PAGES: Peer =
    Peer { program: Program::Script("page_hubspot.mjs", include_str!("peers/page_hubspot.mjs")), ..HUBSPOT[0] };

/// HubSpot's SDK for Node, which reads all contacts.
pub(super) const ALL: Peer =
    Peer { program: Program::Script("all_hubspot.mjs", include_str!("peers/all_hubspot.mjs")), ..HUBSPOT[0] };

pub(super) const HOOPAI: [Peer; 2] = [
    Peer {
        runtime: Runtime::Node,
        package: "@gohighlevel/api-client",
        version: "3.1.0",
        program: Program::Script("call_hoopai.mjs", include_str!("peers/call_hoopai.mjs")),
    },
    Peer {
        runtime: Runtime::Python,
        package: "gohighlevel-api-client",
        version: "3.0.0",
        program: Program::Script("call_hoopai.py", include_str!("peers/call_hoopai.py")),
    },
];

/// HubSpot's own server for the Model Context Protocol.
pub(super) const MCP: Peer = Peer {
    runtime: Runtime::Node,
    package: "@hubspot/mcp-server",
    version: "0.4.0",
    program: Program::File("node_modules/@hubspot/mcp-server/dist/index.js"),
};

pub(super) struct Peers {
    folder: PathBuf,
}

impl Peers {
    pub(super) fn new(root: &Path) -> Self {
        Self { folder: root.join("target/bench/peers") }
    }

    /// Seconds of processor time that a peer needs for one of 64 concurrent calls.
    pub(super) fn cpu(&self, peer: &Peer, url: &str) -> Result<f64> {
        self.number(peer, url, CALLS)
    }

    /// Runs the script of a peer and returns the number that it prints.
    pub(super) fn number(&self, peer: &Peer, url: &str, times: &str) -> Result<f64> {
        let printed = output(self.command(peer)?.args([url, times]))?;
        printed.trim().parse().with_context(|| format!("{} printed no number", peer.package))
    }

    /// Returns the command that runs a peer.
    pub(super) fn command(&self, peer: &Peer) -> Result<Command> {
        let mut command = Command::new(self.install(peer)?);
        let folder = self.folder(peer);
        match peer.program {
            Program::Script(name, text) => {
                let script = folder.join(name);
                std::fs::write(&script, text)?;
                command.arg(script);
            }
            Program::File(path) => {
                command.arg(folder.join(path));
            }
        }
        Ok(command)
    }

    /// The version of an interpreter, if there is one.
    pub(super) fn version(&self, runtime: Runtime) -> Option<String> {
        let version = output(Command::new(runtime.interpreter()).arg("--version")).ok()?;
        Some(version.trim().trim_start_matches("Python ").trim_start_matches('v').to_owned())
    }

    fn folder(&self, peer: &Peer) -> PathBuf {
        // One for each version, so that a new pin does not find the old one.
        self.folder.join(format!("{}-{}", peer.package.replace(['@', '/'], "-").trim_start_matches('-'), peer.version))
    }

    /// Installs a peer, unless it is there, and gives the interpreter that finds it.
    fn install(&self, peer: &Peer) -> Result<PathBuf> {
        let Peer { runtime, package, version, .. } = *peer;
        let folder = self.folder(peer);
        let interpreter = match runtime {
            Runtime::Node => PathBuf::from(runtime.interpreter()),
            Runtime::Python => folder.join(if cfg!(windows) { "Scripts/python" } else { "bin/python" }),
        };
        let ready = folder.join("ready");
        if ready.exists() {
            return Ok(interpreter);
        }
        if self.version(runtime).is_none() {
            bail!("there is no {runtime:?} here");
        }
        std::fs::create_dir_all(&folder)?;
        match runtime {
            Runtime::Node => {
                let exact = format!("{package}@{version}");
                let quiet = ["--no-audit", "--no-fund", "--silent", "--ignore-scripts"];
                let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
                output(npm.arg("install").args(quiet).arg("--prefix").arg(&folder).arg(exact).current_dir(&folder))
            }
            Runtime::Python => {
                output(Command::new(runtime.interpreter()).args(["-m", "venv"]).arg(&folder))?;
                let exact = format!("{package}=={version}");
                output(Command::new(&interpreter).args(["-m", "pip", "install", "--quiet"]).arg(exact))
            }
        }
        .with_context(|| format!("{package} could not be installed"))?;
        std::fs::write(ready, "")?;
        Ok(interpreter)
    }
}

impl Runtime {
    fn interpreter(self) -> &'static str {
        match self {
            Runtime::Node => "node",
            Runtime::Python => "python3",
        }
    }
}
