//! The record of an account in a store.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};
use zeroize::Zeroize;

use crate::auth::Secret;
use crate::error::{Error, ErrorKind};
use crate::oauth::TokenSet;

const FORMAT: u64 = 1;
/// Members of a moved record.
const MOVED_TO: &str = "moved_to";
const MOVED: &str = "moved_refresh_token";

/// A stored token set: with a count of writes, a count of renewals, and the state of a renewal
/// that is under way.
#[derive(Clone, PartialEq)]
pub struct StoredTokens {
    pub(in crate::oauth) tokens: TokenSet,
    revision: u64,
    pub(in crate::oauth) generation: u64,
    pub(in crate::oauth) state: TokenState,
    /// The vendor under whose key the record continues. Only records under a key of an earlier version
    /// have one.
    moved_to: Option<String>,
}

/// State of the refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::oauth) enum TokenState {
    /// It was not sent yet, or not processed.
    Unspent,
    /// It was about to be sent at this time, and the result is unknown.
    Sent(SystemTime),
    /// The vendor refused it at this time.
    Refused(SystemTime),
}

impl TokenState {
    /// Returns the time with the precision with which it is read back.
    pub(in crate::oauth) fn stored_time(time: SystemTime) -> SystemTime {
        from_millis(millis(time)).unwrap_or(time)
    }
}

impl StoredTokens {
    /// Creates the first record of an account.
    pub(in crate::oauth) fn first(tokens: TokenSet) -> Self {
        Self { tokens, revision: 1, generation: 1, state: TokenState::Unspent, moved_to: None }
    }

    /// Returns the next record, with the same tokens and this state.
    pub(in crate::oauth) fn marked(&self, state: TokenState) -> Self {
        Self { state, revision: self.revision + 1, ..self.clone() }
    }

    /// Returns the next record, with new tokens.
    pub(in crate::oauth) fn renewed(&self, tokens: TokenSet) -> Self {
        let (revision, generation) = (self.revision + 1, self.generation + 1);
        Self { tokens, revision, generation, state: TokenState::Unspent, moved_to: None }
    }

    /// Returns the next record, marked as moved to a vendor's key. The earlier version reads no refresh
    /// token from it.
    pub(in crate::oauth) fn moving(&self, vendor: &str) -> Self {
        Self { moved_to: Some(vendor.to_owned()), revision: self.revision + 1, ..self.clone() }
    }

    /// Returns the first record under the vendor's key.
    pub(in crate::oauth) fn copied(&self) -> Self {
        Self { moved_to: None, revision: 1, ..self.clone() }
    }

    /// Returns the record that remains under the old key.
    pub(in crate::oauth) fn emptied(&self) -> Self {
        let mut record = Self { revision: self.revision + 1, ..self.clone() };
        record.tokens.refresh = None;
        record
    }

    pub(in crate::oauth) fn moved_to(&self) -> Option<&str> {
        self.moved_to.as_deref()
    }

    /// Makes this the successor of the stored record.
    pub(in crate::oauth) fn follow(&mut self, stored: Option<&Self>) {
        self.revision = stored.map_or(0, |stored| stored.revision) + 1;
    }

    /// Number of writes of the account's record. Each write adds one.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Number of times that the tokens were obtained, including the first time.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The tokens.
    #[must_use]
    pub fn tokens(&self) -> &TokenSet {
        &self.tokens
    }

    /// The record as JSON text, for stores. It contains the tokens.
    #[must_use]
    pub fn encode(&self) -> Secret {
        let tokens = &self.tokens;
        let mut text = json!({
            "format": FORMAT,
            "revision": self.revision,
            "generation": self.generation,
            "access_token": tokens.access.expose(),
            "refresh_token": tokens.refresh.as_ref().map(Secret::expose),
            "obtained_at": tokens.obtained_at.map(millis),
            "expires_at": tokens.expires_at.map(millis),
            "scopes": tokens.scopes,
            "details": tokens.details,
        });
        match self.state {
            TokenState::Unspent => {}
            TokenState::Sent(at) => text["sent_at"] = json!(millis(at)),
            TokenState::Refused(at) => text["refused_at"] = json!(millis(at)),
        }
        if let Some(vendor) = &self.moved_to {
            text[MOVED_TO] = json!(vendor);
            text[MOVED] = text["refresh_token"].take();
        }
        let secret = Secret::new(text.to_string());
        wipe(&mut text);
        secret
    }

    /// Reads the text of [`encode`](Self::encode).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`] if it is anything else. The message names the position of the fault, never the
    /// text there.
    pub fn decode(text: &str) -> Result<Self, Error> {
        let mut value: Value = serde_json::from_str(text).map_err(|error| {
            // serde's own message may quote the text.
            corrupt(format!("it is not JSON from line {}, column {} on", error.line(), error.column()))
        })?;
        let record = Self::read(&value);
        wipe(&mut value);
        record
    }

    fn read(value: &Value) -> Result<Self, Error> {
        let lacks = |name: &str| corrupt(format!("\"{name}\" is missing or of another type"));
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        // A number that cannot be increased was not written by this crate.
        let count = |name: &str| number(name).filter(|number| *number < u64::MAX / 2).ok_or_else(|| lacks(name));
        let time = |name: &str| number(name).and_then(from_millis);
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        if number("format") != Some(FORMAT) {
            return Err(corrupt(format!("its format is not {FORMAT}")));
        }
        let unusable = |error: Error| corrupt("a token in it is not usable").with_source(error);
        let mut tokens = TokenSet::new(text("access_token").ok_or_else(|| lacks("access_token"))?).map_err(unusable)?;
        let moved_to = text(MOVED_TO).map(str::to_owned);
        if let Some(refresh) = text(if moved_to.is_some() { MOVED } else { "refresh_token" }) {
            tokens = tokens.with_refresh_token(refresh).map_err(unusable)?;
        }
        tokens.obtained_at = time("obtained_at");
        tokens.expires_at = time("expires_at");
        let scopes = value.get("scopes").and_then(Value::as_array).into_iter().flatten();
        tokens.scopes = scopes.filter_map(Value::as_str).map(str::to_owned).collect();
        tokens.details = value.get("details").and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
        let state = match (time("sent_at"), time("refused_at")) {
            (Some(at), _) => TokenState::Sent(at),
            (None, Some(at)) => TokenState::Refused(at),
            (None, None) => TokenState::Unspent,
        };
        Ok(Self { tokens, revision: count("revision")?, generation: count("generation")?, state, moved_to })
    }
}

impl fmt::Debug for StoredTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredTokens")
            .field("revision", &self.revision)
            .field("generation", &self.generation)
            .field("tokens", &self.tokens)
            .field("state", &self.state)
            .field("moved_to", &self.moved_to)
            .finish()
    }
}

fn corrupt(why: impl fmt::Display) -> Error {
    Error::new(ErrorKind::Token, format!("the stored record is corrupt: {why}"))
}

/// Overwrites the texts of a value that contained secrets.
fn wipe(value: &mut Value) {
    for name in ["access_token", "refresh_token", MOVED] {
        if let Some(Value::String(text)) = value.get_mut(name) {
            text.zeroize();
        }
    }
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn from_millis(millis: u64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}
