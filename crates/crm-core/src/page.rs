//! Lists as streams.
//!
//! [`Paginator`] gives items, [`Pages`] gives pages. Both return at any time where they are
//! ([`Cursor`]), so that a later run, or another process, continues from there.
//!
//! | event | what happens |
//! |---|---|
//! | an error | the stream ends with it; the cursor still names the page that failed |
//! | an empty page that names a next one | the next one is fetched |
//! | a page without its list, if the document requires one or an earlier page announced more | an error of kind `Decode` |
//! | the vendor reports more pages but no position | an error of kind `Paging` |
//! | the vendor answers the position that was asked | an error of kind `Paging`, never an endless list |
//! | the process dies | the stored cursor repeats at most what was handed out since it was stored |
//! | the list is resumed, wherever it stands | it starts anew at the cursor; what was read or prefetched is dropped |
//! | it is resumed at the end | nothing comes; `resume_or_begin` begins a new run |
//! | it is resumed with another page size | items continue where they were; if pages are numbered, an error of kind `Validation` |
//! | nobody polls the list while a page is prefetched | the page arrives: a task fetches it |

mod ahead;
mod canonical;
mod context;
mod cursor;
mod items;
mod list;
mod pages;
mod position;
mod stored;
mod walker;

pub use context::{Next, PageContext};
pub use cursor::Cursor;
pub use items::Paginator;
#[doc(hidden)]
pub use list::List;
pub use pages::Pages;
pub use position::Position;
#[doc(hidden)]
pub use position::position_text;

use crate::call::Call;
use crate::codec::Wire;

/// How one operation's list is paged. Implemented by generated code, one unit type an operation.
pub trait Paged: 'static {
    /// The reply.
    type Page: Wire + Send;
    /// What the list holds.
    type Item: Send;

    /// The name of the parameter for the page size, and where it is sent. A page with fewer items
    /// than asked for is known to be the last by it, where the vendor says nothing better.
    const LIMIT: Option<(&'static str, LimitIn)>;

    /// Points the call at a position. Never called with [`Position::Start`] or
    /// [`Position::End`].
    fn seek(call: Call<Self::Page>, at: &Position) -> Call<Self::Page>;

    /// Returns where the list continues after this page.
    fn advance(page: &Self::Page, cx: &PageContext<'_>) -> Next;

    /// The items of a page.
    fn items(page: Self::Page) -> Vec<Self::Item>;

    /// How many items the page holds, as [`items`](Self::items) would return. Where this is not
    /// implemented, the reply is read a second time to count them.
    fn count(page: &Self::Page) -> Option<usize> {
        let _ = page;
        None
    }
}

/// Where the page size is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitIn {
    /// As a query parameter.
    Query,
    /// As a member of the JSON body.
    Body,
}

#[cfg(test)]
mod tests;
