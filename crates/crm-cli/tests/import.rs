//! Rows of files: batches, results in order, interrupted runs, rows that failed, and inputs that are refused.

mod refused;
mod rows;
#[cfg(unix)]
mod signals;
mod stops;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::support::{self, Ran, seed};
use crm_fake::{Fake, Fault, Payload, Step, Vendor};
use serde_json::{Value, json};

/// A fake, a profile that may write to it, and a folder for inputs.
struct Place {
    fake: Fake,
    profiles: support::File,
    folder: tempfile::TempDir,
    #[allow(dead_code, reason = "it runs the fake")]
    runtime: tokio::runtime::Runtime,
}

impl Place {
    fn new(vendor: Vendor, api: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let fake = runtime.block_on(Fake::start(vendor)).unwrap();
        let entry = json!({"token": fake.token(), "base_url": fake.base_url()});
        let profile = json!({api: entry, "allow_writes": true});
        let profiles = seed(&json!({"default": profile, "other": profile}).to_string());
        Self { fake, profiles, folder: tempfile::tempdir().unwrap(), runtime }
    }

    fn hubspot() -> Self {
        Self::new(Vendor::HubSpot, "hubspot")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, line: &str) -> std::process::Command {
        let mut command = support::command(line, self.profiles.path());
        command.current_dir(self.folder.path());
        command
    }

    fn run(&self, line: &str) -> Ran {
        support::run(&mut self.command(line))
    }

    /// Runs a line after its dry run, with the digest.
    fn confirmed(&self, line: &str) -> Ran {
        let plan = self.run(&format!("{line} --dry-run"));
        assert_eq!(plan.code, 0, "{}", plan.errors);
        let plan: Value = serde_json::from_str(&plan.output).unwrap();
        self.run(&format!("{line} --confirm {}", plan["confirm"].as_str().unwrap()))
    }

    /// Runs a line that cannot end, kills it when 300 rows have a result, and returns the journal: the rows that were sent,
    /// each with true if it has a result.
    fn killed(&self, line: &str, journal: &str) -> BTreeMap<u64, bool> {
        let digest: Value = serde_json::from_str(&self.run(&format!("{line} --dry-run")).output).unwrap();
        let line = format!("{line} --confirm {}", digest["confirm"].as_str().unwrap());
        let mut child = self.command(&line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let results = || std::fs::read_to_string(self.path(journal)).unwrap_or_default().matches("\"result\"").count();
        until(&mut child, || results() >= 300);
        child.kill().unwrap();
        child.wait().unwrap();
        let mut rows = BTreeMap::new();
        for line in self.read(journal).lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let sent = line["sent"].as_array().into_iter().flatten();
            rows.extend(sent.map(|row| (row.as_u64().unwrap(), false)));
            rows.extend(line["row"].as_u64().map(|row| (row, true)));
        }
        rows
    }

    /// The number of times that each e-mail address was sent in batches.
    fn sent(&self, name: fn(&Value) -> &Value) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for request in self.fake.requests().iter().filter(|one| one.path.contains("/batch/")) {
            for input in request.json()["inputs"].as_array().unwrap() {
                *times.entry(name(input).as_str().unwrap().to_owned()).or_insert(0) += 1;
            }
        }
        times
    }
}

/// Waits until something is true, which must come before the program ends.
fn until(child: &mut Child, done: impl Fn() -> bool) {
    while !done() {
        // The program may have ended after the last look.
        assert!(child.try_wait().unwrap().is_none() || done(), "the program ended too early");
        std::thread::yield_now();
    }
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn addresses(number: usize) -> String {
    let rows: Vec<String> = (1..=number).map(|row| format!("p{row}@example.com,P{row}\n")).collect();
    format!("email,firstname\n{}", rows.concat())
}

/// Asserts that there is one result per row, in order.
fn in_order(results: &[Value], number: usize) {
    let rows: Vec<u64> = results.iter().map(|result| result["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, (1..=number as u64).collect::<Vec<_>>());
}
