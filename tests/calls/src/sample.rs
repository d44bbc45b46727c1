//! Arguments by name, as the fake makes them from the document.

use std::cell::RefCell;
use std::fmt::Debug;

use crm_core::Upload;
use crm_core::codec::Wire;
use serde_json::Value;

use super::{Show, parse, show};

/// The arguments of one operation.
#[derive(Debug)]
pub struct Sample {
    arguments: Value,
    typed: RefCell<Vec<Typed>>,
}

/// An argument that has a type of the client.
#[derive(Debug)]
pub struct Typed {
    /// The name of the type.
    pub name: &'static str,
    /// Its value.
    pub value: Value,
    /// Shows another value of the type.
    pub show: Show,
}

impl Sample {
    /// Arguments by name, below the place in which they are sent.
    #[must_use]
    pub const fn new(arguments: Value) -> Self {
        Self { arguments, typed: RefCell::new(Vec::new()) }
    }

    /// The arguments that have a type of the client, after a call was made of them.
    #[must_use]
    pub fn typed(self) -> Vec<Typed> {
        self.typed.into_inner()
    }

    fn find(&self, name: &str) -> &Value {
        let places = ["path", "query", "header", "body"].iter();
        places.map(|place| &self.arguments[place][name]).find(|value| !value.is_null()).unwrap_or(&Value::Null)
    }

    /// A text; of a list, one for an item.
    pub(crate) fn text(&self, name: &str) -> String {
        match self.find(name) {
            Value::Array(items) => shown(items.first().unwrap_or(&Value::Null)),
            value => shown(value),
        }
    }

    /// A value of any type; of a list, an item where one is wanted.
    pub(crate) fn value<T: Wire + Debug>(&self, name: &str) -> T {
        let found = self.find(name);
        self.note::<T>(found);
        let first = found.get(0).map(decode::<T>);
        decode(found).or_else(|error| first.unwrap_or(Err(error))).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn body<T: Wire + Debug>(&self) -> T {
        let body = &self.arguments["body"];
        self.note::<T>(body);
        decode(body).unwrap_or_else(|error| panic!("the body: {error}"))
    }

    fn note<T: Wire + Debug>(&self, value: &Value) {
        self.typed.borrow_mut().push(Typed { name: std::any::type_name::<T>(), value: value.clone(), show: show::<T> });
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
