//! The limits of a vendor, from its document (`x-crm-limits`).

use std::time::Duration;

use serde_json::Value;

/// Kind of value that a header reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    Limit,
    Remaining,
    LengthMs,
    ResetMs,
    ResetAt,
    Class,
}

#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) name: String,
    pub(crate) limit: u64,
    pub(crate) per: Duration,
    pub(crate) headers: Vec<(String, Header)>,
}

/// All windows, and those of each class of operations.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    pub(crate) windows: Vec<Window>,
    classes: Vec<(String, Vec<usize>)>,
}

impl Limits {
    /// Reads a document that is part of this crate.
    pub(crate) fn read(document: &Value) -> Self {
        let members = |name: &str| document["x-crm-limits"][name].as_object().into_iter().flatten();
        let windows: Vec<Window> = members("windows").filter_map(|(name, window)| read(name, window)).collect();
        let index = |name: &Value| windows.iter().position(|window| Some(window.name.as_str()) == name.as_str());
        let classes = members("classes")
            .map(|(class, names)| (class.clone(), names.as_array().into_iter().flatten().filter_map(index).collect()))
            .collect();
        Self { windows, classes }
    }

    /// The windows of a class; none if there is no such class.
    pub(crate) fn of(&self, class: &str) -> &[usize] {
        self.classes.iter().find(|(name, _)| name == class).map_or(&[], |(_, windows)| windows)
    }
}

fn read(name: &str, window: &Value) -> Option<Window> {
    let header = |meaning: &Value| {
        Some(match meaning.as_str()? {
            "limit" => Header::Limit,
            "remaining" => Header::Remaining,
            "length_ms" => Header::LengthMs,
            "reset_ms" => Header::ResetMs,
            "reset_at" => Header::ResetAt,
            "class" => Header::Class,
            _ => return None,
        })
    };
    let headers = window["headers"].as_object().into_iter().flatten();
    Some(Window {
        name: name.to_owned(),
        limit: window["limit"].as_u64()?,
        per: Duration::from_secs(window["seconds"].as_u64()?),
        headers: headers.filter_map(|(name, meaning)| Some((name.clone(), header(meaning)?))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use crate::vendors::Vendor;

    #[test]
    fn every_vendor_has_the_limits_of_its_operations() {
        // No limits are published for the legacy API of Hatch.
        for vendor in Vendor::ALL.iter().filter(|vendor| **vendor != Vendor::HatchLegacyLeads) {
            let document = vendor.document();
            assert!(!document.limits.windows.is_empty(), "{vendor}");
            for operation in document.operations.iter().filter(|operation| !operation.open) {
                let class = operation.limit_class.as_deref().unwrap_or_default();
                assert!(!document.limits.of(class).is_empty(), "{vendor}: {}: {class}", operation.name);
            }
        }
    }
}
