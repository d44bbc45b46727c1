//! What is asked about a company.

use std::time::Duration;

use crm_core::{Error, PollPolicy};

use super::domain::Domain;
use crate::account_intelligence::types::ResearchField;

/// The parts of the answer that are wanted. The default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<ResearchField>);

impl Fields {
    /// These parts; a repeated one counts once, and none at all means all.
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
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) for a name that is not made of
    /// letters, digits and underscores. The vendor refuses lists with spaces.
    pub fn new(fields: impl IntoIterator<Item = impl Into<ResearchField>>) -> Result<Self, Error> {
        let mut wanted = Vec::new();
        for field in fields {
            let field = field.into();
            let name = field.as_str();
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err(Error::validation("a field's name is made of letters, digits and underscores"));
            }
            if !wanted.contains(&field) {
                wanted.push(field);
            }
        }
        Ok(Self(wanted))
    }

    /// All parts.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Whether all parts are wanted.
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

/// A question about a company: the domain, the parts that are wanted, and the patience.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a query asks nothing by itself"]
pub struct ResearchQuery {
    pub(super) domain: Domain,
    pub(super) fields: Fields,
    pub(super) policy: PollPolicy,
}

impl ResearchQuery {
    /// Asks for everything about a company, every 30 seconds and at most 40 times, as the vendor
    /// advises.
    pub fn new(domain: Domain) -> Self {
        // The count ends it: forty questions take twenty minutes and the time of the calls.
        let policy = PollPolicy::new(Duration::from_secs(30), Duration::from_secs(3_600)).max_polls(40);
        Self { domain, fields: Fields::all(), policy }
    }

    /// Sets the wanted parts.
    pub fn fields(mut self, fields: Fields) -> Self {
        self.fields = fields;
        self
    }

    /// Sets how often to ask, and for how long. Each question counts against the limit.
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
