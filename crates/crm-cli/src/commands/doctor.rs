//! `crm doctor`: calls of a real account that only read, and a report of the replies that differ from their documents.

mod calls;
mod clock;
mod differences;
mod given;
mod report;
mod setup;
mod words;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use clap::{Arg, ArgMatches, Command, value_parser};
use crm_core::{Error, ErrorKind, RawReply};
use serde_json::Value;

use self::calls::{Known, Prepared, Resource};
use self::differences::Differences;
use self::report::Report;
use crate::apis;
use crate::arguments;
use crate::catalogue::Found;
use crate::check::Input;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::options::{Opt, Options};
use crate::session::Session;
use crate::{note, output, request};

/// The maximum number of calls.
const CALLS: &str = "100";
/// The number of calls in a row that get no answer after which the checkup ends.
const SILENT: usize = 3;

pub(super) fn command() -> Command {
    Command::new("doctor")
        .about("Check the setup and the replies of a real account, and report what is odd, without values")
        .long_about(
            "Check the setup and the replies of a real account, and report what is odd, without values.\n\nOnly \
             operations that read are called, each once, with a few items of a list. The report contains no values of replies, \
             so it can be pasted into an issue. The exit code is 0 if nothing is odd, and 1 if a reply differs from its \
             document, a call failed, or no call had a reply. A missing permission is reported and is not a failure. For a \
             vendor without such operations only the setup is checked. The exit code is 3 without a valid credential.",
        )
        .arg(apis::vendor_argument())
        .arg(
            Arg::new("arguments")
                .value_name("NAME=VALUE")
                .help("Arguments that operations need, for example locationId=ID of HoopAI")
                .num_args(0..),
        )
        .arg(
            Arg::new("calls")
                .long("calls")
                .value_name("COUNT")
                .help("The maximum number of calls")
                .default_value(CALLS)
                .value_parser(value_parser!(u16).range(1..)),
        )
}

pub(super) async fn run(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    options.refuse("doctor", &[Opt::All, Opt::DryRun, Opt::Format, Opt::Jq])?;
    let vendor = matches.get_one::<String>("vendor").cloned().unwrap_or_default();
    let mut known = Known::default();
    for word in matches.get_many::<String>("arguments").into_iter().flatten() {
        let (name, value) = arguments::fields::pair(word)?;
        let name = given::argument(&vendor, name)?;
        given::fits(&vendor, name, value)?;
        known.give(name, value.into());
    }
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let mut report = Report::new(&vendor);
    let missing = setup::check(&vendor, &session, &mut report, &mut known).await?;
    let checkup = match missing {
        Some(missing) => Err(missing),
        None => {
            let most = matches.get_one::<u16>("calls").copied().unwrap_or_default().into();
            let checkup = Checkup {
                session: &session,
                report: &mut report,
                known,
                accepted: BTreeMap::new(),
                connected: false,
                silent: 0,
            };
            checkup.run(&vendor, most).await
        }
    };
    output::text(&report.markdown())?;
    checkup?;
    match (report.oddities(), report.broken) {
        _ if report.calls() == 0 && calls::of(&vendor).iter().all(|resource| resource.left().is_empty()) => {
            note::say(&format!(
                "{vendor} has no operation that a checkup can call; the report has the setup, and neither a credential nor a \
                 reply was checked"
            ));
            Ok(())
        }
        _ if report.calls() == 0 => Err(Failure::other(format!(
            "no reply was checked, because no operation of {vendor} that only reads could be called; if the report names \
             arguments, give them"
        ))),
        _ if report.replies() == 0 => Err(Failure::other(
            "no reply was checked, because no call succeeded; check the base_url of the profile and the permissions of the \
             credential",
        )),
        (0, false) => Ok(()),
        (0, true) => Err(Failure::other("some calls failed; the report names them")),
        (odd, _) if session.is_fake() => {
            Err(Failure::other(format!("replies of the fake differ from the vendor's documents at {odd} places")))
        }
        (odd, _) => Err(Failure::other(format!(
            "replies differ from their documents at {odd} places; the report contains no values, so please paste it \
             into an issue"
        ))),
    }
}

/// The calls of a checkup.
struct Checkup<'a> {
    session: &'a Session,
    report: &'a mut Report,
    known: Known,
    /// A call of each credential that had a reply.
    accepted: BTreeMap<&'static str, (Found, Prepared)>,
    /// True if the vendor answered.
    connected: bool,
    /// The number of calls in a row without an answer.
    silent: usize,
}

impl Checkup<'_> {
    /// Calls an operation of each resource in turn, until none is left that can be called.
    async fn run(mut self, vendor: &str, most: usize) -> Result<(), Failure> {
        let mut resources = calls::of(vendor);
        let mut with = Vec::new();
        for api in apis::credentials(vendor) {
            with.extend(self.session.has_credential(api).await.then_some(api.profile));
        }
        for resource in &mut resources {
            resource.retain(|found| with.contains(&found.api.entry.profile));
        }
        let mut interrupt = Interrupt::new();
        let ended = self.rounds(&mut resources, most, &mut interrupt).await;
        let (mut count, mut lacks) = (0, BTreeMap::new());
        for found in resources.iter().flat_map(Resource::left) {
            count += 1;
            if let Err(name) = self.known.input(found)
                && !name.is_empty()
            {
                *lacks.entry(name).or_default() += 1;
            }
        }
        if self.report.calls() > 0 {
            self.report.fact("connection", if self.connected { "established" } else { "no answer" });
        }
        self.report.not_called(count, &lacks);
        let end = match &ended {
            Ok(true) if self.report.calls() == 0 => "at once; no reading operation could be called",
            Ok(true) => "every operation that can be called was called",
            Ok(false) => "at the maximum of calls; --calls COUNT allows more",
            Err(_) => "early; the line on standard error has the reason",
        };
        self.report.fact("ended", end);
        ended.map(drop)
    }

    /// Returns true if every operation was called that can be.
    async fn rounds(
        &mut self,
        resources: &mut [Resource],
        most: usize,
        interrupt: &mut Interrupt,
    ) -> Result<bool, Failure> {
        loop {
            let before = self.report.calls();
            for resource in &mut *resources {
                if self.report.calls() >= most {
                    return Ok(false);
                }
                let Some((found, prepared)) = resource.next(&self.known) else { continue };
                if std::io::stderr().is_terminal() {
                    note::status(&format!("call {} of at most {most}: {}", self.report.calls() + 1, found.words()));
                }
                let credential = found.api.entry.profile;
                match self.call(&found, &prepared.input, interrupt).await? {
                    Ok(reply) => {
                        self.answered(&found, &reply);
                        self.accepted.entry(credential).or_insert((found, prepared));
                    }
                    Err(error) => {
                        // Some vendors answer a missing scope as they answer a wrong credential.
                        let refused = error.kind() == ErrorKind::Auth && self.accepts(credential, interrupt).await?;
                        let failed = self.failed(&found, &error, refused, prepared.guessed);
                        failed.map_err(|failure| failure.without(&prepared.input))?;
                    }
                }
            }
            if self.report.calls() == before {
                return Ok(true);
            }
        }
    }

    async fn call(
        &self,
        found: &Found,
        input: &Input,
        interrupt: &mut Interrupt,
    ) -> Result<Result<RawReply, Error>, Failure> {
        let pipeline = self.session.pipeline_of(found, input).await?;
        let call = request::call::<Value>(found, &pipeline, input).send_raw();
        interrupt.or(call).await.ok_or_else(|| Failure::cancelled(false))
    }

    /// Returns true if the vendor still accepts a credential: a call that had a reply is repeated.
    async fn accepts(&self, credential: &str, interrupt: &mut Interrupt) -> Result<bool, Failure> {
        let Some((found, prepared)) = self.accepted.get(credential) else { return Ok(false) };
        let repeated = self.call(found, &prepared.input, interrupt).await?;
        Ok(!repeated.is_err_and(|error| error.kind() == ErrorKind::Auth))
    }

    fn answered(&mut self, found: &Found, reply: &RawReply) {
        (self.connected, self.silent) = (true, 0);
        if self.report.replies() == 0 {
            self.report.fact("clock", clock::clock(reply));
        }
        let read = (!reply.body().is_empty()).then(|| reply.json());
        let differences = match &read {
            None if found.operation.reply == "nothing" || found.operation.meta().rules.may_be_empty => {
                Differences::new()
            }
            None => differences::whole("content", "nothing"),
            Some(None) => differences::whole("JSON", "other content"),
            Some(Some(value)) => {
                self.known.learn(found, value);
                differences::of(found.api.types(), &self.report.words, found.operation.reply, value)
            }
        };
        self.report.answered(found, reply.status().as_u16(), differences);
    }

    /// Reports a failure. One that every other call would have too is returned. `refused` is true if the vendor accepts the
    /// credential for other calls, and `guessed` if the record may not exist.
    fn failed(&mut self, found: &Found, error: &Error, refused: bool, guessed: bool) -> Result<(), Failure> {
        use ErrorKind::{
            Auth, Config, Connect, Io, LocalLimit, NotFound, Permission, QuotaExhausted, RateLimited, Timeout, Token,
        };
        let kind = error.kind();
        self.connected |= error.status().is_some();
        if kind == Permission || refused {
            self.silent = 0;
            self.report.refused(found);
            return Ok(());
        }
        if kind == NotFound && guessed {
            self.silent = 0;
            self.report.not_found();
            return Ok(());
        }
        self.report.failed(found, error);
        self.report.broken = true;
        self.silent = if matches!(kind, Connect | Io | Timeout) { self.silent + 1 } else { 0 };
        let ends = matches!(kind, Auth | Token | Config | RateLimited | QuotaExhausted | LocalLimit);
        if ends || self.silent >= SILENT { Err(Failure::call(error, false)) } else { Ok(()) }
    }
}
