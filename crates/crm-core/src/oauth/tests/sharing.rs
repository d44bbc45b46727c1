//! Concurrent calls share one renewal, and none of them waits without a result.

use super::*;

#[tokio::test]
async fn many_callers_share_one_renewal_that_is_stored_before_it_is_used() {
    let world = World::with([]).await;
    world.clock.advance(HOUR * 2);
    let all = join_all((0..200).map(|_| async {
        let token = world.token().await.unwrap();
        let stored = world.store.load(KEY).await.unwrap().unwrap();
        assert!(stored.tokens().access_token().expose().ends_with(&format!("-{token}")), "used before stored");
        token
    }));
    assert_eq!(all.await, vec![2; 200]);
    assert_eq!(world.source.sent(), [format!("{CANARY}-refresh-1")]);
}

#[tokio::test]
async fn a_token_near_its_end_is_renewed_while_calls_go_on_with_it() {
    let world = World::with([]).await;
    assert_eq!(world.token().await.unwrap(), 1);
    // Renewal starts between five and ten minutes before the end.
    world.clock.advance(HOUR - Duration::from_secs(601));
    assert_eq!(world.token().await.unwrap(), 1);
    assert_eq!(world.source.sent().len(), 0);
    world.clock.advance(Duration::from_secs(301));
    assert_eq!(world.token().await.unwrap(), 1, "nobody waits");
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(world.token().await.unwrap(), 2);
    assert_eq!(world.source.sent().len(), 1);
}

#[tokio::test]
async fn a_good_token_survives_failed_renewals() {
    let world = World::with(vec![Answer::Fails(vendor_error(503, "busy")); 3]).await;
    world.clock.advance(HOUR - Duration::from_secs(60));
    for pause in [6, 11, 21] {
        assert_eq!(world.token().await.unwrap(), 1);
        // Calls in between send no further request.
        assert_eq!(world.token().await.unwrap(), 1);
        world.clock.sleep(Duration::from_secs(pause)).await;
    }
    assert_eq!(world.source.sent(), vec![format!("{CANARY}-refresh-1"); 3]);
    world.clock.advance(HOUR);
    assert_eq!(world.token().await.unwrap(), 5);
}

#[tokio::test]
async fn a_wait_without_end_is_an_hour() {
    let endless = vendor_error(429, "busy").with_retry_after(Some(Duration::MAX));
    let world = World::with([Answer::Fails(endless)]).await;
    world.clock.advance(HOUR * 2);
    let error = world.token().await.unwrap_err();
    assert!(error.to_string().contains("could not be renewed"), "{error}");
    world.clock.advance(HOUR - Duration::from_secs(1));
    assert!(world.token().await.is_err());
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.token().await.unwrap(), 3);
    assert_eq!(world.source.sent().len(), 2);
}

#[tokio::test]
async fn a_refusal_as_expired_renews_once_for_all_who_hold_the_token() {
    let world = World::with([]).await;
    let used = world.credentials.authorize().await.unwrap();
    assert!(!world.credentials.refused(&used).await.unwrap(), "a token as young did not expire");
    world.clock.advance(Duration::from_secs(60));
    let renewed = join_all((0..50).map(|_| world.credentials.refused(&used))).await;
    assert!(renewed.into_iter().all(|renewed| renewed.unwrap()));
    assert_eq!(world.token().await.unwrap(), 2);
    assert!(world.credentials.refused(&used).await.unwrap(), "there is another one already");
    assert_eq!(world.source.sent().len(), 1);
}

/// A refusal for which renewing does not help causes no renewals for a bounded time.
#[tokio::test]
async fn a_refusal_that_a_renewal_did_not_cure_is_not_answered_by_renewing_again() {
    let world = World::with([]).await;
    world.clock.advance(Duration::from_secs(60));
    let start = world.clock.now();
    let mut calls = 0;
    while world.clock.now() - start < HOUR * 24 {
        let used = world.credentials.authorize().await.unwrap();
        // The pipeline does the same: after a renewal the call is repeated, and refused again.
        if world.credentials.refused(&used).await.unwrap() {
            world.credentials.not_cured(&world.credentials.authorize().await.unwrap());
        }
        calls += 1;
        world.clock.advance(Duration::from_secs(11));
    }
    let ends = 24 + 1; // Renewals because tokens end, of which there is one an hour.
    let renewals = world.source.sent().len();
    println!("{calls} refused calls in a day renewed {renewals} times, {ends} of them at the end of a token");
    assert!(renewals <= ends + 8, "{renewals}");

    // A token that expired after that time is renewed.
    let used = world.credentials.authorize().await.unwrap();
    world.clock.advance(HOUR * 24);
    assert!(world.credentials.refused(&used).await.unwrap());
}

#[tokio::test]
async fn two_processes_renew_once() {
    let world = World::with([]).await;
    let other = world.restarted();
    assert_eq!(number(&other.authorize().await.unwrap()), 1);
    world.clock.advance(HOUR * 2);
    let both = join_all([world.credentials.authorize(), other.authorize()]).await;
    assert_eq!(both.iter().map(|one| number(one.as_ref().unwrap())).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(world.source.sent().len(), 1);
}

#[tokio::test]
async fn a_caller_who_gives_up_does_not_take_the_new_tokens_along() {
    let world = World::with([]).await;
    world.clock.advance(HOUR * 2);
    {
        let mut waiting = std::pin::pin!(world.token());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
    }
    world.clock.sleep(Duration::from_secs(2)).await;
    let stored = world.store.load(KEY).await.unwrap().unwrap();
    assert_eq!(stored.generation(), 2);
    assert_eq!(world.token().await.unwrap(), 2);
}

/// The pause after a failure protects the vendor. Tokens that another process renewed in the meantime are used at once.
#[tokio::test]
async fn a_pause_does_not_keep_from_what_another_process_renewed() {
    let busy = vendor_error(429, "busy").with_retry_after(Some(HOUR));
    let world = World::with([Answer::Fails(busy)]).await;
    world.clock.advance(HOUR * 2);
    world.token().await.unwrap_err();
    assert_eq!(number(&world.restarted().authorize().await.unwrap()), 3);
    assert_eq!(world.token().await.unwrap(), 3);
    assert_eq!(world.source.sent().len(), 2);
}
