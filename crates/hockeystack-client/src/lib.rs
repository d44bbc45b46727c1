#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod agents;
#[rustfmt::skip]
#[allow(clippy::manual_map, clippy::module_inception)]
mod generated;
mod headers;
mod intelligence;
mod tokens;

pub use agents::{Owner, REVENUE_AGENTS_URL, RevenueAgents};
pub use generated::{account_intelligence, revenue_agents};
pub use intelligence::{ACCOUNT_INTELLIGENCE_URL, AccountIntelligence, Domain, Fields, Refusal, ResearchQuery};
pub use tokens::{AccountIntelligenceToken, RevenueAgentsToken};

#[cfg(feature = "redis")]
#[doc(inline)]
pub use crm_core::facade::redis::*;
#[doc(inline)]
pub use crm_core::facade::shared::*;
