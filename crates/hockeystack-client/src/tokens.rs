//! The tokens: one type for each API, so that one cannot be used with the other API.

use std::sync::Arc;

use crm_core::{Error, Secret, StaticToken};

/// Prefix of every Revenue Agents token, and of no other.
const AGENTS_PREFIX: &str = "hsr_";

/// A token of Account Intelligence. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct AccountIntelligenceToken(pub(crate) Arc<StaticToken>);

impl AccountIntelligenceToken {
    /// Creates a token after checking its form.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the token is empty, contains characters that a token cannot
    /// contain, or belongs to Revenue Agents.
    pub fn new(token: impl Into<Secret>) -> Result<Self, Error> {
        let token = token.into();
        if token.expose().starts_with(AGENTS_PREFIX) {
            return Err(Error::config("this is a token of Revenue Agents; use a token of Account Intelligence"));
        }
        Ok(Self(Arc::new(StaticToken::new(token)?)))
    }
}

/// A token of Revenue Agents, for example `hsr_live_…`. It is valid for one workspace. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct RevenueAgentsToken(pub(crate) Arc<StaticToken>);

impl RevenueAgentsToken {
    /// Creates a token after checking its form.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the token is empty, contains characters that a token cannot
    /// contain, or does not begin with `hsr_`.
    pub fn new(token: impl Into<Secret>) -> Result<Self, Error> {
        let token = token.into();
        let checked = StaticToken::new(token.clone())?;
        if !token.expose().starts_with(AGENTS_PREFIX) {
            return Err(Error::config("a token of Revenue Agents begins with hsr_live_; this one does not"));
        }
        Ok(Self(Arc::new(checked)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_checked_and_never_shown() {
        for bad in ["", " ", "hsr_live_a b", "hsr_live_ä", "somewhere_else"] {
            let error = RevenueAgentsToken::new(bad).unwrap_err();
            assert_eq!(error.kind(), crm_core::ErrorKind::Config, "{bad}");
            assert!(bad.trim().is_empty() || !format!("{error} {error:?}").contains(bad), "{error}");
        }
        assert!(AccountIntelligenceToken::new("hsr_live_00ff").is_err());
        let token = RevenueAgentsToken::new("hsr_live_00ff").unwrap();
        assert!(!format!("{token:?}").contains("00ff"));
        assert!(AccountIntelligenceToken::new("00ff").is_ok());
    }
}
