//! Things that go wrong on request: the script of faults.

use std::time::Duration;

use serde_json::Value;

/// What goes wrong. Give it to [`Fake::fail`](crate::Fake::fail) as it is, or narrow it first:
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
        /// What tells the client how long to wait; nothing when absent, not even the vendor's headers.
        hint: Option<Hint>,
    },
    /// Another status.
    Status(u16, Payload),
    /// 202 so many times, then the real answer.
    Accepted202 {
        /// How often.
        times: u32,
        /// What comes with it.
        body: Payload,
    },
    /// The rows of a HubSpot batch at these positions fail: a 207 if the batch allows it.
    MultiStatus(Vec<usize>),
    /// The answer comes after this time.
    Slow(Duration),
    /// The body comes in pieces.
    Drip {
        /// Between two pieces.
        every: Duration,
        /// Length of a piece.
        bytes: usize,
    },
    /// The connection closes after so many bytes of the body; `Content-Length` promises all of it.
    CutBody {
        /// Bytes that still arrive.
        after: usize,
    },
    /// `Content-Length` is too small: the transfer ends well, in the middle of the JSON.
    WrongContentLength,
    /// A success whose body says it is JSON and is not.
    NotJson,
    /// A success that is a web page.
    Html,
    /// A real TCP reset.
    Reset {
        /// The moment.
        when: When,
    },
    /// A redirect to this address.
    Redirect(u16, String),
    /// The body is said to be encoded like this (`gzip`), and is sent as it is.
    Encoded(&'static str),
    /// JSON in UTF-16, and the charset says so.
    Utf16,
    /// A success with this body, whatever was asked: an unknown enum value, nulls, numbers for text.
    Body(Value),
    /// The page's cursor is the one that was asked for. The first page stays as it is.
    RepeatCursor,
}

/// The moment of a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// Nothing is sent. The request has no effect, unless [`Step::applied`] says so.
    BeforeReply,
    /// Status and headers are sent. The request has its effect.
    AfterHeaders,
    /// All of it is sent; the next request on the connection finds it gone. The request has its effect.
    AfterReply,
}

/// What a 429 says about the time to wait.
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

/// Which limit a 429 is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Policy {
    /// The short window.
    Burst,
    /// The day's.
    Daily,
    /// HubSpot's per second.
    Secondly,
    /// HubSpot's search limit.
    Search,
}

/// What comes with a status.
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
    /// A status with the vendor's error body.
    pub fn status(code: u16) -> Self {
        Self::Status(code, Payload::Vendor)
    }

    /// Only requests of this operation meet the fault: its name in the document (`contacts.list`), its
    /// operation id, or for HubSpot's objects the type in place of the shared resource name. The fake panics when it is
    /// given a name that its vendor does not have.
    pub fn on(self, operation: &str) -> Step {
        Step::from(self).on(operation)
    }

    /// So many requests meet the fault.
    pub fn times(self, times: u32) -> Step {
        Step::from(self).times(times)
    }

    /// The request has its effect although the answer is a failure.
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

/// The steps still to come. A request takes the first that is meant for it.
#[derive(Default)]
pub(crate) struct Script {
    steps: Vec<Step>,
}

impl Script {
    pub(crate) fn push(&mut self, step: Step) {
        if step.left > 0 {
            self.steps.push(step);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.steps.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.steps.iter().map(|step| step.left as usize).sum()
    }

    /// The faults that no request has met, in words.
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

    pub(crate) fn take(&mut self, is: impl Fn(&str) -> bool) -> Option<Step> {
        let at = self.steps.iter().position(|step| step.operation.as_deref().is_none_or(&is))?;
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
        assert_eq!(status(script.take(|name| name == "b")), 0);
        assert_eq!(status(script.take(|name| name == "a")), 500);
        assert_eq!(status(script.take(|name| name == "b")), 1);
        assert_eq!(status(script.take(|name| name == "a")), 500);
        assert_eq!(script.len(), 0);
    }
}
