//! Every operation of every client is called with all its arguments, over real HTTP against the fake, which
//! checks the request against the vendor's document. Then its reply is read, when it is as the document says
//! and when it is as strange as the document allows. What is sent, and what is read of a sample, is in the
//! snapshots of `wire`.

mod apis;
mod canary;
mod check;
mod wire;
