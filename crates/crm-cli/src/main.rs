//! `crm`: every operation of every vendor, by its name.

#![forbid(unsafe_code)]

mod apis;
mod arguments;
mod catalogue;
mod check;
mod cli;
mod commands;
mod confirm;
mod describe;
mod failure;
mod find;
mod hash;
mod identity;
mod interrupt;
mod login;
mod mcp;
mod note;
mod options;
mod output;
mod profile;
mod replace;
mod request;
mod rows;
mod run;
mod schema;
mod server;
mod session;
mod waits;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use failure::Failure;

/// The time after which the program ends although a thread is blocked, for example by an output that nobody reads.
const BLOCKED: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let words: Result<Vec<String>, OsString> = std::env::args_os().map(OsString::into_string).collect();
    let Ok(words) = words else { return Failure::usage("an argument is not valid UTF-8").report() };
    let asked = match cli::read(&words) {
        Ok(asked) => asked,
        Err(failure) => return failure.report(),
    };
    waits::show();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::other(format!("the runtime cannot be started: {error}")).report(),
    };
    let done = runtime.block_on(async {
        let done = run::run(asked).await;
        done.and(session::settle().await)
    });
    runtime.shutdown_timeout(BLOCKED);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
