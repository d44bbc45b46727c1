//! The APIs: how a client of each is made, and its calls.

use std::fmt;
use std::sync::Arc;

use crm_core::{ClientBuilder, ManualClock, OpMeta, Quotas};
use crm_fake::{Fake, Vendor};
use hatch_client::{BulkExport, ContactsKey, DepartmentKey, LegacyLeads, ReportingKey};
use hockeystack_client::{AccountIntelligence, AccountIntelligenceToken, RevenueAgents, RevenueAgentsToken};
use serde_json::Value;

use super::{Entry, Made, Sample, generated};

/// One API: its client, its calls, its table of operations.
pub struct Api<C: 'static> {
    /// The name in the names of snapshots; it begins with that of the vendor.
    pub name: &'static str,
    /// The vendor for the fake.
    pub vendor: Vendor,
    /// Returns a client whose time passes by itself: with this token, at this address, with other quotas than its own.
    pub connect: fn(&str, &str, Option<Quotas>) -> C,
    /// A call of each operation.
    pub calls: &'static [Entry<C>],
    /// The table of operations.
    pub operations: fn() -> Vec<&'static OpMeta>,
    /// Returns the vendor that reads its replies.
    pub reader: fn() -> Box<dyn crm_core::Vendor>,
    /// The version that is sent with all of them, if the client has one.
    pub version: Option<&'static str>,
}

impl<C> Api<C> {
    /// Returns a client of this fake.
    #[must_use]
    pub fn client(&self, fake: &Fake) -> C {
        (self.connect)(fake.token(), &fake.base_url(), None)
    }

    /// Returns the sample arguments of the fake for an operation, if it is in the fake's document.
    #[must_use]
    pub fn arguments(&self, fake: &Fake, op: &OpMeta) -> Option<Value> {
        fake.sample_request(op.method.as_str(), op.path, self.version.or(op.version))
    }

    /// Makes the call of an operation with the sample arguments of the fake.
    ///
    /// # Panics
    ///
    /// If there is no call of it, or the fake has no arguments for it.
    #[must_use]
    pub fn sample(&self, fake: &Fake, client: &C, op: &OpMeta) -> Made {
        let (_, make) = self.calls.iter().find(|(name, _)| *name == op.id).expect("a call of it");
        let sample = self.arguments(fake, op).expect("its arguments");
        make(client, &Sample::new(sample))
    }
}

impl<C> fmt::Debug for Api<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("name", &self.name).finish_non_exhaustive()
    }
}

fn client<C>(builder: ClientBuilder<C>, url: &str, quotas: Option<Quotas>) -> C {
    let builder = builder.base_url(url).clock(Arc::new(ManualClock::auto()));
    let builder = if let Some(quotas) = quotas { builder.quotas(quotas) } else { builder };
    builder.build().expect("its settings are right")
}

/// HubSpot.
#[must_use]
pub fn hubspot() -> Api<hubspot_client::Client> {
    Api {
        name: "hubspot",
        vendor: Vendor::HubSpot,
        connect: |token, url, quotas| client(hubspot_client::Client::builder().token(token), url, quotas),
        calls: generated::hubspot::CALLS,
        operations: || hubspot_client::operations::all().collect(),
        reader: || Box::new(hubspot_client::vendor()),
        version: None,
    }
}

/// HubSpot's operations that are a beta.
#[must_use]
pub fn hubspot_beta() -> Api<hubspot_client::Beta> {
    Api {
        name: "hubspot-beta",
        vendor: Vendor::HubSpot,
        connect: |token, url, quotas| client(hubspot_client::Client::builder().token(token), url, quotas).beta(),
        calls: generated::hubspot_beta::CALLS,
        operations: || hubspot_client::beta::operations::all().collect(),
        reader: || Box::new(hubspot_client::vendor()),
        version: None,
    }
}

/// HoopAI, version 2.
#[must_use]
pub fn hoopai() -> Api<hoopai_client::Client> {
    Api {
        name: "hoopai",
        vendor: Vendor::HoopAi,
        connect: |token, url, quotas| client(hoopai_client::Client::builder().token(token), url, quotas),
        calls: generated::hoopai::CALLS,
        operations: || hoopai_client::operations::all().collect(),
        reader: || Box::new(hoopai_client::vendor()),
        version: None,
    }
}

/// HoopAI, version 3.
#[must_use]
pub fn hoopai_v3() -> Api<hoopai_client::V3> {
    Api {
        name: "hoopai-v3",
        vendor: Vendor::HoopAi,
        connect: |token, url, quotas| client(hoopai_client::Client::builder().token(token), url, quotas).v3(),
        calls: generated::hoopai_v3::CALLS,
        operations: || hoopai_client::v3::operations::all().collect(),
        reader: || Box::new(hoopai_client::vendor()),
        version: Some("v3"),
    }
}

/// HockeyStack's Account Intelligence.
#[must_use]
pub fn hockeystack_account_intelligence() -> Api<AccountIntelligence> {
    Api {
        name: "hockeystack-account-intelligence",
        vendor: Vendor::AccountIntelligence,
        connect: |token, url, quotas| {
            let token = AccountIntelligenceToken::new(token).expect("a token");
            client(AccountIntelligence::builder(token), url, quotas)
        },
        calls: generated::hockeystack_account_intelligence::CALLS,
        operations: || hockeystack_client::account_intelligence::operations::all().collect(),
        reader: || Box::new(AccountIntelligence::vendor()),
        version: None,
    }
}

/// HockeyStack's Revenue Agents.
#[must_use]
pub fn hockeystack_revenue_agents() -> Api<RevenueAgents> {
    Api {
        name: "hockeystack-revenue-agents",
        vendor: Vendor::RevenueAgents,
        connect: |token, url, quotas| {
            let token = RevenueAgentsToken::new(token).expect("a token");
            client(RevenueAgents::builder(token), url, quotas)
        },
        calls: generated::hockeystack_revenue_agents::CALLS,
        operations: || hockeystack_client::revenue_agents::operations::all().collect(),
        reader: || Box::new(RevenueAgents::vendor()),
        version: None,
    }
}

/// Hatch's contacts.
#[must_use]
pub fn hatch_contacts() -> Api<hatch_client::Client> {
    Api {
        name: "hatch-contacts",
        vendor: Vendor::HatchContacts,
        connect: |key, url, quotas| {
            client(hatch_client::Client::builder(ContactsKey::new(key).expect("a key")), url, quotas)
        },
        calls: generated::hatch_contacts::CALLS,
        operations: || hatch_client::contacts::operations::all().collect(),
        reader: || Box::new(hatch_client::vendor()),
        version: None,
    }
}

/// Hatch's bulk export.
#[must_use]
pub fn hatch_bulk_export() -> Api<BulkExport> {
    Api {
        name: "hatch-bulk-export",
        vendor: Vendor::HatchBulkExport,
        connect: |key, url, quotas| client(BulkExport::builder(ReportingKey::new(key).expect("a key")), url, quotas),
        calls: generated::hatch_bulk_export::CALLS,
        operations: || hatch_client::bulk_export::operations::all().collect(),
        reader: || Box::new(hatch_client::vendor()),
        version: None,
    }
}

/// Hatch's legacy new-lead API.
#[must_use]
pub fn hatch_legacy_leads() -> Api<LegacyLeads> {
    Api {
        name: "hatch-legacy-leads",
        vendor: Vendor::HatchLegacyLeads,
        connect: |key, url, quotas| {
            client(LegacyLeads::builder("1234", DepartmentKey::new(key).expect("a key")), url, quotas)
        },
        calls: generated::hatch_legacy_leads::CALLS,
        operations: || hatch_client::legacy_leads::operations::all().collect(),
        reader: || Box::new(hatch_client::vendor()),
        version: None,
    }
}
