//! The loop around the attempts of one call.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use reqwest::Url;
use tracing::Instrument;

use super::attempt::{Chunks, attempt};
use super::{Delivered, Fetched, Pipeline, Shared, classify};
use crate::auth::Authorization;
use crate::call::{BodyStream, Request};
use crate::error::{Error, ErrorKind, LimitScope, Sent};
use crate::limit::Permit;
use crate::retry::{Failure, RetryPolicy, Verdict, decide};
use crate::sync::within;
use crate::vendor::{Advice, RawReply};

impl Pipeline {
    /// Sends until there is a success or no sense in going on, and reads the reply.
    pub(crate) async fn fetch(&self, request: &Request) -> Result<Fetched, Error> {
        match self.run(request, false).await? {
            (Delivered::Whole(reply), attempts) => Ok(Fetched { reply, attempts }),
            (Delivered::Open(response), attempts) => {
                let reply = RawReply::new(response.status(), response.headers().clone(), Bytes::new());
                Ok(Fetched { reply, attempts })
            }
        }
    }

    /// As [`fetch`](Self::fetch), but leaves the body to be read.
    pub(crate) async fn open(&self, request: &Request) -> Result<BodyStream, Error> {
        let (delivered, attempts) = self.run(request, true).await?;
        let Delivered::Open(response) = delivered else {
            return Err(Error::decode("the reply has no body to stream").with_operation(request.op).with_attempts(attempts));
        };
        let (status, headers) = (response.status(), response.headers().clone());
        if request.op.long_running && status == http::StatusCode::ACCEPTED {
            let fetched = Fetched { reply: RawReply::new(status, headers, Bytes::new()), attempts };
            return Err(fetched.pending(self, request));
        }
        let chunks = Box::pin(Chunks(Box::pin(response.bytes_stream()), status));
        let stall = self.options.attempt_timeout.unwrap_or(self.shared.attempt_timeout);
        Ok(BodyStream::new(status, headers, chunks, request.op, self.clock(), stall))
    }

    async fn run(&self, request: &Request, open: bool) -> Result<(Delivered, u32), Error> {
        let op = request.op;
        let span = tracing::info_span!(
            "crm.call",
            operation = op.id,
            vendor = self.shared.vendor.name(),
            method = %op.method,
            path = op.path,
        );
        self.shared.counters.call();
        let mut progress = Progress::default();
        let result = self.attempts(request, open, &mut progress).instrument(span.clone()).await;
        result.map(|delivered| (delivered, progress.attempts)).map_err(|error| {
            self.shared.counters.error();
            let error = progress.label(error, request, self.options.idempotent);
            span.in_scope(|| tracing::debug!(kind = ?error.kind(), attempts = error.attempts(), "call failed"));
            error
        })
    }

    async fn attempts(&self, request: &Request, open: bool, progress: &mut Progress) -> Result<Delivered, Error> {
        let shared = &*self.shared;
        let clock = &*shared.clock;
        if let Some(problem) = self.options.problem {
            return Err(Error::validation(problem));
        }
        let url = Url::parse(&format!("{}{}", shared.base_url, request.target()?))
            .map_err(|error| Error::validation("the path does not form an address").with_source(error))?;
        let plan = Plan::new(self, request);
        let deadline = clock.now().saturating_add(plan.timeout);
        let permit = Permit::new(self.account(), plan.class).deadline(deadline);
        loop {
            let used = match within(clock, deadline, shared.credentials.authorize()).await {
                Some(used) => used?,
                None => return Err(out_of_time(plan.timeout, "waiting for the credential")),
            };
            match within(clock, deadline, shared.limiter.acquire(&permit)).await {
                Some(Ok(grant)) => shared.counters.wait(grant.waited()),
                Some(Err(refusal)) => {
                    let error = Error::new(ErrorKind::LocalLimit, refusal.reason().to_owned())
                        .with_retry_after(refusal.retry_after())
                        .with_limit_scope(Some(LimitScope::Local));
                    return Err(match progress.last.take() {
                        Some(last) => error.with_source(last),
                        None => error,
                    });
                }
                None => return Err(out_of_time(plan.timeout, "waiting for the rate limit")),
            }
            let (error, advice) = match self.attempt(request, &url, &used, &permit, &plan, deadline, open, progress).await {
                Ok(delivered) => {
                    if plan.retry.budget {
                        shared.budget.earn(&permit.key, progress.spent);
                    }
                    return Ok(delivered);
                }
                Err(failed) => failed,
            };
            progress.maybe |= error.may_have_happened();
            if error.kind() == ErrorKind::Auth && error.sent() == Sent::Answered && !progress.renewed {
                progress.renewed = true;
                let renewal = within(clock, deadline, shared.credentials.refused(&used)).await;
                if renewal.transpose()?.unwrap_or(false) {
                    continue;
                }
            }
            let Some(pause) = self.pause(&error, advice, &plan, &permit.key, progress) else { return Err(error) };
            if clock.now().saturating_add(pause) >= deadline {
                return Err(error);
            }
            tracing::debug!(attempt = progress.attempts, kind = ?error.kind(), pause_ms = pause.as_millis() as u64, "will retry");
            progress.last = Some(error);
            shared.counters.retry();
            shared.counters.wait(pause);
            clock.sleep(pause).await;
        }
    }

    /// One attempt, with its failure read by the vendor.
    #[expect(clippy::too_many_arguments, reason = "all of it is the state of one call")]
    async fn attempt(
        &self,
        request: &Request,
        url: &Url,
        used: &Authorization,
        permit: &Permit,
        plan: &Plan,
        deadline: Duration,
        open: bool,
        progress: &mut Progress,
    ) -> Result<Delivered, (Error, Advice)> {
        let shared = &*self.shared;
        let headers = self.headers(request, used, open);
        let body = request.body.bytes();
        progress.attempts += 1;
        shared.counters.attempt();
        let start = shared.clock.now();
        let end = start.saturating_add(plan.attempt_timeout).min(deadline);
        let exchange = attempt(&shared.http, request.op.method.clone(), url.clone(), headers, body, open);
        let outcome = within(&*shared.clock, end, exchange).await;
        let result = match outcome {
            Some(Ok(delivered)) => self.judge(request, used, permit, delivered),
            Some(Err(error)) => Err((error, Advice::Default)),
            None if end >= deadline => Err((out_of_time(plan.timeout, "waiting for the answer").with_sent(Sent::Maybe), Advice::Never)),
            None => Err((
                Error::new(ErrorKind::Timeout, format!("no answer within {} s", plan.attempt_timeout.as_secs_f64()))
                    .with_sent(Sent::Maybe),
                Advice::Default,
            )),
        };
        let status = match &result {
            Ok(Delivered::Whole(reply)) => Some(reply.status().as_u16()),
            Ok(Delivered::Open(response)) => Some(response.status().as_u16()),
            Err((error, _)) => error.status(),
        };
        let took = shared.clock.now().saturating_sub(start).as_millis() as u64;
        tracing::debug!(attempt = progress.attempts, status, took_ms = took, "attempt");
        result
    }

    /// Lets the limiter learn from a reply, and reads it if it is a failure.
    fn judge(&self, request: &Request, used: &Authorization, permit: &Permit, delivered: Delivered) -> Result<Delivered, (Error, Advice)> {
        let shared = &*self.shared;
        let head;
        let reply = match &delivered {
            Delivered::Whole(reply) => reply,
            Delivered::Open(response) => {
                head = RawReply::new(response.status(), response.headers().clone(), Bytes::new());
                &head
            }
        };
        let failed = (!reply.status().is_success()).then(|| classify::refused(shared, request.op, reply, used));
        let feedback = classify::feedback(shared, request.op, reply, failed.as_ref().map(|failed| &failed.0));
        shared.limiter.observe(permit, reply.status().as_u16(), &feedback);
        match failed {
            Some(failed) => Err(failed),
            None => Ok(delivered),
        }
    }

    /// How long to pause before the next attempt, or `None` to give up.
    fn pause(&self, error: &Error, advice: Advice, plan: &Plan, key: &str, progress: &mut Progress) -> Option<Duration> {
        let failure = Failure {
            kind: error.kind(),
            status: error.status(),
            sent: error.sent(),
            advice,
            hint: error.retry_after(),
            idempotent: plan.idempotent,
            attempts: progress.attempts,
        };
        let Verdict::Retry { after, throttled } = decide(&plan.retry, &failure, self.random()) else { return None };
        if plan.retry.budget {
            progress.spent = Some(self.shared.budget.spend(key, throttled)?);
        }
        Some(after)
    }

    /// The vendor's headers, then the call's, then the options'; the credential last.
    fn headers(&self, request: &Request, used: &Authorization, open: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, self.shared.user_agent.clone());
        let accept = if open { "*/*" } else { "application/json" };
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        if let Some(kind) = request.body.content_type() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        self.shared.vendor.prepare(request.op, &mut headers);
        for (name, value) in request.headers.iter().chain(&self.options.headers) {
            headers.insert(name.clone(), value.clone());
        }
        used.apply(&mut headers);
        headers
    }
}

/// The settings that hold for one call.
struct Plan {
    timeout: Duration,
    attempt_timeout: Duration,
    retry: RetryPolicy,
    idempotent: bool,
    class: &'static str,
}

impl Plan {
    fn new(pipeline: &Pipeline, request: &Request) -> Self {
        let Shared { timeout, attempt_timeout, retry, .. } = &*pipeline.shared;
        let options = &pipeline.options;
        Self {
            timeout: options.timeout.unwrap_or(*timeout),
            attempt_timeout: options.attempt_timeout.unwrap_or(*attempt_timeout),
            retry: options.retry.as_ref().unwrap_or(retry).clone(),
            idempotent: options.idempotent.unwrap_or(request.op.idempotent),
            class: options.limit_class.unwrap_or(request.op.limit_class),
        }
    }
}

/// What happened so far.
#[derive(Default)]
struct Progress {
    attempts: u32,
    /// Whether an attempt may have been carried out although it failed.
    maybe: bool,
    renewed: bool,
    /// What the last repeat cost.
    spent: Option<u32>,
    last: Option<Error>,
}

impl Progress {
    /// Completes the error of the call by what is known about the call.
    fn label(&self, error: Error, request: &Request, idempotent: Option<bool>) -> Error {
        let sent = if self.maybe && error.sent() == Sent::No { Sent::Maybe } else { error.sent() };
        let error = error.with_operation(request.op).with_attempts(self.attempts).with_sent(sent);
        match idempotent {
            Some(idempotent) => error.with_idempotent(idempotent),
            None => error,
        }
    }
}

fn out_of_time(timeout: Duration, doing: &str) -> Error {
    Error::new(ErrorKind::Timeout, format!("the call's {} s ran out while {doing}", timeout.as_secs_f64()))
}
