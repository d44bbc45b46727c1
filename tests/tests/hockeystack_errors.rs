//! Every error body of HockeyStack on record, as the clients read it.

use crate::error_table::{reply, survive, table};
use crm_core::Vendor;
use hockeystack_client::account_intelligence::operations::ACCOUNT_INTELLIGENCE_GET;
use hockeystack_client::revenue_agents::operations::{SERVICE_GET_ME, TASKS_CREATE};
use hockeystack_client::{AccountIntelligence, RevenueAgents};

#[test]
fn every_body_on_record() {
    let (intelligence, agents) = (AccountIntelligence::vendor(), RevenueAgents::vendor());
    let of = |name: &str| -> (&dyn Vendor, _) {
        if name.starts_with("account_intelligence") {
            (&intelligence, &ACCOUNT_INTELLIGENCE_GET)
        } else {
            (&agents, &TASKS_CREATE)
        }
    };
    insta::assert_snapshot!(table(include_str!("../fixtures/errors/hockeystack.json"), of));
}

#[test]
fn nothing_makes_reading_fail() {
    survive(
        &AccountIntelligence::vendor(),
        &ACCOUNT_INTELLIGENCE_GET,
        &["message", "result", "status", "error", "code"],
    );
    survive(&RevenueAgents::vendor(), &TASKS_CREATE, &["error", "code", "category", "message"]);
}

#[test]
fn the_headers_of_revenue_agents_speak_of_their_pool() {
    let agents = RevenueAgents::vendor();
    let headers = |pool| {
        [
            ("x-ratelimit-pool", pool),
            ("x-ratelimit-limit", "600"),
            ("x-ratelimit-remaining", "17"),
            ("x-ratelimit-reset", "99999999999"),
        ]
    };
    let read = agents.feedback(&SERVICE_GET_ME, &reply(200, &headers("read"), ""));
    assert_eq!((read.window, read.limit, read.remaining), (Some("read"), Some(600), Some(17)));
    assert!(read.reset_after.is_some());
    assert_eq!(agents.feedback(&SERVICE_GET_ME, &reply(200, &headers("write"), "")).window, Some("write"));
    assert_eq!(agents.feedback(&SERVICE_GET_ME, &reply(200, &headers("new"), "")).window, None);
}
