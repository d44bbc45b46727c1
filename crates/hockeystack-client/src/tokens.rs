//! The tokens: one type for each API, so that one is never sent to the other.

use std::sync::Arc;

use crm_core::{Error, Secret, StaticToken};

/// What every Revenue Agents token begins with, and no other.
const AGENTS_PREFIX: &str = "hsr_";

/// A token of Account Intelligence. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct AccountIntelligenceToken(pub(crate) Arc<StaticToken>);

impl AccountIntelligenceToken {
    /// Checks and keeps the token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is empty, holds what no token holds,
    /// or is one of Revenue Agents.
    pub fn new(token: impl Into<Secret>) -> Result<Self, Error> {
        let token = token.into();
        if token.expose().starts_with(AGENTS_PREFIX) {
            return Err(Error::config("this is a token of Revenue Agents; Account Intelligence has tokens of its own"));
        }
        Ok(Self(Arc::new(StaticToken::new(token)?)))
    }
}

/// A token of Revenue Agents, as `hsr_live_…`. It sees one workspace. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct RevenueAgentsToken(pub(crate) Arc<StaticToken>);

impl RevenueAgentsToken {
    /// Checks and keeps the token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is empty, holds what no token holds,
    /// or does not begin with `hsr_`.
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
