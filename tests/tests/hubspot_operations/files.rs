//! Files from a URL.

use std::time::Duration;

use hubspot_client::PollPolicy;
use hubspot_client::types::{BatchReplyStatus, ImportFromUrlInput};
use serde_json::json;

use super::Rig;

const URL: &str = "https://www.example.com/logo.png";

fn logo() -> ImportFromUrlInput {
    ImportFromUrlInput::new("PRIVATE", "EXACT_FOLDER", "NONE", false).url(URL).folder_path("/logos")
}

#[tokio::test]
async fn import_from_url() {
    let rig = Rig::new().await;
    let task = rig.client.files().import_from_url(logo()).send().await.unwrap();
    let body = json!({
        "access": "PRIVATE", "duplicateValidationScope": "EXACT_FOLDER", "duplicateValidationStrategy": "NONE",
        "overwrite": false, "url": URL, "folderPath": "/logos",
    });
    rig.sent_with("POST /files/2026-03/files/import-from-url/async", body);
    assert!(task.id.is_some());
}

#[tokio::test]
async fn get_import_status() {
    let rig = Rig::new().await;
    let files = rig.client.files();
    let task = files.import_from_url(logo()).send().await.unwrap().id.unwrap();
    let status = files.get_import_status(&task).send().await.unwrap();
    rig.sent(&format!("GET /files/2026-03/files/import-from-url/async/tasks/{task}/status"));
    assert_eq!(status.status, Some(BatchReplyStatus::Pending));
    let policy = PollPolicy::new(Duration::from_secs(2), Duration::from_secs(60));
    let file = files.wait_for_import(&task, policy).await.unwrap();
    assert_eq!((file.name.as_deref(), file.url.as_deref()), (Some("logo.png"), Some(URL)));
}
