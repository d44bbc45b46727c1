//! The kinds of paging: their positions, the request for a position, and the position after a page.
//! A new kind needs an arm in [`PagingKind::somewhere`] and of [`Paging::next`], and of [`Paging::seek`] and
//! [`Paging::first_number`] if its position is sent in another form.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Next, PageContext, PageFacts};
use crate::call::Call;
use crate::meta::{Paging, PagingKind, SentIn};

/// A place in a list, in the terms of its kind of paging. `Debug` shows offsets and numbers of pages, and no other value: some
/// vendors page by names or addresses.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Position {
    /// The beginning.
    Start,
    /// A cursor, or the last id or sort value.
    Token(String),
    /// The number of items to skip.
    Offset(u64),
    /// The page with this number.
    Page(u64),
    /// After the item with this sort value and id.
    After {
        /// The sort value.
        value: String,
        /// The id.
        id: String,
    },
    /// After the item with these sort values.
    Values(Vec<Value>),
    /// The end: nothing follows.
    End,
}

impl Paging {
    /// Sets the position of a call. The start and the end leave the call unchanged.
    pub(super) fn seek<T>(&self, call: Call<T>, at: &Position) -> Call<T> {
        let number = |number: u64| if self.as_text { number.to_string().into() } else { Value::from(number) };
        let values = match at {
            Position::Start | Position::End => return call,
            Position::Token(token) => vec![token.as_str().into()],
            Position::Offset(at) | Position::Page(at) => vec![number(*at)],
            Position::After { value, id } => vec![value.as_str().into(), id.as_str().into()],
            Position::Values(values) => vec![Value::Array(values.clone())],
        };
        self.params.iter().zip(values).fold(call, |call, (name, value)| match (self.sent_in, value) {
            (SentIn::Body, value) => call.set_body_field(name, value),
            (SentIn::Query, Value::String(text)) => call.set_query(name, &text),
            (SentIn::Query, value) => call.set_query(name, &value.to_string()),
        })
    }

    /// The parameters and members of a call that hold a position, by name.
    pub(super) fn own_position<T>(&self, call: &Call<T>) -> Vec<(&'static str, Value)> {
        let value = |name: &str| match self.sent_in {
            SentIn::Query => call.query_value(name).map(Value::from),
            SentIn::Body => call.body_value(name).filter(|value| !value.is_null()),
        };
        let mut own: Vec<_> = self.params.iter().filter_map(|name| Some((*name, value(name)?))).collect();
        own.sort_by_key(|position| position.0);
        own
    }

    /// The offset or page number at which the caller's own call begins.
    pub(super) fn first_number<T>(&self, call: &Call<T>) -> Option<u64> {
        matches!(self.kind.somewhere(), Position::Offset(_) | Position::Page(_)).then_some(())?;
        let (_, value) = self.own_position(call).into_iter().next()?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    /// Returns true unless the vendor returns a cursor or an offset: the position is counted, or read from the last item.
    pub(super) fn is_computed(&self) -> bool {
        !self.told && self.kind != PagingKind::Token
    }

    /// The page size that the call requests.
    pub(super) fn size<T>(&self, call: &Call<T>) -> Option<u64> {
        let name = self.limit?;
        match self.sent_in {
            SentIn::Query => call.query_value(name)?.parse().ok(),
            SentIn::Body => call.body_value(name)?.as_u64(),
        }
    }

    /// Returns the position after a page.
    pub(super) fn next(&self, facts: PageFacts, cx: &PageContext<'_>) -> Next {
        let PageFacts { next, total, more, .. } = facts;
        let text = |next| match next {
            Some(Position::Token(text)) => Some(text),
            _ => None,
        };
        match self.kind {
            PagingKind::Token => cx.token(text(next).as_deref(), more),
            PagingKind::Offset if self.told => match next {
                Some(Position::Offset(next)) => cx.offset_at(Some(next), more),
                _ => cx.offset_at(None, more),
            },
            PagingKind::Offset => cx.offset(total, more),
            PagingKind::Page => cx.page(self.first, total, more),
            PagingKind::KeysetId | PagingKind::KeysetValue => cx.keyset(text(next), total, more),
            PagingKind::KeysetPair => match next {
                Some(Position::After { value, id }) => cx.pair(Some(value), Some(id), more),
                _ => cx.pair(None, None, more),
            },
            PagingKind::SearchAfter => match next {
                Some(Position::Values(values)) => cx.values(Some(values), total),
                _ => cx.values(None, total),
            },
        }
    }
}

impl PagingKind {
    /// The position that represents all positions in the fingerprint of a list. Stored cursors
    /// contain the fingerprint, so its numbers never change.
    pub(super) fn somewhere(self) -> Position {
        const NUMBER: u64 = 4_000_000_001;
        match self {
            Self::Token | Self::KeysetId | Self::KeysetValue => Position::Token(NUMBER.to_string()),
            Self::Offset => Position::Offset(NUMBER),
            Self::Page => Position::Page(NUMBER),
            Self::KeysetPair => Position::After { value: NUMBER.to_string(), id: NUMBER.to_string() },
            Self::SearchAfter => Position::Values(vec![Value::from(NUMBER)]),
        }
    }

    /// Returns true if its positions are page numbers.
    pub(super) fn numbers_pages(self) -> bool {
        matches!(self.somewhere(), Position::Page(_))
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("Start"),
            Self::Token(_) => f.write_str("Token(…)"),
            Self::Offset(offset) => f.debug_tuple("Offset").field(offset).finish(),
            Self::Page(page) => f.debug_tuple("Page").field(page).finish(),
            Self::After { .. } => f.write_str("After(…)"),
            Self::Values(_) => f.write_str("Values(…)"),
            Self::End => f.write_str("End"),
        }
    }
}

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = match self {
            Self::Start => json!("start"),
            Self::End => json!("end"),
            Self::Token(token) => json!({ "token": token }),
            Self::Offset(offset) => json!({ "offset": offset }),
            Self::Page(page) => json!({ "page": page }),
            Self::After { value, id } => json!({ "after": [value, id] }),
            Self::Values(values) => json!({ "values": values }),
        };
        value.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        read(&value).ok_or_else(|| D::Error::custom("not a position in a list"))
    }
}

fn read(value: &Value) -> Option<Position> {
    if let Some(text) = value.as_str() {
        return match text {
            "start" => Some(Position::Start),
            "end" => Some(Position::End),
            _ => None,
        };
    }
    let (name, value) = value.as_object().filter(|object| object.len() == 1)?.iter().next()?;
    Some(match name.as_str() {
        "token" => Position::Token(value.as_str()?.to_owned()),
        "offset" => Position::Offset(value.as_u64()?),
        "page" => Position::Page(value.as_u64()?),
        "after" => {
            let [value, id] = value.as_array()?.as_slice() else { return None };
            Position::After { value: value.as_str()?.to_owned(), id: id.as_str()?.to_owned() }
        }
        "values" => Position::Values(value.as_array()?.clone()),
        _ => return None,
    })
}

/// Reads a position from a reply, in any JSON form.
#[doc(hidden)]
#[must_use]
pub fn position_text(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
