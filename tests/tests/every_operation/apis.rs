//! The APIs to test.

use std::fmt::Debug;

use crm_calls::{self as calls, Api};
use crm_testkit::fuzz::Effort;

use super::canary::silent;
use super::check::every;
use super::shown::shown;
use super::wire::snapshots;

async fn check<C: Debug>(api: Api<C>) {
    every(&api).await;
    snapshots(&api).await;
    silent(&api).await;
    shown(&api).await;
    crm_fuzz::replies(&api, Effort::TEST).await;
}

macro_rules! checked {
    ($($api:ident)*) => {
        $(
            #[tokio::test]
            async fn $api() {
                check(calls::$api()).await;
            }
        )*
    };
}

crm_calls::every_api!(checked);
