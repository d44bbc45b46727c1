//! The refusals that the vendor tells apart by their text only.

use crm_core::Error;

/// Why Account Intelligence refused a call, read from the vendor's text.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No token was sent.
    TokenMissing,
    /// The token does not look like one.
    TokenFormat,
    /// The token is unknown or switched off.
    TokenInactive,
    /// No domain was sent.
    DomainMissing,
    /// The domain is none.
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
    /// The refusal behind an error; `None` where it is another error or a text that is not known.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        Self::read(error.vendor()?.message.as_deref()?)
    }

    pub(super) fn read(message: &str) -> Option<Self> {
        TEXTS.iter().find(|(text, _)| message.starts_with(text)).map(|(_, refusal)| *refusal)
    }

    /// The member of the request that is to blame.
    pub(super) fn field(self) -> Option<&'static str> {
        match self {
            Self::DomainMissing | Self::DomainFormat => Some("company_domain"),
            Self::FieldsFormat => Some("fields_to_get"),
            _ => None,
        }
    }
}
