//! Reading a list.

use crm_core::{BoxFuture, Call, Error, Paged, Pages, Position};
use serde_json::Value;

/// Reads up to three pages of a list, to its end or to the first error.
pub type List = fn(Call<Value>) -> BoxFuture<'static, Listed>;

/// The result of reading a list.
#[derive(Debug)]
pub struct Listed {
    /// The number of pages that were read.
    pub pages: usize,
    /// The error that ended it.
    pub error: Option<Error>,
    /// The position of the cursor afterwards.
    pub position: Position,
}

pub(super) fn read<P: Paged>(call: Call<Value>) -> BoxFuture<'static, Listed> {
    let mut pages = Pages::<P>::new(call.reply_as::<P::Page>()).max_pages(3);
    Box::pin(async move {
        let mut count = 0;
        let error = loop {
            match pages.next().await {
                Some(Ok(_)) => count += 1,
                Some(Err(error)) => break Some(error),
                None => break None,
            }
        };
        Listed { pages: count, error, position: pages.cursor().position().clone() }
    })
}
