//! The refusals that the vendor distinguishes by their text only.

use crm_core::Error;

/// Reason why Account Intelligence refused a call, read from the vendor's text.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No token was sent.
    TokenMissing,
    /// The token has a wrong form.
    TokenFormat,
    /// The token is unknown or switched off.
    TokenInactive,
    /// No domain was sent.
    DomainMissing,
    /// The domain has a wrong form.
    DomainFormat,
    /// The list of fields is malformed.
    FieldsFormat,
    /// The company is not known to HockeyStack.
    CompanyUnknown,
}

const TEXTS: [(&str, Refusal); 7] = [
    ("No token provided", Refusal::TokenMissing),
    ("Invalid token format", Refusal::TokenFormat),
    ("Invalid or inactive token", Refusal::TokenInactive),
    ("companyDomain is required", Refusal::DomainMissing),
    ("Invalid company domain format", Refusal::DomainFormat),
    ("fields_to_get must be", Refusal::FieldsFormat),
    ("Requested company not found", Refusal::CompanyUnknown),
];

impl Refusal {
    /// Returns the refusal behind an error, or `None` for another error or an unknown text.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        Self::read(error.vendor()?.message.as_deref()?)
    }

    pub(super) fn read(message: &str) -> Option<Self> {
        TEXTS.iter().find(|(text, _)| message.starts_with(text)).map(|(_, refusal)| *refusal)
    }

    /// The member of the request that caused the refusal.
    pub(super) fn field(self) -> Option<&'static str> {
        match self {
            Self::DomainMissing | Self::DomainFormat => Some("company_domain"),
            Self::FieldsFormat => Some("fields_to_get"),
            _ => None,
        }
    }
}
