//! The owner of an agent.

use std::fmt;

/// The company or the deal that an agent and its conversations belong to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A company, by its id (1 to 64 characters).
    Company(String),
    /// A deal, by its id (1 to 64 characters).
    Deal(String),
}

impl Owner {
    /// Creates the owner for a company.
    #[must_use]
    pub fn company(id: impl Into<String>) -> Self {
        Self::Company(id.into())
    }

    /// Creates the owner for a deal.
    #[must_use]
    pub fn deal(id: impl Into<String>) -> Self {
        Self::Deal(id.into())
    }
}

/// For example `company 7` or `deal 7`.
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Company(id) => write!(f, "company {id}"),
            Self::Deal(id) => write!(f, "deal {id}"),
        }
    }
}
