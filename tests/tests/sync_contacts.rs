//! The example of a sync, killed twenty times, ends with both sides equal.
//!
//! This test program starts itself again: with `SYNC_STATE` set, [`worker`] is a worker.

#[path = "../examples/sync_contacts/ledger.rs"]
mod ledger;
#[path = "../examples/sync_contacts/rehearsal.rs"]
mod rehearsal;
#[path = "../examples/sync_contacts/settings.rs"]
mod settings;
#[path = "../examples/sync_contacts/worker.rs"]
#[allow(clippy::module_inception)]
mod sync;

use std::process::Command;

use rehearsal::Rehearsal;
use settings::Settings;

#[tokio::test(flavor = "multi_thread")]
async fn worker() {
    if std::env::var("SYNC_STATE").is_ok() {
        let name = std::env::var("SYNC_WORKER").unwrap();
        sync::run(&Settings::from_environment().unwrap(), &name).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_twenty_times_it_ends_with_both_sides_equal() {
    let rehearsal = Rehearsal { contacts: 3_000, kills: 20, seed: 11, quiet: true };
    let start = |name: &str| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["worker", "--exact", "--nocapture"]).env("SYNC_WORKER", name);
        command
    };
    rehearsal.run(start).await.unwrap();
}
