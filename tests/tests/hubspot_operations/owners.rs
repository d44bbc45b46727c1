//! Owners.

use hubspot_client::types::OwnersGetIdProperty;

use crate::Bench;

#[tokio::test]
async fn get() {
    let bench = Bench::new().await;
    let owner = bench.client.owners().get("71000").send().await.unwrap();
    bench.sent("GET /crm/owners/2026-03/71000");
    assert_eq!((owner.first_name.as_deref(), owner.user_id), (Some("Ada"), Some(9_000)));
    let same = bench.client.owners().get("9000").id_property(OwnersGetIdProperty::UserId).send().await.unwrap();
    bench.sent("GET /crm/owners/2026-03/9000?idProperty=userId");
    assert_eq!(same.id, owner.id);
}

#[tokio::test]
async fn list() {
    let bench = Bench::new().await;
    let owners = bench.client.owners().list().limit(2).items().try_collect().await.unwrap();
    bench.sent("GET /crm/owners/2026-03?limit=2&after=2");
    let names: Vec<_> = owners.iter().map(|owner| owner.first_name.as_deref().unwrap()).collect();
    assert_eq!(names, ["Ada", "Grace", "Mary"]);
}
