//! The account's own properties, and writes checked against them before they are sent.
//!
//! `crm schema pull hubspot --to schema.json` writes the schema of an account to a file. `crm` is the command line in the same
//! repository as this crate; `cargo install --path crates/crm-cli` installs it.
//!
//! ```no_run
//! use hubspot_client::Map;
//! use hubspot_client::schema::Schema;
//! use hubspot_client::types::ObjectCreate;
//!
//! # async fn example(client: hubspot_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let schema = Schema::from_json(&std::fs::read_to_string("schema.json")?)?;
//! let properties = Map::from([("email", "ada@example.com"), ("lifecyclestage", "led")]);
//! // Returns the error: lifecyclestage has no option "led"; did you mean "lead"?
//! schema.check("contacts", &properties)?;
//! client.contacts().create(ObjectCreate::new(properties)).send().await?;
//! # Ok(()) }
//! ```

mod check;

use crm_core::{Error, FieldError, Map};

use crate::types::{Pipeline, Property};

/// The version of the form that this crate reads.
pub const VERSION: i64 = 1;

crm_core::record! {
    /// The types of object of an account.
    pub struct Schema {
        /// The version of the form: [`VERSION`].
        version: Option<i64> = "version",
        /// The name of the vendor, which is `hubspot`.
        vendor: Option<String> = "vendor",
        /// The types of object.
        objects: Vec<ObjectSchema> = "objects",
    }
    with default
}

crm_core::record! {
    /// A type of object.
    pub struct ObjectSchema {
        /// The name, for example `contacts`.
        name: Option<String> = "name",
        /// The identifier in paths, for example `0-3` or `2-123`.
        object_type_id: Option<String> = "objectTypeId",
        /// The qualified name of a custom type, for example `p123_cars`.
        fully_qualified_name: Option<String> = "fullyQualifiedName",
        /// The properties.
        properties: Vec<Property> = "properties",
        /// The pipelines with their stages.
        pipelines: Vec<Pipeline> = "pipelines",
    }
    with default
}

impl Schema {
    /// Reads a schema that `crm schema pull hubspot` wrote.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the text is not such a schema, or one of a
    /// newer version.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let not_json = |error: serde_json::Error| {
            Error::validation(format!(
                "the schema is not valid JSON at line {}, column {}; write it again with: crm schema pull hubspot",
                error.line(),
                error.column()
            ))
        };
        let schema: Self = serde_json::from_str(text).map_err(not_json)?;
        match (schema.version, schema.vendor.as_deref()) {
            (Some(VERSION), Some("hubspot")) => Ok(schema),
            (Some(version), Some("hubspot")) => Err(Error::validation(format!(
                "the schema has version {version}, and this program reads version {VERSION}; write it again with: crm schema \
                 pull hubspot"
            ))),
            _ => Err(Error::validation("the text is not a schema of HubSpot; write one with: crm schema pull hubspot")),
        }
    }

    /// Returns the type of object with this name, identifier or qualified name.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<&ObjectSchema> {
        self.objects.iter().find(|object| {
            [&object.name, &object.object_type_id, &object.fully_qualified_name].contains(&&Some(name.to_owned()))
        })
    }

    /// Checks properties before they are written to an object of this type. See [`ObjectSchema::faults`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) with all faults, or if the schema does not have the type of
    /// object.
    pub fn check(&self, object: &str, properties: &Map<String>) -> Result<(), Error> {
        let Some(object) = self.object(object) else {
            return Err(Error::validation(format!(
                "the schema has no type of object called {}; pull it again with this type",
                check::shown(object)
            )));
        };
        let faults: Vec<String> = object
            .faults(properties)
            .into_iter()
            .map(|fault| format!("{} {}", fault.field.as_deref().map_or("…", check::shown), fault.message))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(Error::validation(faults.join("; "))) }
    }
}

impl ObjectSchema {
    /// Creates the schema of a type of object from its properties.
    #[must_use]
    pub fn new(name: impl Into<String>, properties: Vec<Property>) -> Self {
        Self { name: Some(name.into()), properties, ..Self::default() }
    }

    /// Returns the property of this name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name.as_deref() == Some(name))
    }

    /// Returns the reasons why HubSpot would refuse properties: a name that is not a property, a property that only HubSpot
    /// writes, a value that is not one of the property's options or does not have its type. An empty value clears a
    /// property and is not a fault.
    ///
    /// A fault shows the value only if it has the form of a name.
    #[must_use]
    pub fn faults(&self, properties: &Map<String>) -> Vec<FieldError> {
        let fault = |(name, value): (&str, &String)| {
            let fault = match self.property(name) {
                None => Some(self.unknown(name)),
                Some(property) if property.is_read_only() => {
                    Some("is written only by HubSpot; leave it out".to_owned())
                }
                Some(property) => property.fault(value),
            };
            fault.map(|fault| FieldError::new(Some(name.to_owned()), None, fault))
        };
        properties.iter().filter_map(fault).collect()
    }

    /// Returns the fault of a name that is not a property, with the name that was probably meant.
    #[must_use]
    pub fn unknown(&self, name: &str) -> String {
        let object = self.name.as_deref().unwrap_or("the object");
        let names = self.properties.iter().filter_map(|property| property.name.as_deref());
        match check::near(name, names) {
            Some(near) => format!("is not a property of {object}; did you mean \"{near}\"?"),
            None => format!("is not a property of {object}"),
        }
    }
}
