//! Tokens are checked early and never shown.

use super::{Credentials, StaticToken};
use crate::error::ErrorKind;

const CANARY: &str = "canary-7f3a9";

#[test]
fn bad_tokens_are_refused_without_being_shown() {
    for bad in
        ["".to_owned(), format!("{CANARY} x"), format!("{CANARY}\n"), format!("{CANARY}\u{7}"), format!("{CANARY}é")]
    {
        let error = StaticToken::new(bad.as_str()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(!format!("{error} {error:?}").contains(CANARY), "{error}");
    }
}

#[test]
fn good_tokens_have_a_stable_key_and_hide_in_debug() {
    let token = StaticToken::new(CANARY).unwrap();
    assert_eq!(token.key(), StaticToken::new(CANARY).unwrap().key());
    assert_ne!(token.key(), StaticToken::new("other").unwrap().key());
    assert_eq!(token.key().len(), 12);
    let shown = format!("{token:?} {:?}", token.authorization);
    assert!(!shown.contains(CANARY), "{shown}");
}
