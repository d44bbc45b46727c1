//! The APIs, and the tests of each.

use std::sync::Arc;

use crm_core::{ClientBuilder, ManualClock, OpMeta, Quotas};
use crm_fake::Vendor;
use hatch_client::{BulkExport, ContactsKey, ReportingKey};
use hockeystack_client::{AccountIntelligence, AccountIntelligenceToken, RevenueAgents, RevenueAgentsToken};

use crate::bad_input::refused;
use crate::judged::judge;
use crate::paged::{self, List};
use crate::{Entry, generated};

/// One API: its client, its calls, its table of operations.
pub(crate) struct Api<C: 'static> {
    /// The name in the names of snapshots.
    pub(crate) name: &'static str,
    /// The folder below `specs`, and the API's name in `vendor.json`.
    pub(crate) documents: (&'static str, &'static str),
    /// The fake that gives samples of arguments that the vendor's document does not name.
    pub(crate) vendor: Vendor,
    /// Returns a client at this address.
    pub(crate) connect: fn(&str) -> C,
    pub(crate) calls: &'static [Entry<C>],
    pub(crate) operations: fn() -> Vec<&'static OpMeta>,
    /// The paged operations.
    pub(crate) lists: &'static [(&'static str, List)],
}

/// Returns a client whose time passes by itself.
fn client<C>(builder: ClientBuilder<C>, url: &str) -> C {
    builder.base_url(url).clock(Arc::new(ManualClock::auto())).quotas(Quotas::none()).build().unwrap()
}

fn hubspot() -> Api<hubspot_client::Client> {
    Api {
        name: "hubspot",
        documents: ("hubspot", "hubspot"),
        vendor: Vendor::HubSpot,
        connect: |url| client(hubspot_client::Client::builder().token("pat-eu1-invented"), url),
        calls: generated::hubspot::CALLS,
        operations: || hubspot_client::operations::all().collect(),
        lists: paged::HUBSPOT,
    }
}

fn hoopai() -> Api<hoopai_client::Client> {
    Api {
        name: "hoopai",
        documents: ("hoopai", "hoopai"),
        vendor: Vendor::HoopAi,
        connect: |url| client(hoopai_client::Client::builder().token("invented"), url),
        calls: generated::hoopai::CALLS,
        operations: || hoopai_client::operations::all().collect(),
        lists: paged::HOOPAI,
    }
}

fn hoopai_v3() -> Api<hoopai_client::V3> {
    Api {
        name: "hoopai-v3",
        documents: ("hoopai", "v3"),
        vendor: Vendor::HoopAi,
        connect: |url| client(hoopai_client::Client::builder().token("invented"), url).v3(),
        calls: generated::hoopai_v3::CALLS,
        operations: || hoopai_client::v3::operations::all().collect(),
        lists: paged::HOOPAI_V3,
    }
}

fn account_intelligence() -> Api<AccountIntelligence> {
    Api {
        name: "hockeystack-account-intelligence",
        documents: ("hockeystack", "account-intelligence"),
        vendor: Vendor::AccountIntelligence,
        connect: |url| client(AccountIntelligence::builder(AccountIntelligenceToken::new("invented").unwrap()), url),
        calls: generated::hockeystack_account_intelligence::CALLS,
        operations: || hockeystack_client::account_intelligence::operations::all().collect(),
        lists: &[],
    }
}

fn revenue_agents() -> Api<RevenueAgents> {
    Api {
        name: "hockeystack-revenue-agents",
        documents: ("hockeystack", "revenue-agents"),
        vendor: Vendor::RevenueAgents,
        connect: |url| client(RevenueAgents::builder(RevenueAgentsToken::new("hsr_live_invented").unwrap()), url),
        calls: generated::hockeystack_revenue_agents::CALLS,
        operations: || hockeystack_client::revenue_agents::operations::all().collect(),
        lists: paged::REVENUE_AGENTS,
    }
}

fn hatch_contacts() -> Api<hatch_client::Client> {
    Api {
        name: "hatch-contacts",
        documents: ("hatch", "contacts"),
        vendor: Vendor::HatchContacts,
        connect: |url| client(hatch_client::Client::builder(ContactsKey::new("invented").unwrap()), url),
        calls: generated::hatch_contacts::CALLS,
        operations: || hatch_client::contacts::operations::all().collect(),
        lists: &[],
    }
}

fn hatch_bulk_export() -> Api<BulkExport> {
    Api {
        name: "hatch-bulk-export",
        documents: ("hatch", "bulk-export"),
        vendor: Vendor::HatchBulkExport,
        connect: |url| client(BulkExport::builder(ReportingKey::new("invented").unwrap()), url),
        calls: generated::hatch_bulk_export::CALLS,
        operations: || hatch_client::bulk_export::operations::all().collect(),
        lists: &[],
    }
}

macro_rules! judged {
    ($($test:ident => $api:ident,)*) => {
        mod what_is_described_is_read_and_sent {
            $(
                #[tokio::test]
                async fn $test() {
                    super::judge(&super::$api()).await;
                }
            )*
        }

        mod what_was_not_promised_is_refused {
            $(
                #[tokio::test]
                async fn $test() {
                    super::refused(&super::$api()).await;
                }
            )*
        }
    };
}

judged! {
    by_hubspot => hubspot,
    by_hoopai => hoopai,
    by_hoopai_v3 => hoopai_v3,
    by_account_intelligence => account_intelligence,
    by_revenue_agents => revenue_agents,
    by_hatch_contacts => hatch_contacts,
    by_hatch_bulk_export => hatch_bulk_export,
}
