//! The position after a page of a search that is walked by `searchAfter`.

use crm_core::reexport::serde_json::Value;

use crate::types::FoundContact;

/// A page of a walk that requested `limit` contacts.
pub(super) struct Walked<'a> {
    pub(super) page: &'a [FoundContact],
    pub(super) limit: usize,
    /// The number of contacts of the whole search, if the vendor counted them.
    pub(super) counted: Option<u64>,
    /// The number of contacts that the walk has read, with those of this page.
    pub(super) number: u64,
    /// The number of contacts of the largest page of the walk before this one; 0 if there was none or it is not known.
    pub(super) largest: usize,
    /// The position of this page.
    pub(super) after: Option<&'a Vec<Value>>,
}

impl Walked<'_> {
    /// Returns the position of the next page; `None` at the end, which is an empty page, or a page that is smaller than
    /// requested if the vendor counted no further contacts. A smaller page alone is not the end, because the vendor may
    /// limit the size of pages. The count alone is none either, because contacts that were read may have been deleted: the
    /// page must be the only one, or smaller than another one of the walk.
    ///
    /// # Errors
    ///
    /// The reason why the walk cannot continue, although there may be further contacts.
    pub(super) fn following(self) -> Result<Option<Vec<Value>>, &'static str> {
        let Some(last) = self.page.last().map(|contact| &contact.search_after) else { return Ok(None) };
        let is_short = self.page.len() < self.limit && (self.after.is_none() || self.page.len() < self.largest);
        if is_short && self.counted.is_some_and(|counted| counted <= self.number) {
            return Ok(None);
        }
        match last.as_slice() {
            [] => Err("the last contact of a page has no searchAfter, although there may be more"),
            _ if self.after == Some(last) => Err("the vendor returned the same cursor again"),
            _ => Ok(Some(last.clone())),
        }
    }
}
