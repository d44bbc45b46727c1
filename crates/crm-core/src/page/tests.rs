//! The next position of a list, and stored cursors.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::list::Place;
use super::{Cursor, Next, PageContext, Position};

fn token(text: &str) -> Next {
    Next::At(Position::Token(text.into()))
}

fn at(position: Option<Position>) -> Next {
    position.map_or(Next::End, Next::At)
}

#[test]
fn tokens() {
    let cx = PageContext::new(&Position::Start, 0, None);
    assert_eq!(cx.token(Some("a"), None), token("a"));
    assert_eq!(cx.token(Some("a"), Some(false)), token("a"));
    assert_eq!(cx.token(Some(""), None), Next::End);
    assert_eq!(cx.token(None, None), Next::End);
    assert_eq!(cx.token(None, Some(true)), Next::Lost);
}

#[test]
fn offsets() {
    let here = Position::Offset(100);
    // received, limit, total, has_more, next
    for (received, limit, total, more, next) in [
        (10, None, None, None, Some(110)),
        (0, None, None, None, None),
        (10, None, Some(110), None, None),
        (10, None, Some(110), Some(true), None),
        (10, None, Some(111), None, Some(110)),
        // The vendor may limit its pages to 10 items.
        (10, Some(20), None, None, Some(110)),
        (10, Some(20), None, Some(true), Some(110)),
        (10, Some(20), Some(500), None, Some(110)),
        (10, Some(10), None, None, Some(110)),
        (10, None, None, Some(false), None),
    ] {
        let cx = PageContext::new(&here, received, limit);
        assert_eq!(cx.offset(total, more), at(next.map(Position::Offset)), "{received} {limit:?} {total:?} {more:?}");
    }
    let last = PageContext::new(&here, 10, Some(20)).after_a_page_of(20);
    assert_eq!(last.offset(None, None), Next::End);
    let first = PageContext::new(&Position::Start, 10, None);
    assert_eq!(first.offset(None, None), Next::At(Position::Offset(10)));
    assert_eq!(first.starting_at(Some(30)).offset(None, None), Next::At(Position::Offset(40)));
    assert_eq!(first.offset_at(Some(7), None), Next::At(Position::Offset(7)));
    assert_eq!(first.offset_at(Some(0), Some(false)), Next::End);
    assert_eq!(first.offset_at(None, None), Next::End);
    assert_eq!(first.offset_at(None, Some(true)), Next::Lost);
    // More pages exist, but the list cannot skip to them.
    assert_eq!(PageContext::new(&here, 0, None).offset(None, Some(true)), Next::Lost);
}

#[test]
fn page_numbers() {
    for (here, received, limit, total, more, next) in [
        (Position::Start, 10, None, None, None, Some(2)),
        (Position::Page(3), 10, Some(10), Some(31), None, Some(4)),
        (Position::Page(3), 10, Some(10), Some(30), None, None),
        (Position::Start, 10, None, Some(10), None, None),
        (Position::Page(3), 0, None, None, None, None),
        (Position::Page(3), 5, Some(10), None, None, Some(4)),
        (Position::Page(3), 5, Some(10), None, Some(true), Some(4)),
        (Position::Page(3), 10, None, None, Some(false), None),
        // The vendor's pages are smaller than asked for.
        (Position::Page(2), 50, Some(100), Some(120), None, Some(3)),
        (Position::Page(2), 50, Some(100), Some(150), None, Some(3)),
        (Position::Page(3), 50, Some(100), Some(150), None, None),
        // It may be a short last page or one of many; the next page shows which.
        (Position::Page(3), 20, Some(100), Some(120), None, Some(4)),
    ] {
        let cx = PageContext::new(&here, received, limit);
        assert_eq!(
            cx.page(1, total, more),
            at(next.map(Position::Page)),
            "{here:?} {received} {limit:?} {total:?} {more:?}"
        );
    }
    let last = PageContext::new(&Position::Page(3), 20, Some(100)).after_a_page_of(50);
    assert_eq!(last.page(1, Some(120), None), Next::End);
    assert_eq!(last.page(1, None, None), Next::End);
    let from_zero = PageContext::new(&Position::Start, 10, Some(10));
    assert_eq!(from_zero.page(0, Some(11), None), Next::At(Position::Page(1)));
    assert_eq!(from_zero.page(0, Some(10), None), Next::End);
    assert_eq!(PageContext::new(&Position::Page(3), 0, None).page(1, None, Some(true)), Next::Lost);
    assert_eq!(from_zero.starting_at(Some(5)).page(0, None, None), Next::At(Position::Page(6)));
}

#[test]
fn keysets() {
    let full = PageContext::new(&Position::Start, 10, Some(10));
    // The vendor may limit its pages to 9 items.
    let first = PageContext::new(&Position::Start, 9, Some(10));
    let short = first.after_a_page_of(10);
    let empty = PageContext::new(&Position::Start, 0, None);
    let text = |text: &str| Some(text.to_owned());
    let pair = Position::After { value: "v".into(), id: "i".into() };
    assert_eq!(full.pair(text("v"), text("i"), None), Next::At(pair));
    assert_eq!(full.pair(text("v"), text("i"), Some(false)), Next::End);
    assert_eq!(full.pair(text("v"), None, None), Next::End);
    assert_eq!(full.pair(text("v"), None, Some(true)), Next::Lost);
    assert_eq!(full.pair(text(""), text("i"), None), Next::End);
    assert_eq!(empty.pair(text("v"), text("i"), None), Next::End);
    assert_eq!(full.keyset(text("i"), None, None), token("i"));
    assert_eq!(first.keyset(text("i"), None, None), token("i"));
    assert_eq!(first.keyset(text("i"), Some(10), None), token("i"));
    assert_eq!(first.keyset(text("i"), Some(9), None), Next::End);
    assert_eq!(short.keyset(text("i"), None, None), Next::End);
    assert_eq!(short.keyset(text("i"), None, Some(true)), token("i"));
    assert_eq!(full.keyset(text("i"), None, Some(false)), Next::End);
    assert_eq!(full.keyset(None, None, Some(true)), Next::Lost);
    assert_eq!(empty.keyset(text("i"), None, Some(true)), Next::Lost);
    let values = || Some(vec![json!(1)]);
    let on = Next::At(Position::Values(vec![json!(1)]));
    assert_eq!(full.values(values(), None), on);
    assert_eq!(first.values(values(), None), on);
    assert_eq!(first.values(values(), Some(10)), on);
    assert_eq!(first.values(values(), Some(9)), Next::End);
    assert_eq!(short.values(values(), Some(10)), Next::End);
    assert_eq!(full.values(Some(Vec::new()), None), Next::End);
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

fn cursor(position: Position, consumed: usize, size: Option<u64>, list: u64) -> Cursor {
    let place = Place { position, consumed, size };
    Cursor { vendor: "acme".into(), operation: "contacts.list".into(), list, place }
}

proptest! {
    #[test]
    fn cursors_survive_storage(at in position(), list: u64, consumed in 0..100_000usize, size: Option<u64>) {
        let cursor = cursor(at, consumed, size, list);
        let text = cursor.to_string();
        prop_assert!(!text.contains('\n'));
        prop_assert_eq!(&text.parse::<Cursor>().unwrap(), &cursor);
        prop_assert_eq!(serde_json::from_value::<Cursor>(serde_json::to_value(&cursor).unwrap()).unwrap(), cursor);
    }

    #[test]
    fn other_text_is_no_cursor(text in ".*") {
        prop_assert!(text.parse::<Cursor>().is_err());
    }

    /// Text with a changed character or a missing end is not read as another position.
    #[test]
    fn damaged_text_is_no_other_cursor(at in position(), list: u64, size: Option<u64>, index: prop::sample::Index, put: char) {
        let cursor = cursor(at, 7, size, list);
        let text: Vec<char> = cursor.to_string().chars().collect();
        let index = index.index(text.len());
        let (mut changed, cut) = (text.clone(), &text[..index]);
        changed[index] = put;
        prop_assert!(String::from_iter(cut).parse::<Cursor>().is_err());
        // Some changes keep the meaning, for example `1e0` for `1.0`.
        if let Ok(read) = String::from_iter(&changed).parse::<Cursor>() {
            prop_assert_eq!(read, cursor);
        }
    }
}

#[test]
fn debug_shows_no_values() {
    let at = Position::After { value: "canary".into(), id: "canary".into() };
    let cursor = cursor(at, 2, None, 1);
    assert!(!format!("{cursor:?}").contains("canary"));
    assert!("{\"op\":\"canary\"}".parse::<Cursor>().is_err_and(|error| !error.to_string().contains("canary")));
}
