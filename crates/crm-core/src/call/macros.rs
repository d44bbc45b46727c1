//! Methods that every generated request builder has.

/// Adds `send`, `send_raw` and `with` to a builder `pub struct $name { call: Call<$reply> }`, and
/// makes it convertible to a [`Call`](crate::Call) by `into()`.
#[macro_export]
macro_rules! call_builder {
    ($name:ident => $reply:ty) => {
        impl $name {
            /// Sends the request and reads the reply.
            ///
            /// # Errors
            ///
            /// The error's `kind()` classifies the failure.
            #[inline]
            pub fn send(self) -> $crate::call::Sending<$reply> {
                self.call.sending()
            }

            /// Sends the request and returns the reply unchanged.
            ///
            /// # Errors
            ///
            /// Those of `send`, but the body is not read.
            #[inline]
            pub fn send_raw(self) -> $crate::call::Sending<$crate::vendor::RawReply> {
                self.call.sending_raw()
            }

            /// Applies settings to this call only.
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

/// Adds `poll` to the builder of a long-running operation.
#[macro_export]
macro_rules! poll_builder {
    ($name:ident => $reply:ty) => {
        impl $name {
            /// Polls until the result is ready.
            #[inline]
            pub fn poll(self, policy: $crate::poll::PollPolicy) -> $crate::poll::Poller<$reply> {
                self.call.poll(policy)
            }
        }
    };
}
