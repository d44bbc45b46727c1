//! Names in sentences of documentation.

use std::collections::BTreeMap;

use super::rust::ident;
use super::signature::setter;
use crate::model::{Field, Operation};
use crate::name::words;

/// Names in capitals of their own.
const SPELLINGS: [(&str, &str); 7] = [
    ("ai", "AI"),
    ("crm", "CRM"),
    ("hubdb", "HubDB"),
    ("oauth", "OAuth"),
    ("saas", "SaaS"),
    ("sms", "SMS"),
    ("url", "URL"),
];

/// The words of a name as they are written in a sentence: `url_mappings` becomes `URL mappings`.
pub(super) fn spelled(name: &str) -> String {
    let spelling = |word: &str| {
        let known = SPELLINGS.iter().find(|(plain, _)| *plain == word);
        known.map_or_else(|| word.to_owned(), |(_, spelling)| (*spelling).to_owned())
    };
    words(name).split(' ').map(spelling).collect::<Vec<_>>().join(" ")
}

/// The names in Rust of what a sentence can name by its name in JSON.
pub(super) struct Names<'a>(BTreeMap<&'a str, String>);

impl<'a> Names<'a> {
    /// The fields of a record.
    pub(super) fn of_fields(fields: &'a [Field]) -> Self {
        Self(fields.iter().map(|field| (field.wire.as_str(), ident(&field.ident).to_string())).collect())
    }

    /// The arguments of an operation.
    pub(super) fn of_arguments(operation: &'a Operation) -> Self {
        let name = |argument| ident(&setter(argument)).to_string();
        Self(operation.arguments.iter().map(|argument| (argument.wire.as_str(), name(argument))).collect())
    }

    /// Returns a text that names them as in Rust: `` `slotUnit` `` becomes `` `slot_unit` ``.
    pub(super) fn in_rust(&self, text: &str) -> String {
        let parts = text.split('`').enumerate().map(|(index, part)| match self.0.get(part) {
            Some(name) if index % 2 == 1 => name,
            _ => part,
        });
        parts.collect::<Vec<_>>().join("`")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Names, spelled};

    #[test]
    fn abbreviations_are_in_capitals() {
        assert_eq!(spelled("url_mappings"), "URL mappings");
        assert_eq!(spelled("blog_posts"), "blog posts");
    }

    #[test]
    fn only_code_is_a_name() {
        let names = Names(BTreeMap::from([("slotUnit", "slot_unit".to_owned())]));
        assert_eq!(
            names.in_rust("slotUnit, in the unit of `slotUnit`, not `other`."),
            "slotUnit, in the unit of `slot_unit`, not `other`."
        );
    }
}
