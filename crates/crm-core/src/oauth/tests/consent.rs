//! Answers to a request for consent.

use crate::error::ErrorKind;
use crate::oauth::ConsentRequest;

/// Only the state that was sent matches; an empty or missing one matches nothing.
#[test]
fn a_state_matches_only_itself() {
    for (expected, answer, accepted) in [
        ("s1", "code=1&state=s1", true),
        ("s1", "code=1&state=s2", false),
        ("s1", "code=1&state=s", false),
        ("s1", "code=1&state=", false),
        ("s1", "code=1", false),
        ("", "code=1", false),
        ("", "code=1&state=", false),
        ("", "code=1&state=s1", false),
        ("", "error=access_denied", false),
    ] {
        let request = ConsentRequest::resume("https://example.com/callback", expected, None);
        let answered = request.answered(&format!("https://example.com/callback?{answer}"));
        assert_eq!(answered.is_ok(), accepted, "{expected:?} {answer}");
        if let Err(error) = answered {
            assert_eq!(error.kind(), ErrorKind::Validation, "{expected:?} {answer}: {error}");
        }
    }
}
