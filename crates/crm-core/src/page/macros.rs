//! Methods that every generated builder of a list has.

/// Adds `items` and `pages` to the builder of a list.
#[macro_export]
macro_rules! paged_builder {
    ($name:ident => $paged:ty) => {
        impl $name {
            /// Returns all items of the list as a stream; pages are fetched as needed. Store its
            /// `cursor()` after each item and after the end, and start the next run with
            /// `resume_or_begin`.
            #[must_use]
            #[inline]
            pub fn items(self) -> $crate::page::Paginator<$paged> {
                $crate::page::Paginator::new(self.call)
            }

            /// Returns the pages of the list as a stream.
            #[must_use]
            #[inline]
            pub fn pages(self) -> $crate::page::Pages<$paged> {
                $crate::page::Pages::new(self.call)
            }
        }
    };
}
