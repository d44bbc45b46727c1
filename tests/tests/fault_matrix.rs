//! Everything that can go wrong on the wire × everything a client does, over real sockets.
//!
//! The expected result of a cell comes from a rule (`crm_soak::matrix`), not from a recording. The snapshot is for
//! readers.

#[test]
fn every_fault_in_every_operation() {
    let table = crm_soak::matrix::table().unwrap_or_else(|wrong| panic!("{wrong}"));
    println!("{table}");
    insta::assert_snapshot!(table);
}
