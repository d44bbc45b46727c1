//! One cell's world: a fake, time, and what may never happen.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crm_core::{BoxFuture, ClientBuilder, Clock, ManualClock, Quotas};
use crm_fake::{Fake, Step};

use super::expected::{Outcome, Times};
use super::faults::{Fault, Kind, Place};
use super::gate::Gate;
use super::operations::Operation;

/// The time of an attempt.
pub(crate) const ATTEMPT: Duration = Duration::from_secs(30);
/// The time of a call that runs out of it: that of an OAuth app's, whose own it is.
pub(crate) const SHORT: Duration = Duration::from_secs(40);
/// The time of other calls.
pub(crate) const LONG: Duration = Duration::from_secs(600);
/// The real time that a connection may take.
const CONNECT: Duration = Duration::from_millis(100);

pub(crate) struct Rig {
    pub(crate) fake: Fake,
    clock: ManualClock,
    shown: Arc<dyn Clock>,
    gate: Option<Arc<Gate>>,
    /// Another host, for redirects.
    trap: TcpListener,
    timeout: Duration,
    attempt_timeout: Duration,
}

impl Rig {
    pub(crate) async fn new(fault: &Fault, operation: Operation, times: Times) -> Self {
        let fake = Fake::builder(operation.vendor()).no_quota().start().await.unwrap();
        operation.prepare(&fake);
        let gate = Gate::new(fault.place, fake.address()).await.map(Arc::new);
        let clock = ManualClock::auto();
        let days = if let Place::Wall(days) = fault.place { days } else { 0 };
        let opens = gate.clone().filter(|_| times == Times::Once);
        let shown =
            Arc::new(Unsteady { clock: clock.clone(), days, looks: AtomicI32::new(0), opens: Mutex::new(opens) });
        let trap = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
        trap.set_nonblocking(true).unwrap();
        let (timeout, attempt_timeout) = if fault.kind == Kind::OutOfTime { (SHORT, LONG) } else { (LONG, ATTEMPT) };
        let rig = Self { fake, clock, shown, gate, trap, timeout, attempt_timeout };
        if let Some(step) = fault.step(&rig) {
            let target = operation.target();
            rig.fake.script((0..operation.requests_before()).map(|_| Step::pass().on(target)));
            rig.fake.fail(step.on(target).times(if times == Times::Once { 1 } else { 99 }));
        }
        rig
    }

    /// The address of another host.
    pub(crate) fn trap(&self) -> String {
        format!("http://{}/", self.trap.local_addr().unwrap())
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.shown)
    }

    /// The fake's address, or that of the gate before it.
    fn base_url(&self) -> String {
        let to =
            |address: SocketAddr| self.fake.base_url().replace(&self.fake.address().to_string(), &address.to_string());
        self.gate.as_ref().map_or_else(|| self.fake.base_url(), |gate| to(gate.address))
    }

    /// A builder that is set up for the cell.
    pub(crate) fn set_up<C>(&self, builder: ClientBuilder<C>) -> ClientBuilder<C> {
        let builder = builder.base_url(self.base_url()).clock(self.clock()).seed(7).quotas(Quotas::none());
        let builder = builder.timeout(self.timeout).attempt_timeout(self.attempt_timeout);
        if self.gate.is_none() {
            return builder;
        }
        let http = reqwest::Client::builder().connect_timeout(CONNECT).redirect(reqwest::redirect::Policy::none());
        builder.http(http.retry(reqwest::retry::never()).build().unwrap())
    }

    /// Runs a call. If the fault makes everything wait, the clock advances once the fault was met and nothing else
    /// runs.
    pub(crate) async fn while_time_passes<T>(
        &self,
        fault: &Fault,
        operation: Operation,
        call: impl Future<Output = T>,
    ) -> T {
        let time = async {
            let Some(step) = fault.hangs() else { return std::future::pending().await };
            let mut met = 0;
            loop {
                tokio::task::yield_now().await;
                let faults = self.fake.report().faults;
                if faults > met {
                    met = faults;
                    for _ in 0..operation.times_to_wait() {
                        // The network is looked at in between, so what was sent arrives.
                        for _ in 0..1_000 {
                            tokio::task::yield_now().await;
                        }
                        self.clock.advance(step);
                    }
                }
            }
        };
        tokio::select! {
            output = call => output,
            () = time => unreachable!("time does not end"),
        }
    }

    /// Returns the number of requests of the operation. At an open gate the first one failed.
    pub(crate) fn requests(&self, operation: Operation) -> u32 {
        let requests = self.fake.requests();
        let arrived = u32::try_from(requests.iter().filter(|request| request.is(operation.target())).count()).unwrap();
        arrived + u32::from(self.gate.as_ref().is_some_and(|gate| gate.is_open()))
    }

    /// Checks the rules that apply to every cell.
    pub(crate) fn check(&self, operation: Operation, outcome: &Outcome) -> Result<(), String> {
        let report = self.fake.report();
        let done = report.carried_out.get(operation.counted()).copied().unwrap_or(0);
        let wanted = u64::from(operation.requests());
        if !operation.is_repeatable() && done > wanted {
            return Err(format!("done {done} times"));
        }
        if outcome.is_right() && done < wanted {
            return Err(format!("done {done} times only"));
        }
        if let Some(twice) = operation.doubled(&self.fake) {
            return Err(format!("{twice} is there twice"));
        }
        if self.trap.accept().is_ok() {
            return Err("another host was called".to_owned());
        }
        let limit = self.timeout * operation.requests();
        if self.clock.now() > limit {
            return Err(format!("took {:?}, which is over the deadline", self.clock.now()));
        }
        match (report.refused, report.unauthorized) {
            (0, 0) => Ok(()),
            _ => Err(format!("refused: {:?}", report.problems)),
        }
    }
}

/// Time whose wall clock jumps, and at whose first pause a gate opens.
struct Unsteady {
    clock: ManualClock,
    days: i32,
    looks: AtomicI32,
    opens: Mutex<Option<Arc<Gate>>>,
}

impl Clock for Unsteady {
    fn now(&self) -> Duration {
        self.clock.now()
    }

    fn wall(&self) -> SystemTime {
        let days = self.looks.fetch_add(1, Ordering::Relaxed).rem_euclid(3) * self.days;
        let jump = Duration::from_secs(u64::from(days.unsigned_abs()) * 86_400);
        if days < 0 { self.clock.wall() - jump } else { self.clock.wall() + jump }
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        if let Some(gate) = self.opens.lock().unwrap().take() {
            gate.open();
        }
        self.clock.sleep(wait)
    }

    fn deadline(&self, at: Duration) -> BoxFuture<'static, ()> {
        self.clock.deadline(at)
    }
}
