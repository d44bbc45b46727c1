//! `Debug` that shows what one looks for while debugging, and no personal data.
//!
//! Shown are ids, known values of enums, times, numbers, booleans and the names of properties. All other texts are hidden,
//! and so are numbers and times that are personal. [`names`] has the list: a member that is not in it hides its texts.

mod names;

use std::fmt::{self, Debug, Display, Formatter};

use serde_json::Value;

use super::Timestamp;

/// Maximum depth of records and maps that are shown.
const DEPTH: usize = 4;
/// The maximum number of records shown of a list.
pub(super) const RECORDS: usize = 3;
/// The maximum number of plain values shown of a list, and of entries shown of a map.
pub(super) const VALUES: usize = 20;
/// The text that is shown instead of a hidden value.
const HIDDEN: Plain<&str> = Plain("…");

/// The place of a value that is shown.
#[derive(Debug, Clone, Copy)]
pub struct Showing<'a> {
    /// The name of the record that the value is a member of.
    record: &'a str,
    /// The name of the member, as in Rust.
    member: &'a str,
    /// Number of further levels of records that are shown.
    depth: usize,
    /// Nothing here is shown.
    personal: bool,
    /// Ids are values of a property here, for example e-mail addresses.
    ids_are_values: bool,
}

/// The part of a value that `Debug` shows.
pub struct Shown(Kind);

enum Kind {
    Hidden,
    Plain(String),
    List(Vec<Shown>, usize),
    Map(Vec<(String, Shown)>, usize),
    Record(&'static str, Vec<(String, Shown)>),
    /// A record below [`DEPTH`].
    Deep(&'static str),
}

impl<'a> Showing<'a> {
    /// A value that is not part of another.
    pub(super) const fn alone() -> Self {
        Self { record: "", member: "", depth: DEPTH, personal: false, ids_are_values: false }
    }

    /// A map that is shown by itself: the names of its entries are names of properties.
    pub(super) const fn properties() -> Self {
        Self { member: names::PROPERTIES, ..Self::alone() }
    }

    /// A member of a record.
    pub(super) fn member<'b>(&self, record: &'b str, member: &'b str) -> Showing<'b> {
        Showing {
            record,
            member,
            depth: self.depth.saturating_sub(1),
            personal: self.personal || names::are_personal(member),
            ids_are_values: self.ids_are_values,
        }
    }

    /// An entry of a map.
    pub(super) fn entry(&self) -> Self {
        let personal = self.personal || names::contain_values(self.member);
        Self { record: "", member: "", depth: self.depth.saturating_sub(1), personal, ..*self }
    }

    /// The same place, if ids are values of a property when a member of this name has a value.
    pub(super) fn beside(&self, has_value: impl Fn(&str) -> bool) -> Self {
        Self { ids_are_values: self.ids_are_values || has_value(names::PROPERTY_OF_ID), ..*self }
    }

    fn plain(&self, shown: bool, value: impl Display) -> Shown {
        if shown && !self.personal { Shown(Kind::Plain(value.to_string())) } else { Shown::hidden() }
    }

    /// Shows a number or a boolean.
    pub(super) fn scalar(&self, value: impl Display) -> Shown {
        self.plain(true, value)
    }

    /// Shows a text if its member is in the list, and the text has the form of that.
    pub(super) fn text(&self, text: &str) -> Shown {
        let use_of = names::text(self.record, self.member);
        let shown = match use_of {
            Some(names::Text::Id) => !self.ids_are_values && names::is_id(text),
            Some(names::Text::ForeignId) => !self.ids_are_values && names::is_generated(text),
            Some(names::Text::Time) => Timestamp::from(text).read().is_ok(),
            Some(names::Text::Term) => names::is_term(text),
            Some(names::Text::Property) => names::is_property(text),
            None => false,
        };
        match use_of {
            Some(names::Text::Time) => self.plain(shown, text),
            _ => self.plain(shown, format_args!("{text:?}")),
        }
    }

    /// Shows a time, if it is one.
    pub(super) fn time(&self, text: &str) -> Shown {
        self.plain(Timestamp::from(text).read().is_ok(), text)
    }

    /// Shows a known value of an enum.
    pub(super) fn known(&self, text: &str) -> Shown {
        self.plain(true, text)
    }

    /// Shows the name of an entry of a map. A map that is shown by itself has properties only if no value is a record:
    /// the names of records may be those of people.
    pub(super) fn key(&self, name: &str, value: &Shown) -> String {
        let of_record = self.record.is_empty() && matches!(value.0, Kind::Record(..) | Kind::Deep(_));
        let properties = names::text(self.record, self.member) == Some(names::Text::Property) && !of_record;
        let shown = properties && names::is_property(name);
        if shown { name.to_owned() } else { HIDDEN.0.to_owned() }
    }

    /// Returns true if records are not shown here any more.
    pub(super) const fn is_deep(&self) -> bool {
        self.depth == 0
    }
}

impl Shown {
    /// A value that is not shown.
    #[must_use]
    pub const fn hidden() -> Self {
        Self(Kind::Hidden)
    }

    /// The beginning of a list of this length.
    pub(super) const fn list(items: Vec<Self>, length: usize) -> Self {
        Self(Kind::List(items, length))
    }

    /// The first entries of a map of this length.
    pub(super) const fn map(entries: Vec<(String, Self)>, length: usize) -> Self {
        Self(Kind::Map(entries, length))
    }

    pub(super) const fn record(name: &'static str, members: Vec<(String, Self)>) -> Self {
        Self(Kind::Record(name, members))
    }

    pub(super) const fn deep(name: &'static str) -> Self {
        Self(Kind::Deep(name))
    }

    /// The shape of a JSON value, whose members nothing is known about.
    pub(super) fn shape(value: &Value) -> Self {
        match value {
            Value::Null => Self(Kind::Plain("null".to_owned())),
            Value::Array(items) => Self::list(Vec::new(), items.len()),
            Value::Object(members) => Self::map(Vec::new(), members.len()),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => Self::hidden(),
        }
    }

    /// A member that no field can hold: its name and the shape of its value.
    pub(super) fn extra(name: &str, value: &Value) -> (String, Self) {
        let name = if names::is_property(name) { name } else { HIDDEN.0 };
        (name.to_owned(), Self::shape(value))
    }

    const fn is_hidden(&self) -> bool {
        matches!(self.0, Kind::Hidden)
    }
}

impl Debug for Shown {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Hidden => HIDDEN.fmt(f),
            Kind::Plain(text) => f.write_str(text),
            Kind::List(items, length) if items.iter().all(Self::is_hidden) => write!(f, "[{length}]"),
            Kind::List(items, length) => {
                let mut list = f.debug_list();
                list.entries(items);
                if *length > items.len() {
                    list.entry(&Plain(format_args!("… {} more", length - items.len())));
                }
                list.finish()
            }
            Kind::Map(entries, length) if entries.iter().all(|(name, value)| name == HIDDEN.0 && value.is_hidden()) => {
                write!(f, "{{{length}}}")
            }
            Kind::Map(entries, length) => {
                let mut map = f.debug_map();
                map.entries(entries.iter().map(|(name, value)| (Plain(name), value)));
                if *length > entries.len() {
                    map.entry(&HIDDEN, &Plain(format_args!("{} more", length - entries.len())));
                }
                map.finish()
            }
            Kind::Record(name, members) => {
                let mut record = f.debug_struct(name);
                for (name, value) in members {
                    record.field(name, value);
                }
                record.finish()
            }
            Kind::Deep(name) => write!(f, "{name} {{…}}"),
        }
    }
}

/// A text that is shown without quotes.
struct Plain<T>(T);

impl<T: Display> Debug for Plain<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Takes the quoted values out of a serde message: `string "x"` becomes `string "…"`.
pub(super) fn quoted_values(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest.find(['"', '`']) {
        let quote = &rest[start..=start];
        shown.push_str(&rest[..=start]);
        // To the last quote of the kind: the value itself may hold some.
        let Some(end) = rest[start + 1..].rfind(quote) else {
            rest = "";
            shown.push('…');
            break;
        };
        shown.push('…');
        shown.push_str(quote);
        rest = &rest[start + 1 + end + 1..];
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests;
