//! Lists to choose from.

use hubspot_client::types::{FolderInput, ListCreateRequest};
use hubspot_client::{Choice, Error};
use serde_json::json;

use super::Rig;

fn pairs(choices: Result<Vec<Choice>, Error>) -> Vec<(String, String)> {
    choices.unwrap().into_iter().map(|choice| (choice.value.unwrap(), choice.label.unwrap())).collect()
}

fn labels(choices: Result<Vec<Choice>, Error>) -> Vec<String> {
    pairs(choices).into_iter().map(|pair| pair.1).collect()
}

#[tokio::test]
async fn records_are_shown_by_what_names_them() {
    let rig = Rig::new().await;
    let options = rig.client.options();
    for (kind, properties, label) in [
        ("contacts", json!({"firstname": "Ada", "lastname": "Byron", "email": "ada@example.com"}), "Ada Byron"),
        ("companies", json!({"domain": "acme.example"}), "acme.example"),
        ("deals", json!({"dealname": "Big one"}), "Big one"),
        ("line_items", json!({"name": "Chair"}), "Chair"),
        ("calls", json!({"hs_call_title": "Hello"}), "Hello"),
        ("tasks", json!({"hs_task_subject": "Call back"}), "Call back"),
    ] {
        let id = rig.fake.insert(kind, properties);
        let nameless = rig.fake.insert(kind, json!({}));
        let expected = [(id, label.to_owned()), (nameless.clone(), nameless)];
        assert_eq!(pairs(options.records_of(kind).await), expected, "{kind}");
    }
    for n in 0..205 {
        rig.fake.insert("tickets", json!({"subject": format!("T{n}")}));
    }
    assert_eq!(labels(options.records_of("tickets").await).len(), 205, "all pages");
    rig.assert_accepted();
}

#[tokio::test]
async fn what_an_account_is_made_of() {
    let rig = Rig::with_contacts(1).await;
    let options = rig.client.options();
    assert_eq!(labels(options.owners().await)[0], "Ada Owner (ada@example.com)");
    for kind in ["calls", "companies", "contacts", "meetings", "tasks"] {
        assert!(!pairs(options.properties_of(kind).await).is_empty(), "{kind}");
    }
    assert!(pairs(options.properties_of("contacts").await).iter().any(|pair| pair.0 == "email"));
    pairs(options.property_groups_of("contacts").await);
    assert!(!pairs(options.pipelines_of("tickets").await).is_empty());
    assert!(pairs(options.object_types().await).contains(&("0-3".to_owned(), "Deals".to_owned())));
    assert_eq!(pairs(options.association_labels("contacts", "deals").await), [("4".to_owned(), "4".to_owned())]);

    for n in 0..3 {
        rig.client.lists().create(ListCreateRequest::new(format!("List {n}"), "0-1", "MANUAL")).send().await.unwrap();
        rig.client.files().create_folder(FolderInput::new(format!("folder{n}"))).send().await.unwrap();
    }
    assert_eq!(labels(options.lists().await), ["List 0", "List 1", "List 2"]);
    assert_eq!(labels(options.folder_ids().await), ["/folder0", "/folder1", "/folder2"]);
    assert_eq!(pairs(options.folder_paths().await)[1], ("/folder1".to_owned(), "/folder1".to_owned()));

    let company = rig.fake.insert("companies", json!({"name": "Acme"}));
    let contact = rig.fake.records("contacts")[0]["id"].as_str().unwrap().to_owned();
    rig.client.contacts().add_to_company(&contact, &company).send().await.unwrap();
    let linked = pairs(options.associations("contacts", &contact, "companies").await);
    assert_eq!(linked, [(company.clone(), company)]);
    rig.assert_accepted();
}
