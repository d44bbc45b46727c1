//! `crm`: every operation of every vendor, by its name.

#![forbid(unsafe_code)]

mod apis;
mod catalogue;
mod check;
mod cli;
mod describe;
mod failure;
mod find;
mod mcp;
mod output;
mod profile;
mod request;
mod run;
mod session;
mod waits;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let asked = match cli::read(&words) {
        Ok(asked) => asked,
        Err(failure) => return failure.report(),
    };
    waits::show();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failure::Failure::other(format!("the runtime cannot be started: {error}")).report(),
    };
    match runtime.block_on(run::run(asked)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
