//! The APIs that this crate can play.

use std::sync::OnceLock;

use crate::document::Document;

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

impl Vendor {
    /// Every API, in the order in which the binary lists them.
    pub const ALL: [Self; 7] = [
        Self::HubSpot,
        Self::HoopAi,
        Self::AccountIntelligence,
        Self::RevenueAgents,
        Self::HatchContacts,
        Self::HatchBulkExport,
        Self::HatchLegacyLeads,
    ];

    /// The name the binary knows it by, for example `hatch-contacts`.
    pub fn name(self) -> &'static str {
        match self {
            Self::HubSpot => "hubspot",
            Self::HoopAi => "hoopai",
            Self::AccountIntelligence => "account-intelligence",
            Self::RevenueAgents => "revenue-agents",
            Self::HatchContacts => "hatch-contacts",
            Self::HatchBulkExport => "hatch-bulk-export",
            Self::HatchLegacyLeads => "hatch-legacy-leads",
        }
    }

    /// The API with this [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|vendor| vendor.name() == name)
    }

    /// The token that a fake accepts if none was set with [`Builder::token`](crate::Builder::token).
    pub fn default_token(self) -> &'static str {
        match self {
            Self::HubSpot => "pat-fake-hubspot",
            Self::HoopAi => "pit-fake-hoopai",
            Self::AccountIntelligence => "fake-account-intelligence",
            Self::RevenueAgents => "hsr_live_00000000000000000000000000000000",
            Self::HatchContacts => "00000000-fa4e-4000-8000-000000000001",
            Self::HatchBulkExport => "00000000-fa4e-4000-8000-000000000002",
            Self::HatchLegacyLeads => "fake-hatch-department",
        }
    }

    /// The API's document, parsed once for the whole process.
    pub(crate) fn document(self) -> &'static Document {
        static DOCUMENTS: [OnceLock<Document>; 7] = [const { OnceLock::new() }; 7];
        DOCUMENTS[self as usize].get_or_init(|| Document::parse(self.source()))
    }

    /// The document that holds for a value of the `Version` header.
    pub(crate) fn document_of(self, version: Option<&str>) -> &'static Document {
        static HOOPAI_V3: OnceLock<Document> = OnceLock::new();
        match (self, version) {
            (Self::HoopAi, Some("v3")) => {
                HOOPAI_V3.get_or_init(|| Document::parse(include_str!("../specs/hoopai-v3.json")))
            }
            _ => self.document(),
        }
    }

    fn source(self) -> &'static str {
        match self {
            Self::HubSpot => include_str!("../specs/hubspot.json"),
            Self::HoopAi => include_str!("../specs/hoopai.json"),
            Self::AccountIntelligence => {
                include_str!("../specs/hockeystack-account-intelligence.json")
            }
            Self::RevenueAgents => include_str!("../specs/hockeystack-revenue-agents.json"),
            Self::HatchContacts => include_str!("../specs/hatch-contacts.json"),
            Self::HatchBulkExport => include_str!("../specs/hatch-bulk-export.json"),
            Self::HatchLegacyLeads => include_str!("../specs/hatch-legacy-leads.json"),
        }
    }
}

impl std::fmt::Display for Vendor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
