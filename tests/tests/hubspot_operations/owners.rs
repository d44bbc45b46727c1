//! Owners.

use hubspot_client::types::OwnersGetIdProperty;

use super::Rig;

#[tokio::test]
async fn get() {
    let rig = Rig::new().await;
    let owner = rig.client.owners().get("71000").send().await.unwrap();
    rig.sent("GET /crm/owners/2026-03/71000");
    assert_eq!((owner.first_name.as_deref(), owner.user_id), (Some("Ada"), Some(9_000)));
    let same = rig.client.owners().get("9000").id_property(OwnersGetIdProperty::UserId).send().await.unwrap();
    rig.sent("GET /crm/owners/2026-03/9000?idProperty=userId");
    assert_eq!(same.id, owner.id);
}

#[tokio::test]
async fn list() {
    let rig = Rig::new().await;
    let owners = rig.client.owners().list().limit(2).items().try_collect().await.unwrap();
    rig.sent("GET /crm/owners/2026-03?limit=2&after=2");
    let names: Vec<_> = owners.iter().map(|owner| owner.first_name.as_deref().unwrap()).collect();
    assert_eq!(names, ["Ada", "Grace", "Mary"]);
}
