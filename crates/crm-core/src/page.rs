//! Lists as streams.
//!
//! [`Paginator`] yields items, [`Pages`] yields pages. Both return their position at any time
//! ([`Cursor`]), so that a later run, or another process, can continue from there.
//!
//! | event | effect |
//! |---|---|
//! | an error | the stream ends with it; the cursor still names the page that failed |
//! | an empty page with a next position | the next page is fetched |
//! | a page without its list, if the document requires one or an earlier page announced more | an error of kind `Decode` |
//! | the vendor reports more pages but no position | an error of kind `Paging` |
//! | the vendor returns the same position again | an error of kind `Paging`, never an endless list |
//! | the process dies | the stored cursor repeats at most the items that were yielded since it was stored |
//! | the list is resumed, at any position | it restarts at the cursor; pages already read or prefetched are dropped |
//! | it is resumed at the end | it yields nothing; `resume_or_begin` begins a new run |
//! | it is resumed with another page size | items continue at the same position; if pages are numbered, an error of kind `Validation` |
//! | nobody polls the list while a page is prefetched | the page arrives: a task fetches it |

mod ahead;
mod canonical;
mod context;
mod cursor;
mod items;
mod list;
mod macros;
mod pace;
mod pages;
mod paging;
mod parallel;
mod runs;
mod stored;
mod walker;

pub use context::{Next, PageContext};
pub use cursor::Cursor;
pub use items::Paginator;
#[doc(hidden)]
pub use list::List;
pub use pages::Pages;
pub use paging::Position;
#[doc(hidden)]
pub use paging::position_text;
#[doc(hidden)]
pub use parallel::{Fetch, Parallel, Places};
#[doc(hidden)]
pub use runs::{Changed, FetchRunPage, Run, RunPage, seen_until, since};

use crate::codec::Wire;
use crate::meta::{OpMeta, Paging};

/// The list of one operation. Implemented by generated code for the builder of the operation; how
/// its positions are sent is in [`OpMeta::paging`](crate::OpMeta::paging).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list",
    label = "only the builders of lists have pages and items"
)]
pub trait Paged: 'static {
    /// The reply.
    type Page: Wire + Send;
    /// The items of the list.
    type Item: Send;

    /// Paging of the list, if its operation has no [`OpMeta::paging`](crate::OpMeta::paging).
    const PAGING: Option<&'static Paging> = None;

    /// Returns what the page reports about the list.
    fn facts(page: &Self::Page) -> PageFacts;

    /// Returns the items of a page.
    fn items(page: Self::Page) -> Vec<Self::Item>;

    /// Same as `facts`, for one type that reads the lists of many operations.
    fn facts_of(page: &Self::Page, op: &'static OpMeta) -> PageFacts {
        let _ = op;
        Self::facts(page)
    }

    /// Same as `items`, for one type that reads the lists of many operations.
    fn items_of(page: Self::Page, op: &'static OpMeta) -> Vec<Self::Item> {
        let _ = op;
        Self::items(page)
    }

    /// Returns the position after this page. Only a list that does not follow its
    /// [`Paging`] implements it.
    fn advance(page: &Self::Page, facts: PageFacts, cx: &PageContext<'_>) -> Next {
        let _ = page;
        cx.next(facts)
    }
}

/// Facts that a page reports about its list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageFacts {
    /// The number of items on the page, as returned by [`Paged::items`]. If it is `None`, the reply
    /// is read a second time to count them.
    pub count: Option<usize>,
    /// The position of the next page, or of the last item on this one.
    pub next: Option<Position>,
    /// The number of all items in the list.
    pub total: Option<u64>,
    /// True if more pages follow, false if not.
    pub more: Option<bool>,
}

#[cfg(test)]
mod tests;
