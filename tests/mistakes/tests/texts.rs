//! The texts of the compiler about the most common mistakes of newcomers. `TRYBUILD=overwrite cargo test -p crm-mistakes`
//! writes the texts anew.

#[test]
#[cfg_attr(other_rust, ignore = "the texts are those of another Rust: see build.rs")]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/texts/*.rs");
}
