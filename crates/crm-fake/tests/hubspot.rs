//! HubSpot's state: records, pages, batches, search, associations, lists.

use std::collections::HashSet;

use crm_fake::{Fake, Fault, Vendor};
use serde_json::{Value, json};

use crate::common::{delete, get, patch, post, put};

const CONTACTS: &str = "/crm/objects/2026-03/contacts";

async fn fake() -> Fake {
    Fake::builder(Vendor::HubSpot).no_quota().start().await.unwrap()
}

#[tokio::test]
async fn a_record_lives() {
    let fake = fake().await;
    let new = json!({"properties": {"email": "Ada@example.com", "amount": 99.99, "vip": true}});
    let created = post(&fake, CONTACTS, new.clone()).await;
    assert_eq!(created.status, 201);
    let id = created.text("/id").to_owned();
    assert_eq!(created.text("/properties/amount"), "99.99");
    assert_eq!(created.text("/properties/vip"), "true");
    assert_eq!(created.text("/properties/email"), "ada@example.com");

    let again = post(&fake, CONTACTS, new).await;
    assert_eq!((again.status, again.text("/category")), (409, "CONFLICT"));
    assert!(again.text("/message").ends_with(&format!("Existing ID: {id}")));

    let by_email = get(&fake, &format!("{CONTACTS}/ada%40example.com?idProperty=email&properties=amount,phone")).await;
    assert_eq!(by_email.text("/id"), id);
    assert_eq!(by_email.body["properties"]["phone"], Value::Null);

    let changed = patch(&fake, &format!("{CONTACTS}/{id}"), json!({"properties": {"phone": "1", "vip": ""}})).await;
    assert_eq!(changed.text("/properties/phone"), "1");
    assert_eq!(changed.body["properties"].get("vip"), None);

    let further = json!({"properties": {"hs_additional_emails": "Countess@example.com;lovelace@example.com"}});
    patch(&fake, &format!("{CONTACTS}/{id}"), further).await;
    let by_further = get(&fake, &format!("{CONTACTS}/countess%40example.com?idProperty=email")).await;
    assert_eq!(by_further.text("/id"), id);
    let taken = post(&fake, CONTACTS, json!({"properties": {"email": "Lovelace@example.com"}})).await;
    assert_eq!((taken.status, taken.text("/category")), (409, "CONFLICT"));

    assert_eq!(delete(&fake, &format!("{CONTACTS}/{id}")).await.status, 204);
    let gone = get(&fake, &format!("{CONTACTS}/{id}")).await;
    assert_eq!((gone.status, gone.text("/category")), (404, "OBJECT_NOT_FOUND"));
    assert_eq!(get(&fake, &format!("{CONTACTS}?archived=true")).await.body["results"][0]["id"], json!(id));
    assert_eq!(fake.count("contacts"), 0);
}

/// HubSpot's changelog: "Updated merge functionality for contacts and companies".
#[tokio::test]
async fn a_merge_makes_a_new_record_to_which_the_old_ids_lead() {
    let fake = fake().await;
    let insert = |email: &str, city: &str, more: Value| {
        let mut properties = json!({"email": email, "city": city});
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fake.insert("contacts", properties)
    };
    let [a, b, c] = [
        insert("a@example.com", "Rome", json!({})),
        insert("b@example.com", "Oslo", json!({"phone": "1"})),
        insert("c@example.com", "Bonn", json!({})),
    ];
    let company = fake.insert("companies", json!({"name": "Acme"}));
    let linked = |from: &str| format!("{CONTACTS}/{from}/associations/companies");
    for end in [format!("companies/{company}"), format!("contacts/{a}")] {
        let link = format!("{CONTACTS}/{b}/associations/default/{end}");
        assert_eq!(put(&fake, &link, json!({})).await.status, 200);
    }
    let merge = async |primary: &str, other: &str| {
        post(&fake, &format!("{CONTACTS}/merge"), json!({"primaryObjectId": primary, "objectIdToMerge": other})).await
    };

    let first = merge(&a, &b).await;
    let ab = first.text("/id").to_owned();
    assert!(![&a, &b, &c].contains(&&ab));
    let values = ["email", "city", "phone", "hs_merged_object_ids", "hs_object_id"];
    let values = values.map(|name| first.text(&format!("/properties/{name}")));
    assert_eq!(values, ["a@example.com", "Rome", "1", &format!("{a};{b}"), &ab]);
    for id in [&a, &b, &ab] {
        assert_eq!(get(&fake, &format!("{CONTACTS}/{id}")).await.text("/id"), ab);
        assert_eq!(get(&fake, &linked(id)).await.text("/results/0/toObjectId"), company);
        assert_eq!(merge(id, &ab).await.status, 400, "with itself");
    }
    let by_address = get(&fake, &format!("{CONTACTS}/b%40example.com?idProperty=email")).await;
    assert_eq!(by_address.text("/id"), ab);
    let itself = get(&fake, &format!("{CONTACTS}/{ab}/associations/contacts")).await;
    assert_eq!(itself.body["results"], json!([]));

    // An old id is as good as the new one, also over two merges.
    let abc = merge(&c, &a).await;
    assert_eq!(abc.text("/properties/hs_merged_object_ids"), format!("{a};{b};{c};{ab}"));
    let abc = abc.text("/id");
    patch(&fake, &format!("{CONTACTS}/{b}"), json!({"properties": {"city": "Ulm"}})).await;
    let [only] = &fake.records("contacts")[..] else { panic!("one record") };
    assert_eq!((&only["id"], &only["properties"]["city"]), (&json!(abc), &json!("Ulm")));
    assert_eq!(get(&fake, &format!("{CONTACTS}?archived=true")).await.body["results"], json!([]));
    assert_eq!(delete(&fake, &format!("{CONTACTS}/{a}")).await.status, 204);
    assert_eq!((fake.count("contacts"), get(&fake, &format!("{CONTACTS}/{b}")).await.status), (0, 404));
}

#[tokio::test]
async fn lists_go_page_by_page_with_an_opaque_cursor() {
    let fake = fake().await;
    for n in 0..250 {
        fake.insert("contacts", json!({"email": format!("p{n}@example.com")}));
    }
    let (mut seen, mut pages, mut path) = (HashSet::new(), 0, format!("{CONTACTS}?limit=100"));
    loop {
        let got = get(&fake, &path).await;
        pages += 1;
        for record in got.body["results"].as_array().unwrap() {
            assert!(seen.insert(record["id"].as_str().unwrap().to_owned()));
        }
        let after = got.text("/paging/next/after");
        if after.is_empty() {
            break;
        }
        path = format!("{CONTACTS}?limit=100&after={}", after.replace('=', "%3D"));
    }
    assert_eq!((seen.len(), pages), (250, 3));
    assert_eq!(get(&fake, &format!("{CONTACTS}?limit=101")).await.status, 400);
    assert_eq!(get(&fake, &format!("{CONTACTS}?after=100")).await.status, 400);
    assert_eq!(fake.requests().iter().filter(|r| r.is("contacts.list")).count(), 5);
}

#[tokio::test]
async fn search_filters_sorts_and_stops_at_ten_thousand() {
    let fake = fake().await;
    for n in 0..30 {
        fake.insert("0-3", json!({"dealname": format!("Deal {n}"), "amount": n.to_string()}));
    }
    let path = "/crm/objects/2026-03/deals/search";
    let query = json!({
        "filterGroups": [{"filters": [
            {"propertyName": "amount", "operator": "GTE", "value": "10"},
            {"propertyName": "dealname", "operator": "CONTAINS_TOKEN", "value": "deal"},
        ]}],
        "properties": ["amount"],
        "limit": 15,
        "after": "15",
    });
    let got = post(&fake, path, query).await;
    assert_eq!((got.status, got.body["total"].as_u64()), (200, Some(20)));
    assert_eq!(got.body["results"].as_array().unwrap().len(), 5);
    assert_eq!(got.body["results"][0]["properties"]["amount"], json!("25"));
    assert!(got.body.get("paging").is_none());
    assert!(got.header("x-hubspot-ratelimit-max").is_none());
    let deep = post(&fake, path, json!({"limit": 100, "after": "9950"})).await;
    assert_eq!((deep.status, deep.text("/category")), (400, "VALIDATION_ERROR"));
}

#[tokio::test]
async fn a_batch_fails_row_by_row_only_with_trace_ids() {
    let fake = fake().await;
    fake.insert("contacts", json!({"email": "taken@example.com"}));
    let row = |email: &str, trace: Option<&str>| {
        let mut row = json!({"properties": {"email": email}});
        if let Some(trace) = trace {
            row["objectWriteTraceId"] = json!(trace);
        }
        row
    };
    let path = format!("{CONTACTS}/batch/create");
    let plain = json!({"inputs": [row("a@example.com", None), row("no address", None)]});
    let refused = post(&fake, &path, plain).await;
    assert_eq!((refused.status, refused.text("/category")), (400, "VALIDATION_ERROR"));
    assert_eq!(fake.count("contacts"), 1, "all or nothing");

    let traced = json!({"inputs": [
        row("a@example.com", Some("t0")),
        row("no address", Some("t1")),
        row("taken@example.com", Some("t2")),
    ]});
    let mixed = post(&fake, &path, traced).await;
    assert_eq!((mixed.status, mixed.body["numErrors"].as_u64()), (207, Some(2)));
    assert_eq!(mixed.text("/results/0/objectWriteTraceId"), "t0");
    assert_eq!(mixed.text("/errors/0/context/objectWriteTraceId/0"), "t1");
    assert_eq!(mixed.text("/errors/1/category"), "CONFLICT");

    let upsert = json!({"inputs": [
        {"id": "taken@example.com", "idProperty": "email", "properties": {"phone": "1"}},
        {"id": "new@example.com", "idProperty": "email", "properties": {}},
    ]});
    let done = post(&fake, &format!("{CONTACTS}/batch/upsert"), upsert).await;
    assert_eq!(done.status, 200);
    assert_eq!((&done.body["results"][0]["new"], &done.body["results"][1]["new"]), (&json!(false), &json!(true)));

    let known = done.text("/results/1/id").to_owned();
    let read = json!({"inputs": [{"id": known}, {"id": "404"}], "properties": ["email"], "propertiesWithHistory": []});
    let read = post(&fake, &format!("{CONTACTS}/batch/read"), read).await;
    assert_eq!((read.status, read.text("/errors/0/context/ids/0")), (207, "404"));

    fake.fail(Fault::MultiStatus(vec![1]).on("contacts.batch_update"));
    let update = json!({"inputs": [
        {"id": known, "properties": {"phone": "2"}},
        {"id": known, "properties": {"phone": "3"}},
    ]});
    let mixed = post(&fake, &format!("{CONTACTS}/batch/update"), update).await;
    assert_eq!((mixed.status, mixed.text("/results/0/properties/phone")), (207, "2"));

    let many: Vec<Value> = (0..101).map(|n| json!({"id": n.to_string()})).collect();
    assert_eq!(post(&fake, &format!("{CONTACTS}/batch/archive"), json!({"inputs": many})).await.status, 400);
}

#[tokio::test]
async fn a_record_and_a_row_of_a_batch_have_a_page_of_their_associations() {
    let fake = fake().await;
    let company = fake.insert("companies", json!({"name": "A"}));
    let pair = |id: String| json!({"from": {"id": company}, "to": {"id": id}});
    let pairs: Vec<Value> = (0..1_001).map(|_| pair(fake.insert("contacts", json!({})))).collect();
    let batch = "/crm/associations/2026-03/companies/contacts/batch";
    assert_eq!(post(&fake, &format!("{batch}/associate/default"), json!({"inputs": pairs})).await.status, 200);

    let shown = get(&fake, "/crm/objects/2026-03/companies?limit=1&associations=contacts").await;
    let contacts = &shown.body["results"][0]["associations"]["contacts"];
    assert_eq!(
        (contacts["results"].as_array().unwrap().len(), &contacts["paging"]["next"]["after"]),
        (100, &json!("100"))
    );

    let read = async |input: Value| post(&fake, &format!("{batch}/read"), json!({"inputs": [input]})).await.body;
    let first = read(json!({"id": company})).await;
    let after = &first["results"][0]["paging"]["next"]["after"];
    assert_eq!(first["results"][0]["to"].as_array().unwrap().len(), 1_000);
    let rest = read(json!({"id": company, "after": after})).await;
    assert_eq!((rest["results"][0]["to"].as_array().unwrap().len(), rest["results"][0].get("paging")), (1, None));
}

#[tokio::test]
async fn the_address_of_the_next_page_repeats_the_request() {
    let fake = fake().await;
    for n in 0..3 {
        fake.insert("contacts", json!({"email": format!("c{n}@example.com"), "phone": n.to_string()}));
    }
    let mut page = get(&fake, &format!("{CONTACTS}?limit=1&properties=phone%2Cemail")).await;
    for n in 0..3 {
        assert_eq!(page.text("/results/0/properties/phone"), n.to_string());
        let Some(link) = page.body["paging"]["next"]["link"].as_str() else { break };
        assert_eq!(link.matches("after=").count(), 1);
        page = get(&fake, link.strip_prefix(&fake.base_url()).unwrap()).await;
    }
    assert_eq!(page.body.get("paging"), None);
}

/// The numbers of the kinds of association between a contact and its only company.
async fn numbers(fake: &Fake, path: &str) -> Vec<u64> {
    let linked = get(fake, &format!("{path}/companies")).await;
    let types = linked.body["results"][0]["associationTypes"].as_array().unwrap();
    types.iter().map(|kind| kind["typeId"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn associations_lists_and_the_rest_of_the_account() {
    let fake = fake().await;
    let contact = fake.insert("contacts", json!({"email": "a@example.com"}));
    let company = fake.insert("companies", json!({"name": "A"}));
    let path = format!("{CONTACTS}/{contact}/associations");
    assert_eq!(put(&fake, &format!("{path}/default/companies/{company}"), json!({})).await.status, 200);
    let label = |number: u32| json!([{"associationCategory": "USER_DEFINED", "associationTypeId": number}]);
    assert_eq!(put(&fake, &format!("{path}/companies/{company}"), label(36)).await.status, 201);
    assert_eq!(get(&fake, &format!("{path}/companies")).await.text("/results/0/toObjectId"), company);
    assert_eq!(numbers(&fake, &path).await, [279, 36]);
    // The default association keeps labels, and other labels replace them.
    assert_eq!(put(&fake, &format!("{path}/default/companies/{company}"), json!({})).await.status, 200);
    assert_eq!(numbers(&fake, &path).await, [279, 36]);
    let pair = json!({"inputs": [{"from": {"id": contact}, "to": {"id": company}, "types": label(38)}]});
    let batch = "/crm/associations/2026-03/contacts/companies/batch/create";
    assert_eq!(post(&fake, batch, pair).await.status, 201);
    assert_eq!(numbers(&fake, &path).await, [279, 38]);
    assert_eq!(put(&fake, &format!("{path}/companies/{company}"), label(36)).await.status, 201);
    assert_eq!(numbers(&fake, &path).await, [279, 36]);
    let from_the_company = format!("/crm/objects/2026-03/companies/{company}/associations/contacts/{contact}");
    assert_eq!(put(&fake, &from_the_company, label(37)).await.status, 201);
    assert_eq!(numbers(&fake, &path).await, [279]);
    let back = get(&fake, &format!("/crm/objects/2026-03/companies/{company}?associations=contacts")).await;
    assert_eq!(back.text("/associations/contacts/results/0/id"), contact);
    assert_eq!(delete(&fake, &format!("{path}/companies/{company}")).await.status, 204);
    assert_eq!(get(&fake, &format!("{path}/companies")).await.body["results"], json!([]));

    let list = json!({"name": "L", "objectTypeId": "0-1", "processingType": "MANUAL"});
    let list = post(&fake, "/crm/lists/2026-03", list).await;
    let id = list.text("/list/listId").to_owned();
    let added = put(&fake, &format!("/crm/lists/2026-03/{id}/memberships/add"), json!([contact])).await;
    assert_eq!(added.text("/recordsIdsAdded/0"), contact);
    let members = get(&fake, &format!("/crm/lists/2026-03/{id}/memberships")).await;
    assert_eq!(members.text("/results/0/recordId"), contact);
    let found = post(&fake, "/crm/lists/2026-03/search", json!({"query": "l"})).await;
    assert_eq!((&found.body["hasMore"], &found.body["offset"]), (&json!(false), &json!(1)));

    let owners = get(&fake, "/crm/owners/2026-03?limit=2").await;
    assert_eq!(owners.text("/paging/next/after"), "2");
    assert_eq!(get(&fake, "/crm/pipelines/2026-03/deals").await.text("/results/0/id"), "default");
    let property = json!({"name": "size", "label": "Size", "type": "string", "fieldType": "text", "groupName": "contactinformation"});
    assert_eq!(post(&fake, "/crm/properties/2026-03/contacts", property.clone()).await.status, 201);
    assert_eq!(post(&fake, "/crm/properties/2026-03/contacts", property).await.status, 409);
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
}

#[tokio::test]
async fn analytics_have_two_shapes() {
    let fake = fake().await;
    let range = "start=20260101&end=20260103";
    let totals = get(&fake, &format!("/analytics/v2/reports/sources/total?{range}&limit=3")).await;
    assert_eq!(
        (totals.status, &totals.body["offset"], &totals.body["total"]),
        (200, &json!(3), &json!(8)),
        "{}",
        totals.body
    );
    let daily = get(&fake, &format!("/analytics/v2/reports/sources/daily?{range}&f=direct")).await;
    assert_eq!(daily.body.as_object().unwrap().len(), 3);
    assert!(daily.body["2026-01-02"][0]["rawViews"].is_number());
    let summed = get(&fake, &format!("/analytics/v2/reports/forms/summarize/daily?{range}")).await;
    assert!(summed.body["breakdowns"].is_array());
    let long = get(&fake, "/analytics/v2/reports/totals/daily?start=20200101&end=20260101").await;
    assert_eq!((long.status, long.text("/category")), (413, "RESULT_POINT_LIMIT_EXCEEDED"));
}
