//! Everything that can go wrong on the wire × everything a client does, over real sockets.
//!
//! What a cell must come to is a rule (`crm_soak::matrix`), not a recording. The snapshot is for readers.

#[test]
fn every_fault_in_every_operation() {
    let table = crm_soak::matrix::table().unwrap_or_else(|wrong| panic!("{wrong}"));
    println!("{table}");
    insta::assert_snapshot!(table);
}
