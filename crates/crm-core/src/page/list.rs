//! Which list a cursor belongs to.

use serde_json::Value;

use super::{Cursor, LimitIn, Paged, Position, canonical};
use crate::call::Call;
use crate::error::Error;
use crate::meta::PagingKind;
use crate::stable_hash::StableHash;

/// A page of a list, and how many of its items were handed out.
#[derive(Clone, PartialEq)]
pub(super) struct Place {
    pub(super) position: Position,
    pub(super) consumed: usize,
    /// The page size under which `consumed` was counted.
    pub(super) size: Option<u64>,
}

/// The identity of a list: everything that decides which items it has, and what a position in it
/// depends on. For walks over lists that are written by hand.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct List {
    vendor: &'static str,
    operation: &'static str,
    kind: Option<PagingKind>,
    /// The path and the parameters, without the position and the page size.
    query: u64,
    /// The position that the caller's own call begins at, if it has one.
    begin: Option<u64>,
    size: Option<u64>,
}

impl List {
    /// The list of a call.
    #[must_use]
    pub fn of<P: Paged>(call: &Call<P::Page>) -> Self {
        Self {
            vendor: call.pipeline().vendor_name(),
            operation: call.op().id,
            kind: call.op().paging,
            query: query::<P>(call),
            begin: begin::<P>(call),
            size: size::<P>(call),
        }
    }

    /// The same list, walked in another way: its cursors are not those of the operation.
    #[must_use]
    pub fn walked_by(self, operation: &'static str) -> Self {
        Self { operation, ..self }
    }

    /// A cursor of this list.
    #[must_use]
    pub fn cursor(&self, position: Position, consumed: usize) -> Cursor {
        self.cursor_at(Place { position, consumed, size: self.size })
    }

    /// Takes a cursor apart: its position, and how many items of that page were handed out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if this list cannot continue at the
    /// cursor.
    pub fn open(&self, cursor: Cursor) -> Result<(Position, usize), Error> {
        self.place(cursor).map(|place| (place.position, place.consumed))
    }

    pub(super) fn cursor_at(&self, place: Place) -> Cursor {
        let list = self.fingerprint(&place.position);
        Cursor { vendor: self.vendor.to_owned(), operation: self.operation.to_owned(), list, place }
    }

    pub(super) fn place(&self, cursor: Cursor) -> Result<Place, Error> {
        let Self { vendor, operation, .. } = *self;
        let begin_anew = "or begin the list without a cursor";
        if cursor.vendor != vendor {
            let fault = format!("the cursor belongs to a list of {}, not of {vendor}", cursor.vendor);
            return Err(Error::validation(fault));
        }
        if cursor.operation != operation {
            return Err(Error::validation(format!("the cursor belongs to {}, not to {operation}", cursor.operation)));
        }
        let mut place = cursor.place;
        if cursor.list != self.fingerprint(&place.position) {
            return Err(Error::validation(format!(
                "the cursor belongs to {operation} with other parameters; \
                 give the same filters, order and beginning, {begin_anew}"
            )));
        }
        if place.size != self.size && self.numbers_pages(&place) {
            let (then, now) = (sized(place.size), sized(self.size));
            return Err(Error::validation(format!(
                "the cursor counts pages of {then} and the call asks for {now}; set the same page size, {begin_anew}"
            )));
        }
        if place.consumed == 0 {
            place.size = self.size;
        }
        Ok(place)
    }

    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }

    /// True if the place is a number of pages, so another page size would make it another place.
    fn numbers_pages(&self, place: &Place) -> bool {
        match place.position {
            Position::Page(_) => true,
            Position::Start => self.kind == Some(PagingKind::Page) && (self.begin.is_some() || place.consumed > 0),
            _ => false,
        }
    }

    /// The beginning is where the caller's own call says, so it is part of the list there.
    fn fingerprint(&self, position: &Position) -> u64 {
        match self.begin {
            Some(begin) if *position == Position::Start => {
                StableHash::new().part(&self.query.to_le_bytes()).part(&begin.to_le_bytes()).finish()
            }
            _ => self.query,
        }
    }
}

fn sized(size: Option<u64>) -> String {
    size.map_or_else(|| "the vendor's default size".to_owned(), |size| format!("{size} items"))
}

fn query<P: Paged>(call: &Call<P::Page>) -> u64 {
    // Whatever position the caller's own call has is overwritten by a fixed one.
    let call = match probe(call.op().paging) {
        Some(position) => P::seek(call.clone(), &position),
        None => call.clone(),
    };
    let limit = P::LIMIT.map_or("", |limit| limit.0);
    let request = &call.request;
    let kind = request.op.paging.map(|kind| format!("{kind:?}")).unwrap_or_default();
    let mut hash = StableHash::new().part(request.op.id.as_bytes()).part(kind.as_bytes());
    hash = hash.part(request.path_parts().as_bytes());
    // The order in which parameters were set does not matter, that of a repeated one does.
    let mut query: Vec<_> = request.query.iter().filter(|pair| pair.0 != limit).collect();
    query.sort_by_key(|pair| &pair.0);
    for (name, value) in query {
        hash = hash.part(name.as_bytes()).part(value.as_bytes());
    }
    let mut headers: Vec<_> = request.headers.iter().collect();
    headers.sort_by_key(|header| header.0.as_str());
    hash = hash.part(b"headers");
    for (name, value) in headers {
        hash = hash.part(name.as_str().as_bytes()).part(value.as_bytes());
    }
    hash = hash.part(b"body");
    match request.body_object() {
        Some(mut body) => {
            body.remove(limit);
            hash = canonical::add(hash, &Value::Object(body));
        }
        None => hash = hash.part(request.body.bytes().map_or(&[], |bytes| bytes)),
    }
    hash.finish()
}

/// The page size that the call asks for.
fn size<P: Paged>(call: &Call<P::Page>) -> Option<u64> {
    match P::LIMIT? {
        (name, LimitIn::Query) => call.query_value(name)?.parse().ok(),
        (name, LimitIn::Body) => call.body_value(name)?.as_u64(),
    }
}

fn begin<P: Paged>(call: &Call<P::Page>) -> Option<u64> {
    let own = own_position::<P>(call);
    let add = |hash: StableHash, (name, value): &(String, Value)| canonical::add(hash.part(name.as_bytes()), value);
    (!own.is_empty()).then(|| own.iter().fold(StableHash::new(), add).finish())
}

/// The offset or page number that the caller's own call begins with.
pub(super) fn first_number<P: Paged>(call: &Call<P::Page>) -> Option<u64> {
    matches!(call.op().paging?, PagingKind::Offset | PagingKind::Page).then_some(())?;
    let (_, value) = own_position::<P>(call).into_iter().next()?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The parameters and members of the caller's own call that hold a position. Which they are shows
/// when the call is sent to a position that no caller gives.
fn own_position<P: Paged>(call: &Call<P::Page>) -> Vec<(String, Value)> {
    let Some(position) = probe(call.op().paging) else { return Vec::new() };
    let probed = P::seek(call.clone(), &position);
    let text = PROBE.to_string();
    let mut own: Vec<(String, Value)> = Vec::new();
    for (name, _) in probed.request.query.iter().filter(|pair| pair.1 == text) {
        own.extend(call.query_value(name).map(|value| (name.to_string(), value.into())));
    }
    let is_probe = |value: &Value| value.as_u64() == Some(PROBE) || value.as_str() == Some(&text);
    for (name, value) in probed.request.body_object().into_iter().flatten() {
        if is_probe(&value) || value.as_array().is_some_and(|values| values.iter().any(is_probe)) {
            own.extend(call.body_value(&name).filter(|value| !value.is_null()).map(|value| (name, value)));
        }
    }
    own.sort_by(|one, other| one.0.cmp(&other.0));
    own
}

/// A number that no list reaches.
const PROBE: u64 = 4_000_000_001;

/// A position of a kind, with that number.
fn probe(kind: Option<PagingKind>) -> Option<Position> {
    let text = || PROBE.to_string();
    Some(match kind? {
        PagingKind::Token | PagingKind::KeysetId | PagingKind::KeysetValue => Position::Token(text()),
        PagingKind::Offset => Position::Offset(PROBE),
        PagingKind::Page => Position::Page(PROBE),
        PagingKind::KeysetPair => Position::After { value: text(), id: text() },
        PagingKind::SearchAfter => Position::Values(vec![Value::from(PROBE)]),
    })
}
