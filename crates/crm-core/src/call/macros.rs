//! What every generated request builder has in common.

/// Gives a builder `pub struct $name { call: Call<$reply> }` its `send`, `send_raw` and `with`,
/// and makes it a [`Call`](crate::Call) by `into()`.
#[macro_export]
macro_rules! call_builder {
    ($name:ident => $reply:ty) => {
        impl $name {
            /// Sends and reads the reply.
            ///
            /// # Errors
            ///
            /// The error's `kind()` says what to do.
            #[inline]
            pub fn send(self) -> $crate::Sending<$reply> {
                self.call.sending()
            }

            /// Sends and returns the reply as it came.
            ///
            /// # Errors
            ///
            /// As `send`, except that the body is not read.
            #[inline]
            pub fn send_raw(self) -> $crate::Sending<$crate::RawReply> {
                self.call.sending_raw()
            }

            /// Settings for this call only.
            #[must_use]
            #[inline]
            pub fn with(mut self, options: $crate::CallOptions) -> Self {
                self.call = self.call.with(options);
                self
            }
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.call.fmt(f)
            }
        }

        impl ::std::convert::From<$name> for $crate::Call<$reply> {
            #[inline]
            fn from(builder: $name) -> Self {
                builder.call
            }
        }
    };
}

/// Gives the builder of a list its `items` and `pages`.
#[macro_export]
macro_rules! paged_builder {
    ($name:ident => $paged:ty) => {
        impl $name {
            /// Returns all items of the list as a stream; pages are fetched as needed. Store its
            /// `cursor()` after each item and after the end, and begin the next run with
            /// `resume_or_begin`.
            #[must_use]
            #[inline]
            pub fn items(self) -> $crate::Paginator<$paged> {
                $crate::Paginator::new(self.call)
            }

            /// Returns the pages of the list as a stream.
            #[must_use]
            #[inline]
            pub fn pages(self) -> $crate::Pages<$paged> {
                $crate::Pages::new(self.call)
            }
        }
    };
}

/// Gives the builder of a long-running operation its `poll`.
#[macro_export]
macro_rules! poll_builder {
    ($name:ident => $reply:ty) => {
        impl $name {
            /// Asks again until the result is there.
            #[inline]
            pub fn poll(self, policy: $crate::PollPolicy) -> $crate::Poller<$reply> {
                self.call.poll(policy)
            }
        }
    };
}
