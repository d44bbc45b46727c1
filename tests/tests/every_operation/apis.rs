//! What is tested of each API.

use std::fmt::Debug;

use crm_testkit::calls::{self, Api};
use crm_testkit::fuzz::Effort;

use crate::canary::silent;
use crate::check::every;
use crate::wire::snapshots;

async fn check<C: Debug>(api: Api<C>) {
    every(&api).await;
    snapshots(&api).await;
    silent(&api).await;
    crm_fuzz::replies(&api, Effort::TEST).await;
}

#[tokio::test]
async fn hubspot() {
    check(calls::hubspot()).await;
}

#[tokio::test]
async fn hoopai() {
    check(calls::hoopai()).await;
}

#[tokio::test]
async fn hoopai_v3() {
    check(calls::hoopai_v3()).await;
}

#[tokio::test]
async fn hockeystack_account_intelligence() {
    check(calls::hockeystack_account_intelligence()).await;
}

#[tokio::test]
async fn hockeystack_revenue_agents() {
    check(calls::hockeystack_revenue_agents()).await;
}

#[tokio::test]
async fn hatch_contacts() {
    check(calls::hatch_contacts()).await;
}

#[tokio::test]
async fn hatch_bulk_export() {
    check(calls::hatch_bulk_export()).await;
}

#[tokio::test]
async fn hatch_legacy_leads() {
    check(calls::hatch_legacy_leads()).await;
}
