//! Every operation of every client is called with all its arguments, over real HTTP against the fake, which
//! checks the request against the vendor's document. Then its reply is read, both when it is as documented
//! and when it is as strange as the document allows. The requests, and the samples after reading, are in the
//! snapshots of `wire`; what `Debug` shows is in those of `shown`.

mod apis;
mod canary;
mod check;
mod shown;
mod wire;
