//! The APIs, and the tests of each.

use std::ops::Deref;

use crm_core::Quotas;
use crm_testkit::calls;
use hatch_client::{BulkExport, LegacyLeads};
use hockeystack_client::{AccountIntelligence, RevenueAgents};

use crate::bad_input::refused;
use crate::judged::judge;
use crate::paged::{self, List};

/// One API, and the vendor's documents of it.
pub(crate) struct Api<C: 'static> {
    api: calls::Api<C>,
    /// The folder below `specs`, and the API's name in `vendor.json`.
    pub(crate) documents: (&'static str, &'static str),
    token: &'static str,
    /// The paged operations.
    pub(crate) lists: &'static [(&'static str, List)],
}

impl<C> Api<C> {
    /// Returns a client at this address.
    pub(crate) fn at(&self, url: &str) -> C {
        (self.connect)(self.token, url, Some(Quotas::none()))
    }
}

impl<C> Deref for Api<C> {
    type Target = calls::Api<C>;

    fn deref(&self) -> &Self::Target {
        &self.api
    }
}

fn hubspot() -> Api<hubspot_client::Client> {
    Api { api: calls::hubspot(), documents: ("hubspot", "hubspot"), token: "pat-eu1-invented", lists: paged::HUBSPOT }
}

fn hoopai() -> Api<hoopai_client::Client> {
    Api { api: calls::hoopai(), documents: ("hoopai", "hoopai"), token: "invented", lists: paged::HOOPAI }
}

fn hoopai_v3() -> Api<hoopai_client::V3> {
    Api { api: calls::hoopai_v3(), documents: ("hoopai", "v3"), token: "invented", lists: paged::HOOPAI_V3 }
}

fn account_intelligence() -> Api<AccountIntelligence> {
    Api {
        api: calls::hockeystack_account_intelligence(),
        documents: ("hockeystack", "account-intelligence"),
        token: "invented",
        lists: &[],
    }
}

fn revenue_agents() -> Api<RevenueAgents> {
    Api {
        api: calls::hockeystack_revenue_agents(),
        documents: ("hockeystack", "revenue-agents"),
        token: "hsr_live_invented",
        lists: paged::REVENUE_AGENTS,
    }
}

fn hatch_contacts() -> Api<hatch_client::Client> {
    Api { api: calls::hatch_contacts(), documents: ("hatch", "contacts"), token: "invented", lists: &[] }
}

fn hatch_bulk_export() -> Api<BulkExport> {
    Api { api: calls::hatch_bulk_export(), documents: ("hatch", "bulk-export"), token: "invented", lists: &[] }
}

fn hatch_legacy_leads() -> Api<LegacyLeads> {
    Api { api: calls::hatch_legacy_leads(), documents: ("hatch", "legacy-leads"), token: "invented", lists: &[] }
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
    by_hatch_legacy_leads => hatch_legacy_leads,
}
