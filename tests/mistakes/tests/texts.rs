//! What the compiler says about the mistakes that newcomers make most. `TRYBUILD=overwrite cargo test -p crm-mistakes`
//! writes the texts anew.

#[test]
#[cfg_attr(other_rust, ignore = "the texts are those of another Rust: see build.rs")]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/texts/*.rs");
}
