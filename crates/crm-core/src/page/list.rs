//! The identity of the list to which a cursor belongs.

use serde_json::Value;

use super::{Cursor, Position, canonical};
use crate::call::Call;
use crate::error::Error;
use crate::meta::{Paging, PagingKind};
use crate::stable_hash::StableHash;

/// A page of a list, and the number of its items that were yielded.
#[derive(Clone, PartialEq)]
pub(super) struct Place {
    pub(super) position: Position,
    pub(super) consumed: usize,
    /// The page size under which `consumed` was counted.
    pub(super) size: Option<u64>,
}

/// The identity of a list: everything that determines its items, and that a position in it
/// depends on. For hand-written walks over lists.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct List {
    vendor: &'static str,
    operation: &'static str,
    kind: Option<PagingKind>,
    /// The path and the parameters, without the position and the page size.
    query: u64,
    /// The position at which the caller's own call begins, if it has one.
    begin: Option<u64>,
    size: Option<u64>,
}

impl List {
    /// Returns the list of a call.
    #[must_use]
    pub fn of<T>(call: &Call<T>) -> Self {
        Self::paged_by(call, call.op().paging)
    }

    /// Returns the list of a call with this paging.
    pub(super) fn paged_by<T>(call: &Call<T>, paging: Option<&Paging>) -> Self {
        Self {
            vendor: call.pipeline().vendor_name(),
            operation: call.op().id,
            kind: call.op().paging.map(|paging| paging.kind),
            query: query(call, paging.and_then(|paging| paging.limit)),
            begin: begin(call),
            size: paging.and_then(|paging| paging.size(call)),
        }
    }

    /// Returns the same list, walked in another way: its cursors differ from those of the operation.
    #[must_use]
    pub fn walked_by(self, operation: &'static str) -> Self {
        Self { operation, ..self }
    }

    /// Returns a cursor of this list.
    #[must_use]
    pub fn cursor(&self, position: Position, consumed: usize) -> Cursor {
        self.cursor_at(Place { position, consumed, size: self.size })
    }

    /// Returns a cursor's position, and the number of items of that page that were yielded.
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
                 give the same filters, order, beginning, mode and type of object, {begin_anew}"
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

    /// Returns true if the place is a page number, so that another page size would change the place.
    fn numbers_pages(&self, place: &Place) -> bool {
        match place.position {
            Position::Page(_) => true,
            Position::Start => {
                self.kind.is_some_and(PagingKind::numbers_pages) && (self.begin.is_some() || place.consumed > 0)
            }
            _ => false,
        }
    }

    /// The caller's own call determines the start, so there the start is part of the list.
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

fn query<T>(call: &Call<T>, limit: Option<&str>) -> u64 {
    let paging = call.op().paging;
    // A position in the caller's own call is overwritten by a fixed one.
    let sought = paging.map(|paging| paging.seek(call.clone(), &paging.kind.somewhere()));
    let request = sought.as_ref().map_or(&call.request, |call| &call.request);
    let limit = limit.unwrap_or_default();
    let kind = paging.map(|paging| format!("{:?}", paging.kind)).unwrap_or_default();
    let mut hash = StableHash::new().part(request.op.id.as_bytes()).part(kind.as_bytes());
    hash = hash.part(request.path_parts().as_bytes());
    // The order in which parameters were set does not matter; the order of a repeated one does.
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

fn begin<T>(call: &Call<T>) -> Option<u64> {
    let own = call.op().paging?.own_position(call);
    let add = |hash: StableHash, (name, value): &(&str, Value)| canonical::add(hash.part(name.as_bytes()), value);
    (!own.is_empty()).then(|| own.iter().fold(StableHash::new(), add).finish())
}
