//! A session with a server for the Model Context Protocol over stdio.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// A server that was greeted. It ends when this is dropped.
pub(super) struct Session {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    id: u64,
    /// The size of the last reply in bytes.
    pub(super) last: usize,
}

impl Session {
    /// Starts a server, and waits for its reply to `initialize`.
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().context("the server could not be run")?;
        let input = process.stdin.take().context("the server has no input")?;
        let output = BufReader::new(process.stdout.take().context("the server has no output")?);
        let mut session = Self { process, input, output, id: 0, last: 0 };
        let client = json!({"name": "bench", "version": "1"});
        session
            .ask("initialize", json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}))?;
        session.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))?;
        Ok(session)
    }

    /// Sends a request, and returns its result.
    pub(super) fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
        self.id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params}))?;
        let mut line = String::new();
        loop {
            line.clear();
            self.last = self.output.read_line(&mut line)?;
            let mut reply: Value = serde_json::from_str(&line).with_context(|| format!("{method}: no reply"))?;
            if reply["id"] != self.id {
                continue;
            }
            if let Some(error) = reply.get("error") {
                bail!("{method}: {error}");
            }
            return Ok(reply["result"].take());
        }
    }

    /// Calls a tool that returns JSON as text.
    pub(super) fn call(&mut self, name: &str, arguments: &Value) -> Result<Value> {
        let result = self.ask("tools/call", json!({"name": name, "arguments": arguments}))?;
        let text = result["content"][0]["text"].as_str().with_context(|| format!("{name} returned no text"))?;
        if result["isError"] == true {
            bail!("{name}: {text}");
        }
        serde_json::from_str(text).with_context(|| format!("{name} returned no JSON"))
    }

    /// Returns the peak memory of the server in bytes, which only Linux tells of a running process.
    pub(super) fn memory(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .context("the system does not tell the peak memory")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        let kibibytes: f64 = line.context("there is no peak memory")?.trim().parse()?;
        Ok(kibibytes * 1024.0)
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        Ok(writeln!(self.input, "{message}")?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A process that cannot be ended has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
