//! `crm-fake`: the fakes as a program.

#![forbid(unsafe_code)]

use std::io::Error;
use std::process::ExitCode;
use std::time::Duration;

use crm_fake::{Builder, Fake, Setup, SetupError, Vendor};

fn help() -> String {
    let vendors: String = Vendor::ALL.iter().map(|vendor| format!(" {vendor},")).collect();
    format!(
        "\
Fake CRM vendors on loopback ports.

Usage: crm-fake <VENDOR>... [OPTIONS]

Vendors:{vendors} all

Options:
  --port <PORT>      Port of the first vendor, the others follow (default: free ports)
  --token <TOKEN>    Bearer token to take (default: one per vendor, shown at the start)
  --quota <QUOTA>    off, or <REQUESTS>/<SECONDS> for the short window (default: the vendor's)
  --seed <FILE>      Records to begin with: {{\"hubspot\": {{\"contacts\": [{{\"email\": \"ada@example.com\"}}]}}}}
  --faults <FILE>    What goes wrong: {{\"hubspot\": [{{\"fault\": {{\"status\": {{\"code\": 503}}}}, \"on\": \"contacts.list\"}}]}}
  --latency <MS>     Delays every reply by so many milliseconds (default: 0)
  --random <NUMBER>  Identifiers and sample values follow from it (default: 0)
  --polls <NUMBER>   How often work in progress answers \"not yet\"
  --rows <NUMBER>    Rows of a Hatch export (default: 1000)
  -h, --help         This text

Ctrl-C stops it.
"
    )
}

#[derive(Default)]
struct Options {
    vendors: Vec<Vendor>,
    port: u16,
    token: Option<String>,
    quota: Option<Quota>,
    random: u64,
    latency: u64,
    setups: Vec<Setup>,
    polls: Option<u32>,
    rows: Option<usize>,
    help: bool,
}

enum Quota {
    Off,
    Window(u64, Duration),
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (argument.as_str(), None),
        };
        let mut value = || inline.clone().or_else(|| arguments.next()).ok_or(format!("{name} needs a value"));
        match name {
            "-h" | "--help" => options.help = true,
            "--port" => options.port = number(name, &value()?)?,
            "--token" => options.token = Some(value()?),
            "--quota" => options.quota = Some(quota(&value()?)?),
            "--seed" => options.setups.push(file(&value()?, Setup::records)?),
            "--faults" => options.setups.push(file(&value()?, Setup::faults)?),
            "--latency" => options.latency = number(name, &value()?)?,
            "--random" => options.random = number(name, &value()?)?,
            "--polls" => options.polls = Some(number(name, &value()?)?),
            "--rows" => options.rows = Some(number(name, &value()?)?),
            "all" => options.vendors.extend(Vendor::ALL),
            _ => match Vendor::from_name(name) {
                Some(vendor) => options.vendors.push(vendor),
                None => return Err(format!("{name} is neither a vendor nor an option")),
            },
        }
    }
    if options.vendors.is_empty() && !options.help {
        return Err("name at least one vendor, or all".to_owned());
    }
    let mut named = options.setups.iter().flat_map(Setup::vendors);
    if let Some(absent) = named.find(|vendor| !options.vendors.contains(vendor)).filter(|_| !options.help) {
        return Err(format!("a file has something for {absent}, which is not started; name it too"));
    }
    Ok(options)
}

fn file(name: &str, read: fn(&str, &str) -> Result<Setup, SetupError>) -> Result<Setup, String> {
    let text = std::fs::read_to_string(name).map_err(|why| format!("{name}: {why}"))?;
    read(name, &text).map_err(|why| why.to_string())
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{name} does not take {text}"))
}

fn quota(text: &str) -> Result<Quota, String> {
    if text == "off" {
        return Ok(Quota::Off);
    }
    let (n, seconds) = text.split_once('/').ok_or("--quota takes off or <requests>/<seconds>")?;
    let seconds: u64 = number("--quota", seconds)?;
    Ok(Quota::Window(number("--quota", n)?, Duration::from_secs(seconds)))
}

fn builder(vendor: Vendor, index: usize, options: &Options) -> Builder {
    let mut builder = Fake::builder(vendor).seed(options.random).latency(Duration::from_millis(options.latency));
    if options.port != 0 {
        builder = builder.port(port(index, options));
    }
    if let Some(token) = &options.token {
        builder = builder.token(token);
    }
    match options.quota {
        Some(Quota::Off) => builder = builder.no_quota(),
        Some(Quota::Window(n, per)) => builder = builder.quota(n, per),
        None => {}
    }
    if let Some(polls) = options.polls {
        builder = builder.polls(polls);
    }
    if let Some(rows) = options.rows {
        builder = builder.rows(rows);
    }
    builder
}

/// The port of a vendor, if the first one has a port.
fn port(index: usize, options: &Options) -> u16 {
    options.port.saturating_add(u16::try_from(index).unwrap_or(u16::MAX))
}

async fn run(options: Options) -> std::io::Result<()> {
    let mut fakes = Vec::new();
    for (index, vendor) in options.vendors.iter().enumerate() {
        let fake = builder(*vendor, index, &options).start().await;
        let place = || if options.port == 0 { String::new() } else { format!(" on port {}", port(index, &options)) };
        fakes.push(fake.map_err(|why| Error::new(why.kind(), format!("cannot start {vendor}{}: {why}", place())))?);
    }
    println!("{:<22} {:<60} token", "vendor", "base URL");
    for fake in &fakes {
        options.setups.iter().for_each(|setup| setup.apply(fake));
        println!("{:<22} {:<60} {}", fake.vendor().name(), fake.base_url(), fake.token());
    }
    let stopped = tokio::signal::ctrl_c().await;
    for fake in fakes {
        let report = fake.report();
        println!(
            "{}: {} requests, {} refused, {} rate limited",
            fake.vendor(),
            report.requests,
            report.refused,
            report.rate_limited
        );
        for problem in &report.problems {
            println!("  {problem}");
        }
        for fault in fake.unfired() {
            println!("  no request has used {fault}");
        }
        fake.heal();
        fake.stop().await;
    }
    stopped
}

fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(options) if options.help => {
            print!("{}", help());
            return ExitCode::SUCCESS;
        }
        Ok(options) => options,
        Err(why) => {
            eprintln!("crm-fake: {why}\n\n{}", help());
            return ExitCode::from(2);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = runtime.and_then(|runtime| runtime.block_on(run(options)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("crm-fake: {why}");
            ExitCode::FAILURE
        }
    }
}
