//! Where a list goes on, and how a place in it is stored.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Cursor, PageContext, Position};

fn token(text: &str) -> Option<Position> {
    Some(Position::Token(text.into()))
}

#[test]
fn tokens() {
    let cx = PageContext::new(&Position::Start, 0, None);
    assert_eq!(cx.token(Some("a")), token("a"));
    assert_eq!(cx.token(Some("")), None);
    assert_eq!(cx.token(None), None);
}

#[test]
fn offsets() {
    let at = Position::Offset(100);
    // received, limit, total, has_more, next
    for (received, limit, total, more, next) in [
        (10, None, None, None, Some(110)),
        (0, None, None, Some(true), None),
        (10, None, Some(110), None, None),
        (10, None, Some(111), None, Some(110)),
        (10, Some(20), None, None, None),
        (10, Some(20), None, Some(true), Some(110)),
        (10, Some(20), Some(500), None, Some(110)),
        (10, Some(10), None, None, Some(110)),
        (10, None, None, Some(false), None),
    ] {
        let cx = PageContext::new(&at, received, limit);
        assert_eq!(cx.offset(total, more), next.map(Position::Offset), "{received} {limit:?} {total:?} {more:?}");
    }
    let first = PageContext::new(&Position::Start, 10, None);
    assert_eq!(first.offset(None, None), Some(Position::Offset(10)));
    assert_eq!(first.starting_at(Some(30)).offset(None, None), Some(Position::Offset(40)));
    assert_eq!(first.offset_at(Some(7), None), Some(Position::Offset(7)));
    assert_eq!(first.offset_at(Some(0), Some(false)), None);
    assert_eq!(first.offset_at(None, Some(true)), None);
}

#[test]
fn page_numbers() {
    for (at, received, limit, total, more, next) in [
        (Position::Start, 10, None, None, None, Some(2)),
        (Position::Page(3), 10, Some(10), Some(31), None, Some(4)),
        (Position::Page(3), 10, Some(10), Some(30), None, None),
        (Position::Start, 10, None, Some(10), None, None),
        (Position::Page(3), 0, None, None, Some(true), None),
        (Position::Page(3), 5, Some(10), None, None, None),
        (Position::Page(3), 5, Some(10), None, Some(true), Some(4)),
        (Position::Page(3), 10, None, None, Some(false), None),
    ] {
        let cx = PageContext::new(&at, received, limit);
        assert_eq!(cx.page(1, total, more), next.map(Position::Page), "{at:?} {received} {limit:?} {total:?} {more:?}");
    }
    let from_zero = PageContext::new(&Position::Start, 10, Some(10));
    assert_eq!(from_zero.page(0, Some(11), None), Some(Position::Page(1)));
    assert_eq!(from_zero.page(0, Some(10), None), None);
    assert_eq!(from_zero.starting_at(Some(5)).page(0, None, None), Some(Position::Page(6)));
}

#[test]
fn keysets() {
    let full = PageContext::new(&Position::Start, 10, Some(10));
    let short = PageContext::new(&Position::Start, 9, Some(10));
    let empty = PageContext::new(&Position::Start, 0, None);
    let text = |text: &str| Some(text.to_owned());
    let pair = Position::After { value: "v".into(), id: "i".into() };
    assert_eq!(full.pair(text("v"), text("i")), Some(pair));
    assert_eq!(full.pair(text("v"), None), None);
    assert_eq!(full.pair(text(""), text("i")), None);
    assert_eq!(empty.pair(text("v"), text("i")), None);
    assert_eq!(full.keyset(text("i"), None), token("i"));
    assert_eq!(short.keyset(text("i"), None), None);
    assert_eq!(short.keyset(text("i"), Some(true)), token("i"));
    assert_eq!(full.keyset(text("i"), Some(false)), None);
    assert_eq!(empty.keyset(text("i"), Some(true)), None);
    assert_eq!(full.values(Some(vec![json!(1)])), Some(Position::Values(vec![json!(1)])));
    assert_eq!(short.values(Some(vec![json!(1)])), None);
    assert_eq!(full.values(Some(Vec::new())), None);
}

fn position() -> impl Strategy<Value = Position> {
    prop_oneof![
        Just(Position::Start),
        Just(Position::End),
        ".*".prop_map(Position::Token),
        any::<u64>().prop_map(Position::Offset),
        any::<u64>().prop_map(Position::Page),
        (".*", ".*").prop_map(|(value, id)| Position::After { value, id }),
        proptest::collection::vec(prop_oneof![any::<i64>().prop_map(Value::from), ".*".prop_map(Value::from)], 0..4)
            .prop_map(Position::Values),
    ]
}

proptest! {
    #[test]
    fn cursors_survive_storage(position in position(), fingerprint: u64, consumed in 0..100_000usize) {
        let cursor = Cursor::new("contacts.list", fingerprint, position, consumed);
        let text = cursor.to_string();
        prop_assert!(!text.contains('\n'));
        prop_assert_eq!(&text.parse::<Cursor>().unwrap(), &cursor);
        prop_assert_eq!(serde_json::from_value::<Cursor>(serde_json::to_value(&cursor).unwrap()).unwrap(), cursor);
    }

    #[test]
    fn other_text_is_no_cursor(text in ".*") {
        prop_assert!(text.parse::<Cursor>().is_err());
    }
}

#[test]
fn debug_shows_no_values() {
    let at = Position::After { value: "canary".into(), id: "canary".into() };
    let cursor = Cursor::new("contacts.list", 1, at, 2);
    assert!(!format!("{cursor:?}").contains("canary"));
    assert!("{\"op\":\"canary\"}".parse::<Cursor>().is_err_and(|error| !error.to_string().contains("canary")));
}
