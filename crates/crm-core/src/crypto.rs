//! Hashes and signatures. They use the same cryptography as TLS, so that a program needs only one.

#[cfg(feature = "aws-lc-rs")]
pub(crate) use aws_lc_rs as library;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
pub(crate) use ring as library;

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
compile_error!(
    "`oauth` and `webhook-receiver` need cryptography: enable the feature `rustls` or `rustls-aws-lc-rs`, or beside another \
     TLS `ring` or `aws-lc-rs`"
);

/// True if both are the same, compared in a time that does not depend on where they differ.
pub(crate) fn are_equal(one: &[u8], other: &[u8]) -> bool {
    subtle::ConstantTimeEq::ct_eq(one, other).into()
}
