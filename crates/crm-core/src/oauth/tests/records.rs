//! The text of tokens when read, written and shown.

use super::*;

#[tokio::test]
async fn an_account_without_tokens_says_what_to_do() {
    let clock = ManualClock::auto();
    let (source, store) = (FakeSource::new(&clock, []), Shaky::default());
    let credentials = process(&clock, &source, &store);
    let error = credentials.authorize().await.unwrap_err();
    assert!(error.to_string().contains("authorise the account first") && error.needs_consent(), "{error}");
    let only_access = TokenSet::new("t").unwrap().with_expiry(clock.wall() + HOUR);
    credentials.install(only_access).await.unwrap();
    clock.advance(HOUR * 2);
    let error = credentials.authorize().await.unwrap_err();
    assert!(error.to_string().contains("there is no refresh token") && error.needs_consent(), "{error}");
    assert!(OAuthCredentials::new("", source, store).is_err());
}

#[tokio::test]
async fn tokens_are_never_shown() {
    let world = World::with([Answer::Fails(vendor_error(400, "invalid_grant"))]).await;
    let stored = world.store.load(KEY).await.unwrap().unwrap();
    world.clock.advance(HOUR * 2);
    let error = world.token().await.unwrap_err();
    let shown = format!(
        "{error} {error:?} {} {stored:?} {:?} {:?} {:?} {:?}",
        told(&error),
        stored.encode(),
        world.credentials,
        world.store.inner(),
        world.credentials.tokens().await.unwrap(),
    );
    assert!(!shown.contains(CANARY), "{shown}");
}

#[test]
fn replies_of_token_endpoints() {
    let now = SystemTime::UNIX_EPOCH;
    let read = |reply: serde_json::Value| TokenSet::from_reply(&reply, now);
    use serde_json::json;
    let full = read(json!({"access_token": "a", "expires_in": "60", "scope": "x  y", "hub_id": 7, "id_token": "i"}));
    let full = full.unwrap();
    assert_eq!(full.expires_at(), Some(now + Duration::from_secs(60)));
    assert_eq!(full.scopes(), ["x", "y"]);
    assert_eq!(full.detail("hub_id"), Some(&json!(7)));
    assert_eq!((full.detail("id_token"), full.refresh_token().is_some()), (None, false));
    let other = json!({"accessToken": "a", "refreshToken": "r", "expiresIn": 60, "scope": "x y", "tokenType": "t", "hub_id": 7});
    let other = read(other).unwrap();
    assert_eq!((other.access_token(), other.expires_at()), (full.access_token(), full.expires_at()));
    assert_eq!((other.scopes(), &other.details), (full.scopes(), &full.details));
    assert!(other.refresh_token().is_some());
    let listed = read(json!({"access_token": null, "accessToken": "a", "scopes": ["x", 7, "y"]})).unwrap();
    assert_eq!((listed.scopes(), listed.detail("scopes")), (full.scopes(), None));
    for odd in [json!(-1), json!(1e300), json!(null), json!("soon"), json!([])] {
        assert_eq!(read(json!({"access_token": "a", "expires_in": odd})).unwrap().expires_at(), None);
    }
    for bad in [
        json!([]),
        json!({}),
        json!({"access_token": ""}),
        json!({"access_token": 7}),
        json!({"access_token": "canary x"}),
        json!({"access_token": "a", "refresh_token": "canary\n"}),
    ] {
        let error = read(bad.clone()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{bad}");
        assert!(!format!("{} {error:?}", told(&error)).contains(CANARY));
    }
}

#[test]
fn stored_texts_come_back_or_say_where_they_break() {
    let set = tokens(3, SystemTime::UNIX_EPOCH + HOUR).unwrap();
    let text = StoredTokens::first(set).encode();
    assert_eq!(StoredTokens::decode(text.expose()).unwrap().encode(), text);
    // Cut at any position, the text is not a record, and reading it does not panic.
    for end in 0..text.expose().len() {
        let error = StoredTokens::decode(&text.expose()[..end]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(CANARY), "{error}");
    }
    for (bad, why) in [
        ("[]", "its format is not 1"),
        (r#"{"format":2}"#, "its format is not 1"),
        (r#"{"format":1}"#, "\"access_token\" is missing"),
        (r#"{"format":1,"access_token":"a b","revision":1,"generation":1}"#, "a token in it is not usable"),
        (r#"{"format":1,"access_token":"a","generation":1}"#, "\"revision\" is missing"),
        // No revision comes after it.
        (
            r#"{"format":1,"access_token":"a","revision":18446744073709551615,"generation":1}"#,
            "\"revision\" is missing",
        ),
    ] {
        let error = StoredTokens::decode(bad).unwrap_err();
        assert!(error.to_string().contains(why), "{bad}: {error}");
    }
}
