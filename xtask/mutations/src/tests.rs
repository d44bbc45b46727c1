//! Fifty changes with a fixed seed, and facts of small documents.

use crate::changes;

#[test]
fn no_difference_passes_unseen_and_none_hides_another() {
    let table = changes(17, 50, &mut |_| {}).unwrap();
    assert_eq!(table.wrong, [] as [&str; 0]);
    assert!(table.tried() >= 50);
}
