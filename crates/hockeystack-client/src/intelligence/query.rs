//! The query for research about a company.

use std::time::Duration;

use crm_core::{Error, PollPolicy};

use super::domain::Domain;
use crate::account_intelligence::types::ResearchField;

/// The requested parts of the answer. The default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<ResearchField>);

impl Fields {
    /// Requests these parts. Duplicates count once, and an empty list means all parts.
    ///
    /// ```
    /// use hockeystack_client::{Fields, account_intelligence::types::ResearchField};
    ///
    /// let fields = Fields::new([ResearchField::HockeystackGoals, ResearchField::WebsiteVisitors])?;
    /// assert_eq!(fields.to_string(), "hockeystack_goals,website_visitors");
    /// # Ok::<(), hockeystack_client::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if a name contains characters other than
    /// letters, digits and underscores. The vendor rejects lists with spaces.
    pub fn new(fields: impl IntoIterator<Item = impl Into<ResearchField>>) -> Result<Self, Error> {
        let mut wanted = Vec::new();
        for field in fields {
            let field = field.into();
            let name = field.as_str();
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err(Error::validation("the name of a field may contain only letters, digits and underscores"));
            }
            if !wanted.contains(&field) {
                wanted.push(field);
            }
        }
        Ok(Self(wanted))
    }

    /// Requests all parts.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Returns true if all parts are requested.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }
}

/// The names, joined by commas; empty for all.
impl std::fmt::Display for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, field) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{}", field.as_str())?;
        }
        Ok(())
    }
}

/// A query about a company: the domain, the requested parts, and the poll policy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a query sends nothing by itself"]
pub struct ResearchQuery {
    pub(super) domain: Domain,
    pub(super) fields: Fields,
    pub(super) policy: PollPolicy,
}

impl ResearchQuery {
    /// Requests everything about a company, and polls every 30 seconds and at most 40 times, as the vendor
    /// recommends.
    pub fn new(domain: Domain) -> Self {
        // The maximum count ends the polling: forty requests take twenty minutes and the time of the calls.
        let policy = PollPolicy::new(Duration::from_secs(30), Duration::from_secs(3_600)).max_polls(40);
        Self { domain, fields: Fields::all(), policy }
    }

    /// Sets the requested parts.
    pub fn fields(mut self, fields: Fields) -> Self {
        self.fields = fields;
        self
    }

    /// Sets the interval and the maximum number of polls. Each poll counts against the limit.
    pub fn policy(mut self, policy: PollPolicy) -> Self {
        self.policy = policy;
        self
    }
}

impl From<Domain> for ResearchQuery {
    fn from(domain: Domain) -> Self {
        Self::new(domain)
    }
}

impl From<&Domain> for ResearchQuery {
    fn from(domain: &Domain) -> Self {
        Self::new(domain.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_fields_never_holds_a_space() {
        for bad in ["", "a b", "a,b", "a ", "ä"] {
            assert!(Fields::new([bad]).is_err(), "{bad:?}");
        }
        let fields = Fields::new(["website_visits", "new_field_7", "website_visits"]).unwrap();
        assert_eq!(fields.to_string(), "website_visits,new_field_7");
        assert!(Fields::new(Vec::<ResearchField>::new()).unwrap().is_all());
        assert_eq!(Fields::all().to_string(), "");
    }
}
