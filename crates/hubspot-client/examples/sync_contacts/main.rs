//! Copies all contacts of HubSpot to a location of HoopAI, with any number of processes.
//!
//! The processes share the work through a directory, and both vendors' quotas through Redis. Any
//! of them may be killed at any time and started again: nothing is lost or duplicated.
//!
//! Against the fakes, with two processes, one of which is killed in the middle, in one command:
//!
//! ```text
//! cargo run --package hubspot-client --features redis --example sync_contacts
//! ```
//!
//! Against the real hosts, once for each process, each with its own name:
//!
//! ```text
//! HUBSPOT_TOKEN=… HOOPAI_TOKEN=… HOOPAI_LOCATION=… REDIS_URL=redis://127.0.0.1 SYNC_STATE=sync \
//!     cargo run --package hubspot-client --features redis --example sync_contacts -- worker a
//! ```

mod ledger;
mod redis;
mod rehearsal;
mod settings;
mod worker;

use std::process::{Command, ExitCode};

use rehearsal::Rehearsal;
use settings::Settings;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => rehearse().await,
        ["worker", name] => work(name).await,
        _ => Err("either no arguments, or: worker <name>".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sync_contacts: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn work(name: &str) -> Result<(), Box<dyn std::error::Error>> {
    worker::run(&Settings::from_environment()?, name).await
}

async fn rehearse() -> Result<(), Box<dyn std::error::Error>> {
    let program = std::env::current_exe()?;
    let rehearsal = Rehearsal { contacts: 3_000, kills: 2, seed: 7, quiet: false };
    let worker = |name: &str| {
        let mut command = Command::new(&program);
        command.args(["worker", name]);
        command
    };
    rehearsal.run(worker).await
}

/// The test program starts itself again: with `SYNC_STATE` set, `worker` is a worker.
#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn worker() {
        if std::env::var("SYNC_STATE").is_ok() {
            work(&std::env::var("SYNC_WORKER").unwrap()).await.unwrap();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn killed_twenty_times_it_ends_with_both_sides_equal() {
        let rehearsal = Rehearsal { contacts: 3_000, kills: 20, seed: 11, quiet: true };
        let start = |name: &str| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["tests::worker", "--exact", "--nocapture"]).env("SYNC_WORKER", name);
            command
        };
        rehearsal.run(start).await.unwrap();
    }
}
