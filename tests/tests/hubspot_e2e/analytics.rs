//! Reports in both shapes, checked before they are sent.

use crm_fake::{Fault, Payload};
use hubspot_client::types::{
    AnalyticsBreakdownBy, AnalyticsContentType, AnalyticsObjectType, AnalyticsReport, SortDirection, TimePeriod,
};
use hubspot_client::{Error, ErrorKind, Report, Sent};
use serde_json::json;

use super::{Rig, failed};

#[tokio::test]
async fn totals_are_paged_by_the_offset_of_the_reply() {
    let rig = Rig::new().await;
    let report =
        || rig.client.analytics().report(AnalyticsBreakdownBy::UtmTerms, TimePeriod::Total, 20260101, 20260331);
    let parts = report().limit(5).items().try_collect().await.unwrap();
    let names: Vec<_> = parts.iter().map(|part| part.breakdown.clone().unwrap()).collect();
    let expected: Vec<_> = (1..=12).map(|n| format!("utm-terms-{n}")).collect();
    assert_eq!(names, expected);
    let offsets: Vec<_> = rig.fake.requests().iter().map(|r| r.query_value("offset").map(str::to_owned)).collect();
    assert_eq!(offsets, [None, Some("5".to_owned()), Some("10".to_owned())]);

    let mut stopped = report().limit(5).items();
    for _ in 0..7 {
        stopped.next().await.unwrap().unwrap();
    }
    let rest = report().limit(5).items().resume(stopped.cursor()).unwrap().try_collect().await.unwrap();
    assert_eq!(rest[0].breakdown.as_deref(), Some("utm-terms-8"));
    assert_eq!(rest.len(), 5);

    let totals = report().totals().await.unwrap();
    assert_eq!((totals.total, totals.breakdowns.len()), (Some(12), 12));
    rig.assert_accepted();
}

#[tokio::test]
async fn a_reply_without_a_useful_offset_is_counted() {
    let rig = Rig::new().await;
    let page = |parts: &[&str]| {
        let parts: Vec<_> = parts.iter().map(|part| json!({"breakdown": part})).collect();
        Fault::Body(json!({"offset": 0, "total": 3, "breakdowns": parts}))
    };
    rig.fake.script([page(&["a", "b"]), page(&["c"])]);
    let parts = rig.client.analytics().report(AnalyticsObjectType::Forms, TimePeriod::Total, 20260101, 20260102);
    assert_eq!(parts.items().try_collect().await.unwrap().len(), 3);
}

#[tokio::test]
async fn reports_by_time_are_a_map_by_day() {
    let rig = Rig::new().await;
    let report =
        |period: TimePeriod| rig.client.analytics().report(AnalyticsBreakdownBy::Sources, period, 20260101, 20260103);
    let days = report(TimePeriod::Daily).keep(["organic", "paid"]).timeline().await.unwrap();
    let names: Vec<&str> = days.iter().map(|(day, _)| day).collect();
    assert_eq!(names, ["2026-01-01", "2026-01-02", "2026-01-03"]);
    assert_eq!(days.get("2026-01-02").unwrap().len(), 2);
    let kept: Vec<_> =
        rig.fake.requests()[0].query.iter().filter(|(name, _)| name == "f").map(|(_, part)| part.clone()).collect();
    assert_eq!(kept, ["organic", "paid"]);
    let error = failed(report(TimePeriod::Daily).keep(["organic"]).totals().await);
    assert_eq!(error.kind(), ErrorKind::Decode);

    for period in [TimePeriod::SummarizeDaily, TimePeriod::SummarizeMonthly, TimePeriod::Total] {
        let reply =
            report(period.clone()).leave_out(["paid"]).sort_by("visits", SortDirection::Desc).send().await.unwrap();
        assert!(matches!(reply, AnalyticsReport::AnalyticsTotals(_)), "{period}");
        let path = rig.fake.requests().pop().unwrap().path;
        assert_eq!(path, format!("/analytics/v2/reports/sources/{period}"), "the slash is part of the path");
    }
    rig.assert_accepted();
}

#[tokio::test]
async fn what_hubspot_would_refuse_is_not_sent() {
    let rig = Rig::new().await;
    let analytics = rig.client.analytics();
    let check = |error: Error, words: &str| {
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Validation, Sent::No), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    for period in [TimePeriod::Daily, TimePeriod::Weekly, TimePeriod::Monthly] {
        let report = || analytics.report(AnalyticsBreakdownBy::Sources, period.clone(), 20260101, 20260131);
        check(failed(report().send().await), "keep(..)");
        check(failed(report().timeline().await), "keep(..)");
        check(failed(report().keep(Vec::<String>::new()).send_raw().await), "keep(..)");
        check(failed(report().keep(["paid"]).items().try_collect().await), "no pages");
    }
    for (start, end) in
        [("2026-01-01", "20260131"), ("20261301", "20261302"), ("20260100", "20260101"), ("", ""), ("２０２６", "x")]
    {
        check(failed(analytics.report(AnalyticsBreakdownBy::Sources, "total", start, end).send().await), "YYYYMMDD");
    }
    check(
        failed(analytics.report(AnalyticsBreakdownBy::Sources, "total", 20260201, 20260131).send().await),
        "before it starts",
    );
    let page = Report::PageSources(AnalyticsContentType::BlogPosts, String::new());
    check(failed(analytics.report(page, "total", 20260101, 20260131).send().await), "page_id");
    assert_eq!(rig.fake.report().requests, 0);
    // The whole site has no parts to choose from.
    analytics.report(AnalyticsBreakdownBy::Totals, TimePeriod::Daily, 20260101, 20260102).timeline().await.unwrap();
}

#[tokio::test]
async fn every_kind_of_report_has_its_own_path() {
    let rig = Rig::new().await;
    let analytics = rig.client.analytics();
    let cases: [(Report, &str); 5] = [
        (AnalyticsBreakdownBy::Geolocation.into(), "geolocation/total"),
        (AnalyticsObjectType::EventCompletions.into(), "event-completions/total"),
        (AnalyticsContentType::LandingPages.into(), "landing-pages/total"),
        (Report::PageSources(AnalyticsContentType::BlogPosts, "7".into()), "blog-posts/7/sources/total"),
        (Report::BlogSources(AnalyticsContentType::BlogPosts, "8".into()), "blog-posts/content-group/8/sources/total"),
    ];
    for (report, path) in cases {
        analytics.report(report, TimePeriod::Total, 20260101, 20260102).send().await.unwrap();
        assert_eq!(rig.fake.requests().pop().unwrap().path, format!("/analytics/v2/reports/{path}"));
    }
    assert_eq!(analytics.exists(AnalyticsObjectType::Forms).send().await.unwrap().exists, Some(true));
    analytics.list_views().send().await.unwrap();
    rig.assert_accepted();
}

#[tokio::test]
async fn too_much_is_told_and_never_repeated() {
    let rig = Rig::new().await;
    let report =
        || rig.client.analytics().report(AnalyticsBreakdownBy::Sources, "daily", 20200101, 20260101).keep(["paid"]);
    let error = failed(report().send().await);
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Validation, Some(413), 1));
    assert!(error.to_string().contains("RESULT_POINT_LIMIT_EXCEEDED"), "{error}");
    rig.fake.fail(Fault::Status(501, Payload::Json(json!({"status": "error", "message": "too many breakdowns"}))));
    let error = failed(report().send().await);
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Validation, Some(501), 1));
}
