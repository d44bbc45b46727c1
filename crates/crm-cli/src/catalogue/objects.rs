//! The types of object: the names by which they are called, and those of custom ones.

use super::{Api, Argument, ObjectType, Place, Ty, kebab, near};

/// The maximum number of letters by which a misspelt name differs.
const MOST_DIFFERENT: usize = 3;

impl ObjectType {
    /// Returns the types of object of a vendor.
    pub(crate) fn all(vendor: &str) -> impl Iterator<Item = &'static Self> {
        let objects = Api::of(vendor).filter(|api| api.file.root).filter_map(|api| api.file.objects.as_ref());
        objects.flat_map(|objects| &objects.types)
    }

    /// Returns the type that a name or a value of paths means: `line-items`, `line_items`, `0-3`.
    pub(crate) fn named(vendor: &str, name: &str) -> Option<&'static Self> {
        let plain = kebab(name);
        Self::all(vendor).find(|one| kebab(one.name) == plain || one.segment == name)
    }

    /// Returns its word in paths that take any type: its name, unless the vendor has another word for it.
    fn word(&self) -> &'static str {
        let is_number = self.segment.starts_with(|first: char| first.is_ascii_digit());
        if is_number { self.name } else { self.segment }
    }
}

/// Returns true if this can be the name of a custom object: `2-123`, `p123_cars` or `p_cars`.
pub(crate) fn is_custom(object: &str) -> bool {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let id = object
        .split_once('-')
        .is_some_and(|(group, id)| !group.is_empty() && number(group) && !id.is_empty() && number(id));
    let named = object.strip_prefix('p').and_then(|rest| rest.split_once('_'));
    id || named.is_some_and(|(portal, name)| number(portal) && !name.is_empty() && plain(name))
}

impl Api {
    /// Brings the name of a type of object in the path into the vendor's form. Names that are like none pass, because the
    /// vendor may have types that its documents do not list.
    ///
    /// # Errors
    ///
    /// The name of the type that was probably meant, if this is not one.
    pub(crate) fn object_type(&self, argument: &Argument, given: &str) -> Result<Option<&'static str>, &'static str> {
        let parameter = self.file.objects.as_ref().map_or("", |objects| objects.parameter);
        // `objectType`, `fromObjectType` and `toObjectType`.
        let end = parameter.get(1..).unwrap_or_default();
        if end.is_empty()
            || argument.place != Place::Path
            || Ty::of(argument.ty) != Ty::Text
            || !argument.name.ends_with(end)
        {
            return Ok(None);
        }
        // HubSpot's documents also have names in the singular, for example `contact`.
        let plural = [format!("{given}s"), format!("{}ies", given.strip_suffix('y').unwrap_or(given))];
        let known =
            [given, &plural[0], &plural[1]].into_iter().find_map(|name| ObjectType::named(self.file.vendor, name));
        if let Some(known) = known {
            return Ok((given != known.segment).then(|| known.word()));
        }
        let names = ObjectType::all(self.file.vendor).map(|one| one.name);
        let meant = near(given, names).filter(|_| !is_custom(given));
        match meant.filter(|name| strsim::damerau_levenshtein(&given.to_lowercase(), name) <= MOST_DIFFERENT) {
            Some(meant) => Err(meant),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue;

    #[test]
    fn names_of_types_in_paths_are_checked_and_written_as_the_vendor_has_them() {
        let found = catalogue::find(&["hubspot", "associations", "list"]).unwrap();
        let argument = |name: &str| found.arguments().find(|one| one.name == name).unwrap();
        let of = |given: &str| found.api.object_type(argument("toObjectType"), given);
        for (given, expected) in [
            ("contacts", Ok(None)),
            ("deals", Ok(Some("deals"))),
            ("0-3", Ok(None)),
            ("line-items", Ok(Some("line_items"))),
            ("commerce-subscriptions", Ok(Some("subscriptions"))),
            ("subscriptions", Ok(None)),
            ("2-123", Ok(None)),
            ("p123_contact", Ok(None)),
            ("p_cars", Ok(None)),
            ("marketing_events", Ok(None)),
            ("campaigns", Ok(None)),
            ("contact", Ok(Some("contacts"))),
            ("company", Ok(Some("companies"))),
            ("line_item", Ok(Some("line_items"))),
            ("contcts", Err("contacts")),
            ("Compnies", Err("companies")),
            ("", Ok(None)),
        ] {
            assert_eq!(of(given), expected, "{given}");
        }
        assert_eq!(found.api.object_type(argument("objectId"), "contact"), Ok(None));
    }
}
