//! From the names of a vendor and an object to the operations that write its records.

use super::calls::{self, Calls};
use super::given::Given;
use super::hubspot::{self, Batches};
use super::source::{Form, Source};
use super::target::{Target, Verb};
use crate::catalogue::{Api, ObjectType};
use crate::failure::Failure;
use crate::session::Session;

/// Connects to the operations that write the rows.
pub(super) async fn target(
    verb: Verb,
    given: &Given,
    source: &Source,
    session: &Session,
) -> Result<(Box<dyn Target>, &'static Api), Failure> {
    let (vendor, object) = (given.vendor.as_str(), given.object.as_str());
    let object = ObjectType::meant(vendor, object).filter(|_| vendor == "hubspot").map_or(object, |one| one.name);
    let segment = if vendor == "hubspot" { hubspot::segment(object, verb)? } else { None };
    if let Some(segment) = segment {
        let batches = Batches::open(object, &segment, verb, given.by.clone(), given.clears(), source, session).await?;
        let api = Api::of(vendor).next().ok_or_else(|| Failure::other("HubSpot has no operations"))?;
        return Ok((Box::new(batches), api));
    }
    let found = calls::operation(vendor, object, verb)?;
    for (option, value) in [("by", &given.by), ("empty", &given.empty)] {
        if value.is_some() {
            return Err(Failure::usage(format!("{} has no --{option}; only HubSpot's records have", found.words())));
        }
    }
    let calls = Calls::open(found, verb, matches!(source.form, Form::Csv { .. }), session).await?;
    Ok((Box::new(calls), found.api))
}
