//! The program that `cargo xtask bench` measures: one piece of work, repeated, in its own process.
//!
//! `crm-bench run WORK TIMES [URL]` works and prints what it took. `crm-bench race WORK WORK TIMES ROUNDS [URL]`
//! lets two take turns in one process and prints the best time of each. `crm-bench serve CONTACTS MILLISECONDS` is the
//! server; `crm-bench link MEGABITS MILLISECONDS SEED` is one behind a link, which prints the number of bytes carried
//! since the last time for each line that it reads.

mod calls;
mod contacts;
mod data;
mod limiter;
mod link;
mod replies;
#[cfg(feature = "http2")]
mod secure;
mod server;
mod stock;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use link::Link;
use serde_json::{Value, json};

/// The work of this name, and what it is done with.
fn work(name: &str, url: &str) -> Option<Box<dyn FnMut()>> {
    Some(match name {
        "nothing" => Box::new(|| ()),
        "get" => Box::new(calls::get(url)),
        "get-raw" => Box::new(calls::get_raw(url)),
        "hubspot-64" => Box::new(calls::hubspot_64(url)),
        "hoopai-64" => Box::new(calls::hoopai_64(url)),
        "prefetched" => Box::new(calls::prefetched(url)),
        "sequential" => Box::new(calls::sequential(url)),
        #[cfg(feature = "http2")]
        "http1-64" => Box::new(secure::http1(url)),
        #[cfg(feature = "http2")]
        "http2-64" => Box::new(secure::http2(url)),
        "page" => Box::new(calls::page(url)),
        "stream" => Box::new(calls::stream(url)),
        "export" => Box::new(calls::export(url)),
        "export-free" => Box::new(calls::export_free(url)),
        "accounts" => Box::new(calls::accounts()),
        "accounts-apart" => Box::new(calls::accounts_apart()),
        "start" => Box::new(calls::start()),
        "start-raw" => Box::new(calls::start_raw()),
        "read-map" => Box::new(contacts::read_map()),
        "read-varied" => Box::new(contacts::read_varied()),
        "unpack" => Box::new(contacts::unpack()),
        "read-wanted" => Box::new(contacts::read_wanted()),
        "read-typed" => Box::new(contacts::read_typed()),
        "read-stock" => Box::new(contacts::read_stock()),
        "write" => Box::new(contacts::write()),
        "write-stock" => Box::new(contacts::write_stock()),
        "replies" => Box::new(replies::ours()),
        "replies-derived" => Box::new(replies::derived()),
        "acquire" => Box::new(limiter::ours()),
        "acquire-keyed" => Box::new(limiter::keyed()),
        "acquire-direct" => Box::new(limiter::direct()),
        _ => return None,
    })
}

fn main() -> ExitCode {
    // Only for reqwest's own clients: the library's clients bring their own provider.
    rustls::crypto::ring::default_provider().install_default().expect("it is the first");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let printed = match arguments.as_slice() {
        ["serve", contacts, delay] => serve(contacts, delay),
        ["link", rate, round_trip, seed] => linked(rate, round_trip, seed, false),
        ["link", rate, round_trip, seed, "tls"] => linked(rate, round_trip, seed, true),
        ["run", name, times, url @ ..] => run(name, times, url.first().unwrap_or(&"")),
        ["race", one, other, times, rounds, url @ ..] => race([one, other], times, rounds, url.first().unwrap_or(&"")),
        _ => None,
    };
    match printed {
        Some(value) => {
            println!("{value}");
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("crm-bench is called by `cargo xtask bench`, which knows its arguments");
            ExitCode::from(2)
        }
    }
}

fn serve(contacts: &str, delay: &str) -> Option<Value> {
    server::run(contacts.parse().ok()?, Duration::from_millis(delay.parse().ok()?)).ok()?;
    Some(Value::Null)
}

fn linked(rate: &str, round_trip: &str, seed: &str, tls: bool) -> Option<Value> {
    let (round_trip, seed) = (Duration::from_millis(round_trip.parse().ok()?), seed.parse().ok()?);
    let link = Arc::new(Link::new(rate.parse().ok()?, round_trip));
    let server = std::net::TcpListener::bind("127.0.0.1:0").ok()?;
    let address = server.local_addr().ok()?;
    std::thread::spawn(move || if tls { secure(server) } else { server::run_varied(&server) });
    let carries = Arc::clone(&link);
    std::thread::spawn(move || {
        for _ in std::io::stdin().lines().map_while(Result::ok) {
            println!("{}", carries.take_bytes());
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.ok()?;
        let scheme = if tls { "https" } else { "http" };
        println!("{scheme}://localhost:{}", listener.local_addr().ok()?.port());
        link.run(listener, address, seed).await.ok()
    })?;
    Some(Value::Null)
}

#[cfg(feature = "http2")]
fn secure(listener: std::net::TcpListener) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { secure::serve(tokio::net::TcpListener::from_std(listener)?).await })
}

#[cfg(not(feature = "http2"))]
fn secure(_: std::net::TcpListener) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

fn run(name: &str, times: &str, url: &str) -> Option<Value> {
    let times: u64 = times.parse().ok()?;
    let mut work = work(name, url)?;
    let (start, before) = (Instant::now(), cpu());
    (0..times).for_each(|_| work());
    let cpu = cpu().zip(before).map(|(after, before)| after - before);
    Some(json!({"seconds": start.elapsed().as_secs_f64(), "cpu": cpu, "memory": peak()}))
}

/// Seconds for one unit of each, of the best round: the others were disturbed.
fn race(names: [&str; 2], times: &str, rounds: &str, url: &str) -> Option<Value> {
    let (times, rounds): (u32, u32) = (times.parse().ok()?, rounds.parse().ok()?);
    let mut works = [work(names[0], url)?, work(names[1], url)?];
    let mut best = [f64::INFINITY; 2];
    for _ in 0..=rounds {
        for (work, best) in works.iter_mut().zip(&mut best) {
            let start = Instant::now();
            (0..times).for_each(|_| work());
            *best = best.min(start.elapsed().as_secs_f64() / f64::from(times));
        }
    }
    Some(json!(best))
}

/// Seconds of processor time, user and system, of this process.
#[cfg(unix)]
fn cpu() -> Option<f64> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeVal;

    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Some(seconds(usage.user_time()) + seconds(usage.system_time()))
}

#[cfg(not(unix))]
fn cpu() -> Option<f64> {
    None
}

/// Peak memory of this process in bytes, if the system reports it.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok().map(|kibibytes: f64| kibibytes * 1024.0)
}
