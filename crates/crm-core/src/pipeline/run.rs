//! The loop around the attempts of one call.

use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use reqwest::Url;
use tracing::Instrument;

use super::body::Coding;
use super::connections::Seat;
use super::exchange::{Delivered, Open, OpenBody, Success, Whole, exchange};
use super::plan::{History, Plan};
use super::underway::Underway;
use super::{Fetched, Pipeline, Shared, classify, failure};
use crate::auth::Authorization;
use crate::clock::within;
use crate::error::{Error, ErrorKind, LimitScope, Sent};
use crate::limit::{Acquire, Permit};
use crate::request::{BodyStream, Outgoing, Request, Watch};
use crate::retry::{Failure, Verdict, decide};
use crate::vendor::{Advice, RawReply};
use crate::waiting::{millis, noticed, queued, shown};

impl Pipeline {
    /// Sends until there is a success or repeating makes no sense, and reads the reply.
    pub(crate) async fn fetch(&self, request: &Request) -> Result<Fetched, Error> {
        let (Whole(mut reply), attempts) = self.run(request).await?;
        reply.attempts = attempts;
        reply.room = self.shared.max_decoded;
        Ok(Fetched { reply })
    }

    /// Same as [`fetch`](Self::fetch), but leaves the body unread.
    pub(crate) async fn open(&self, request: &Request) -> Result<BodyStream, Error> {
        let (Open(response, seat, secret), attempts) = self.run(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        if request.op.long_running && status == http::StatusCode::ACCEPTED {
            let mut reply = RawReply::new(status, headers, Bytes::new());
            (reply.attempts, reply.secret) = (attempts, secret);
            return Err(Fetched { reply }.pending(self, request));
        }
        let chunks = Box::pin(OpenBody::new(response, seat));
        let stall = self.options.attempt_timeout.unwrap_or(self.shared.attempt_timeout);
        Ok(BodyStream::new(status, headers, chunks, request.called(), attempts, self.clock(), stall))
    }

    /// Sends until there is a success, and returns it with the number of attempts.
    async fn run<S: Success>(&self, request: &Request) -> Result<(S, u32), Error> {
        let op = request.op;
        let span = tracing::info_span!(
            "crm.call",
            operation = request.called().name(),
            vendor = self.shared.vendor.name(),
            method = %op.method,
            path = &*request.called().path,
        );
        self.shared.counters.call();
        let request = &*request.with(&self.options);
        let mut history = History::default();
        let result = match Run::new(self, request) {
            Ok(run) => run.repeat(&mut history).instrument(span.clone()).await,
            Err(error) => Err(error),
        };
        result.map(|success| (success, history.attempts)).map_err(|error| {
            let error = self.complete(error, request, history.attempts);
            let error = if history.maybe { error.with_earlier() } else { error };
            span.in_scope(|| tracing::debug!(kind = ?error.kind(), attempts = error.attempts(), "call failed"));
            error
        })
    }
}

/// The time in which a permit that is free is taken.
const MOMENT: Duration = Duration::from_millis(100);
/// Opening files also takes time.
const OPENING: &str = "opening what is uploaded";

/// One call under way: everything that its attempts share.
pub(super) struct Run<'a> {
    pipeline: &'a Pipeline,
    shared: &'a Shared,
    request: &'a Request,
    url: Url,
    plan: Plan,
    acquire: Acquire,
    /// The end of the call. The time in the queue moves it on.
    deadline: Duration,
    /// The time in the queue so far.
    queued: Duration,
}

impl<'a> Run<'a> {
    pub(super) fn new(pipeline: &'a Pipeline, request: &'a Request) -> Result<Self, Error> {
        let shared = &*pipeline.shared;
        if let Some(problem) = pipeline.options.problem {
            return Err(Error::validation(problem));
        }
        let url = shared.address.join(&request.target()?)?;
        let plan = Plan::new(pipeline, request);
        let deadline = shared.clock.now().saturating_add(plan.timeout);
        let acquire = Acquire::new(pipeline.account(), plan.class).allowance(plan.attempt_timeout);
        Ok(Self { pipeline, shared, request, url, plan, acquire, deadline, queued: Duration::ZERO })
    }

    /// The address of the request.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// The loop.
    async fn repeat<S: Success>(mut self, history: &mut History) -> Result<S, Error> {
        let clock = &*self.shared.clock;
        self.in_time(self.request.body.check(), OPENING).await??;
        loop {
            let used = self.authorization().await?;
            let permit = self.permit(history).await?;
            let mut underway = Underway::new(&*self.shared.limiter, &self.acquire, permit);
            let seat = match self.seat().await {
                Ok(seat) => seat,
                Err(error) => {
                    underway.over();
                    return Err(error);
                }
            };
            if let Some(work) = &self.request.before_send
                && let Err(error) = self.in_time(work.run(), "preparing to send").await.flatten()
            {
                underway.over();
                return Err(error);
            }
            let (error, advice) = match self.attempt(&used, underway, seat, history).await {
                Ok(success) => {
                    if self.plan.retry.budget {
                        self.shared.budget.earn(&self.acquire.key, history.spent);
                    }
                    return Ok(success);
                }
                Err(failed) => failed,
            };
            history.maybe |= error.may_have_happened();
            let renewed = self.renewed(&error, advice, &used, history).await?;
            let pause = if renewed { Some(Duration::ZERO) } else { self.pause(&error, advice, history) };
            let Some(pause) = pause else { return Err(error) };
            if self.request.body.is_spent() {
                return Err(
                    error.in_context("not repeated, because the upload's stream can be read only once".to_owned())
                );
            }
            if renewed {
                continue;
            }
            if clock.now().saturating_add(pause) >= self.deadline {
                return Err(error);
            }
            tracing::debug!(attempt = history.attempts, kind = ?error.kind(), pause_ms = millis(pause), "will retry");
            history.last = Some(error);
            self.shared.counters.retry();
            self.shared.counters.wait(pause);
            noticed(pause, format_args!("before attempt {}", history.attempts + 1));
            let span = tracing::info_span!("crm.wait", reason = "repeat");
            clock.sleep(pause).instrument(span).await;
        }
    }

    /// Returns the credential, unless the operation is sent without one.
    pub(super) async fn authorization(&self) -> Result<Authorization, Error> {
        if self.request.op.rules.anonymous {
            return Ok(Authorization::none());
        }
        self.in_time(self.pipeline.credentials.authorize(), "waiting for the credential").await?
    }

    /// Waits for something until the call's timeout.
    async fn in_time<F: Future>(&self, future: F, doing: &str) -> Result<F::Output, Error> {
        let output = within(&*self.shared.clock, self.deadline, future).await;
        output.ok_or_else(|| out_of_time(self.plan.timeout, doing))
    }

    /// Takes a permit for one attempt.
    async fn permit(&mut self, history: &mut History) -> Result<Permit, Error> {
        let Shared { clock, counters, limiter, .. } = self.shared;
        let patience = self.plan.queue_timeout.saturating_sub(self.queued);
        // The limiter reads the clock again, so a call that must not wait needs a moment to be granted.
        self.acquire.again(clock.now().saturating_add(patience.max(MOMENT)));
        let span = || (tracing::info_span!("crm.wait", reason = "rate limit"), counters.queued());
        let permit = shown(limiter.acquire(&self.acquire), || self.acquire.is_waiting(), span);
        // The limiter ends the wait. Time that it takes beyond that is the call's.
        let end = self.deadline.saturating_add(patience);
        let permit = within(&**clock, end, permit).await;
        match permit.ok_or_else(|| out_of_time(self.plan.timeout, "waiting for the rate limit"))? {
            Ok(permit) => {
                counters.wait(permit.waited());
                self.queued = self.queued.saturating_add(permit.waited());
                queued(permit.waited());
                self.deadline = self.deadline.saturating_add(permit.waited());
                Ok(permit)
            }
            Err(refusal) => {
                let mut reason = refusal.reason().to_owned();
                if let Some(wait) = refusal.retry_after().filter(|wait| *wait > patience) {
                    let (wait, most) = (wait.as_secs_f64(), self.plan.queue_timeout.as_secs_f64());
                    reason = format!("{reason}: the wait is {wait:.1} s, but queue_timeout is {most} s");
                }
                let error = Error::new(ErrorKind::LocalLimit, reason)
                    .with_retry_after(refusal.retry_after())
                    .with_limit_scope(Some(LimitScope::Local));
                Err(match history.last.take() {
                    Some(last) => error.with_source(last),
                    None => error,
                })
            }
        }
    }

    /// Waits for one of the client's connections.
    async fn seat(&self) -> Result<Seat, Error> {
        let Shared { connections, clock, counters, .. } = self.shared;
        if let Some(seat) = connections.seat() {
            return Ok(seat);
        }
        let start = clock.now();
        let doing = format!("waiting for one of the {} connections (max_connections)", connections.most());
        let waits = || (tracing::info_span!("crm.wait", reason = "connection"), ());
        let seat = self.in_time(shown(connections.wait(&**clock), || true, waits), &doing).await;
        counters.wait(clock.now().saturating_sub(start));
        seat
    }

    /// Lets the credential be renewed, if the vendor did not accept it: once, and once more if the next one was not
    /// renewed for a refusal.
    async fn renewed(
        &self,
        error: &Error,
        advice: Advice,
        used: &Authorization,
        history: &mut History,
    ) -> Result<bool, Error> {
        if self.request.op.rules.anonymous || advice != Advice::Renew || error.sent() != Sent::Answered {
            return Ok(false);
        }
        if history.renewals > 0 && (!self.pipeline.credentials.not_cured(used) || history.renewals > 1) {
            return Ok(false);
        }
        history.renewals += 1;
        self.in_time(self.pipeline.credentials.refused(used), "renewing the credential").await?
    }

    /// Makes one attempt, and reads its failure with the vendor's rules.
    async fn attempt<S: Success>(
        &self,
        used: &Authorization,
        mut underway: Underway<'_>,
        seat: Seat,
        history: &mut History,
    ) -> Result<S, (Error, Advice)> {
        let Self { shared, request, plan, .. } = self;
        let outgoing = self.in_time(request.body.open(), OPENING).await.flatten().map_err(|error| {
            underway.over();
            (error, Advice::Never)
        })?;
        history.attempts += 1;
        shared.counters.attempt();
        let start = shared.clock.now();
        let mut sent = reqwest::Request::new(request.op.method.clone(), self.url.clone());
        *sent.headers_mut() = self.headers::<S>(used, &outgoing);
        *sent.body_mut() = outgoing.body;
        let span = tracing::info_span!("crm.attempt", attempt = history.attempts, status = tracing::field::Empty);
        let exchanged = {
            let exchange = pin!(exchange::<S>(&shared.http, sent, shared.max_reply, seat, &mut underway));
            self.while_moving(exchange, outgoing.watch.as_deref()).instrument(span.clone()).await
        };
        let result = match exchanged {
            Ok(Ok(delivered)) => self.judge(used, &underway, delivered),
            Ok(Err(error)) => Err(match outgoing.watch.and_then(|watch| watch.failure()) {
                Some(failure) => (failure, Advice::Never),
                None => (error, Advice::Default),
            }),
            Err(end) if end >= self.deadline => {
                Err((out_of_time(plan.timeout, "waiting for the answer").with_sent(Sent::Maybe), Advice::Never))
            }
            Err(_) => {
                let text = format!("no answer within {} s", plan.attempt_timeout.as_secs_f64());
                Err((Error::new(ErrorKind::Timeout, text).with_sent(Sent::Maybe), Advice::Default))
            }
        };
        let status = match &result {
            Ok(success) => Some(success.reply().status().as_u16()),
            Err((error, _)) => error.status(),
        };
        let took = shared.clock.now().saturating_sub(start);
        span.record("status", status);
        tracing::debug!(attempt = history.attempts, status, took_ms = millis(took), "attempt");
        result
    }

    /// Runs an exchange for at most the time of one attempt. The deadline restarts when bytes of the body move.
    /// The error is the time at which it expired.
    async fn while_moving<F: Future>(
        &self,
        mut exchange: Pin<&mut F>,
        watch: Option<&Watch>,
    ) -> Result<F::Output, Duration> {
        let clock = &*self.shared.clock;
        let mut moves = 0;
        loop {
            let end = clock.now().saturating_add(self.plan.attempt_timeout).min(self.deadline);
            if let Some(output) = within(clock, end, exchange.as_mut()).await {
                return Ok(output);
            }
            let moved = watch.map_or(0, Watch::moves);
            if end >= self.deadline || moved == moves {
                return Err(end);
            }
            moves = moved;
        }
    }

    /// Reports a reply to the limiter, and reads it if it is a failure.
    fn judge<S: Success>(
        &self,
        used: &Authorization,
        underway: &Underway<'_>,
        delivered: Delivered<S>,
    ) -> Result<S, (Error, Advice)> {
        let (shared, op) = (self.shared, self.request.op);
        let observe = |reply: &RawReply, error: Option<&Error>| {
            underway.observe(reply.status().as_u16(), &classify::feedback(shared, op, reply, error));
        };
        match delivered {
            Delivered::Success(mut success) => {
                observe(&success.reply(), None);
                success.keep(used.secret().cloned());
                Ok(success)
            }
            Delivered::Failure(mut reply) => {
                reply.secret = used.secret().cloned();
                let (mut error, advice) = classify::refused(shared, &self.pipeline.op(self.request), &reply);
                if let Err(other) = Coding::of(reply.headers()) {
                    error = error.in_context(format!("the reply is encoded as {other}, which is not read"));
                }
                observe(&reply, Some(&error));
                Err((error, advice))
            }
        }
    }

    /// Returns the pause before the next attempt, or `None` to give up.
    fn pause(&self, error: &Error, advice: Advice, history: &mut History) -> Option<Duration> {
        let failure = Failure {
            kind: error.kind(),
            status: error.status(),
            sent: error.sent(),
            advice,
            hint: error.retry_after(),
            idempotent: self.plan.idempotent,
            attempts: history.attempts,
        };
        let verdict = decide(&self.plan.retry, &failure, self.pipeline.random());
        let Verdict::Retry { after, throttled } = verdict else { return None };
        // If this machine runs out of sockets, the vendor is not overloaded.
        if self.plan.retry.budget && !failure::out_of_sockets(error) {
            history.spent = Some(self.shared.budget.spend(&self.acquire.key, throttled)?);
        }
        Some(after)
    }

    /// Later headers replace earlier ones: the vendor's, the call's, the options', the body's, the credential.
    pub(super) fn headers<S: Success>(&self, used: &Authorization, outgoing: &Outgoing) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, self.shared.user_agent.clone());
        headers.insert(header::ACCEPT, HeaderValue::from_static(S::ACCEPT));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(S::ACCEPT_ENCODING));
        if let Some(kind) = self.request.body.content_type() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        let version = self.pipeline.version.or(self.request.op.version);
        self.shared.vendor.prepare(self.request.op, version, &mut headers);
        let given = self.request.headers.iter().chain(&self.pipeline.options.headers);
        for (name, value) in given.chain(&outgoing.headers) {
            headers.insert(name.clone(), value.clone());
        }
        // RFC 9110, 8.6: strict servers and proxies answer 411 otherwise.
        let takes_content = matches!(self.request.op.method, Method::POST | Method::PUT | Method::PATCH);
        if outgoing.body.is_none() && takes_content {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        used.apply(&mut headers);
        headers
    }
}

fn out_of_time(timeout: Duration, doing: &str) -> Error {
    Error::new(ErrorKind::Timeout, format!("the call's {} s ran out while {doing}", timeout.as_secs_f64()))
}
