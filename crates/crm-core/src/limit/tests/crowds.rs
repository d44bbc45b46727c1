//! Many callers at random, and what a vendor would have counted.

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Ask { search: bool, cost: u32, patience: Option<u64> },
    Pass(u64),
    Cancel(usize),
    Learn { status: u16, remaining: Option<u64>, reset: Option<u64> },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (any::<bool>(), 1..3u32, proptest::option::of(0..4_000u64))
            .prop_map(|(search, cost, patience)| Step::Ask { search, cost, patience }),
        3 => (0..1_500u64).prop_map(Step::Pass),
        1 => (0..64usize).prop_map(Step::Cancel),
        1 => (prop_oneof![Just(200u16), Just(429)], proptest::option::of(0..8u64), proptest::option::of(0..3_000u64))
            .prop_map(|(status, remaining, reset)| Step::Learn { status, remaining, reset }),
    ]
}

struct Asked<'a> {
    acquire: &'a Acquire,
    future: Pin<Box<dyn Future<Output = Result<Permit, LimitRefusal>> + Send + 'a>>,
    search: bool,
    cost: u64,
    until: Option<Duration>,
}

proptest! {
    /// Attempts end at once, so the permits are the arrivals.
    #[test]
    fn no_window_is_ever_exceeded(
        steps in proptest::collection::vec(step(), 1..200),
        burst in 2..12u64,
        search in 2..5u64,
        large in any::<bool>(),
    ) {
        let clock = ManualClock::new();
        // Above a thousand the log is divided into slices; costs scale so that it matters.
        let scale = if large { 1_000 } else { 1 };
        let quotas = Quotas::new([Window::new("burst", burst * scale, ms(2_000)).guard(Duration::ZERO)]).class(
            "search",
            [Window::new("search", search, ms(700)), Window::new("burst", burst * scale, ms(2_000))],
        );
        let limiter = LocalLimiter::new(quotas, Arc::new(clock.clone()));
        // The borrow of each permit must live as long as its future.
        let acquires: Vec<Option<Acquire>> = steps.iter().scan(Duration::ZERO, |now, step| Some(match step {
            Step::Ask { search, cost, patience } => {
                let cost = if *search { *cost } else { cost * u32::try_from(scale).unwrap() };
                let acquire = Acquire::new("k", if *search { "search" } else { "" }).cost(cost);
                Some(match patience { Some(wait) => acquire.deadline(*now + ms(*wait)), None => acquire })
            }
            Step::Pass(wait) => { *now += ms(*wait); None }
            _ => None,
        })).collect();
        let mut asked: Vec<Asked<'_>> = Vec::new();
        let mut all: Vec<(Duration, u64)> = Vec::new();
        let mut searches: Vec<(Duration, u64)> = Vec::new();
        for (step, acquire) in steps.iter().zip(&acquires) {
            match step {
                Step::Ask { search, .. } => {
                    let acquire = acquire.as_ref().unwrap();
                    let future = Box::pin(limiter.acquire(acquire));
                    asked.push(Asked { acquire, future, search: *search, cost: u64::from(acquire.cost), until: acquire.deadline });
                }
                Step::Pass(wait) => clock.advance(ms(*wait)),
                Step::Cancel(index) if !asked.is_empty() => drop(asked.remove(index % asked.len())),
                Step::Cancel(_) => {}
                Step::Learn { status, remaining, reset } => {
                    let feedback = Feedback { remaining: *remaining, reset_after: reset.map(ms), ..Feedback::default() };
                    limiter.observe(&Acquire::new("k", ""), &Permit::default(), *status, &feedback);
                }
            }
            // In no particular order, like in a runtime. Those that are served wake others, so this
            // repeats until nothing changes.
            loop {
                let before = asked.len();
                let now = clock.now();
                let mut blocked = [false, false];
                asked.retain_mut(|one| match poll(&mut one.future) {
                    Poll::Ready(Ok(permit)) => {
                        limiter.finish(one.acquire, &permit, End::Over);
                        assert!(!blocked[usize::from(one.search)], "served before one who asked earlier");
                        assert!(one.until.is_none_or(|until| now <= until), "served too late");
                        all.push((now, one.cost));
                        if one.search {
                            searches.push((now, one.cost));
                        }
                        false
                    }
                    Poll::Ready(Err(_)) => {
                        assert!(one.until.is_some() || one.cost > burst.min(search), "refused without a reason");
                        false
                    }
                    Poll::Pending => {
                        blocked[usize::from(one.search)] = true;
                        true
                    }
                });
                if asked.len() == before {
                    break;
                }
            }
        }
        prop_assert!(busiest(&all, ms(2_000)) <= burst * scale);
        prop_assert!(busiest(&searches, ms(700)) <= search);
        // No waiter is forgotten: in the end each is served or refused. Lowered limits recover
        // slowly, hence the long time.
        for _ in 0..2_000 {
            if asked.is_empty() {
                break;
            }
            clock.advance(ms(701));
            asked.retain_mut(|one| match poll(&mut one.future) {
                Poll::Ready(Ok(permit)) => {
                    limiter.finish(one.acquire, &permit, End::Over);
                    false
                }
                Poll::Ready(Err(_)) => false,
                Poll::Pending => true,
            });
        }
        prop_assert!(asked.is_empty(), "{} wait for ever", asked.len());
    }
}

/// 64 tasks that only ask, over ten windows.
async fn crowd(quotas: Quotas, per: Duration) -> Vec<(Duration, u64)> {
    let clock = ManualClock::auto();
    let limiter = Arc::new(LocalLimiter::new(quotas, Arc::new(clock.clone())));
    let grants = Arc::new(Mutex::new(Vec::new()));
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (clock, limiter, grants) = (clock.clone(), Arc::clone(&limiter), Arc::clone(&grants));
            tokio::spawn(async move {
                let acquire = Acquire::new("k", "");
                loop {
                    let permit = limiter.acquire(&acquire).await.unwrap();
                    limiter.finish(&acquire, &permit, End::Over);
                    let now = clock.now();
                    if now >= per * 10 {
                        break;
                    }
                    lock(&grants).push((now, 1));
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    std::mem::take(&mut *lock(&grants))
}

#[tokio::test]
async fn a_crowd_uses_all_of_ten_windows_and_exceeds_none() {
    for (limit, seconds) in [(100, 10), (10, 30), (5, 1), (190, 10)] {
        let per = Duration::from_secs(seconds);
        let grants = crowd(Quotas::new([Window::new("burst", limit, per)]), per).await;
        assert!(busiest(&grants, per) <= limit, "{limit} per {per:?}");
        let used = grants.len() as f64 / (limit * 10) as f64;
        assert!(used >= 0.99, "{used:.3} of {limit} per {per:?}");
    }
}

#[tokio::test]
async fn a_crowd_stays_within_two_windows_at_once() {
    let (second, ten) = (Duration::from_secs(1), Duration::from_secs(10));
    let grants = crowd(Quotas::new([Window::new("burst", 60, ten), Window::new("second", 9, second)]), ten).await;
    assert!(busiest(&grants, ten) <= 60);
    assert!(busiest(&grants, second) <= 9);
    assert!(grants.len() >= 590, "{}", grants.len());
}

#[tokio::test]
async fn large_windows_are_counted_in_slices() {
    let day = Duration::from_secs(86_400);
    let grants = crowd(Quotas::new([Window::new("day", 5_000, day)]), day).await;
    assert!(busiest(&grants, day) <= 5_000);
    assert!(grants.len() >= 49_500, "{}", grants.len());
}
