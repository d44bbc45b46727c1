//! The fake vendors over real HTTP, as one program: one link, and tests that wait overlap.

mod common;
mod faults;
mod hoopai;
mod hubspot;
mod leaning;
mod others;
mod quotas;
mod refusals;
mod uploads;
