//! The script of faults: errors that a test requests.

use std::time::Duration;

use serde_json::Value;

/// A fault. Pass it to [`Fake::fail`](crate::Fake::fail), with or without conditions:
///
/// ```
/// use crm_fake::{Fault, Hint};
/// let once = Fault::RateLimited { hint: Some(Hint::RetryAfterSeconds(1)) };
/// let thrice_on_one_operation = Fault::status(503).on("contacts.list").times(3);
/// let done_all_the_same = Fault::status(422).on("contacts.create").applied();
/// # let _ = (once, thrice_on_one_operation, done_all_the_same);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// 429 with the vendor's body.
    RateLimited {
        /// Time to wait that the reply contains. `None` omits it, and the vendor's headers too.
        hint: Option<Hint>,
    },
    /// Another status.
    Status(u16, Payload),
    /// 202 a number of times, then the real answer.
    Accepted202 {
        /// Number of times.
        times: u32,
        /// Body of the 202.
        body: Payload,
    },
    /// The rows of a HubSpot batch at these positions fail: a 207 if the batch allows it. It is for the next batch that has
    /// one of the rows, and whose rows can fail.
    MultiStatus(Vec<usize>),
    /// The answer is delayed by this time.
    Slow(Duration),
    /// The body comes in pieces.
    Drip {
        /// Time between two pieces.
        every: Duration,
        /// Length of a piece in bytes.
        bytes: usize,
    },
    /// The connection closes after a number of bytes of the body; `Content-Length` is that of the whole body.
    CutBody {
        /// Bytes that still arrive.
        after: usize,
    },
    /// `Content-Length` is too small: the transfer ends normally, in the middle of the JSON.
    WrongContentLength,
    /// A success whose body is announced as JSON but is not JSON.
    NotJson,
    /// A success that is a web page.
    Html,
    /// A real TCP reset.
    Reset {
        /// Moment of the reset.
        when: When,
    },
    /// A redirect to this address.
    Redirect(u16, String),
    /// The body is announced with this encoding (`gzip`), but is sent without it.
    Encoded(&'static str),
    /// JSON in UTF-16, with a matching charset.
    Utf16,
    /// A success with this body for any request, for example with an unknown enum value, nulls, numbers for text.
    Body(Value),
    /// The page contains the cursor that was requested. It is for the next request that sends a cursor, not for a first page.
    RepeatCursor,
}

/// The moment of a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// Nothing is sent. The request has no effect, unless [`Step::applied`] is set.
    BeforeReply,
    /// Status and headers are sent. The request has its effect.
    AfterHeaders,
    /// The whole answer is sent; the next request on the connection fails. The request has its effect.
    AfterReply,
}

/// Information in a 429 about the time to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// `Retry-After: 2`.
    RetryAfterSeconds(u64),
    /// `Retry-After: 0.5`, as some servers send it, although the standard has whole seconds only.
    RetryAfterFraction(Duration),
    /// `Retry-After` as a date this far from now (in whole seconds).
    RetryAfterDate(Duration),
    /// The vendor's own rate-limit headers, showing an empty window.
    VendorHeaders,
    /// The same for one of the vendor's limits.
    Policy(Policy),
}

/// Limit that a 429 is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Policy {
    /// The limit of the short window.
    Burst,
    /// The limit per day.
    Daily,
    /// HubSpot's limit per second.
    Secondly,
    /// HubSpot's search limit.
    Search,
}

/// Body of a status.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Payload {
    /// The vendor's own error body.
    #[default]
    Vendor,
    /// No body at all.
    Empty,
    /// This JSON.
    Json(Value),
    /// This text, as `text/plain`.
    Text(String),
    /// A web page.
    Html,
}

impl Fault {
    /// Creates a fault with this status and the vendor's error body.
    pub fn status(code: u16) -> Self {
        Self::Status(code, Payload::Vendor)
    }

    /// Only requests of this operation meet the fault: its name in the document (`contacts.list`), its
    /// operation id, or for HubSpot's objects the type instead of the shared resource name. The fake panics when it is
    /// given a name that its vendor does not have.
    pub fn on(self, operation: &str) -> Step {
        Step::from(self).on(operation)
    }

    /// Applies the fault to this number of requests, at least one.
    pub fn times(self, times: u32) -> Step {
        Step::from(self).times(times)
    }

    /// The request has its effect even though the answer is a failure.
    pub fn applied(self) -> Step {
        Step::from(self).applied()
    }
}

/// A fault with its conditions.
#[derive(Clone, Debug)]
pub struct Step {
    pub(crate) fault: Option<Fault>,
    pub(crate) operation: Option<String>,
    pub(crate) left: u32,
    pub(crate) applied: bool,
    fired: bool,
}

impl Step {
    /// Lets one request through: `[Step::pass(), Fault::status(500).into()]` fails the second.
    pub fn pass() -> Self {
        Self { fault: None, operation: None, left: 1, applied: false, fired: false }
    }

    /// See [`Fault::on`].
    #[must_use]
    pub fn on(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// See [`Fault::times`].
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.left = times;
        self
    }

    /// See [`Fault::applied`].
    #[must_use]
    pub fn applied(mut self) -> Self {
        self.applied = true;
        self
    }
}

impl From<Fault> for Step {
    fn from(fault: Fault) -> Self {
        let left = match &fault {
            Fault::Accepted202 { times, .. } => *times,
            _ => 1,
        };
        Self { fault: Some(fault), operation: None, left, applied: false, fired: false }
    }
}

/// The steps still to come. A request takes the first matching one.
#[derive(Default)]
pub(crate) struct Script {
    steps: Vec<Step>,
}

impl Script {
    pub(crate) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub(crate) fn clear(&mut self) {
        self.steps.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.steps.iter().map(|step| step.left as usize).sum()
    }

    /// The faults that no request has used, in words.
    pub(crate) fn unfired(&self) -> Vec<String> {
        let unfired = self.steps.iter().filter(|step| !step.fired);
        let words = unfired.filter_map(|step| Some((step.fault.as_ref()?, step.operation.as_deref())));
        words
            .map(|(fault, operation)| match operation {
                Some(operation) => format!("{fault:?} on {operation}"),
                None => format!("{fault:?}"),
            })
            .collect()
    }

    /// Takes the first step that is meant for a request of an operation that `is` of a name, and whose fault `fits` it.
    pub(crate) fn take(&mut self, fits: impl Fn(&Fault) -> bool, is: impl Fn(&str) -> bool) -> Option<Step> {
        let meant = |step: &Step| step.fault.as_ref().is_none_or(&fits) && step.operation.as_deref().is_none_or(&is);
        let at = self.steps.iter().position(meant)?;
        let step = self.steps[at].clone();
        if step.left == 1 {
            self.steps.remove(at);
        } else {
            self.steps[at].left -= 1;
            self.steps[at].fired = true;
        }
        Some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_go_in_order_and_wait_for_their_operation() {
        let mut script = Script::default();
        script.push(Fault::status(500).on("a").times(2));
        script.push(Step::pass());
        script.push(Fault::NotJson.into());
        let status = |step: Option<Step>| match step.and_then(|step| step.fault) {
            Some(Fault::Status(code, _)) => code,
            Some(_) => 1,
            None => 0,
        };
        assert_eq!(status(script.take(|_| true, |name| name == "b")), 0);
        assert_eq!(status(script.take(|_| true, |name| name == "a")), 500);
        assert_eq!(status(script.take(|_| true, |name| name == "b")), 1);
        assert_eq!(status(script.take(|_| true, |name| name == "a")), 500);
        assert_eq!(script.len(), 0);
    }
}
