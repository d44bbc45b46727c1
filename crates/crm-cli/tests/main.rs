//! The program as its users run it, with the fake vendors behind it: one link, and tests that wait overlap.

mod commands;
mod credentials;
mod doctor;
mod export;
mod import;
mod jq;
mod mcp;
mod records;
mod schema;
mod support;
mod tour;
mod webhooks;
mod wishes;
