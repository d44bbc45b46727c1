//! The types that fields, arguments and replies have.

use serde_json::{Value, json};

/// A type, not including optionality.
#[derive(Debug, Clone, PartialEq)]
pub enum Ty {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// Any JSON value.
    Json,
    /// A point in time.
    Timestamp,
    /// No content.
    Nothing,
    /// A file that is sent.
    Upload,
    /// A named type.
    Named(String),
    /// A list.
    List(Box<Ty>),
    /// An object whose members all have one type.
    Map(Box<Ty>),
    /// A type that holds itself.
    Boxed(Box<Ty>),
}

impl Ty {
    /// The named type in it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::List(inner) | Self::Map(inner) | Self::Boxed(inner) => inner.name(),
            _ => None,
        }
    }

    /// The same, as a text of its own.
    pub(crate) fn into_name(self) -> Option<String> {
        self.name().map(str::to_owned)
    }

    /// Returns the type as Rust code; `types` is put before named types.
    #[must_use]
    pub fn rust(&self, types: &str) -> String {
        match self {
            Self::Text => "String".to_owned(),
            Self::Integer => "i64".to_owned(),
            Self::Number => "f64".to_owned(),
            Self::Boolean => "bool".to_owned(),
            Self::Json => "Value".to_owned(),
            Self::Timestamp => "Timestamp".to_owned(),
            Self::Nothing => "()".to_owned(),
            Self::Upload => "Upload".to_owned(),
            Self::Named(name) => format!("{types}{name}"),
            Self::List(inner) => format!("Vec<{}>", inner.rust(types)),
            Self::Map(inner) => format!("Map<{}>", inner.rust(types)),
            Self::Boxed(inner) => format!("Box<{}>", inner.rust(types)),
        }
    }

    /// Returns the type as a JSON Schema.
    pub(crate) fn json_schema(&self) -> Value {
        match self {
            Self::Text => json!({"type": "string"}),
            Self::Integer => json!({"type": "integer"}),
            Self::Number => json!({"type": "number"}),
            Self::Boolean => json!({"type": "boolean"}),
            Self::Timestamp => json!({"type": "string", "format": "date-time"}),
            Self::Json | Self::Nothing | Self::Upload => json!({}),
            Self::Named(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
            Self::List(inner) => json!({"type": "array", "items": inner.json_schema()}),
            Self::Map(inner) => json!({"type": "object", "additionalProperties": inner.json_schema()}),
            Self::Boxed(inner) => inner.json_schema(),
        }
    }

    /// Calls the named type in it by another name.
    pub(crate) fn rename(&mut self, new: &impl Fn(&str) -> Option<String>) {
        match self {
            Self::Named(name) => {
                if let Some(new) = new(name) {
                    *name = new;
                }
            }
            Self::List(inner) | Self::Map(inner) | Self::Boxed(inner) => inner.rename(new),
            _ => {}
        }
    }

    /// Replaces named types by what `of` knows of them.
    pub(crate) fn expand(&self, of: &impl Fn(&str) -> Option<Self>) -> Self {
        match self {
            Self::Named(name) => match of(name) {
                Some(known) => known.expand(of),
                None => self.clone(),
            },
            Self::List(inner) => Self::List(Box::new(inner.expand(of))),
            Self::Map(inner) => Self::Map(Box::new(inner.expand(of))),
            Self::Boxed(inner) => match inner.expand(of) {
                // Only records need a box to hold themselves.
                named @ Self::Named(_) => Self::Boxed(Box::new(named)),
                other => other,
            },
            plain => plain.clone(),
        }
    }
}
