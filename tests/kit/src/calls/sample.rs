//! Arguments by name, as the fake makes them from the document.

use crm_core::Upload;
use crm_core::codec::Wire;
use serde_json::Value;

use super::parse;

/// The arguments of one operation.
#[derive(Clone, Debug)]
pub struct Sample(pub Value);

impl Sample {
    fn find(&self, name: &str) -> &Value {
        let places = ["path", "query", "header", "body"].iter();
        places.map(|place| &self.0[place][name]).find(|value| !value.is_null()).unwrap_or(&Value::Null)
    }

    /// A text; of a list, one for an item.
    pub(crate) fn text(&self, name: &str) -> String {
        match self.find(name) {
            Value::Array(items) => shown(items.first().unwrap_or(&Value::Null)),
            value => shown(value),
        }
    }

    /// A value of any type; of a list, an item where one is wanted.
    pub(crate) fn value<T: Wire>(&self, name: &str) -> T {
        let found = self.find(name);
        let first = found.get(0).map(decode::<T>);
        decode(found).or_else(|error| first.unwrap_or(Err(error))).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn body<T: Wire>(&self) -> T {
        decode(&self.0["body"]).unwrap_or_else(|error| panic!("the body: {error}"))
    }

    pub(crate) fn file(&self) -> Upload {
        Upload::bytes("name,email\nAda,ada@example.com\n").file_name("contacts.csv").content_type("text/csv")
    }
}

fn decode<T: Wire>(value: &Value) -> Result<T, String> {
    parse(value.to_string().as_bytes())
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
