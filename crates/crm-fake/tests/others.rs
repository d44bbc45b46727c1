//! HockeyStack and Hatch.

use std::io::Read;

use crm_fake::{Fake, Vendor};
use reqwest::Method;
use serde_json::json;

use crate::common::{client, delete, get, patch, post, put, raw};

#[tokio::test]
async fn research_takes_its_time_and_knows_what_it_does_not_know() {
    let fake = Fake::builder(Vendor::AccountIntelligence).no_quota().polls(2).start().await.unwrap();
    let path = "/account-intelligence?v=2";
    let ask = json!({"company_domain": "example.com", "fields_to_get": "website_visits,hockeystack_goals"});
    for _ in 0..2 {
        let got = post(&fake, path, ask.clone()).await;
        assert_eq!((got.status, got.text("/result/status")), (202, "processing"));
    }
    let got = post(&fake, path, ask).await;
    assert_eq!((got.status, got.text("/result/companyDomain")), (200, "example.com"));
    assert_eq!(got.body["result"]["research"].as_object().unwrap().len(), 2);
    let none = post(&fake, path, json!({"company_domain": "nonexistent.com"})).await;
    assert_eq!((none.status, none.text("/result/error")), (404, "Requested company not found in hockeystack"));
}

#[tokio::test]
async fn an_agent_comes_up_and_answers() {
    let fake = Fake::builder(Vendor::RevenueAgents).polls(1).start().await.unwrap();
    assert_eq!(client().get(format!("{}/health", fake.base_url())).send().await.unwrap().status(), 200);
    assert_eq!(get(&fake, "/deals/1/agent").await.status, 404);
    assert_eq!(put(&fake, "/deals/1/agent", json!({})).await.status, 202);
    assert_eq!(put(&fake, "/deals/1/agent", json!({})).await.status, 409);
    assert_eq!(get(&fake, "/deals/1/agent").await.text("/status"), "initializing");
    let active = get(&fake, "/deals/1/agent").await;
    assert_eq!((active.text("/status"), active.text("/deal_id")), ("active", "1"));
    assert_eq!((active.header("x-ratelimit-pool"), active.header("x-ratelimit-limit")), (Some("read"), Some("600")));

    let conversation = post(&fake, "/deals/1/conversations", json!({})).await;
    let path = format!("/deals/1/conversations/{}/messages", conversation.text("/conversation_id"));
    let job = post(&fake, &path, json!({"message": "hello"})).await;
    assert_eq!((job.status, job.header("x-ratelimit-pool")), (202, Some("write")));
    let poll = format!("{path}/jobs/{}", job.text("/job_id"));
    assert!(job.text("/poll_url").ends_with(&poll));
    assert_eq!(get(&fake, &poll).await.text("/status"), "pending");
    let done = get(&fake, &poll).await;
    assert_eq!((done.text("/status"), done.text("/result/messages/0/role")), ("completed", "assistant"));
    let first = get(&fake, &format!("{path}?limit=1&order=desc")).await;
    assert_eq!(first.text("/messages/0/role"), "assistant");
    let next = first.text("/next_cursor").replace('=', "%3D");
    let second = get(&fake, &format!("{path}?limit=1&order=desc&after={next}")).await;
    assert_eq!((second.text("/messages/0/content"), &second.body["next_cursor"]), ("hello", &json!(null)));
    let failing = post(&fake, &path, json!({"message": "fail, please"})).await;
    let poll = format!("{path}/jobs/{}", failing.text("/job_id"));
    get(&fake, &poll).await;
    assert_eq!(get(&fake, &poll).await.text("/status"), "failed");
    assert_eq!(delete(&fake, "/deals/1/agent").await.status, 204);
    assert_eq!(get(&fake, &path).await.status, 404);
}

#[tokio::test]
async fn tasks_end_once() {
    let fake = Fake::start(Vendor::RevenueAgents).await.unwrap();
    let new = json!({"task_type": "call", "task_title": "t", "assignee_id": "u", "targets": {}});
    assert_eq!(post(&fake, "/tasks", new.clone()).await.status, 400);
    let mut new = new;
    new["targets"]["deal_id"] = json!("1");
    let task = post(&fake, "/tasks", new).await;
    let path = format!("/tasks/{}", task.text("/task_id"));
    assert_eq!(patch(&fake, &path, json!({"status": "dismissed"})).await.status, 400);
    assert_eq!(patch(&fake, &path, json!({"status": "completed"})).await.text("/status"), "completed");
    assert_eq!(patch(&fake, &path, json!({"status": "completed"})).await.status, 409);
    let usage = get(&fake, "/credits/usage?from=2026-01-01&to=2025-01-01").await;
    assert_eq!(usage.status, 400);
}

#[tokio::test]
async fn hatch_finds_a_contact_by_phone_then_by_mail() {
    let fake = Fake::start(Vendor::HatchContacts).await.unwrap();
    let send = |body: serde_json::Value| {
        let fake = &fake;
        async move { post(fake, "/v1/contacts", body).await.text("/data/id").to_owned() }
    };
    let a = send(json!({"source": "custom:x", "phoneNumber": "1", "email": "a@example.com", "details": {"any": [1]}}))
        .await;
    let b = send(json!({"source": "custom:x", "phoneNumber": "2", "email": "b@example.com"})).await;
    assert_ne!(a, b);
    assert_eq!(send(json!({"source": "custom:x", "phoneNumber": "1", "email": "b@example.com"})).await, a);
    assert_eq!(send(json!({"source": "custom:x", "email": "B@example.com", "status": null})).await, a);
    assert_eq!(fake.count("contacts"), 2);
}

/// The member of a zip with one, through the central directory.
fn unzip(zip: &[u8]) -> (String, Vec<u8>) {
    let at16 = |at: usize| usize::from(u16::from_le_bytes([zip[at], zip[at + 1]]));
    let at32 = |at: usize| u32::from_le_bytes([zip[at], zip[at + 1], zip[at + 2], zip[at + 3]]);
    let end = zip.len() - 22;
    assert_eq!(at32(end), 0x0605_4b50);
    let central = at32(end + 16) as usize;
    let (crc, packed, plain) = (at32(central + 16), at32(central + 20) as usize, at32(central + 24) as usize);
    let name = String::from_utf8(zip[central + 46..central + 46 + at16(central + 28)].to_vec()).unwrap();
    let data = 30 + at16(26) + at16(28);
    let mut text = Vec::new();
    flate2::read::DeflateDecoder::new(&zip[data..data + packed]).read_to_end(&mut text).unwrap();
    let mut sum = flate2::Crc::new();
    sum.update(&text);
    assert_eq!((text.len(), sum.sum()), (plain, crc));
    (name, text)
}

#[tokio::test]
async fn an_export_is_a_real_zip() {
    for descriptor in [false, true] {
        let fake = Fake::builder(Vendor::HatchBulkExport)
            .no_quota()
            .rows(500)
            .zip_data_descriptor(descriptor)
            .start()
            .await
            .unwrap();
        let path = "/api/v1/export-data?data_source=conversation_items&start_date=2025-10-30&end_date=2025-11-04";
        let reply = raw(&fake, Method::GET, path, None).await.unwrap();
        assert_eq!(reply.headers()["content-type"], "application/zip");
        assert!(
            reply.headers()["content-disposition"]
                .to_str()
                .unwrap()
                .contains("conversation_items_2025-10-30_2025-11-04.zip")
        );
        let (name, text) = unzip(&reply.bytes().await.unwrap());
        assert_eq!(name, "conversation_items_2025-10-30_2025-11-04.json");
        let lines: Vec<&str> = std::str::from_utf8(&text).unwrap().lines().collect();
        assert_eq!(lines.len(), 500);
        let row: serde_json::Value = serde_json::from_str(lines[2]).unwrap();
        assert!(row["body"].is_string());
        let csv = raw(&fake, Method::GET, &format!("{path}&output_format=csv"), None).await.unwrap();
        let (_, csv) = unzip(&csv.bytes().await.unwrap());
        assert!(csv.starts_with(b"organization_id,") && csv.windows(13).any(|w| w == b"\"Fake, Inc.\","));
    }
    let fake = Fake::builder(Vendor::HatchBulkExport).no_quota().rows(2_000_000).start().await.unwrap();
    let path = "/api/v1/export-data?data_source=contact_history&start_date=2025-10-30";
    assert_eq!(get(&fake, &format!("{path}&end_date=2025-11-04")).await.status, 413);
    assert_eq!(get(&fake, &format!("{path}&end_date=2025-10-01")).await.status, 422);
    assert_eq!(get(&fake, &format!("{path}&end_date=2026-10-01")).await.status, 422);
}
