//! Limits, their headers and their refusals.

use std::time::Duration;

use crm_fake::{Fake, Vendor};
use serde_json::json;

use crate::common::{get, post};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn hubspot_counts_search_apart() {
    let fake = Fake::builder(Vendor::HubSpot).quota(3, MINUTE).quota_named("search", 2, MINUTE).start().await.unwrap();
    let path = "/crm/objects/2026-03/contacts";
    for left in ["2", "1", "0"] {
        let got = get(&fake, path).await;
        assert_eq!((got.status, got.header("x-hubspot-ratelimit-remaining")), (200, Some(left)));
        assert_eq!(got.header("x-hubspot-ratelimit-max"), Some("3"));
        assert_eq!(got.header("x-hubspot-ratelimit-interval-milliseconds"), Some("60000"));
        assert!(got.header("x-hubspot-ratelimit-daily-remaining").is_some());
    }
    let over = get(&fake, path).await;
    assert_eq!((over.status, over.text("/policyName")), (429, "TEN_SECONDLY_ROLLING"));
    assert_eq!((over.text("/errorType"), over.body.get("category")), ("RATE_LIMIT", None));
    for expected in [200, 200, 429] {
        let got = post(&fake, &format!("{path}/search"), json!({"filterGroups": []})).await;
        assert_eq!(got.status, expected, "{}", got.body);
        assert!(got.header("x-hubspot-ratelimit-max").is_none());
    }
    let report = fake.report();
    assert_eq!(report.rate_limited, 2);
    assert_eq!((report.busiest_window["burst"], report.busiest_window["search"]), ((4, 3), (3, 2)));
}

#[tokio::test]
async fn the_others_refuse_in_their_own_way() {
    let hoop = Fake::builder(Vendor::HoopAi).quota(1, MINUTE).start().await.unwrap();
    let first = get(&hoop, "/contacts/?locationId=a").await;
    assert_eq!((first.header("x-ratelimit-max"), first.header("x-ratelimit-remaining")), (Some("1"), Some("0")));
    assert_eq!(first.header("x-ratelimit-daily-remaining"), Some("199999"));
    assert_eq!(get(&hoop, "/contacts/?locationId=b").await.status, 200, "another location has its own window");
    let over = get(&hoop, "/contacts/?locationId=a").await;
    assert_eq!((over.status, over.header("retry-after")), (429, None));

    let agents = Fake::builder(Vendor::RevenueAgents).quota_named("read", 1, MINUTE).start().await.unwrap();
    get(&agents, "/me").await;
    let over = get(&agents, "/me").await;
    assert_eq!((over.status, over.text("/error/code")), (429, "rate_limit.exceeded"));
    assert_eq!((over.header("x-ratelimit-pool"), over.header("x-ratelimit-remaining")), (Some("read"), Some("0")));
    let wait: u64 = over.header("retry-after").unwrap().parse().unwrap();
    assert!((59..=61).contains(&wait), "{wait}");

    let export = Fake::start(Vendor::HatchBulkExport).await.unwrap();
    let path = "/api/v1/export-data?data_source=contact_history&start_date=2025-10-30&end_date=2025-11-04";
    assert_eq!(get(&export, path).await.status, 200);
    let over = get(&export, path).await;
    assert_eq!((over.status, over.text("/errors/detail")), (429, "Too Many Requests"));
}
