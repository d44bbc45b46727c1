//! Whatever comes from outside is read or refused, and nothing panics. The targets are in the package `crm-fuzz`;
//! that of the replies is in `every_operation`.

use crm_testkit::fuzz::Effort;

macro_rules! errors {
    ($($api:ident)*) => {
        mod fuzz_errors_of {
            $(
                #[test]
                fn $api() {
                    crm_fuzz::errors(&crm_calls::$api(), super::Effort::TEST);
                }
            )*
        }
    };
}

crm_calls::every_api!(errors);

#[test]
fn fuzz_cursors() {
    crm_fuzz::cursors(Effort::TEST);
}

#[test]
fn fuzz_webhooks_of_hubspot() {
    crm_fuzz::webhooks_of_hubspot(Effort::TEST);
}

#[test]
fn fuzz_webhooks_of_hoopai_and_hatch() {
    crm_fuzz::webhooks_of_hoopai_and_hatch(Effort::TEST);
}

#[test]
fn fuzz_stored_tokens() {
    crm_fuzz::stored_tokens(Effort::TEST);
}

#[test]
fn fuzz_token_replies_and_consents() {
    crm_fuzz::token_replies_and_consents(Effort::TEST);
}

#[test]
fn fuzz_exports() {
    crm_fuzz::exports(Effort::TEST);
}

#[test]
fn fuzz_documents() {
    crm_fuzz::documents(Effort::TEST);
}

#[test]
fn fuzz_corrections() {
    crm_fuzz::corrections(Effort::TEST);
}
