//! Requests that do not fit the document are refused in the vendor's own shape, and counted.

use crm_fake::{Fake, Vendor};
use serde_json::json;

use crate::common::{client, get, post, put, read};

const CONTACTS: &str = "/crm/objects/2026-03/contacts";

#[tokio::test]
async fn tokens_are_checked_the_way_each_vendor_does() {
    let cases = [
        (Vendor::HubSpot, "/crm/objects/2026-03/contacts", 401, "/category", "INVALID_AUTHENTICATION"),
        (Vendor::HoopAi, "/contacts/?locationId=l", 401, "/error", "Unauthorized"),
        (Vendor::RevenueAgents, "/me", 401, "/error/category", "unauthorized"),
        (
            Vendor::HatchBulkExport,
            "/api/v1/export-data?data_source=contact_history&start_date=2025-01-01&end_date=2025-01-02",
            401,
            "/errors/detail",
            "Unauthorized",
        ),
    ];
    for (vendor, path, status, pointer, text) in cases {
        let fake = Fake::builder(vendor).token("right").start().await.unwrap();
        let url = format!("{}{path}", fake.base_url());
        let none = read(client().get(&url).send().await.unwrap()).await;
        let wrong = read(client().get(&url).bearer_auth("wrong").send().await.unwrap()).await;
        for got in [none, wrong] {
            assert_eq!((got.status, got.text(pointer)), (status, text), "{vendor}: {}", got.body);
        }
        let report = fake.report();
        assert_eq!((report.requests, report.unauthorized, report.refused), (2, 2, 0), "{vendor}");
        assert!(fake.requests().iter().all(|r| r.header("authorization").is_none_or(|v| v == "present")));
    }
}

#[tokio::test]
async fn account_intelligence_says_403_and_why() {
    let fake = Fake::start(Vendor::AccountIntelligence).await.unwrap();
    assert!(fake.base_url().ends_with("/integration/sales"));
    let url = format!("{}/account-intelligence?v=2", fake.base_url());
    let body = json!({"company_domain": "example.com"});
    for (header, text) in [
        (None, "No token provided"),
        (Some("Basic x"), "Invalid token format"),
        (Some("Bearer x"), "Invalid or inactive token"),
    ] {
        let mut request = client().post(&url).json(&body);
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let got = read(request.send().await.unwrap()).await;
        assert_eq!((got.status, got.text("/message")), (403, text));
    }
    for (body, text) in [
        (json!({}), "companyDomain is required"),
        (
            json!({"company_domain": "https://example.com"}),
            "Invalid company domain format. Must be a properly formatted domain name.",
        ),
        (
            json!({"company_domain": "example.com", "fields_to_get": "website_visits, x"}),
            "fields_to_get must be a string like: field_1,field_2",
        ),
    ] {
        let got = post(&fake, "/account-intelligence?v=2", body).await;
        assert_eq!((got.status, got.text("/message")), (400, text));
    }
    let got = post(&fake, "/account-intelligence", json!({"company_domain": "example.com"})).await;
    assert_eq!(got.status, 400, "v is required");
}

#[tokio::test]
async fn hubspot_names_every_field_that_is_wrong() {
    let fake = Fake::builder(Vendor::HubSpot).no_quota().start().await.unwrap();
    let cases = [
        (get(&fake, &format!("{CONTACTS}?limit=x")).await, "limit", "INVALID_TYPE"),
        (get(&fake, &format!("{CONTACTS}?bogus=1")).await, "bogus", "UNKNOWN_FIELD"),
        (post(&fake, CONTACTS, json!({"properties": []})).await, "properties", "INVALID_TYPE"),
        (post(&fake, CONTACTS, json!({"properties": {}, "extra": 1})).await, "extra", "UNKNOWN_FIELD"),
        (
            post(&fake, &format!("{CONTACTS}/batch/update"), json!({"inputs": [{"id": "1"}]})).await,
            "inputs.0.properties",
            "REQUIRED_FIELD",
        ),
        (
            post(
                &fake,
                &format!("{CONTACTS}/search"),
                json!({"filterGroups": [
                {"filters": [{"propertyName": "email", "operator": "LIKE", "value": "x"}]}]}),
            )
            .await,
            "filterGroups.0.filters.0.operator",
            "INVALID_OPTION",
        ),
    ];
    for (got, field, code) in &cases {
        assert_eq!((got.status, got.text("/category")), (400, "VALIDATION_ERROR"), "{field}");
        let errors = got.body["errors"].as_array().unwrap();
        let named = errors.iter().any(|e| e["in"] == json!(field) && e["code"] == json!(code));
        assert!(named, "{field} {code}: {}", got.body);
        assert!(!got.text("/correlationId").is_empty());
        assert_eq!(got.header("x-hubspot-correlation-id"), Some(got.text("/correlationId")));
    }
    let nowhere = get(&fake, "/crm/nowhere").await;
    assert_eq!((nowhere.status, nowhere.text("/category")), (404, "OBJECT_NOT_FOUND"));
    assert_eq!(put(&fake, CONTACTS, json!({})).await.status, 405);
    let broken = client()
        .post(format!("{}{CONTACTS}", fake.base_url()))
        .bearer_auth(fake.token())
        .header("content-type", "application/json")
        .body("{\"properties\":")
        .send()
        .await
        .unwrap();
    assert_eq!(broken.status(), 400);
    let report = fake.report();
    assert_eq!(report.refused, cases.len() as u64 + 3);
    assert_eq!(report.problems.len() as u64, report.refused);
    assert_eq!(fake.count("contacts"), 0, "a refused request changes nothing");
}

#[tokio::test]
async fn hoopai_wants_its_version_header_and_lists_the_rest() {
    let fake = Fake::start(Vendor::HoopAi).await.unwrap();
    let url = format!("{}/contacts/?locationId=l", fake.base_url());
    let got = read(client().get(&url).bearer_auth(fake.token()).send().await.unwrap()).await;
    assert_eq!(got.status, 422);
    assert!(got.body["message"][0].as_str().unwrap().contains("Version"), "{}", got.body);
    assert!(!got.text("/traceId").is_empty());
    let got = post(&fake, "/contacts/", json!({"firstName": 5, "bogus": true})).await;
    assert_eq!(got.status, 422);
    let words = got.body["message"].to_string();
    for field in ["locationId", "firstName", "bogus"] {
        assert!(words.contains(field), "{field}: {words}");
    }
}

#[tokio::test]
async fn hatch_points_at_the_field() {
    let fake = Fake::start(Vendor::HatchContacts).await.unwrap();
    let got = post(&fake, "/v1/contacts", json!({"firstName": 1})).await;
    assert_eq!(got.status, 422);
    let pointers: Vec<&str> =
        got.body["errors"].as_array().unwrap().iter().map(|e| e["source"]["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/source", "/firstName"]);
}
