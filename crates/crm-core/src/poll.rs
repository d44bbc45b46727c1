//! Long-running operations.
//!
//! A [`Poller`] can be awaited for the result, or used as a stream that also yields the waits.
//! It sends nothing by itself: dropping it stops the polling.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Context};
use std::time::Duration;

use futures_core::Stream;

use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Sent};
use crate::meta::Called;
use crate::sync::BoxFuture;
use crate::waiting::{noticed, poll_counting_queued};

/// Interval and maximum duration of polling.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollPolicy {
    /// The wait before the first poll; zero polls at once.
    pub first: Duration,
    /// The wait between polls. If the vendor asks for a longer wait, that is used.
    pub every: Duration,
    /// Maximum duration of the whole polling, without the time in the queue for the rate limit of the calls that a poll
    /// itself awaits. The time of calls in tasks that it spawns, and of pages that are fetched ahead, counts.
    pub max_wait: Duration,
    /// Maximum number of polls.
    pub max_polls: Option<u32>,
}

impl PollPolicy {
    /// Polls at once and then after every `every`, for at most `max_wait`. The time in the queue for the rate limit does not
    /// count, except for calls in tasks that a poll spawns and for pages that are fetched ahead;
    /// [`queue_timeout`](crate::CallOptions::queue_timeout) limits it for each poll.
    #[must_use]
    pub fn new(every: Duration, max_wait: Duration) -> Self {
        Self { first: Duration::ZERO, every, max_wait, max_polls: None }
    }

    /// Sets the wait before the first poll.
    #[must_use]
    pub fn first(mut self, first: Duration) -> Self {
        self.first = first;
        self
    }

    /// Sets the maximum number of polls.
    #[must_use]
    pub fn max_polls(mut self, polls: u32) -> Self {
        self.max_polls = Some(polls);
        self
    }
}

/// The result of one poll, for [`Poller::from_fn`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poll<T> {
    /// Not ready.
    Pending,
    /// Ready.
    Done(T),
}

/// An item of the poller's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status<T> {
    /// Not ready after this number of polls.
    Pending {
        /// Number of polls so far.
        attempt: u32,
    },
    /// Ready. The stream ends after this.
    Done(T),
}

/// The result of one poll, with the wait that the vendor asks for.
pub(crate) enum Answer<T> {
    Pending(Option<Duration>),
    Done(T),
}

type Ask<T> = Box<dyn FnMut(u32) -> BoxFuture<'static, Result<Answer<T>, Error>> + Send>;

enum Step<T> {
    Start,
    Sleeping(BoxFuture<'static, ()>),
    Asking(Question<T>),
    Ended,
}

struct Question<T> {
    answer: BoxFuture<'static, Result<Answer<T>, Error>>,
    begun: Duration,
    /// The time in the queue for the rate limit, added up over calls that may have waited at the same time.
    queued: Duration,
}

/// Polls until the result is ready. Await it, or use it as a stream of [`Status`].
///
/// # Errors
///
/// Any error of a poll ends it. If the time or the number of polls is used up, the error is
/// [`ErrorKind::Pending`]; [`Error::attempts`] returns the number of polls.
#[must_use = "a poller asks nothing unless it is awaited or read as a stream"]
pub struct Poller<T> {
    policy: PollPolicy,
    clock: Arc<dyn Clock>,
    ask: Ask<T>,
    label: Option<Called>,
    step: Step<T>,
    started: Option<Duration>,
    asked: u32,
}

impl<T> Unpin for Poller<T> {}

impl<T: Send + 'static> Poller<T> {
    /// Creates a poller over any request, for jobs with a status address of their own. `ask` receives
    /// the number of the poll, from 1.
    pub fn from_fn<F, Fut>(policy: PollPolicy, clock: Arc<dyn Clock>, mut ask: F) -> Self
    where
        F: FnMut(u32) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Poll<T>, Error>> + Send + 'static,
    {
        Self::build(policy, clock, None, move |attempt| {
            let answer = ask(attempt);
            Box::pin(async move {
                Ok(match answer.await? {
                    Poll::Pending => Answer::Pending(None),
                    Poll::Done(value) => Answer::Done(value),
                })
            })
        })
    }
}

impl<T> Poller<T> {
    pub(crate) fn build(
        policy: PollPolicy,
        clock: Arc<dyn Clock>,
        label: Option<Called>,
        ask: impl FnMut(u32) -> BoxFuture<'static, Result<Answer<T>, Error>> + Send + 'static,
    ) -> Self {
        Self { policy, clock, ask: Box::new(ask), label, step: Step::Start, started: None, asked: 0 }
    }

    /// Number of polls so far.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.asked
    }

    /// Returns the next status, or `None` after the end. Same as the stream, without its extension
    /// traits.
    pub async fn next(&mut self) -> Option<Result<Status<T>, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    fn wait(&self, wait: Duration) -> Result<Step<T>, Error> {
        let now = self.clock.now();
        let over = self.started.unwrap_or(now).saturating_add(self.policy.max_wait);
        let out = if self.policy.max_polls.is_some_and(|most| self.asked >= most) {
            format!("no result after {} polls, the maximum that the policy allows", self.asked)
        } else if now.saturating_add(wait) > over {
            format!(
                "no result after {} polls, and the next would be later than the {} s that the policy allows",
                self.asked,
                self.policy.max_wait.as_secs_f64()
            )
        } else {
            noticed(wait, format_args!("before poll {}", self.asked + 1));
            return Ok(Step::Sleeping(self.clock.sleep(wait)));
        };
        let sent = if self.asked == 0 { Sent::No } else { Sent::Answered };
        let error = Error::new(ErrorKind::Pending, out).with_attempts(self.asked).with_sent(sent);
        Err(match &self.label {
            Some(called) => error.with_operation(called),
            None => error,
        })
    }

    fn question(&mut self) -> Step<T> {
        self.asked += 1;
        Step::Asking(Question { answer: (self.ask)(self.asked), begun: self.clock.now(), queued: Duration::ZERO })
    }
}

impl<T> Stream for Poller<T> {
    type Item = Result<Status<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> task::Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match &mut this.step {
                Step::Start => {
                    this.started = Some(this.clock.now());
                    let first = this.policy.first;
                    this.step = if first.is_zero() && this.policy.max_polls != Some(0) {
                        this.question()
                    } else {
                        match this.wait(first) {
                            Ok(step) => step,
                            Err(error) => {
                                this.step = Step::Ended;
                                return task::Poll::Ready(Some(Err(error)));
                            }
                        }
                    };
                }
                Step::Sleeping(sleep) => {
                    std::task::ready!(sleep.as_mut().poll(cx));
                    this.step = this.question();
                }
                Step::Asking(question) => {
                    let (answer, queued) = poll_counting_queued(question.answer.as_mut(), cx);
                    question.queued = question.queued.saturating_add(queued);
                    let answer = std::task::ready!(answer);
                    let queued = question.queued.min(this.clock.now().saturating_sub(question.begun));
                    this.started = this.started.map(|started| started.saturating_add(queued));
                    this.step = Step::Ended;
                    let outcome = match answer {
                        Ok(Answer::Done(value)) => Ok(Status::Done(value)),
                        Ok(Answer::Pending(hint)) => {
                            let wait = hint.map_or(this.policy.every, |hint| hint.max(this.policy.every));
                            this.wait(wait).map(|step| {
                                this.step = step;
                                Status::Pending { attempt: this.asked }
                            })
                        }
                        Err(error) => Err(error),
                    };
                    return task::Poll::Ready(Some(outcome));
                }
                Step::Ended => return task::Poll::Ready(None),
            }
        }
    }
}

impl<T: Send + 'static> IntoFuture for Poller<T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<'static, Result<T, Error>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            loop {
                match self.next().await {
                    Some(Ok(Status::Pending { .. })) => {}
                    Some(Ok(Status::Done(value))) => return Ok(value),
                    Some(Err(error)) => return Err(error),
                    None => return Err(Error::new(ErrorKind::Pending, "the poller had already ended")),
                }
            }
        })
    }
}

impl<T> fmt::Debug for Poller<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poller").field("policy", &self.policy).field("asked", &self.asked).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
