//! OAuth against the fakes, over real HTTP, in one process and in many.

mod days;
mod hoopai;
mod hubspot;
mod processes;
mod redis;
mod refusals;
mod stores;

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use crm_core::{Clock, Error, ManualClock, TokenSet};
use crm_fake::{Fake, Vendor};

const ACCOUNT: &str = "account-1";
/// Every token and secret of these tests holds it; no message may.
const CANARY: &str = "canary";

async fn fake(vendor: Vendor) -> Fake {
    Fake::builder(vendor).no_quota().token(&format!("{CANARY}-first")).start().await.unwrap()
}

/// Tokens that a fake takes, good for an hour, obtained a while ago.
fn tokens(fake: &Fake, clock: &ManualClock) -> TokenSet {
    let hour = clock.wall() + Duration::from_secs(3_600);
    let tokens = TokenSet::new(fake.token()).unwrap().with_expiry(hour);
    tokens.with_refresh_token(format!("{CANARY}-refresh")).unwrap()
}

fn shared(clock: &ManualClock) -> Arc<dyn Clock> {
    Arc::new(clock.clone())
}

/// All messages of the chain; no secret is in them.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!("\n  because {error}"));
        source = error.source();
    }
    assert!(!format!("{text} {error:?}").contains(CANARY), "{text}\n{error:?}");
    text
}

/// Returns the number of requests of an operation that a fake answered with this status.
fn answered(fake: &Fake, operation: &str, status: u16) -> usize {
    fake.requests().iter().filter(|request| request.is(operation) && request.status == Some(status)).count()
}

/// A form as it was sent.
fn form(fake: &Fake, operation: &str) -> Vec<(String, String)> {
    let requests = fake.requests();
    let last = requests.iter().rev().find(|request| request.is(operation)).expect("a request");
    assert_eq!(last.header("content-type"), Some("application/x-www-form-urlencoded"));
    let text = String::from_utf8(last.body.clone()).unwrap();
    assert_eq!(last.query, [], "credentials stay out of the address");
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

fn value<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
}
