//! One test an API: its client, its calls, its table of operations.

use std::sync::Arc;

use crm_core::{ClientBuilder, ManualClock};
use crm_fake::{Fake, Vendor};
use hatch_client::{BulkExport, ContactsKey, ReportingKey};
use hockeystack_client::{AccountIntelligence, AccountIntelligenceToken, RevenueAgents, RevenueAgentsToken};

use crate::canary::silent;
use crate::check::every;
use crate::fuzz::fuzz;
use crate::generated;

/// A client of the fake whose time passes by itself.
fn client<C>(builder: ClientBuilder<C>, fake: &Fake) -> C {
    builder.base_url(fake.base_url()).clock(Arc::new(ManualClock::auto())).build().unwrap()
}

#[tokio::test]
async fn hubspot() {
    let client = |fake: &Fake| client(hubspot_client::Client::builder().token(fake.token()), fake);
    every(Vendor::HubSpot, client, generated::hubspot::CALLS, hubspot_client::operations::all()).await;
    silent(Vendor::HubSpot, client, generated::hubspot::CALLS, hubspot_client::operations::all()).await;
    fuzz("hubspot", Vendor::HubSpot, client, generated::hubspot::CALLS, hubspot_client::operations::all()).await;
}

#[tokio::test]
async fn hoopai() {
    let client = |fake: &Fake| client(hoopai_client::Client::builder().token(fake.token()), fake);
    every(Vendor::HoopAi, client, generated::hoopai::CALLS, hoopai_client::operations::all()).await;
    silent(Vendor::HoopAi, client, generated::hoopai::CALLS, hoopai_client::operations::all()).await;
    fuzz("hoopai", Vendor::HoopAi, client, generated::hoopai::CALLS, hoopai_client::operations::all()).await;
}

#[tokio::test]
async fn hoopai_v3() {
    let client = |fake: &Fake| client(hoopai_client::Client::builder().token(fake.token()), fake).v3();
    every(Vendor::HoopAi, client, generated::hoopai_v3::CALLS, hoopai_client::v3::operations::all()).await;
    silent(Vendor::HoopAi, client, generated::hoopai_v3::CALLS, hoopai_client::v3::operations::all()).await;
    fuzz("hoopai-v3", Vendor::HoopAi, client, generated::hoopai_v3::CALLS, hoopai_client::v3::operations::all()).await;
}

#[tokio::test]
async fn account_intelligence() {
    let token = |fake: &Fake| AccountIntelligenceToken::new(fake.token()).unwrap();
    let client = |fake: &Fake| client(AccountIntelligence::builder(token(fake)), fake);
    let operations = hockeystack_client::account_intelligence::operations::all;
    every(Vendor::AccountIntelligence, client, generated::hockeystack_account_intelligence::CALLS, operations()).await;
    silent(Vendor::AccountIntelligence, client, generated::hockeystack_account_intelligence::CALLS, operations()).await;
    fuzz(
        "hockeystack-account-intelligence",
        Vendor::AccountIntelligence,
        client,
        generated::hockeystack_account_intelligence::CALLS,
        operations(),
    )
    .await;
}

#[tokio::test]
async fn revenue_agents() {
    let token = |fake: &Fake| RevenueAgentsToken::new(fake.token()).unwrap();
    let client = |fake: &Fake| client(RevenueAgents::builder(token(fake)), fake);
    let operations = hockeystack_client::revenue_agents::operations::all;
    every(Vendor::RevenueAgents, client, generated::hockeystack_revenue_agents::CALLS, operations()).await;
    silent(Vendor::RevenueAgents, client, generated::hockeystack_revenue_agents::CALLS, operations()).await;
    fuzz(
        "hockeystack-revenue-agents",
        Vendor::RevenueAgents,
        client,
        generated::hockeystack_revenue_agents::CALLS,
        operations(),
    )
    .await;
}

#[tokio::test]
async fn hatch_contacts() {
    let key = |fake: &Fake| ContactsKey::new(fake.token()).unwrap();
    let client = |fake: &Fake| client(hatch_client::Client::builder(key(fake)), fake);
    let operations = hatch_client::contacts::operations::all;
    every(Vendor::HatchContacts, client, generated::hatch_contacts::CALLS, operations()).await;
    silent(Vendor::HatchContacts, client, generated::hatch_contacts::CALLS, operations()).await;
    fuzz("hatch-contacts", Vendor::HatchContacts, client, generated::hatch_contacts::CALLS, operations()).await;
}

#[tokio::test]
async fn hatch_bulk_export() {
    let key = |fake: &Fake| ReportingKey::new(fake.token()).unwrap();
    let client = |fake: &Fake| client(BulkExport::builder(key(fake)), fake);
    let operations = hatch_client::bulk_export::operations::all;
    every(Vendor::HatchBulkExport, client, generated::hatch_bulk_export::CALLS, operations()).await;
    silent(Vendor::HatchBulkExport, client, generated::hatch_bulk_export::CALLS, operations()).await;
    fuzz("hatch-bulk-export", Vendor::HatchBulkExport, client, generated::hatch_bulk_export::CALLS, operations()).await;
}
