//! Operations that are called without a credential. If a document declares no security for an
//! operation, that may be an omission or intended, and only a correction can decide.

use serde_json::{Value, json};

use crate::read::document::{Document, is_empty, list};

/// Marks the operations that are called without a credential (`x-crm-no-auth`). An operation without any
/// declaration is added to `refusals`.
pub(super) fn complete(document: &mut Document, refusals: &mut Vec<String>) {
    let whole = document.value.get("security").cloned();
    for (path, method) in document.operations() {
        let operation = &mut document.value["paths"][&path][method];
        // An operation without a declaration only shows that the object has it (see `fold`).
        let Some(operation) = operation.as_object_mut().filter(|operation| !is_empty(operation)) else { continue };
        let said = operation.remove("x-crm-no-auth").as_ref().and_then(Value::as_bool);
        let open = match (said, operation.get("security").or(whole.as_ref())) {
            (Some(said), _) => said,
            (None, Some(ways)) => ways.as_array().is_some_and(Vec::is_empty),
            (None, None) => {
                refusals.push(format!(
                    "{}: {} {path}: no `security` is declared; state with `x-crm-no-auth` in corrections.json whether it is called without a credential",
                    document.name,
                    method.to_uppercase()
                ));
                false
            }
        };
        if open {
            operation.insert("x-crm-no-auth".to_owned(), json!(true));
        }
    }
}

/// Returns the scopes of an operation, one of which a credential needs, in order.
pub(crate) fn scopes(operation: &Value) -> Vec<String> {
    let mut scopes: Vec<String> = list(operation, "security")
        .flat_map(|way| way.as_object().into_iter().flatten())
        .flat_map(|(_, scopes)| scopes.as_array().into_iter().flatten())
        .chain(list(operation, "x-crm-scopes"))
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(security: Option<Value>, operation: Value) -> Document {
        let mut value = json!({"paths": {"/token": {"post": operation}}});
        if let Some(security) = security {
            value["security"] = security;
        }
        Document { name: "a.json".to_owned(), value }
    }

    #[test]
    fn an_operation_is_open_if_its_document_says_so() {
        let open = |security: Option<Value>, operation: Value| {
            let mut document = document(security, operation);
            let mut refusals = Vec::new();
            complete(&mut document, &mut refusals);
            assert_eq!(refusals, [] as [&str; 0]);
            document.value["paths"]["/token"]["post"]["x-crm-no-auth"] == json!(true)
        };
        let bearer = json!([{"bearer": []}]);
        assert!(open(None, json!({"security": []})));
        assert!(open(None, json!({"x-crm-no-auth": true})));
        assert!(open(Some(bearer.clone()), json!({"security": []})));
        assert!(!open(Some(bearer.clone()), json!({})));
        assert!(!open(None, json!({"security": bearer})));
        assert!(!open(None, json!({"security": [], "x-crm-no-auth": false})), "the correction holds");
    }

    #[test]
    fn an_operation_without_a_word_of_security_is_refused() {
        let mut refusals = Vec::new();
        complete(&mut document(None, json!({"responses": {}})), &mut refusals);
        assert!(refusals[0].starts_with("a.json: POST /token: no `security` is declared"), "{refusals:?}");
    }
}
