//! The scopes of an operation.

use super::{Api, Found, Operation};

/// The scopes of an operation, for a credential.
pub(crate) struct Scopes {
    /// The scopes that the documents name.
    pub(crate) one_of: Vec<&'static str>,
    /// True if each of them is enough. Otherwise they are those of several types of object.
    pub(crate) certain: bool,
}

impl Scopes {
    /// Returns the scopes for a message: `the scope a or b`, or `None` if they are not known.
    pub(crate) fn sentence(&self) -> Option<String> {
        (self.certain && !self.one_of.is_empty()).then(|| format!("the scope {}", self.one_of.join(" or ")))
    }
}

impl Api {
    /// Returns all scopes that its documents name, some more than once.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &'static str> {
        let of_types = self.file.objects.iter().flat_map(|objects| &objects.types).flat_map(|one| one.calls.values());
        self.file.operations.iter().map(|operation| &operation.scopes).chain(of_types).flatten().copied()
    }
}

impl Found {
    /// Returns its scopes: those that the document of the type of object names, otherwise those of the operation.
    pub(crate) fn scopes(&self) -> Scopes {
        let Operation { call, scopes, .. } = self.operation;
        let Some(object) = self.object else {
            let typed = scopes.len() > 1 && self.arguments().any(|argument| self.api.is_object_type(argument));
            return Scopes { one_of: scopes.clone(), certain: !typed };
        };
        if let Some(own) = object.calls.get(call).filter(|own| !own.is_empty()) {
            return Scopes { one_of: own.clone(), certain: true };
        }
        // The documents of a few types list the scopes of all types, of which one has the name of the type.
        let level = if self.operation.reads() { "read" } else { "write" };
        let named = |name: &str| scopes.iter().copied().find(|scope| *scope == format!("crm.objects.{name}.{level}"));
        match named(object.name).or_else(|| named(object.segment)) {
            Some(own) => Scopes { one_of: vec![own], certain: true },
            None => Scopes { one_of: scopes.clone(), certain: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue;

    #[test]
    fn the_scopes_of_a_type_of_object_are_those_of_its_document() {
        let scopes = |words: &str| catalogue::find(&words.split(' ').collect::<Vec<_>>()).unwrap().scopes();
        for (words, expected) in [
            ("hubspot contacts list", &["crm.objects.contacts.read"][..]),
            ("hubspot contacts archive", &["crm.objects.contacts.write"]),
            ("hubspot invoices list", &["crm.objects.invoices.read"]),
            ("hubspot tickets create", &["tickets"]),
            // The scopes do not always have the name of the type.
            ("hubspot notes list", &["crm.objects.contacts.read"]),
            ("hubspot line-items create", &["crm.objects.line_items.write", "e-commerce"]),
            // Documents that list the scopes of all types.
            ("hubspot appointments list", &["crm.objects.appointments.read"]),
            ("hubspot commerce-subscriptions create", &["crm.objects.subscriptions.write"]),
            ("hubspot owners list", &["automation", "crm.objects.owners.read"]),
        ] {
            let scopes = scopes(words);
            assert_eq!((scopes.one_of.as_slice(), scopes.certain), (expected, true), "{words}");
        }
        let all = scopes("hubspot objects create");
        assert!(all.one_of.len() > 50 && !all.certain && all.sentence().is_none());
        for words in
            ["associations batch-create", "associations batch-delete", "associations list", "association-labels list"]
        {
            let scopes = scopes(&format!("hubspot {words}"));
            assert!(!scopes.certain && scopes.sentence().is_none(), "{words}");
        }
        let objects = catalogue::Api::of("hubspot").find_map(|api| api.file.objects.as_ref()).unwrap();
        for object in &objects.types {
            for call in object.calls.keys() {
                let words = format!("hubspot {} {}", catalogue::kebab(object.name), catalogue::kebab(call));
                assert!(scopes(&words).certain, "{words}");
            }
        }
    }
}
