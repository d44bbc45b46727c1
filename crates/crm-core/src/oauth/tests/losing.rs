//! The tokens after a reply, a record or a process is lost.

use super::*;

/// Replies that leave open whether the refresh token was used up.
fn uncertain() -> Vec<Answer> {
    let failures = [
        lost(),
        vendor_error(500, "oops"),
        vendor_error(502, "gateway"),
        vendor_error(504, "late"),
        vendor_error(200, "html"),
        Error::decode("a web page"),
    ];
    failures.map(Answer::Fails).into_iter().chain([Answer::Hangs]).collect()
}

/// The access token is expired, so another attempt can do no further harm.
#[tokio::test]
async fn an_uncertain_answer_after_the_end_is_followed_by_further_tries() {
    for answer in uncertain() {
        let world = World::with([answer.clone()]).await;
        world.clock.advance(HOUR * 2);
        let first = world.token_in_time().await;
        match answer {
            // The attempt took the whole time of the renewal.
            Answer::Hangs => {
                let error = told(&first.unwrap_err());
                assert!(error.contains("did not answer within 45 s") && error.contains("sent again"), "{error}");
                assert_eq!(world.source.sent().len(), 1);
                world.clock.advance(Duration::from_secs(6));
                assert_eq!(world.token().await.unwrap(), 3);
            }
            _ => assert_eq!(first.unwrap(), 3),
        }
        assert_eq!(world.source.sent(), vec![format!("{CANARY}-refresh-1"); 2]);
    }
}

/// An outage of an hour: the number of attempts is bounded, no call waits for long, and the first call after it
/// succeeds.
#[tokio::test]
async fn an_outage_costs_a_few_tries_a_minute_and_no_account() {
    let world = World::with(vec![Answer::Fails(vendor_error(502, "gateway")); 10_000]).await;
    world.clock.advance(HOUR * 2);
    let start = world.clock.now();
    let mut calls = 0;
    while world.clock.now() - start < HOUR {
        let error = world.token().await.unwrap_err();
        assert!(!told(&error).contains("authorise") && !error.needs_consent(), "{}", told(&error));
        calls += 1;
        world.clock.advance(Duration::from_secs(1));
    }
    let sent = world.source.sent().len();
    println!("{calls} calls in an hour sent the refresh token {sent} times");
    assert!((60..=200).contains(&sent), "{sent}");
    lock(&world.source.0.answers).clear();
    world.clock.advance(Duration::from_secs(61));
    assert_eq!(world.token().await.unwrap(), sent + 2);
}

/// While the access token is valid, reuse of a refresh token can do harm, because it can revoke it.
#[tokio::test]
async fn nothing_risky_is_sent_while_the_access_token_is_good() {
    for answer in uncertain() {
        let hangs = matches!(answer, Answer::Hangs);
        let world = World::with([answer]).await;
        world.clock.advance(HOUR - Duration::from_secs(200));
        assert_eq!(world.token().await.unwrap(), 1);
        if hangs {
            while !format!("{:?}", world.credentials).contains("renewing: false") {
                world.clock.sleep(Duration::from_secs(1)).await;
            }
        }
        for credentials in [&world.credentials, &world.restarted()] {
            for _ in 0..4 {
                assert_eq!(number(&credentials.authorize().await.unwrap()), 1);
                world.clock.sleep(Duration::from_secs(6)).await;
            }
        }
        assert_eq!(world.source.sent().len(), 1);
        // After its expiry only the refresh token remains.
        world.clock.advance(HOUR);
        assert_eq!(world.token().await.unwrap(), 3);
        assert_eq!(world.source.sent(), vec![format!("{CANARY}-refresh-1"); 2]);

        // Alternatively a person decides.
        let world = World::with([Answer::Fails(lost())]).await;
        world.clock.advance(HOUR - Duration::from_secs(200));
        assert_eq!(world.token().await.unwrap(), 1);
        world.clock.sleep(Duration::from_secs(6)).await;
        world.credentials.presume_unspent().await.unwrap();
        assert_eq!(world.token().await.unwrap(), 1);
        world.clock.sleep(Duration::from_secs(6)).await;
        assert_eq!(world.token().await.unwrap(), 3);
    }
}

/// A vendor's reply that the access token is expired counts as its expiry.
#[tokio::test]
async fn a_refused_access_token_is_over() {
    let world = World::with([Answer::Fails(lost())]).await;
    let used = world.credentials.authorize().await.unwrap();
    world.clock.advance(Duration::from_secs(60));
    assert!(world.credentials.refused(&used).await.unwrap());
    assert_eq!(world.token().await.unwrap(), 3);
}

/// If an earlier attempt left the result open, a later one that was not processed does not settle it.
#[tokio::test]
async fn a_503_after_a_lost_answer_does_not_make_the_refresh_token_fresh() {
    let world = World::with([Answer::Fails(lost()), Answer::Fails(vendor_error(503, "busy"))]).await;
    world.clock.advance(HOUR * 2);
    world.token().await.unwrap_err();
    let stored = world.store.load(KEY).await.unwrap().unwrap();
    assert!(format!("{stored:?}").contains("state: Sent"), "{stored:?}");
}

/// If a process has the reply and cannot store it, it can store it before another process tries.
#[tokio::test]
async fn nobody_sends_what_another_process_has_the_answer_to() {
    let world = World::with([]).await;
    world.clock.advance(HOUR * 2);
    world.store.fails_after(1);
    world.token().await.unwrap_err();
    let other = world.restarted();
    {
        let mut waiting = std::pin::pin!(other.authorize());
        assert!(futures::poll!(waiting.as_mut()).is_pending());
    }
    // The lease seems to have ended: the other process gets the lock.
    lock(&world.credentials.shared.state).kept = None;
    world.clock.sleep(Duration::from_secs(1)).await;
    world.store.heals();
    // No further call of the first process is needed.
    assert_eq!(number(&other.authorize().await.unwrap()), 2);
    assert_eq!(world.source.sent().len(), 1);
}

/// An outage with two processes: the one that does not send fails at once, and later uses the other's tokens.
#[tokio::test]
async fn a_process_that_waits_for_another_one_does_not_hold_up_its_calls_for_ever() {
    let world = World::with(vec![Answer::Fails(vendor_error(502, "gateway")); 10_000]).await;
    world.clock.advance(HOUR * 2);
    world.token().await.unwrap_err();
    let other = world.restarted();
    let (mut slow, sent) = (0, world.source.sent().len());
    for _ in 0..20 {
        let before = world.clock.now();
        let mut waiting = std::pin::pin!(other.authorize());
        let error = loop {
            if let std::task::Poll::Ready(outcome) = futures::poll!(waiting.as_mut()) {
                break outcome.unwrap_err();
            }
            world.clock.sleep(Duration::from_secs(10)).await;
            drop(world.token().await);
        };
        slow += usize::from(world.clock.now() - before > Duration::from_secs(20));
        assert!(told(&error).contains("another process sent the refresh token"), "{}", told(&error));
        world.clock.advance(Duration::from_secs(30));
        drop(world.token().await);
    }
    assert_eq!(slow, 1);
    assert!(world.source.sent().len() > sent + 10, "the first process goes on");
    lock(&world.source.0.answers).clear();
    world.clock.advance(Duration::from_secs(61));
    let renewed = world.token().await.unwrap();
    world.clock.advance(Duration::from_secs(6));
    assert_eq!(number(&other.authorize().await.unwrap()), renewed);
}

/// The clock of the machine that wrote the mark is a day ahead.
#[tokio::test]
async fn a_mark_from_the_future_is_waited_for_as_long_as_any_other() {
    let world = World::with([]).await;
    world.clock.advance(HOUR * 2);
    let stored = world.store.load(KEY).await.unwrap().unwrap();
    let marked = stored.marked(TokenState::Sent(world.clock.wall() + HOUR * 24));
    assert!(world.store.swap(KEY, &marked).await.unwrap());
    let before = world.clock.now();
    assert_eq!(number(&world.restarted().authorize().await.unwrap()), 2);
    let waited = (world.clock.now() - before).as_secs();
    assert!((120..140).contains(&waited), "{waited} s");
}

#[tokio::test]
async fn a_program_that_settles_before_it_ends_loses_nothing() {
    let world = World::with([]).await;
    world.clock.advance(HOUR - Duration::from_secs(60));
    for _ in 0..2 {
        assert_eq!(world.token().await.unwrap(), 1);
    }
    world.credentials.settle().await.unwrap();
    assert_eq!(world.store.load(KEY).await.unwrap().unwrap().generation(), 2);

    // A failure to store is reported.
    world.clock.advance(HOUR * 2);
    world.store.fails_after(1);
    world.token().await.unwrap_err();
    let error = world.credentials.settle().await.unwrap_err();
    assert!(told(&error).contains("the disk is full"), "{}", told(&error));
    world.store.heals();
    world.credentials.settle().await.unwrap();
    assert_eq!(number(&world.restarted().authorize().await.unwrap()), 3);
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
        let error = world.token().await.unwrap_err();
        assert_eq!((error.kind(), error.needs_consent()), (ErrorKind::Token, false), "{failure}");
        // At once it is the same failure, without another request; a moment later a request is sent.
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
    assert!(world.token().await.unwrap_err().needs_consent());
    let error = world.restarted().authorize().await.unwrap_err();
    assert!(told(&error).contains("the vendor refused its refresh token at") && error.needs_consent(), "{error}");
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
    // The same at the first authorisation.
    let clock = ManualClock::auto();
    let (source, store) = (FakeSource::build(&clock, true, true, []), Shaky::default());
    assert_eq!(number(&process(&clock, &source, &store).authorize().await.unwrap()), 2);
}

/// The tokens of a location come from its company, which is the account that must be authorised then.
#[tokio::test]
async fn consent_is_asked_for_the_account_that_lacks_it() {
    let company = super::super::failure::never_authorised("company");
    let clock = ManualClock::auto();
    let source = FakeSource::build(&clock, true, true, [Answer::Fails(company)]);
    let error = process(&clock, &source, &Shaky::default()).authorize().await.unwrap_err();
    assert_eq!((error.account(), error.needs_consent()), (Some("company"), true), "{}", told(&error));
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
    // The mark is written, but not the new set.
    world.store.fails_after(1);
    let error = world.token().await.unwrap_err();
    assert!(told(&error).contains("kept in memory"), "{}", told(&error));
    assert!(told(&error).contains("the disk is full") && !error.needs_consent(), "{}", told(&error));
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
    assert!(told(&error).contains("the store lost its tokens") && error.needs_consent(), "{}", told(&error));
    assert_eq!(world.source.sent(), [format!("{CANARY}-refresh-1")]);
    // A person can know that there is no other process.
    world.credentials.presume_unspent().await.unwrap();
    assert_eq!(world.token().await.unwrap(), 3);
    assert_eq!(world.source.sent().last(), Some(&format!("{CANARY}-refresh-2")));

    // A failover to a server that lags behind: the older record is not used.
    let world = World::with([]).await;
    let old = world.store.load(KEY).await.unwrap().unwrap();
    world.clock.advance(HOUR - Duration::from_secs(60));
    assert_eq!(world.token().await.unwrap(), 1);
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(world.token().await.unwrap(), 2);
    world.store.forgets();
    assert!(world.store.swap(KEY, &old).await.unwrap());
    world.clock.advance(HOUR - Duration::from_secs(60));
    assert_eq!(world.token().await.unwrap(), 2);
    world.clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(world.token().await.unwrap(), 3);
    assert_eq!(world.source.sent(), [format!("{CANARY}-refresh-1"), format!("{CANARY}-refresh-2")]);

    // A refresh token that does not rotate is safe at any time.
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
    // The vendor decides: it accepts the refresh token again, or refuses it.
    runtime().block_on(async {
        let before = world.clock.now();
        assert_eq!(number(&world.restarted().authorize().await.unwrap()), 3);
        assert!(world.clock.now() - before > Duration::from_secs(120), "another process may have the answer");
    });
    assert_eq!(world.source.sent().len(), 2);
}
