//! The parts of a text that are hidden, and those that are kept.

use super::{HIDDEN, line, redact};
use proptest::prelude::*;

#[test]
fn hides_what_is_personal() {
    for (text, shown) in [
        ("Contact ann.b+x@example.com already exists.", "Contact […] already exists."),
        ("<müller@exämple.de>", "<[…]>"),
        ("call +49 (0)30 1234-5678 now", "call […] now"),
        ("(555) 123-4567", "([…]"),
        ("phone 5551234567", "phone […]"),
        ("Authorization: Bearer abcdefgh", "Authorization: Bearer […]"),
        ("token=\"hunter\" was refused", "token=\"[…]\" was refused"),
        ("?token=hunter&x=1", "?[…]&x=1"),
        ("token: 'hunter'", "token: '[…]'"),
        ("key pat-na1-aaaa-bbbb is bad", "key […] is bad"),
        ("id ocQHyuzHvysMo5N5VsXc gone", "id […] gone"),
        ("eyJhbGciOiJI.eyJzdWIi.sig", "[…]"),
    ] {
        assert_eq!(redact(text), shown, "{text}");
    }
}

#[test]
fn leaves_what_helps() {
    for text in [
        "VALIDATION_ERROR: property lifecycle_stage does not exist",
        "limit 100 per 10 seconds",
        "resets at 2026-03-14T10:20:30Z",
        "since 2026-03-14 10:20",
        "status 422, 3 of 250 rows",
        "crm.objects.contacts.read is required",
        "the token is missing",
        "",
    ] {
        assert_eq!(redact(text), text);
    }
}

#[test]
fn a_line_is_one_line_and_short() {
    assert_eq!(line("a\n\tb  c\r\n", 10), "a b c");
    assert_eq!(line("abcdef", 3), "abc…");
}

proptest! {
    #[test]
    fn never_panics_and_never_shows_an_address(text in "\\PC{0,60}", user in "[a-z]{1,8}", host in "[a-z]{1,8}") {
        let _ = redact(&text);
        let address = format!("{user}@{host}.com");
        let message = format!("{text} {address} {text}");
        let shown = redact(&message);
        prop_assert!(shown.contains(HIDDEN));
        prop_assert!(!shown.contains(&address));
    }
}
