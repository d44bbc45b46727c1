//! The sync against the fakes: two workers, some of which are killed, and a comparison of both sides.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crm_fake::{Fake, Vendor};
use serde_json::{Value, json};

use crate::ledger;
use crate::redis::Redis;

const WORKERS: [&str; 2] = ["a", "b"];
/// Requests per second that both fakes allow. With their default limits the run would take minutes.
const PER_SECOND: u64 = 400;
const LOCATION: &str = "location-fake";

pub(crate) struct Rehearsal {
    pub(crate) contacts: usize,
    /// Number of times that a worker is killed and started again.
    pub(crate) kills: usize,
    pub(crate) seed: u64,
    pub(crate) quiet: bool,
}

impl Rehearsal {
    /// Runs the rehearsal. `worker` returns the command that starts the worker of a name.
    pub(crate) async fn run(&self, worker: impl Fn(&str) -> Command) -> Result<(), Box<dyn Error>> {
        let second = Duration::from_secs(1);
        let hubspot = Fake::builder(Vendor::HubSpot).quota(PER_SECOND, second).start().await?;
        let hoopai = Fake::builder(Vendor::HoopAi).quota(PER_SECOND, second).location(LOCATION).start().await?;
        for n in 0..self.contacts {
            let name = format!("Contact {n}");
            hubspot.insert("contacts", json!({"email": format!("c{n}@example.com"), "firstname": name}));
        }
        let directory = tempfile::tempdir()?;
        let redis = Redis::start(directory.path())?;
        // Without Redis each worker must use its own part of the quota.
        let per_second = if redis.is_some() { PER_SECOND } else { PER_SECOND / WORKERS.len() as u64 };
        let start = |name: &str| {
            let mut command = worker(name);
            command.env("HUBSPOT_TOKEN", hubspot.token()).env("HUBSPOT_URL", hubspot.base_url());
            command.env("HOOPAI_TOKEN", hoopai.token()).env("HOOPAI_URL", hoopai.base_url());
            command.env("HOOPAI_LOCATION", LOCATION).env("SYNC_STATE", directory.path());
            command.env("SYNC_PER_SECOND", per_second.to_string());
            if let Some(redis) = &redis {
                command.env("REDIS_URL", redis.url());
            }
            if self.quiet {
                command.stdout(Stdio::null());
            }
            command.spawn()
        };
        let mut random = fastrand::Rng::with_seed(self.seed);
        let mut workers = Vec::new();
        for name in WORKERS {
            workers.push((name, start(name)?));
        }
        let mut kills = 0;
        loop {
            tokio::time::sleep(Duration::from_millis(random.u64(50..500))).await;
            let state = ledger::read(directory.path())?;
            if !self.quiet {
                println!("{} of {} contacts written", state.contacts_written, self.contacts);
            }
            if kills < self.kills && !state.read_to_end {
                let (name, child) = &mut workers[random.usize(0..WORKERS.len())];
                child.kill()?;
                child.wait()?;
                *child = start(name)?;
                kills += 1;
                if !self.quiet {
                    println!("killed worker {name} and started it again ({kills} of {})", self.kills);
                }
            }
            if ended(&mut workers)? {
                break;
            }
        }
        self.compare(&hubspot, &hoopai, kills)
    }

    fn compare(&self, hubspot: &Fake, hoopai: &Fake, kills: usize) -> Result<(), Box<dyn Error>> {
        let there = names(&hubspot.records("contacts"), |contact| {
            (&contact["properties"]["email"], &contact["properties"]["firstname"])
        });
        let here = names(&hoopai.records("contacts"), |contact| (&contact["email"], &contact["firstName"]));
        let (lost, doubled) = (
            there.len() - there.keys().filter(|key| here.contains_key(*key)).count(),
            hoopai.count("contacts") - here.len(),
        );
        let (first, second) = (hubspot.report(), hoopai.report());
        println!(
            "\n{} contacts in HubSpot, {} in HoopAI; {lost} lost, {doubled} doubled; {kills} workers killed",
            there.len(),
            here.len()
        );
        println!("requests: {} to HubSpot, {} to HoopAI", first.requests, second.requests);
        for (vendor, report) in [("HubSpot", &first), ("HoopAI", &second)] {
            let (most, limit) = report.busiest_window.get("burst").copied().unwrap_or_default();
            println!(
                "{vendor}: {most} requests in the busiest second of {limit} allowed, {} refused",
                report.rate_limited
            );
        }
        if kills < self.kills {
            return Err(format!("only {kills} of {} kills came in time", self.kills).into());
        }
        if there == here && doubled == 0 { Ok(()) } else { Err("both sides are not equal".into()) }
    }
}

/// Returns true if all workers ended without an error.
fn ended(workers: &mut [(&str, Child)]) -> Result<bool, Box<dyn Error>> {
    let mut all = true;
    for (name, child) in workers {
        match child.try_wait()? {
            Some(status) if status.success() => {}
            Some(status) => return Err(format!("worker {name} ended with {status}").into()),
            None => all = false,
        }
    }
    Ok(all)
}

/// Returns names by e-mail address.
fn names(contacts: &[Value], of: impl Fn(&Value) -> (&Value, &Value)) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    contacts.iter().map(of).map(|(email, name)| (text(email), text(name))).collect()
}
