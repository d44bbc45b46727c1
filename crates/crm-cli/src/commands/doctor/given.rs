//! The arguments that are given to a checkup: those of any operation of the vendor.

use crate::catalogue::{Api, near};
use crate::check::{self, Input};
use crate::failure::Failure;

/// Returns the name of an argument of the vendor's operations.
pub(super) fn argument(vendor: &str, name: &str) -> Result<&'static str, Failure> {
    let operations = || Api::of(vendor).flat_map(|api| &api.file.operations);
    let names = || operations().flat_map(|operation| &operation.arguments).map(|argument| argument.name);
    names().find(|known| *known == name).ok_or_else(|| {
        let meant = near(name, names()).map(|near| format!("; did you mean {near}=…?")).unwrap_or_default();
        Failure::usage(format!("no operation of {vendor} has the argument {}{meant}", check::shown(name)))
    })
}

/// Refuses a value that fits no operation with the argument.
pub(super) fn fits(vendor: &str, name: &str, value: &str) -> Result<(), Failure> {
    let mut wrong = None;
    for found in Api::of(vendor).flat_map(Api::operations) {
        if !found.arguments().any(|argument| argument.name == name) {
            continue;
        }
        let mut input = Input::default();
        input.arguments.insert(name.to_owned(), value.into());
        let of_value = |fault: &check::Fault| {
            fault.path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
        };
        match input.check(&found).into_iter().find(of_value) {
            Some(fault) => wrong = Some(fault),
            None => return Ok(()),
        }
    }
    wrong.map_or(Ok(()), |fault| Err(Failure::usage(fault.to_string())))
}
