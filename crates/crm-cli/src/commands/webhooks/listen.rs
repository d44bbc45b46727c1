//! `crm webhooks listen`: checks deliveries, prints their events and passes them on.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::{Arg, ArgMatches, Command};
use crm_core::webhook::{Delivery, Refused};
use hubspot_client::http::{Method, StatusCode};
use serde_json::Value;
use tokio::sync::mpsc::{self, Sender};

use super::addresses::{self, Public};
use super::keys::Verifier;
use super::post::Place;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::note;
use crate::output::{Format, Rows};
use crate::profile::Profile;
use crate::server::{self, Answer, Request, Server};

const ADDRESS: &str = "127.0.0.1:8975";

pub(super) fn command() -> Command {
    Command::new("listen")
        .about("Check the signatures of webhooks, and print each event as a line of JSON")
        .arg(
            Arg::new("listen")
                .long("listen")
                .value_name("ADDRESS")
                .help("Port of this computer, or ADDRESS:PORT, to listen at")
                .default_value(ADDRESS)
                .value_parser(server::address),
        )
        .arg(
            Arg::new("url")
                .long("url")
                .value_name("URL")
                .help("Address that is set at the vendor, if a proxy changes its host or path (HubSpot signs it)"),
        )
        .arg(
            Arg::new("forward")
                .long("forward")
                .value_name("URL")
                .help("Pass accepted webhooks on to this address, with their bytes and headers, and return its answer"),
        )
}

pub(super) async fn run(vendor: &str, profile: &Profile, matches: &ArgMatches) -> Result<(), Failure> {
    let verifier = Verifier::of(vendor, profile)?;
    // A wrong address is not repeated in the message.
    let public = matches.get_one::<String>("url").map(|address| Public::read(address, "--url")).transpose()?;
    if public.is_some() && !matches!(verifier, Verifier::HubSpot(_)) {
        return Err(Failure::usage(format!(
            "--url has no effect on webhooks of {vendor}, which do not sign the address; leave it out"
        )));
    }
    let forward = matches.get_one::<String>("forward").map(|address| Place::read(address, "--forward")).transpose()?;
    let address = matches.get_one::<SocketAddr>("listen").copied();
    let address = address.ok_or_else(|| Failure::usage("--listen needs an address"))?;
    let server = Server::bind(address, "--listen").await?;
    let mut interrupt = Interrupt::new();
    note::say(&format!("listening for webhooks of {vendor} at http://{}; Ctrl-C ends", server.address));
    let (failed, mut ended) = mpsc::channel(1);
    let listener = Arc::new(Listener { verifier, public, forward, failed });
    let end = async {
        match interrupt.or(ended.recv()).await {
            Some(Some(failure)) => Err(failure),
            Some(None) | None => Ok(()),
        }
    };
    server.serve(move |request| Arc::clone(&listener).answer(request), end).await
}

struct Listener {
    verifier: Verifier,
    public: Option<Public>,
    forward: Option<Place>,
    /// Takes the failure that ends the command.
    failed: Sender<Failure>,
}

impl Listener {
    async fn answer(self: Arc<Self>, request: Request) -> Answer {
        if request.method != Method::POST {
            return (StatusCode::METHOD_NOT_ALLOWED, "webhooks are sent with POST\n".to_owned());
        }
        let uris = addresses::of(&request, self.public.as_ref());
        let (uri, events) = match self.check(&request, &uris) {
            Ok(accepted) => accepted,
            Err(refused) => {
                let tried = match (&refused, &self.verifier) {
                    (Refused::WrongSignature, Verifier::HubSpot(_)) => format!(
                        "; it was checked for {}; if the vendor calls another address, give it with --url",
                        addresses::shown(&uris)
                    ),
                    _ => String::new(),
                };
                note::say(&format!("refused with {}: {refused}{tried}", refused.status().as_u16()));
                return (refused.status(), format!("{refused}\n"));
            }
        };
        if let Err(failure) = print(events) {
            let _ = self.failed.try_send(failure);
            return (StatusCode::SERVICE_UNAVAILABLE, "the events cannot be printed\n".to_owned());
        }
        let Some(place) = &self.forward else { return (StatusCode::NO_CONTENT, String::new()) };
        let status = match place.post(&request.target, request.headers.clone(), request.body.clone()).await {
            Ok((status, _)) => status,
            Err(failure) => {
                note::say(&failure.to_string());
                StatusCode::BAD_GATEWAY
            }
        };
        if !status.is_success() {
            note::say(&format!(
                "the webhook was passed on and answered with {}; it may be sent again",
                status.as_u16()
            ));
            self.verifier.forget(&Delivery::new(&request.method, uri, &request.headers, &request.body));
        }
        (status, String::new())
    }

    /// Checks a delivery under each address that the vendor may have called. Some vendors sign it.
    fn check<'a>(&self, request: &Request, uris: &'a [String]) -> Result<(&'a str, Vec<Value>), Refused> {
        let mut last = Refused::WrongSignature;
        for uri in uris {
            match self.verifier.check(&Delivery::new(&request.method, uri, &request.headers, &request.body)) {
                Ok(events) => return Ok((uri, events)),
                Err(Refused::WrongSignature) => {}
                Err(other) => {
                    last = other;
                    break;
                }
            }
        }
        Err(last)
    }
}

fn print(events: Vec<Value>) -> Result<(), Failure> {
    let mut rows = Rows::new(Format::Jsonl);
    events.into_iter().try_for_each(|event| rows.push(event))?;
    rows.end()
}
