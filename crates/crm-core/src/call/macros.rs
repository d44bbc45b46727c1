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
            pub fn send(self) -> $crate::call::Sending<$reply> {
                self.call.sending()
            }

            /// Sends and returns the reply as it came.
            ///
            /// # Errors
            ///
            /// As `send`, except that the body is not read.
            #[inline]
            pub fn send_raw(self) -> $crate::call::Sending<$crate::vendor::RawReply> {
                self.call.sending_raw()
            }

            /// Settings for this call only.
            #[must_use]
            #[inline]
            pub fn with(mut self, options: $crate::options::CallOptions) -> Self {
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

        impl ::std::convert::From<$name> for $crate::call::Call<$reply> {
            #[inline]
            fn from(builder: $name) -> Self {
                builder.call
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
            pub fn poll(self, policy: $crate::poll::PollPolicy) -> $crate::poll::Poller<$reply> {
                self.call.poll(policy)
            }
        }
    };
}
