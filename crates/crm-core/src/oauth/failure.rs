//! Reads failed renewals, and writes their messages.

use std::borrow::Cow;
use std::time::SystemTime;

use crate::codec::Timestamp;
use crate::error::{Error, ErrorKind};

/// The state of the refresh token after it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is still valid.
    Unspent,
    /// The vendor no longer accepts it.
    Refused,
    /// It may have been used up.
    Unknown,
}

/// Returns the state of the refresh token after a failure.
pub(super) fn fate(error: &Error) -> Fate {
    let said = |word: &str| {
        let vendor = error.vendor();
        vendor.is_some_and(|vendor| vendor.code.as_deref() == Some(word) || vendor.category.as_deref() == Some(word))
    };
    if said("invalid_grant") || said("BAD_REFRESH_TOKEN") {
        return Fate::Refused;
    }
    // 503 means that the request was not processed; other server errors leave it open.
    let handled = error.may_have_happened() && error.status() != Some(503);
    if handled || error.kind() == ErrorKind::Decode { Fate::Unknown } else { Fate::Unspent }
}

pub(super) fn not_renewed(account: &str, error: Error) -> Error {
    let (wait, needs_consent) = (error.retry_after(), error.needs_consent());
    // The tokens of an account can come from another account, which must be authorised then.
    let account = error.account().filter(|_| needs_consent).unwrap_or(account);
    let failed = token(account, "the access token could not be renewed");
    failed.with_needs_consent(needs_consent).with_retry_after(wait).with_source(error)
}

pub(super) fn not_stored(account: &str, error: Error) -> Error {
    let text = "the new tokens are not stored yet, so not used; they are kept in memory and the next call stores them";
    token(account, text).with_source(error)
}

/// The refresh token may be used up, and the other way to new tokens failed.
pub(super) fn unknown(account: &str, sent_at: SystemTime) -> Error {
    let sent = Timestamp::from(sent_at);
    token(account, format!("the refresh token, which works once, was sent at {sent} and no answer was stored"))
}

/// The refresh token may be used up, and the access token is valid.
pub(super) fn held_back(account: &str, sent_at: SystemTime) -> Error {
    let sent = Timestamp::from(sent_at);
    token(
        account,
        format!(
            "the refresh token, which works once, was sent at {sent} and may be used up; the access token is used to \
             its end and the refresh token sent again after it (at once if you call presume_unspent)"
        ),
    )
}

/// Another process sent the refresh token and may have the reply.
pub(super) fn awaited(account: &str, sent_at: SystemTime) -> Error {
    let sent = Timestamp::from(sent_at);
    token(
        account,
        format!(
            "another process sent the refresh token at {sent} and may have the answer, which is waited for; the refresh \
             token is sent again if that process is silent for two minutes"
        ),
    )
}

/// The refresh token may be used up, and another attempt can do no further harm.
pub(super) fn tried_again(account: &str, sent_at: SystemTime) -> Error {
    let sent = Timestamp::from(sent_at);
    token(
        account,
        format!(
            "the access token could not be renewed yet: the refresh token was sent, last at {sent}, and no usable answer \
             came; it is sent again by later calls, until the vendor answers or refuses it"
        ),
    )
}

pub(super) fn refused(account: &str, at: SystemTime) -> Error {
    let at = Timestamp::from(at);
    consent(account, format!("authorise the account again: the vendor refused its refresh token at {at}"))
}

pub(super) fn nothing_to_renew_with(account: &str) -> Error {
    let text = "authorise the account again: its access token is no longer valid and there is no refresh token";
    consent(account, text)
}

pub(super) fn never_authorised(account: &str) -> Error {
    consent(account, "authorise the account first: the store contains no tokens for it")
}

/// Returns the error for tokens that would replace those of another account.
pub(super) fn other_account(account: &str) -> Error {
    Error::config(format!(
        "the tokens belong to another account of the vendor than those stored for {account:?}, which were kept; give each \
         account a name of its own"
    ))
}

pub(super) fn forgotten(account: &str) -> Error {
    let text = "authorise the account again: the store lost its tokens, and another process may have used up those \
                that this one holds (if no other process uses the account, call presume_unspent)";
    consent(account, text)
}

pub(super) fn locked(account: &str, seconds: u64) -> Error {
    token(account, format!("another process has been renewing the tokens for {seconds} s"))
}

pub(super) fn changed(account: &str) -> Error {
    token(account, "the stored tokens were changed in the meantime")
}

/// Creates an error after which the account must be authorised.
fn consent(account: &str, text: impl Into<Cow<'static, str>>) -> Error {
    token(account, text).with_needs_consent(true)
}

fn token(account: &str, text: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Token, text).with_account(account)
}
