//! The APIs to test.

use std::fmt::Debug;

use crm_calls::{self as calls, Api};
use crm_testkit::fuzz::Effort;

use crate::canary::silent;
use crate::check::every;
use crate::shown::shown;
use crate::wire::snapshots;

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
