//! The tests of each API.

use crm_calls::{self as calls, Api};
use crm_core::Quotas;

use super::bad_input::refused;
use super::judged::judge;

/// Returns a client at this address without quotas.
pub(crate) fn client<C>(api: &Api<C>, url: &str) -> C {
    (api.connect)(api.vendor.default_token(), url, Some(Quotas::none()))
}

/// Returns the folder of an API below `specs`, and its name in `vendor.json`.
pub(crate) fn documents<C>(api: &Api<C>) -> (&'static str, &'static str) {
    api.name.split_once('-').unwrap_or((api.name, api.name))
}

macro_rules! judged {
    ($($api:ident)*) => {
        mod what_is_described_is_read_and_sent {
            $(
                #[tokio::test]
                async fn $api() {
                    super::judge(&super::calls::$api()).await;
                }
            )*
        }

        mod what_was_not_promised_is_refused {
            $(
                #[tokio::test]
                async fn $api() {
                    super::refused(&super::calls::$api()).await;
                }
            )*
        }
    };
}

crm_calls::every_api!(judged);
