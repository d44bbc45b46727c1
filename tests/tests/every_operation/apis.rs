//! The APIs, and what is tested of each.

use std::fmt::Debug;
use std::sync::Arc;

use crm_core::{ClientBuilder, ManualClock, OpMeta};
use crm_fake::{Fake, Vendor};
use hatch_client::{BulkExport, ContactsKey, ReportingKey};
use hockeystack_client::{AccountIntelligence, AccountIntelligenceToken, RevenueAgents, RevenueAgentsToken};

use crate::canary::silent;
use crate::check::every;
use crate::fuzz::fuzz;
use crate::wire::{self, snapshots};
use crate::{Entry, generated};

/// One API: its client, its calls, its table of operations.
pub(crate) struct Api<C: 'static> {
    pub(crate) name: &'static str,
    pub(crate) vendor: Vendor,
    /// A client with this token at this address.
    pub(crate) connect: fn(&str, &str) -> C,
    pub(crate) calls: &'static [Entry<C>],
    pub(crate) operations: fn() -> Vec<&'static OpMeta>,
}

impl<C> Api<C> {
    pub(crate) fn client(&self, fake: &Fake) -> C {
        (self.connect)(fake.token(), &fake.base_url())
    }
}

/// A client whose time passes by itself.
fn client<C>(builder: ClientBuilder<C>, url: &str) -> C {
    builder.base_url(url).clock(Arc::new(ManualClock::auto())).build().unwrap()
}

async fn check<C: Debug>(api: Api<C>) {
    if let Some(asked) = wire::Asked::read() {
        return asked.answer(&api).await;
    }
    every(&api).await;
    snapshots(&api).await;
    silent(&api).await;
    fuzz(&api).await;
}

#[tokio::test]
async fn hubspot() {
    check(Api {
        name: "hubspot",
        vendor: Vendor::HubSpot,
        connect: |token, url| client(hubspot_client::Client::builder().token(token), url),
        calls: generated::hubspot::CALLS,
        operations: || hubspot_client::operations::all().collect(),
    })
    .await;
}

#[tokio::test]
async fn hoopai() {
    check(Api {
        name: "hoopai",
        vendor: Vendor::HoopAi,
        connect: |token, url| client(hoopai_client::Client::builder().token(token), url),
        calls: generated::hoopai::CALLS,
        operations: || hoopai_client::operations::all().collect(),
    })
    .await;
}

#[tokio::test]
async fn hoopai_v3() {
    check(Api {
        name: "hoopai-v3",
        vendor: Vendor::HoopAi,
        connect: |token, url| client(hoopai_client::Client::builder().token(token), url).v3(),
        calls: generated::hoopai_v3::CALLS,
        operations: || hoopai_client::v3::operations::all().collect(),
    })
    .await;
}

#[tokio::test]
async fn hockeystack_account_intelligence() {
    check(Api {
        name: "hockeystack-account-intelligence",
        vendor: Vendor::AccountIntelligence,
        connect: |token, url| client(AccountIntelligence::builder(AccountIntelligenceToken::new(token).unwrap()), url),
        calls: generated::hockeystack_account_intelligence::CALLS,
        operations: || hockeystack_client::account_intelligence::operations::all().collect(),
    })
    .await;
}

#[tokio::test]
async fn hockeystack_revenue_agents() {
    check(Api {
        name: "hockeystack-revenue-agents",
        vendor: Vendor::RevenueAgents,
        connect: |token, url| client(RevenueAgents::builder(RevenueAgentsToken::new(token).unwrap()), url),
        calls: generated::hockeystack_revenue_agents::CALLS,
        operations: || hockeystack_client::revenue_agents::operations::all().collect(),
    })
    .await;
}

#[tokio::test]
async fn hatch_contacts() {
    check(Api {
        name: "hatch-contacts",
        vendor: Vendor::HatchContacts,
        connect: |token, url| client(hatch_client::Client::builder(ContactsKey::new(token).unwrap()), url),
        calls: generated::hatch_contacts::CALLS,
        operations: || hatch_client::contacts::operations::all().collect(),
    })
    .await;
}

#[tokio::test]
async fn hatch_bulk_export() {
    check(Api {
        name: "hatch-bulk-export",
        vendor: Vendor::HatchBulkExport,
        connect: |token, url| client(BulkExport::builder(ReportingKey::new(token).unwrap()), url),
        calls: generated::hatch_bulk_export::CALLS,
        operations: || hatch_client::bulk_export::operations::all().collect(),
    })
    .await;
}
