//! Shows what goes over the wire: the calls are those that `every_operation` tests. `cargo xtask wire` runs it.

use std::process::ExitCode;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use crm_calls::{self as calls, Api, Reply};
use serde_json::json;

macro_rules! names {
    ($($api:ident)*) => {
        [$(stringify!($api)),*]
    };
}

/// The vendors, whose names those of their APIs begin with.
fn vendors() -> Vec<&'static str> {
    let mut names = crm_calls::every_api!(names).map(|api| api.split('_').next().unwrap_or(api)).to_vec();
    names.dedup();
    names
}

/// Shows the request of every operation's sample call, and the reply to it
#[derive(Parser)]
#[command(name = "cargo xtask wire")]
struct Options {
    /// The vendor; all if none is named
    #[arg(value_parser = PossibleValuesParser::new(vendors()))]
    vendor: Option<String>,
    /// Only this operation, with its name in the documentation (`contacts.create`)
    #[arg(long)]
    operation: Option<String>,
    /// Sends the calls to this server too, and shows its answers instead of the sample
    #[arg(long)]
    base_url: Option<String>,
    /// Print JSON: one line per operation
    #[arg(long)]
    json: bool,
}

/// State of the output.
#[derive(Default)]
struct Shown {
    any: bool,
    failed: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let shown = runtime.expect("a runtime").block_on(show(&options));
    match &options.operation {
        Some(operation) if !shown.any => eprintln!(
            "error: there is no operation `{operation}`; the documentation of each method names its own \
             (`contacts.create`)"
        ),
        _ if !shown.failed => return ExitCode::SUCCESS,
        _ => {}
    }
    ExitCode::FAILURE
}

async fn show(options: &Options) -> Shown {
    let mut shown = Shown::default();
    macro_rules! show {
        ($($api:ident)*) => {
            $(shown.api(options, &calls::$api()).await;)*
        };
    }
    crm_calls::every_api!(show);
    shown
}

impl Shown {
    /// Prints what goes out, and what comes back from the server that is asked.
    async fn api<C>(&mut self, options: &Options, api: &Api<C>) {
        if options.vendor.as_ref().is_some_and(|vendor| !api.name.starts_with(vendor.as_str())) {
            return;
        }
        let fake = api.sampled().await;
        let client = api.client(&fake);
        let other = options.base_url.as_deref().map(|url| (api.connect)(fake.token(), url, None));
        let mut failed = Vec::new();
        for op in (api.operations)() {
            if options.operation.as_ref().is_some_and(|wanted| wanted != op.id) {
                continue;
            }
            self.any = true;
            let (request, mut result) = api.exchange(&fake, &client, op).await;
            if let Some(other) = &other {
                result = Reply::to(api.sample(&fake, other, op)).await;
            }
            match (options.json, &result) {
                (true, _) => {
                    let (reply, error) = (result.as_ref().ok(), result.as_ref().err());
                    println!("{}", json!({"api": api.name, "request": request, "reply": reply, "error": error}));
                }
                (false, Ok(reply)) => println!("{request}\n{}", reply.to_string().trim_end_matches('\n')),
                (false, Err(error)) => println!("{request}\n→ {error}"),
            }
            if result.is_err() {
                failed.push(op.id);
            }
        }
        if !failed.is_empty() {
            eprintln!("error: {} of {} failed: {}", failed.len(), api.name, failed.join(", "));
            self.failed = true;
        }
    }
}
