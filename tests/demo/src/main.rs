//! All four clients at work: against the fakes, or with `--live` against the real hosts.

mod hatch;
mod hockeystack;
mod hoopai;
mod hubspot;
mod live;
mod table;

use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Instant;

use crm_core::Error;
use table::Row;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => fakes().await,
        ["--live"] => return live::run().await,
        _ => {
            eprintln!("usage: cargo xtask demo [--live]");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(rows) if table::print(&rows) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn fakes() -> Result<Vec<Row>, Error> {
    let port = |error: std::io::Error| Error::config("a fake could not bind a port").with_source(error);
    println!("Four vendors on loopback, each made from the document its client is made from.\n");
    let fake = hubspot::start().await.map_err(port)?;
    let hubspot = hubspot::run(&fake).await?;
    let fake = hoopai::start().await.map_err(port)?;
    let hoopai = hoopai::run(&fake).await?;
    let fake = hockeystack::start().await.map_err(port)?;
    let hockeystack = hockeystack::run(&fake).await?;
    let fakes = hatch::start().await.map_err(port)?;
    let hatch = hatch::run(&fakes).await?;
    Ok(vec![hubspot, hoopai, hockeystack, hatch])
}

/// One line of progress, with the seconds since the start.
fn progress(name: &str, what: &str) {
    static START: OnceLock<Instant> = OnceLock::new();
    let elapsed = START.get_or_init(Instant::now).elapsed().as_secs_f64();
    println!("{elapsed:>5.1} s  {name:<12} {what}");
}
