//! What happens to tokens when an answer, a record or a process is lost.

use super::*;

#[tokio::test]
async fn a_refresh_token_is_not_sent_again_after_a_lost_answer() {
    for lost in [lost(), vendor_error(500, "oops"), vendor_error(200, "html"), Error::decode("a web page")] {
        let world = World::with([Answer::Fails(lost)]).await;
        world.clock.advance(HOUR * 2);
        let first = world.token().await.unwrap_err();
        assert!(told(&first).contains("authorise the account again"), "{}", told(&first));
        for credentials in [world.restarted(), world.restarted()] {
            let error = credentials.authorize().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Token);
            assert!(told(&error).contains("was sent at 2026-01-01T14:00:00Z"), "{}", told(&error));
        }
        assert_eq!(world.source.sent().len(), 1);
        world.credentials.presume_unspent().await.unwrap();
        assert_eq!(world.token().await.unwrap(), 3);
    }
}

#[tokio::test]
async fn a_hanging_endpoint_ends_in_an_error_and_authorising_again_helps() {
    let world = World::with([Answer::Hangs]).await;
    world.clock.advance(HOUR * 2);
    let waiting = world.token();
    let mut waiting = std::pin::pin!(waiting);
    // Deadlines do not move the automatic clock.
    while futures::poll!(waiting.as_mut()).is_pending() {
        world.clock.sleep(Duration::from_secs(1)).await;
    }
    let told = told(&world.token().await.unwrap_err());
    assert!(told.contains("did not answer within 45 s"), "{told}");
    world.credentials.install(tokens(40, world.clock.wall()).unwrap()).await.unwrap();
    assert_eq!(world.token().await.unwrap(), 40);
    assert_eq!(number(&world.restarted().authorize().await.unwrap()), 40);
}

#[tokio::test]
async fn what_did_not_spend_the_refresh_token_is_tried_again() {
    for failure in [
        vendor_error(429, "slow down"),
        vendor_error(503, "busy"),
        vendor_error(400, "invalid_client"),
        Error::new(ErrorKind::Connect, "nobody there"),
        Error::new(ErrorKind::LocalLimit, "five a minute"),
    ] {
        let world = World::with([Answer::Fails(failure.clone())]).await;
        world.clock.advance(HOUR * 2);
        assert_eq!(world.token().await.unwrap_err().kind(), ErrorKind::Token);
        // At once it is the same failure, without asking again; a moment later it is asked.
        assert_eq!(world.token().await.unwrap_err().kind(), ErrorKind::Token);
        world.clock.advance(Duration::from_secs(6));
        assert_eq!(world.token().await.unwrap(), 3, "{failure}");
        assert_eq!(world.source.sent(), vec![format!("{CANARY}-refresh-1"); 2]);
    }
}

#[tokio::test]
async fn a_refused_refresh_token_is_not_sent_again_by_anyone() {
    let world = World::with([Answer::Fails(vendor_error(400, "invalid_grant"))]).await;
    world.clock.advance(HOUR * 2);
    world.token().await.unwrap_err();
    let error = world.restarted().authorize().await.unwrap_err();
    assert!(told(&error).contains("the vendor refused its refresh token at"), "{error}");
    assert_eq!(world.source.sent().len(), 1);
}

#[tokio::test]
async fn tokens_that_can_be_had_anew_are_had_anew() {
    for failure in [vendor_error(400, "invalid_grant"), lost()] {
        let clock = ManualClock::auto();
        let source = FakeSource::build(&clock, true, true, [Answer::Fails(failure)]);
        let world = World::new(clock, source).await;
        world.clock.advance(HOUR * 2);
        assert_eq!(world.token().await.unwrap(), 3);
        assert_eq!(world.source.sent(), [format!("{CANARY}-refresh-1"), "nothing".to_owned()]);
    }
    // And to begin with.
    let clock = ManualClock::auto();
    let (source, store) = (FakeSource::build(&clock, true, true, []), Shaky::default());
    assert_eq!(number(&process(&clock, &source, &store).authorize().await.unwrap()), 2);
}

#[tokio::test]
async fn without_rotation_a_lost_answer_is_no_harm() {
    let clock = ManualClock::auto();
    let source = FakeSource::build(&clock, false, false, [Answer::Fails(lost())]);
    let world = World::new(clock, source).await;
    world.clock.advance(HOUR * 2);
    world.token().await.unwrap_err();
    world.clock.advance(Duration::from_secs(6));
    assert_eq!(world.token().await.unwrap(), 3);
}

#[tokio::test]
async fn a_set_that_cannot_be_stored_is_kept_and_stored_later() {
    let world = World::with([]).await;
    world.clock.advance(HOUR * 2);
    // The mark is written, the new set is not.
    world.store.fails_after(1);
    let error = world.token().await.unwrap_err();
    assert!(told(&error).contains("kept in memory"), "{}", told(&error));
    assert!(told(&error).contains("the disk is full"), "{}", told(&error));
    assert!(world.token().await.is_err());
    world.store.heals();
    assert_eq!(world.token().await.unwrap(), 2);
    assert_eq!(number(&world.restarted().authorize().await.unwrap()), 2);
    assert_eq!(world.source.sent().len(), 1, "and never sent twice");
}

#[tokio::test]
async fn nothing_is_sent_that_cannot_be_written_down() {
    let world = World::with([]).await;
    world.clock.advance(HOUR * 2);
    world.store.fails_after(0);
    let error = world.token().await.unwrap_err();
    assert!(told(&error).contains("the disk is full"), "{}", told(&error));
    assert_eq!(world.source.sent().len(), 0);
    world.store.heals();
    world.clock.advance(Duration::from_secs(6));
    assert_eq!(world.token().await.unwrap(), 2);
}

#[tokio::test]
async fn what_a_store_lost_is_put_back_while_it_is_sure_to_be_the_last() {
    let world = World::with([]).await;
    world.clock.advance(HOUR - Duration::from_secs(60));
    world.store.forgets();
    assert_eq!(world.token().await.unwrap(), 1);
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(world.token().await.unwrap(), 2);
    assert_eq!(number(&world.restarted().authorize().await.unwrap()), 2);

    world.store.forgets();
    world.clock.advance(HOUR * 2);
    let error = world.token().await.unwrap_err();
    assert!(told(&error).contains("the store lost its tokens"), "{}", told(&error));
    assert_eq!(world.source.sent(), [format!("{CANARY}-refresh-1")]);

    // A failover to a server that lags behind: the older record is not taken.
    let world = World::with([]).await;
    let old = world.store.load("account-1").await.unwrap().unwrap();
    world.clock.advance(HOUR - Duration::from_secs(60));
    assert_eq!(world.token().await.unwrap(), 1);
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(world.token().await.unwrap(), 2);
    world.store.forgets();
    assert!(world.store.swap("account-1", &old).await.unwrap());
    world.clock.advance(HOUR - Duration::from_secs(60));
    assert_eq!(world.token().await.unwrap(), 2);
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(world.token().await.unwrap(), 3);
    assert_eq!(world.source.sent(), [format!("{CANARY}-refresh-1"), format!("{CANARY}-refresh-2")]);

    // One that stays is sure at any time.
    let clock = ManualClock::auto();
    let source = FakeSource::build(&clock, false, false, []);
    let world = World::new(clock, source).await;
    world.store.forgets();
    world.clock.advance(HOUR * 2);
    assert_eq!(world.token().await.unwrap(), 2);
}

#[test]
fn a_process_that_dies_in_a_renewal_leaves_word_of_it() {
    let clock = ManualClock::auto();
    let source = FakeSource::new(&clock, [Answer::Hangs]);
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let first = runtime();
    let world = first.block_on(async {
        let world = World::new(clock, source).await;
        world.clock.advance(HOUR * 2);
        {
            let mut waiting = std::pin::pin!(world.token());
            assert!(futures::poll!(waiting.as_mut()).is_pending());
        }
        world.clock.sleep(Duration::from_secs(1)).await;
        world
    });
    drop(first);
    let told = runtime().block_on(async { told(&world.restarted().authorize().await.unwrap_err()) });
    assert!(told.contains("nobody knows its successor"), "{told}");
    assert_eq!(world.source.sent().len(), 1);
}
