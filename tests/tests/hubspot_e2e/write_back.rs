//! A record that is read and written back without a change is sent as it was read, also where one value has several types.

use crm_fake::Fault;
use hubspot_client::ErrorKind;
use hubspot_client::types::{self, FormDefinitionBase};
use serde_json::{Value, json};

use super::{Rig, failed};

/// The fields of a form. The rules of the e-mail field are not those of the number field.
fn groups() -> Value {
    let field = |kind: &str, validation: Value| {
        json!({
            "fieldType": kind, "objectTypeId": "0-1", "name": kind, "label": "L", "required": true, "hidden": false,
            "dependentFields": [], "validation": validation,
        })
    };
    let email = json!({"blockedEmailDomains": ["example.org"], "useDefaultBlockList": true});
    let number = json!({"minAllowedDigits": 1, "maxAllowedDigits": 9});
    let fields = [field("email", email), field("number", number), field("a_new_kind", json!({"x": [1, null]}))];
    json!([{"groupType": "default_group", "richTextType": "text", "fields": fields}])
}

/// The filters of a list: values of three types, and a kind of comparison that is not in every version of the documents.
fn branch() -> Value {
    let filter = |kind: &str, operator: &str, more: Value| {
        let mut operation = json!({"operationType": kind, "operator": operator, "includeObjectsWithNoValueSet": false});
        operation.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"filterType": "PROPERTY", "property": "p", "operation": operation})
    };
    let filters = [
        filter("BOOL", "IS_EQUAL_TO", json!({"value": true})),
        filter("NUMBER", "IS_EQUAL_TO", json!({"value": 500})),
        filter("NUMBER", "IS_EQUAL_TO", json!({"value": 0.1})),
        filter("MULTISTRING", "IS_EQUAL_TO", json!({"values": ["a", "b"]})),
        filter(
            "COMPARATIVE_STRING",
            "IS_EQUAL_TO",
            json!({"comparisonPropertyName": "q", "defaultComparisonValue": "x"}),
        ),
        json!({"filterType": "A_NEW_KIND", "property": null, "n": 9_007_199_254_740_993_u64}),
    ];
    let and =
        json!({"filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [], "filters": filters});
    json!({"filterBranchType": "OR", "filterBranchOperator": "OR", "filterBranches": [and], "filters": []})
}

#[tokio::test]
async fn the_rules_of_a_form_and_the_filters_of_a_list_are_written_as_they_were_read() {
    let rig = Rig::with_contacts(0).await;
    let form = json!({"id": "f1", "name": "Visit", "formType": "hubspot", "archived": false, "fieldGroups": groups()});
    rig.fake.fail(Fault::Body(form).on("forms.get"));
    let FormDefinitionBase::HubSpotFormDefinition(form) = rig.client.forms().get("f1").send().await.unwrap() else {
        panic!("another kind of form")
    };
    let change = types::HubSpotFormDefinitionPatchRequest::default().field_groups(form.field_groups.unwrap());
    // The fake refuses kinds that the documents do not contain; the request counts.
    let refused = rig.client.forms().update("f1", change).send().await;
    assert_eq!(failed(refused).kind(), ErrorKind::Validation);
    assert_eq!(rig.requests("forms.update")[0].json()["fieldGroups"], groups());

    let list = json!({"listId": "12", "name": "Large", "objectTypeId": "0-1", "filterBranch": branch()});
    rig.fake.fail(Fault::Body(json!({"list": list})).on("lists.get"));
    let list = rig.client.lists().get("12").include_filters(true).send().await.unwrap().list.unwrap();
    let change = types::ListFilterUpdateRequest::new(list.filter_branch.unwrap());
    let refused = rig.client.lists().update_filters("12", change).send().await;
    assert_eq!(failed(refused).kind(), ErrorKind::Validation);
    assert_eq!(rig.requests("lists.update_filters")[0].json()["filterBranch"], branch());
}
