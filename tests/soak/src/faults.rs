//! Faults at random.

use std::time::Duration;

use crm_fake::{Fault, Hint, Payload, Step, When};
use fastrand::Rng;

const HOUR: Duration = Duration::from_secs(3_600);

/// A fault and whether the request may have its effect nevertheless. A vendor that refuses did nothing.
pub(crate) fn any(rng: &mut Rng) -> Step {
    let fault = match rng.u8(0..20) {
        0 | 1 => Fault::Reset { when: When::BeforeReply },
        2 => Fault::Reset { when: When::AfterHeaders },
        3 => Fault::Reset { when: When::AfterReply },
        4 => Fault::CutBody { after: rng.usize(0..20) },
        5 => Fault::WrongContentLength,
        6 => Fault::Slow(HOUR),
        7 => Fault::Drip { every: HOUR, bytes: 1 },
        8 => Fault::Drip { every: Duration::from_millis(1), bytes: rng.usize(50..200) },
        9 => Fault::Html,
        10 => Fault::NotJson,
        11 => Fault::Utf16,
        12 => Fault::Encoded("br"),
        13 => return Fault::RateLimited { hint: None }.into(),
        14 => return Fault::RateLimited { hint: Some(Hint::RetryAfterSeconds(0)) }.into(),
        15 => return Fault::RateLimited { hint: Some(Hint::RetryAfterSeconds(3_600)) }.into(),
        16 => return Fault::Status([400, 403, 404, 409, 422, 423][rng.usize(0..6)], Payload::Vendor).into(),
        17 => return Fault::Redirect(307, "http://127.0.0.1:9/".to_owned()).into(),
        _ => Fault::Status(
            [500, 502, 503, 504][rng.usize(0..4)],
            [Payload::Vendor, Payload::Html][rng.usize(0..2)].clone(),
        ),
    };
    if rng.bool() { fault.into() } else { Step::from(fault).applied() }
}
