//! The types of object: the names by which they are called, and those of custom ones.

use super::{Api, Argument, ObjectType, Place, Ty, kebab, near};

/// The maximum number of letters by which a misspelt name differs.
const MOST_DIFFERENT: usize = 3;

/// The types by HubSpot's numbers, which its paths take as well as names.
const NUMBERS: &[(&str, &str)] = &[
    ("0-1", "contacts"),
    ("0-2", "companies"),
    ("0-3", "deals"),
    ("0-5", "tickets"),
    ("0-7", "products"),
    ("0-8", "line_items"),
    ("0-14", "quotes"),
    ("0-18", "communications"),
    ("0-19", "feedback_submissions"),
    ("0-27", "tasks"),
    ("0-46", "notes"),
    ("0-47", "meetings"),
    ("0-48", "calls"),
    ("0-49", "emails"),
    ("0-53", "invoices"),
    ("0-69", "commerce_subscriptions"),
    ("0-74", "goal_targets"),
    ("0-84", "discounts"),
    ("0-85", "fees"),
    ("0-86", "taxes"),
    ("0-101", "commerce_payments"),
    ("0-115", "users"),
    ("0-116", "postal_mail"),
    ("0-123", "orders"),
    ("0-136", "leads"),
    ("0-142", "carts"),
    ("0-162", "services"),
    ("0-410", "courses"),
    ("0-420", "listings"),
    ("0-421", "appointments"),
    ("0-970", "projects"),
];

impl ObjectType {
    /// Returns the types of object of a vendor.
    pub(crate) fn all(vendor: &str) -> impl Iterator<Item = &'static Self> {
        let objects = Api::of(vendor).filter(|api| api.file.root).filter_map(|api| api.file.objects.as_ref());
        objects.flat_map(|objects| &objects.types)
    }

    /// Returns the type that a name or a value of paths means: `line-items`, `line_items`, `0-8`.
    pub(crate) fn named(vendor: &str, name: &str) -> Option<&'static Self> {
        let number = NUMBERS.iter().find(|(number, _)| vendor == "hubspot" && *number == name);
        let plain = kebab(number.map_or(name, |(_, meant)| meant));
        Self::all(vendor).find(|one| kebab(one.name) == plain || one.segment == name)
    }

    /// Returns the type that a name means, also in the singular as HubSpot's documents have it: `contact`, `company`.
    pub(crate) fn meant(vendor: &str, name: &str) -> Option<&'static Self> {
        let plural = [format!("{name}s"), format!("{}ies", name.strip_suffix('y').unwrap_or(name))];
        [name, &plural[0], &plural[1]].into_iter().find_map(|name| Self::named(vendor, name))
    }

    /// Returns its word in paths that take any type: its name, unless the vendor has another word for it.
    pub(crate) fn word(&self) -> &'static str {
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
    /// Returns true if an argument is a type of object in the path.
    pub(crate) fn is_object_type(&self, argument: &Argument) -> bool {
        let parameter = self.file.objects.as_ref().map_or("", |objects| objects.parameter);
        // `objectType`, `fromObjectType` and `toObjectType`.
        let end = parameter.get(1..).unwrap_or_default();
        !end.is_empty()
            && argument.place == Place::Path
            && Ty::of(argument.ty) == Ty::Text
            && argument.name.ends_with(end)
    }

    /// Brings the name of a type of object in the path into the vendor's form. Names that are like none pass, because the
    /// vendor may have types that its documents do not list.
    ///
    /// # Errors
    ///
    /// The sentence about a name that is not one, with the name that was probably meant.
    pub(crate) fn object_type(&self, argument: &Argument, given: &str) -> Result<Option<&'static str>, String> {
        if !self.is_object_type(argument) {
            return Ok(None);
        }
        if !given.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Err("is not the name of a type of object; it has letters, digits, _ and - only".to_owned());
        }
        if let Some(known) = ObjectType::meant(self.file.vendor, given) {
            // A number stays as it is.
            let is_number = given.starts_with(|first: char| first.is_ascii_digit());
            return Ok((given != known.segment && !is_number).then(|| known.word()));
        }
        let names = ObjectType::all(self.file.vendor).map(|one| one.name);
        let meant = near(given, names).filter(|_| !is_custom(given));
        match meant.filter(|name| strsim::damerau_levenshtein(&given.to_lowercase(), name) <= MOST_DIFFERENT) {
            Some(meant) => Err(format!("is not the name of a type of object; did you mean \"{meant}\"?")),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NUMBERS, ObjectType};
    use crate::catalogue;

    #[test]
    fn each_number_is_that_of_a_type() {
        for (number, name) in NUMBERS {
            assert_eq!(ObjectType::named("hubspot", number).map(|one| one.name), Some(*name));
        }
        // The numbers that the catalogue has.
        for one in ObjectType::all("hubspot").filter(|one| one.segment.starts_with("0-")) {
            assert!(NUMBERS.contains(&(one.segment, one.name)), "{}", one.name);
        }
    }

    #[test]
    fn names_of_types_in_paths_are_checked_and_written_as_the_vendor_has_them() {
        let found = catalogue::find(&["hubspot", "associations", "list"]).unwrap();
        let argument = |name: &str| found.arguments().find(|one| one.name == name).unwrap();
        let of = |given: &str| found.api.object_type(argument("toObjectType"), given);
        for (given, expected) in [
            ("contacts", Ok(None)),
            ("deals", Ok(Some("deals"))),
            ("0-3", Ok(None)),
            ("0-1", Ok(None)),
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
            ("", Ok(None)),
        ] {
            assert_eq!(of(given), expected, "{given}");
        }
        for (given, expected) in
            [("contcts", "\"contacts\""), ("Compnies", "\"companies\""), ("../x", "letters"), ("a/b", "letters")]
        {
            assert!(of(given).is_err_and(|text| text.contains(expected)), "{given}");
        }
        assert_eq!(found.api.object_type(argument("objectId"), "contact"), Ok(None));
    }
}
