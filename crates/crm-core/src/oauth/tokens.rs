//! An access token with its refresh token and details.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use crate::auth::{Secret, check};
use crate::error::Error;

/// Maximum lifetime that is accepted; a longer one would be an error of units.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 86_400);
/// Members of a reply that are secrets, or have their own field, in both spellings.
const OWN: [[&str; 2]; 6] = [
    ["access_token", "accessToken"],
    ["refresh_token", "refreshToken"],
    ["id_token", "idToken"],
    ["expires_in", "expiresIn"],
    ["scope", "scopes"],
    ["token_type", "tokenType"],
];

/// An access token, the refresh token for its successor, and the details that the vendor returned with them.
#[derive(Clone, PartialEq)]
pub struct TokenSet {
    pub(super) access: Secret,
    pub(super) refresh: Option<Secret>,
    pub(super) obtained_at: Option<SystemTime>,
    pub(super) expires_at: Option<SystemTime>,
    pub(super) scopes: Vec<String>,
    pub(super) details: Map<String, Value>,
}

impl TokenSet {
    /// Creates a set with only an access token, which counts as valid until the vendor refuses it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the text cannot be a token.
    pub fn new(access: impl Into<Secret>) -> Result<Self, Error> {
        let access = access.into();
        check(access.expose())?;
        Ok(Self { access, refresh: None, obtained_at: None, expires_at: None, scopes: Vec::new(), details: Map::new() })
    }

    /// Adds the refresh token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the text cannot be a token.
    pub fn with_refresh_token(mut self, refresh: impl Into<Secret>) -> Result<Self, Error> {
        let refresh = refresh.into();
        check(refresh.expose())?;
        self.refresh = Some(refresh);
        Ok(self)
    }

    /// Sets the time at which the access token expires.
    #[must_use]
    pub fn with_expiry(mut self, at: SystemTime) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Sets a detail about the account, under its name in the vendor's reply.
    #[must_use]
    pub fn with_detail(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.details.insert(name.into(), value.into());
        self
    }

    /// Reads the reply of a token endpoint (RFC 6749, section 5.1) to a request that was sent at
    /// `asked_at`. `expires_in` may be a number or a text; other members become
    /// [details](Self::detail). The names may also be written as `accessToken`, as version 3 of HoopAI's API does, and the
    /// scopes may be a list called `scopes`, as HubSpot's are.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if it contains no usable token. The
    /// message describes the form of the reply, and contains no value.
    pub fn from_reply(reply: &Value, asked_at: SystemTime) -> Result<Self, Error> {
        let Value::Object(members) = reply else {
            return Err(Error::decode("the token endpoint did not return an object"));
        };
        let member = |name: &str| {
            let names = OWN.iter().find(|names| names[0] == name)?;
            let has_value = |value: &&Value| !value.is_null() && **value != "";
            names.iter().filter_map(|name| members.get(*name)).find(has_value)
        };
        let text = |name: &str| member(name).and_then(Value::as_str);
        let Some(access) = text("access_token") else {
            return Err(Error::decode("the token endpoint's reply has no access_token"));
        };
        let unusable = |error: Error| Error::decode("the token endpoint's reply is not usable").with_source(error);
        let mut set = Self::new(access).map_err(unusable)?;
        if let Some(refresh) = text("refresh_token") {
            set = set.with_refresh_token(refresh).map_err(unusable)?;
        }
        set.obtained_at = Some(asked_at);
        set.expires_at = member("expires_in").and_then(seconds).and_then(|life| asked_at.checked_add(life));
        set.scopes = match member("scope") {
            Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
            Some(Value::Array(scopes)) => scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        set.details = members.clone();
        set.details.retain(|name, _| !OWN.as_flattened().contains(&name.as_str()));
        Ok(set)
    }

    /// The access token.
    #[must_use]
    pub fn access_token(&self) -> &Secret {
        &self.access
    }

    /// The refresh token, if there is one.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.refresh.as_ref()
    }

    /// Time at which the access token expires, if known.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Scopes of the token, if the vendor returned them.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Returns false if both sets have one of these details with different values. A number is equal to its text.
    #[must_use]
    pub fn agrees_with(&self, other: &Self, names: &[&str]) -> bool {
        let text = |set: &Self, name: &str| match set.detail(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        names.iter().all(|name| match (text(self, name), text(other, name)) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        })
    }

    /// Another detail that the vendor returned, such as the id of the account.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<&Value> {
        self.details.get(name)
    }

    /// Returns true if the access token can be used at this time of day.
    pub(super) fn is_good(&self, now: SystemTime) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Adds the values of the previous set that a renewal did not return again.
    pub(super) fn succeeding(mut self, before: &Self) -> Self {
        if self.refresh.is_none() {
            self.refresh.clone_from(&before.refresh);
        }
        if self.scopes.is_empty() {
            self.scopes.clone_from(&before.scopes);
        }
        for (name, value) in &before.details {
            self.details.entry(name.clone()).or_insert_with(|| value.clone());
        }
        self
    }
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSet")
            .field("refreshable", &self.refresh.is_some())
            .field("expires_at", &self.expires_at)
            .field("scopes", &self.scopes)
            .field("details", &self.details.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Reads a lifetime in seconds, as a number or a text.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok().filter(|life| *life <= LONGEST)
}
