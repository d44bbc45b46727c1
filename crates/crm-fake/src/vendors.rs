//! The APIs that this crate fakes: a module for each vendor, with its error shapes and its stateful operations.

mod account_intelligence;
mod hatch;
mod hoopai;
pub(crate) mod hubspot;
mod oauth;
mod revenue_agents;

use std::sync::OnceLock;

use crate::dialect::Dialect;
use crate::document::Document;

/// A document, as the build script packed it.
struct Packed {
    name: &'static str,
    bytes: &'static [u8],
}

macro_rules! packed {
    ($($name:literal),+) => {
        &[$(Packed { name: $name, bytes: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")) }),+]
    };
}

/// One API of one vendor. HockeyStack and Hatch have several, on different hosts with different tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Vendor {
    /// HubSpot's public API (`api.hubapi.com`).
    HubSpot,
    /// HoopAI, which is HighLevel's API (`services.leadconnectorhq.com`).
    HoopAi,
    /// HockeyStack Account Intelligence (`app.hockeystack.com/integration/sales`).
    AccountIntelligence,
    /// HockeyStack Revenue Agents (`app.hockeystack.com/api/revenue-agents/v1`).
    RevenueAgents,
    /// Hatch contacts (`api.usehatchapp.com`).
    HatchContacts,
    /// Hatch bulk export (`bulk-export-api.usehatchapp.com`).
    HatchBulkExport,
    /// Hatch's legacy new-lead API (`app.usehatchapp.com`), whose token is sent as `X-API-KEY`.
    HatchLegacyLeads,
}

/// The parts of an API's fake.
struct Facts {
    /// The name that selects it in the binary.
    name: &'static str,
    /// The default token.
    token: &'static str,
    /// The documents of all versions; the first one applies unless `document_of` selects another.
    documents: &'static [Packed],
    dialect: &'static dyn Dialect,
}

impl Vendor {
    /// Every API, in the order in which the binary lists them.
    pub const ALL: &[Self] = &[
        Self::HubSpot,
        Self::HoopAi,
        Self::AccountIntelligence,
        Self::RevenueAgents,
        Self::HatchContacts,
        Self::HatchBulkExport,
        Self::HatchLegacyLeads,
    ];

    fn facts(self) -> Facts {
        match self {
            Self::HubSpot => Facts {
                name: "hubspot",
                token: "pat-fake-hubspot",
                documents: packed!("hubspot", "hubspot-beta"),
                dialect: &hubspot::HubSpot,
            },
            Self::HoopAi => Facts {
                name: "hoopai",
                token: "pit-fake-hoopai",
                documents: packed!("hoopai", "hoopai-v3"),
                dialect: &hoopai::HoopAi,
            },
            Self::AccountIntelligence => Facts {
                name: "account-intelligence",
                token: "fake-account-intelligence",
                documents: packed!("hockeystack-account-intelligence"),
                dialect: &account_intelligence::AccountIntelligence,
            },
            Self::RevenueAgents => Facts {
                name: "revenue-agents",
                token: "hsr_live_00000000000000000000000000000000",
                documents: packed!("hockeystack-revenue-agents"),
                dialect: &revenue_agents::RevenueAgents,
            },
            Self::HatchContacts => Facts {
                name: "hatch-contacts",
                token: "00000000-fa4e-4000-8000-000000000001",
                documents: packed!("hatch-contacts"),
                dialect: &hatch::Contacts,
            },
            Self::HatchBulkExport => Facts {
                name: "hatch-bulk-export",
                token: "00000000-fa4e-4000-8000-000000000002",
                documents: packed!("hatch-bulk-export"),
                dialect: &hatch::BulkExport,
            },
            Self::HatchLegacyLeads => Facts {
                name: "hatch-legacy-leads",
                token: "fake-hatch-department",
                documents: packed!("hatch-legacy-leads"),
                dialect: &hatch::LegacyLeads,
            },
        }
    }

    /// Returns the name that selects it in the binary, for example `hatch-contacts`.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// Returns the API with this [`name`](Self::name), if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|vendor| vendor.name() == name)
    }

    /// Returns the token that a fake accepts if none was set with [`Builder::token`](crate::Builder::token).
    pub fn default_token(self) -> &'static str {
        self.facts().token
    }

    /// Returns the hand-written behaviour of the API.
    pub(crate) fn dialect(self) -> &'static dyn Dialect {
        self.facts().dialect
    }

    /// Returns the API that serves a document of `specs`, for example `hoopai-v3`.
    #[doc(hidden)]
    pub fn of_document(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|vendor| vendor.version(name).is_some())
    }

    /// Returns the API's document.
    pub(crate) fn document(self) -> &'static Document {
        self.nth(0)
    }

    /// Returns the documents of all versions of the API.
    pub(crate) fn documents(self) -> Vec<&'static Document> {
        (0..self.facts().documents.len()).map(|index| self.nth(index)).collect()
    }

    /// Returns the document of the API with this name.
    pub(crate) fn document_named(self, name: &str) -> Option<&'static Document> {
        self.version(name).map(|index| self.nth(index))
    }

    /// Returns the document that applies to a value of the `Version` header and a path.
    pub(crate) fn document_of(self, version: Option<&str>, path: &str) -> &'static Document {
        match (self, version) {
            (Self::HoopAi, Some("v3")) => self.nth(1),
            (Self::HubSpot, _) if path.split('/').any(|segment| segment == HUBSPOT_BETA) => self.nth(1),
            _ => self.document(),
        }
    }

    /// Returns the index of the document with this name.
    fn version(self, name: &str) -> Option<usize> {
        self.facts().documents.iter().position(|document| document.name == name)
    }

    /// Returns a document, parsed once for the whole process.
    fn nth(self, index: usize) -> &'static Document {
        static DOCUMENTS: [OnceLock<Vec<OnceLock<Document>>>; Vendor::ALL.len()] =
            [const { OnceLock::new() }; Vendor::ALL.len()];
        let packed = self.facts().documents;
        let documents = DOCUMENTS[self as usize].get_or_init(|| packed.iter().map(|_| OnceLock::new()).collect());
        documents[index].get_or_init(|| Document::unpack(packed[index].bytes))
    }
}

/// The version of HubSpot's beta, as paths contain it.
pub(crate) const HUBSPOT_BETA: &str = "2026-09-beta";

impl std::fmt::Display for Vendor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_of_the_beta_selects_its_document() {
        let of = |path: &str| Vendor::HubSpot.document_of(None, path);
        let beta = Vendor::HubSpot.document_named("hubspot-beta").unwrap();
        for operation in &beta.operations {
            assert!(std::ptr::eq(of(&operation.path), beta), "{}", operation.path);
        }
        for path in
            ["/crm/objects/2027-03-beta/contacts", "/crm/objects/2026-03/contacts", "/crm/objects/2026-03/x-beta"]
        {
            assert!(std::ptr::eq(of(path), Vendor::HubSpot.document()), "{path}");
        }
    }
}
