//! Fakes of the vendors' HTTP APIs ([`Vendor`] lists them) on a loopback port, in process or as the binary
//! `crm-fake`.
//!
//! A fake is built from the same documents as the clients. It checks method, path, parameters and body of
//! every request and answers from a small state: records that were created can be read, listed page by page, searched,
//! changed and deleted. It counts requests against the vendor's quotas and sends the vendor's rate-limit
//! headers and error bodies. Operations without state return a sample that fits the document. Tests can
//! add a script of faults.
//!
//! ```
//! use crm_fake::{Fake, Fault, Hint, Vendor};
//! use serde_json::json;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let hubspot = Fake::start(Vendor::HubSpot).await?;
//! hubspot.insert("contacts", json!({"email": "ada@example.com"}));
//! hubspot.script([
//!     Fault::RateLimited { hint: Some(Hint::RetryAfterSeconds(1)) }.times(2),
//!     Fault::status(503).on("contacts.list"),
//! ]);
//!
//! // … point a client at hubspot.base_url() with hubspot.token() …
//! # hubspot.heal();
//!
//! let report = hubspot.report();
//! assert_eq!(report.refused, 0, "{:?}", report.problems);
//! hubspot.stop().await;
//! # std::io::Result::Ok(())
//! # }).unwrap();
//! ```
//!
//! # Overview
//!
//! | to | use |
//! |---|---|
//! | start | [`Fake::start`], [`Fake::builder`] |
//! | fill and look into the state | [`Fake::insert`], [`Fake::records`], [`Fake::count`] |
//! | make things fail | [`Fake::fail`], [`Fake::script`], [`Fault`], [`Step`] |
//! | check that each fault was used | [`Fake::unfired`]; a fake that is dropped panics if a fault was not used by any request |
//! | fill a fake, and script it, from files | [`Setup`] |
//! | sign webhooks for a receiver of your own | [`Signer`] |
//! | see what was sent | [`Fake::requests`], [`Recorded`], the [`Part`]s of a form with files |
//! | see whether a client reads anything | [`Builder::sample_replies`], [`Builder::strange_replies`] |
//! | get valid arguments for an operation | [`Fake::sample_request`] |
//! | see whether limits and document were kept | [`Fake::report`], [`Report`] |
//!
//! # Order
//!
//! A request is checked in this order, and the first failed check answers: path and
//! method, token, quota, document, the next matching fault, state. So a request that is invalid anyway does not
//! use up a fault, and an invalid request is always in [`Report::problems`].
//!
//! # Reproducible answers
//!
//! Identifiers, timestamps and sample values follow from the [seed](Builder::seed) and the order of
//! requests. Only the quotas use the real clock, because they measure real requests.
//!
//! # Switches in the data
//!
//! | vendor | data | effect |
//! |---|---|---|
//! | HubSpot | an invalid e-mail address, or one that exists | the row or the create fails |
//! | Account Intelligence | a domain ending in `.invalid`, or `nonexistent.com` | 404 |
//! | Revenue Agents | an owner id beginning with `fail` | provisioning fails |
//! | Revenue Agents | a message beginning with `fail` | the job fails |

#![forbid(unsafe_code)]

mod body;
mod call;
mod cursor;
mod delivery;
mod dialect;
mod document;
mod engine;
mod fake;
mod fault;
mod limits;
mod multipart;
mod names;
mod parameter;
mod pattern;
mod properties;
mod quota;
mod reply;
mod report;
mod request;
mod rng;
mod route;
mod sample;
mod server;
mod setup;
mod state;
mod strange;
mod stream;
#[cfg(test)]
mod sweep;
mod template;
mod time;
mod validate;
mod vendors;
mod webhook;

pub use fake::{Builder, Fake};
pub use fault::{Fault, Hint, Payload, Policy, Step, When};
pub use multipart::Part;
pub use report::{Recorded, Report};
pub use setup::{Setup, SetupError};
pub use vendors::Vendor;
pub use webhook::{Signed, Signer};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
