//! The properties that an account has for a type of object, and names checked against them.

use std::collections::BTreeMap;

use crm_core::{Error, ErrorKind};
use hubspot_client::properties::Properties as Access;
use hubspot_client::types::Property;

use crate::catalogue::near;
use crate::check::shown;
use crate::failure::Failure;
use crate::note;

/// The properties that were read.
pub(super) struct Definitions {
    pub(super) by_name: BTreeMap<String, Property>,
    /// True if sensitive properties are missing, because they are not open to the credential.
    pub(super) incomplete: bool,
}

/// Returns true if a part of the schema is not open to the credential, or not part of the account.
pub(super) fn is_closed(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Permission | ErrorKind::NotFound | ErrorKind::Validation)
}

/// Reads properties by name, the sensitive ones last, until there are enough of them.
pub(super) async fn definitions(
    access: &Access,
    enough: impl Fn(&BTreeMap<String, Property>) -> bool,
) -> Result<Definitions, Error> {
    let (mut by_name, mut incomplete) = (BTreeMap::new(), false);
    for sensitivity in [None, Some("sensitive"), Some("highly_sensitive")] {
        let list = access.list();
        let list = if let Some(sensitivity) = sensitivity { list.data_sensitivity(sensitivity) } else { list };
        let results = match list.send().await {
            Ok(list) => list.results,
            Err(error) if sensitivity.is_some() && is_closed(&error) => {
                incomplete = true;
                continue;
            }
            Err(error) => return Err(error),
        };
        for property in results {
            if let Some(name) = property.name.clone() {
                by_name.entry(name).or_insert(property);
            }
        }
        if enough(&by_name) {
            break;
        }
    }
    Ok(Definitions { by_name, incomplete })
}

/// The properties of a type of object by name.
pub(super) struct Properties {
    object: String,
    pub(super) by_name: BTreeMap<String, Property>,
}

impl Properties {
    /// Reads the properties. Those that the credential may not read are not known; `None` if it may read none.
    pub(super) async fn read(access: &Access, object: &str) -> Result<Option<Self>, Failure> {
        Self::until(access, object, |_| false).await
    }

    /// Checks that properties exist. Each has the place where it was named, for example `--properties`. Without the
    /// permission to read them nothing is checked.
    pub(super) async fn expect(access: &Access, object: &str, asked: &[(&str, &str)]) -> Result<(), Failure> {
        if asked.is_empty() {
            return Ok(());
        }
        let has_all = |known: &BTreeMap<String, Property>| asked.iter().all(|(_, name)| known.contains_key(*name));
        let Some(known) = Self::until(access, object, has_all).await? else { return Ok(()) };
        match asked.iter().find(|(_, name)| !known.by_name.contains_key(*name)) {
            Some((place, name)) => Err(Failure::usage(format!("{place} {}: {}", shown(name), known.unknown(name)))),
            None => Ok(()),
        }
    }

    async fn until(
        access: &Access,
        object: &str,
        enough: impl Fn(&BTreeMap<String, Property>) -> bool,
    ) -> Result<Option<Self>, Failure> {
        match definitions(access, enough).await {
            Ok(known) => Ok(Some(Self { object: object.to_owned(), by_name: known.by_name })),
            Err(error) if error.kind() == ErrorKind::Permission => {
                note::say("the credential may not read the properties, so they are not checked");
                Ok(None)
            }
            Err(error) => Err(Failure::call(&error, false)),
        }
    }

    /// Returns the words about a name that no property has.
    pub(super) fn unknown(&self, name: &str) -> String {
        match near(name, self.by_name.keys().map(String::as_str)) {
            Some(near) => format!("is not a property of {}; did you mean \"{near}\"?", self.object),
            None => format!("is not a property of {}; list them with: crm hubspot properties list {0}", self.object),
        }
    }
}
