//! The calls of every operation, which `every_operation` also makes.

#[rustfmt::skip]
#[path = "../every_operation/generated/hatch_bulk_export.rs"]
pub(crate) mod hatch_bulk_export;
#[rustfmt::skip]
#[path = "../every_operation/generated/hatch_contacts.rs"]
pub(crate) mod hatch_contacts;
#[rustfmt::skip]
#[path = "../every_operation/generated/hockeystack_account_intelligence.rs"]
pub(crate) mod hockeystack_account_intelligence;
#[rustfmt::skip]
#[path = "../every_operation/generated/hockeystack_revenue_agents.rs"]
pub(crate) mod hockeystack_revenue_agents;
#[rustfmt::skip]
#[path = "../every_operation/generated/hoopai.rs"]
pub(crate) mod hoopai;
#[rustfmt::skip]
#[path = "../every_operation/generated/hoopai_v3.rs"]
pub(crate) mod hoopai_v3;
#[rustfmt::skip]
#[path = "../every_operation/generated/hubspot.rs"]
pub(crate) mod hubspot;
