//! Analytics: every report in every kind of period, and what else there is to ask.

use crm_fake::Fault;
use hubspot_client::Report;
use hubspot_client::types::{
    AnalyticsBreakdownBy, AnalyticsContentType, AnalyticsObjectType, AnalyticsReport, SortDirection, TimePeriod,
};
use serde_json::json;

use super::Rig;

/// A report in all periods: totals and summaries come in parts, the others by day, week or month.
async fn in_all_periods(report: impl Into<Report>, path: &str) {
    let rig = Rig::new().await;
    let report = report.into();
    for (period, name, by_time) in [
        (TimePeriod::Total, "total", false),
        (TimePeriod::Daily, "daily", true),
        (TimePeriod::Weekly, "weekly", true),
        (TimePeriod::Monthly, "monthly", true),
        (TimePeriod::SummarizeDaily, "summarize/daily", false),
        (TimePeriod::SummarizeWeekly, "summarize/weekly", false),
        (TimePeriod::SummarizeMonthly, "summarize/monthly", false),
    ] {
        let call = rig.client.analytics().report(report.clone(), period, 20260101, 20260131).keep(["a", "b"]);
        let reply = call.send().await.unwrap();
        rig.sent(&format!("GET /analytics/v2/reports/{path}/{name}?start=20260101&end=20260131&f=a&f=b"));
        assert_eq!(matches!(reply, AnalyticsReport::AnalyticsTimeline(_)), by_time, "{name}");
        assert_eq!(matches!(reply, AnalyticsReport::AnalyticsTotals(_)), !by_time, "{name}");
    }
}

#[tokio::test]
async fn by_breakdown() {
    in_all_periods(AnalyticsBreakdownBy::Sources, "sources").await;
}

#[tokio::test]
async fn by_object() {
    in_all_periods(AnalyticsObjectType::Forms, "forms").await;
}

#[tokio::test]
async fn by_content() {
    in_all_periods(AnalyticsContentType::LandingPages, "landing-pages").await;
}

#[tokio::test]
async fn by_page() {
    let report = Report::PageSources(AnalyticsContentType::BlogPosts, "7".into());
    in_all_periods(report, "blog-posts/7/sources").await;
}

#[tokio::test]
async fn by_blog() {
    let report = Report::BlogSources(AnalyticsContentType::BlogPosts, "8".into());
    in_all_periods(report, "blog-posts/content-group/8/sources").await;
}

#[tokio::test]
async fn drill_down() {
    let rig = Rig::new().await;
    let report = rig.client.analytics().report(AnalyticsBreakdownBy::Sources, TimePeriod::Total, 20260101, 20260131);
    let report = report.within("organic").and_within("bridges").leave_out(["paid"]).view(5);
    let totals = report.sort_by("visits", SortDirection::Desc).limit(10).totals().await.unwrap();
    rig.sent(
        "GET /analytics/v2/reports/sources/total?start=20260101&end=20260131&d1=organic&d2=bridges&e=paid&filterId=5&sort=visits&sortDir=desc&limit=10",
    );
    assert!(totals.total.is_some() && !totals.breakdowns.is_empty());
}

#[tokio::test]
async fn pages() {
    let rig = Rig::new().await;
    let page = |part: &str, offset: u32| {
        Fault::Body(json!({"offset": offset, "total": 2, "totals": {"visits": 9}, "breakdowns": [{"breakdown": part}]}))
    };
    rig.fake.script([page("direct", 1), page("paid", 2)]);
    let report = rig.client.analytics().report(AnalyticsBreakdownBy::Sources, TimePeriod::Total, 20260101, 20260131);
    let parts = report.limit(1).items().try_collect().await.unwrap();
    rig.sent("GET /analytics/v2/reports/sources/total?start=20260101&end=20260131&limit=1&offset=1");
    assert_eq!(parts.into_iter().filter_map(|part| part.breakdown).collect::<Vec<_>>(), ["direct", "paid"]);
}

#[tokio::test]
async fn timeline() {
    let rig = Rig::new().await;
    let report = rig.client.analytics().report(AnalyticsBreakdownBy::Sources, TimePeriod::Daily, 20260101, 20260103);
    let days = report.keep(["organic"]).timeline().await.unwrap();
    rig.sent("GET /analytics/v2/reports/sources/daily?start=20260101&end=20260103&f=organic");
    assert_eq!(days.iter().map(|(day, _)| day).collect::<Vec<_>>(), ["2026-01-01", "2026-01-02", "2026-01-03"]);
}

#[tokio::test]
async fn exists() {
    let rig = Rig::new().await;
    let reply = rig.client.analytics().exists(AnalyticsObjectType::Forms).send().await.unwrap();
    rig.sent("GET /analytics/v2/reports/forms/exists");
    assert_eq!(reply.exists, Some(true));
}

#[tokio::test]
async fn views() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!([{"id": 7, "title": "Blog only", "createdAt": 1_514_764_800_000_i64}])));
    let views = rig.client.analytics().list_views().send().await.unwrap();
    rig.sent("GET /analytics/v2/views");
    assert_eq!((views[0].id, views[0].title.as_deref()), (Some(7), Some("Blog only")));
}

#[tokio::test]
async fn events() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!([{"id": "000001", "name": "Signed up"}])));
    let events = rig.client.analytics().list_events().include_deletes(true).send().await.unwrap();
    rig.sent("GET /reports/v2/events?includeDeletes=true");
    assert_eq!(events[0].name.as_deref(), Some("Signed up"));
}

#[tokio::test]
async fn events_batch() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!([{"id": "1", "name": "Signed up"}, {"id": "2", "name": "Left"}])));
    let events = rig.client.analytics().batch_get_events(["1", "2"]).send().await.unwrap();
    rig.sent("GET /reports/v2/events/batch?id=1&id=2");
    assert_eq!(events.len(), 2);
}
