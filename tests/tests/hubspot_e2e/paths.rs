//! Values in paths reach the endpoint they are meant for, and no other.

use hubspot_client::http::Method;
use hubspot_client::types::{BatchCreateRow, ObjectCreate};
use hubspot_client::{Error, ErrorKind, Sent};

use super::{Rig, failed};

const ODD: [&str; 8] =
    ["a/b", "a?archived=true", "a#b", "100%", "%2e%2e", "a b+c", "zo\u{eb}\u{1f600}", "../../owners/2026-03/1"];

#[tokio::test]
async fn odd_ids_reach_only_their_own_endpoint() {
    let rig = Rig::new().await;
    for id in ODD {
        let contacts = rig.client.contacts();
        let error = failed(contacts.get(id).send().await);
        assert_eq!(error.kind(), ErrorKind::NotFound, "{id}");
        let endpoint = "GET /crm/objects/2026-03/contacts/{objectId}";
        assert_eq!((error.operation(), &*error.endpoint()), ("contacts.get", endpoint), "no id: {error}");
        let request = rig.fake.requests().pop().unwrap();
        assert!(request.is("contacts.get"), "{id}: {}", request.path);
        assert!(request.query.is_empty(), "{id}");
        let sent = request.path.strip_prefix("/crm/objects/2026-03/contacts/").unwrap();
        assert!(!sent.contains(['/', '?', '#', ' ', '+']) || id.contains('+'), "{sent}");

        contacts.archive(id).send().await.unwrap();
        assert!(rig.fake.requests().pop().unwrap().is("contacts.archive"), "{id}");
        let _ = rig.client.objects(id).list().send().await;
        let request = rig.fake.requests().pop().unwrap();
        assert_eq!((&*request.operation, request.path.matches('/').count()), ("objects.list", 4), "{id}");
    }
    rig.assert_accepted();
}

#[tokio::test]
async fn an_odd_address_finds_its_record() {
    let rig = Rig::new().await;
    let email = "o'neil+tag/100%25#x@example.com";
    let id = rig.insert_contact(email);
    let contact = rig.client.contacts().get(email).id_property("email").send().await.unwrap();
    assert_eq!(contact.id.as_deref(), Some(&*id));
}

#[tokio::test]
async fn empty_and_relative_values_are_refused_before_anything_is_sent() {
    let rig = Rig::new().await;
    let check = |error: Error| {
        assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Validation, Sent::No, 0), "{error}");
    };
    for bad in ["", ".", ".."] {
        check(failed(rig.client.contacts().get(bad).send().await));
        check(failed(rig.client.objects(bad).list().send().await));
        check(failed(rig.client.associations().list("contacts", "1", bad).send().await));
        check(failed(rig.client.associations().list(bad, "1", "deals").items().next().await.unwrap()));
        check(failed(rig.client.properties("contacts").archive(bad).send().await));
        let report = rig.client.objects(bad).create_many([BatchCreateRow::from([("name", "x")])]).await;
        assert_eq!(report.failed[0].1.kind(), ErrorKind::Validation);
    }
    for bad in [
        "",
        "crm/owners",
        "//evil.example/x",
        "https://evil.example/",
        "/crm/../x",
        "/crm/%2e%2e/x",
        "/a#b",
        "/a b",
        "/\\evil",
    ] {
        check(failed(rig.client.raw(Method::GET, bad).send().await));
    }
    assert_eq!(rig.fake.report().requests, 0);
}

#[tokio::test]
async fn a_type_without_an_operation_names_the_way_round_it() {
    let rig = Rig::new().await;
    let error = failed(rig.client.feedback_submissions().create(ObjectCreate::from([("a", 1)])).send().await);
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Validation, Sent::No));
    assert!(error.to_string().contains("`feedback_submissions` has no operation `objects.create`"), "{error}");
    assert!(error.to_string().contains("client.objects(\"feedback_submissions\")"), "{error}");
    assert_eq!(rig.client.deals().object_type(), "0-3");
    rig.client.objects("2-123").create(ObjectCreate::from([("name", "x")])).send().await.unwrap();
    assert_eq!(rig.fake.requests()[0].path, "/crm/objects/2026-03/2-123");
}

#[tokio::test]
async fn raw_requests_go_the_same_way() {
    let rig = Rig::with_contacts(1).await;
    rig.fake.fail(crm_fake::Fault::status(503));
    let page = rig.client.raw(Method::GET, "/crm/objects/2026-03/contacts?limit=1").send().await.unwrap();
    assert_eq!(page["results"][0]["properties"]["email"], "c0@example.com");
    assert_eq!(rig.client.stats().retries, 1);
    let agent = rig.fake.requests()[0].header("user-agent").unwrap().to_owned();
    assert!(agent.starts_with("hubspot-client/"), "{agent}");
}
