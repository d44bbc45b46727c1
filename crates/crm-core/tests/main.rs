//! The core over real connections, as one program: one link, and tests that wait overlap.

mod arrivals;
mod calls;
mod clock;
mod connections;
mod cursors;
mod events;
mod faults;
mod http2;
mod lists;
mod memory;
mod nginx;
mod packed;
mod prefetch;
mod promises;
#[cfg(feature = "oauth")]
mod renewals;
mod sockets;
mod support;
mod times;
mod transfers;
mod waits;
mod walks;
