//! The rows: what goes wrong, what kind of thing that is, and how it is made.

use std::time::Duration;

use crm_core::ErrorKind;
use crm_fake::{Fault as Wire, Hint, Payload, Policy, Step, When};

use super::rig::Rig;

const HOUR: Duration = Duration::from_secs(3_600);

/// Effect of a fault, from the point of view of the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It does not matter.
    Harmless,
    /// The request was not sent.
    NotSent,
    /// It was sent, and no complete answer arrived.
    Lost(ErrorKind),
    /// The timeout of the call expired.
    OutOfTime,
    /// The vendor failed, and may have carried it out.
    Failed(ErrorKind),
    /// The vendor did nothing, and accepts it a little later.
    Refused,
    /// The same, in an hour.
    RefusedForLong,
    /// The same, tomorrow.
    RefusedToday,
    /// Not ready.
    NotYet,
    /// A success that is not the answer.
    NoJson,
    /// A success with a content encoding that was not requested.
    Encoded,
    /// Another address.
    Elsewhere,
}

/// Place of the fault.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// Nothing listens on the port.
    Refusing,
    /// A listener that never accepts.
    Full,
    /// The fake causes it.
    Wire(fn(&Rig) -> Wire),
    /// The wall clock jumps by this number of days whenever it is read.
    Wall(i32),
}

pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// True if the head of a successful answer arrives before it.
    pub(crate) in_body: bool,
    pub(crate) place: Place,
}

const fn head(name: &'static str, kind: Kind, wire: fn(&Rig) -> Wire) -> Fault {
    Fault { name, kind, in_body: false, place: Place::Wire(wire) }
}

const fn body(name: &'static str, kind: Kind, wire: fn(&Rig) -> Wire) -> Fault {
    Fault { name, kind, in_body: true, place: Place::Wire(wire) }
}

const fn other(name: &'static str, kind: Kind, place: Place) -> Fault {
    Fault { name, kind, in_body: false, place }
}

use Kind::{
    Elsewhere, Encoded, Failed, Harmless, Lost, NoJson, NotSent, NotYet, OutOfTime, Refused, RefusedForLong,
    RefusedToday,
};

pub(crate) const FAULTS: &[Fault] = &[
    other("connection refused", NotSent, Place::Refusing),
    other("connection never accepted", NotSent, Place::Full),
    head("reset before the reply", Lost(ErrorKind::Io), |_| Wire::Reset { when: When::BeforeReply }),
    body("reset during the reply", Lost(ErrorKind::Io), |_| Wire::Reset { when: When::AfterHeaders }),
    body("reset after the reply", Harmless, |_| Wire::Reset { when: When::AfterReply }),
    head("no answer", Lost(ErrorKind::Timeout), |_| Wire::Slow(HOUR)),
    body("no body", Lost(ErrorKind::Timeout), |_| Wire::Drip { every: HOUR, bytes: 1 }),
    head("no answer in all the time of the call", OutOfTime, |_| Wire::Slow(HOUR)),
    body("slow drip", Harmless, |_| Wire::Drip { every: Duration::from_millis(1), bytes: 40 }),
    body("body cut off", Lost(ErrorKind::Io), |_| Wire::CutBody { after: 5 }),
    body("length announced too small", NoJson, |_| Wire::WrongContentLength),
    head("429 without a hint", Refused, |_| Wire::RateLimited { hint: None }),
    head("429, retry in 2 s", Refused, |_| Wire::RateLimited { hint: Some(Hint::RetryAfterSeconds(2)) }),
    head("429, retry at a date", Refused, |_| Wire::RateLimited {
        hint: Some(Hint::RetryAfterDate(Duration::from_secs(3))),
    }),
    head("429, vendor's headers", Refused, |_| Wire::RateLimited { hint: Some(Hint::VendorHeaders) }),
    head("429, retry in an hour", RefusedForLong, |_| Wire::RateLimited { hint: Some(Hint::RetryAfterSeconds(3_600)) }),
    head("429, the day is used up", RefusedToday, |_| Wire::RateLimited { hint: Some(Hint::Policy(Policy::Daily)) }),
    head("500", Failed(ErrorKind::Server), |_| Wire::status(500)),
    head("503", Failed(ErrorKind::Unavailable), |_| Wire::status(503)),
    head("502 with a web page", Failed(ErrorKind::Unavailable), |_| Wire::Status(502, Payload::Html)),
    head("202", NotYet, |_| Wire::Status(202, Payload::Empty)),
    head("200 with a web page", NoJson, |_| Wire::Html),
    head("200 with broken JSON", NoJson, |_| Wire::NotJson),
    body("JSON in UTF-16", NoJson, |_| Wire::Utf16),
    body("said to be gzip", Encoded, |_| Wire::Encoded("gzip")),
    head("redirect to another host", Elsewhere, |rig| Wire::Redirect(307, rig.trap())),
    other("wall clock jumps ahead", Harmless, Place::Wall(400)),
    other("wall clock jumps back", Harmless, Place::Wall(-400)),
];

impl Fault {
    /// The steps for the fake. What may have been done was done: a second time would show.
    pub(crate) fn step(&self, rig: &Rig) -> Option<Step> {
        let Place::Wire(wire) = self.place else { return None };
        let step = Step::from(wire(rig));
        Some(match self.kind {
            Lost(_) | OutOfTime | Failed(_) | NoJson => step.applied(),
            _ => step,
        })
    }

    /// Returns the time that passes after the fault if nothing else advances the clock.
    pub(crate) fn hangs(&self) -> Option<Duration> {
        match self.kind {
            Lost(ErrorKind::Timeout) => Some(super::rig::ATTEMPT),
            OutOfTime => Some(super::rig::SHORT),
            _ => None,
        }
    }
}
