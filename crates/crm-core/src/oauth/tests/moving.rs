//! Stores written by an earlier version, whose keys were the names of accounts.

use super::*;

/// A record in the form of the earlier version.
fn older(details: &str, state: &str) -> StoredTokens {
    let text = format!(
        r#"{{"access_token":"canary-access-1","details":{{{details}}},"expires_at":1767272400000,"format":1,
        "generation":1,"obtained_at":1767268800000,"refresh_token":"canary-refresh-1","revision":1,"scopes":[]{state}}}"#
    );
    StoredTokens::decode(&text).unwrap()
}

async fn world(record: &StoredTokens, answers: impl IntoIterator<Item = Answer>) -> World {
    let clock = ManualClock::auto();
    let source = FakeSource::new(&clock, answers);
    let store = Shaky::default();
    assert!(store.swap("account-1", record).await.unwrap());
    let credentials = process(&clock, &source, &store);
    World { clock, source, store, credentials }
}

/// The refresh token that the earlier version would send.
async fn left_for_the_earlier_version(world: &World) -> serde_json::Value {
    let record = world.store.load("account-1").await.unwrap().unwrap();
    serde_json::from_str::<serde_json::Value>(record.encode().expose()).unwrap()["refresh_token"].take()
}

#[tokio::test]
async fn an_older_record_is_read_where_it_is_and_moved_by_the_first_renewal() {
    for (state, refused) in
        [("", false), (r#","sent_at":1767268801000"#, false), (r#","refused_at":1767268801000"#, true)]
    {
        let world = world(&older("", state), []).await;
        assert_eq!(world.token().await.unwrap(), 1);
        assert!(world.store.load(KEY).await.unwrap().is_none(), "a read moves nothing");
        world.clock.advance(HOUR * 2);
        if refused {
            let error = world.token().await.unwrap_err();
            assert!(told(&error).contains("the vendor refused its refresh token"), "{}", told(&error));
        } else {
            assert_eq!(world.token().await.unwrap(), 2);
            assert_eq!(world.source.sent(), [format!("{CANARY}-refresh-1")]);
        }
        assert!(left_for_the_earlier_version(&world).await.is_null());
        let old = world.store.load("account-1").await.unwrap().unwrap();
        assert!(!old.encode().expose().contains("refresh-1"), "nothing is left under the old key");
        assert!(world.store.load(KEY).await.unwrap().unwrap().moved_to().is_none());
    }
}

#[tokio::test]
async fn an_authorisation_replaces_an_older_record() {
    let world = world(&older("", ""), []).await;
    world.credentials.install(tokens(9, world.clock.wall()).unwrap()).await.unwrap();
    let stored = world.store.load(KEY).await.unwrap().unwrap();
    assert_eq!((stored.generation(), number(&world.restarted().authorize().await.unwrap())), (2, 9));
    assert!(left_for_the_earlier_version(&world).await.is_null());
}

/// After a crash after any write, the next start has the tokens, and the earlier version never sends them too.
#[tokio::test]
async fn a_move_that_is_cut_off_goes_on() {
    let mut works = 0;
    for writes in 0..6 {
        let world = world(&older("", ""), []).await;
        world.clock.advance(HOUR * 2);
        world.store.fails_after(writes);
        let cut_off = world.token().await.is_err();
        world.store.heals();
        if writes > 0 {
            assert!(left_for_the_earlier_version(&world).await.is_null(), "{writes}");
        }
        // If a renewal's reply cannot be stored, it is in the process that is alive.
        let next = if world.source.sent().is_empty() { world.restarted() } else { world.credentials };
        assert_eq!(number(&next.authorize().await.unwrap()), 2, "{writes}");
        assert_eq!(world.source.sent().len(), 1);
        works += u32::from(!cut_off);
    }
    assert_eq!(works, 1, "mark, copy, empty, sent, tokens: five writes");
}

/// A process of the earlier version holds its lock forever.
#[tokio::test]
async fn a_lock_of_the_earlier_version_is_not_waited_for_without_end() {
    let world = world(&older("", ""), []).await;
    world.clock.advance(HOUR * 2);
    let _held = world.store.lock("account-1", HOUR).await.unwrap().unwrap();
    tokio::select! {
        outcome = world.token() => {
            let error = outcome.unwrap_err();
            assert!(told(&error).contains("another process has been renewing the tokens"), "{}", told(&error));
        }
        () = world.clock.sleep(HOUR) => panic!("no end"),
    }
    assert_eq!(world.source.sent().len(), 0);
}

/// A process of the earlier version stores an authorisation, which takes no lock, in the middle of a move.
#[tokio::test]
async fn an_authorisation_by_the_earlier_version_is_not_overwritten() {
    let older = older("", "");
    let world = world(&older, []).await;
    world.clock.advance(HOUR * 2);
    world.store.is_overtaken("account-1", older.renewed(tokens(5, world.clock.wall()).unwrap()));
    drop(world.token().await);
    world.clock.sleep(Duration::from_secs(300)).await;
    assert_eq!(world.token().await.unwrap(), 5);
    assert_eq!(world.source.sent().len(), 0);
}

/// Another vendor's record under the same name is not touched.
#[tokio::test]
async fn an_older_record_of_another_vendor_is_not_taken() {
    let world = world(&older(r#""otherVendor":true"#, ""), []).await;
    let error = world.token().await.unwrap_err();
    assert!(told(&error).contains("authorise the account first"), "{}", told(&error));
    world.credentials.install(tokens(9, world.clock.wall()).unwrap()).await.unwrap();
    assert_eq!(left_for_the_earlier_version(&world).await, "canary-refresh-1");
    assert_eq!(world.source.sent().len(), 0);
}

/// The move to another vendor's key was cut off: the record is still that vendor's, whatever its content.
#[tokio::test]
async fn a_record_that_moves_to_another_vendor_is_not_taken() {
    let moving = r#","moved_to":"another vendor","moved_refresh_token":"canary-refresh-1""#;
    let world = world(&older("", moving), []).await;
    let error = world.token().await.unwrap_err();
    assert!(told(&error).contains("authorise the account first"), "{}", told(&error));
    world.credentials.install(tokens(9, world.clock.wall()).unwrap()).await.unwrap();
    let left = world.store.load("account-1").await.unwrap().unwrap();
    assert_eq!((left.moved_to(), left.tokens.refresh.is_some()), (Some("another vendor"), true));
}

/// The record that remains under the old key is not taken for the account's record if the store loses that.
#[tokio::test]
async fn an_emptied_record_is_not_taken() {
    let world = world(&older("", ""), []).await;
    world.clock.advance(HOUR * 2);
    assert_eq!(world.token().await.unwrap(), 2);
    let mut left = world.store.load("account-1").await.unwrap().unwrap();
    world.store.forgets();
    left.follow(None);
    assert!(world.store.swap("account-1", &left).await.unwrap());
    let error = world.restarted().authorize().await.unwrap_err();
    assert!(told(&error).contains("authorise the account first"), "{}", told(&error));
    assert_eq!(world.source.sent().len(), 1);
}

/// A process of the earlier version is renewing: this version waits for its lock, and uses its result.
#[tokio::test]
async fn a_renewal_of_the_earlier_version_is_waited_for() {
    let world = world(&older("", ""), []).await;
    world.clock.advance(HOUR * 2);
    let held = world.store.lock("account-1", HOUR).await.unwrap().unwrap();
    let mut waiting = std::pin::pin!(world.token());
    assert!(futures::poll!(waiting.as_mut()).is_pending());
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(world.source.sent().len(), 0);
    let renewed = older("", "").renewed(tokens(5, world.clock.wall()).unwrap());
    assert!(world.store.swap("account-1", &renewed).await.unwrap());
    held.release().await;
    assert_eq!(waiting.await.unwrap(), 5);
    assert_eq!(world.source.sent().len(), 0);
}
