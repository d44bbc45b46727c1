//! Waiting until an agent is set up.

use std::time::Duration;

use crm_core::{Error, ErrorKind, Poll, PollPolicy, Poller, RawReply, Sent};

use super::{Owner, RevenueAgents, vendor};
use crate::revenue_agents::types::{AgentState, AgentStatus};

impl RevenueAgents {
    /// Waits until the agent of a company or deal is active, after `start`. Set-up takes three to
    /// eight minutes; this polls every 10 seconds for up to 15 minutes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if no agent was started, [`ErrorKind::Server`] with the vendor's
    /// message if its set-up failed (start it again), [`ErrorKind::Pending`] if it takes
    /// longer.
    pub fn wait_until_active(&self, owner: &Owner) -> Poller<AgentState> {
        self.wait_until_active_with(owner, PollPolicy::new(Duration::from_secs(10), Duration::from_secs(900)))
    }

    /// Does the same as [`wait_until_active`](Self::wait_until_active), with another poll policy.
    pub fn wait_until_active_with(&self, owner: &Owner, policy: PollPolicy) -> Poller<AgentState> {
        let call = match owner {
            Owner::Company(id) => self.company_agents().get(id),
            Owner::Deal(id) => self.deal_agents().get(id),
        };
        Poller::from_fn(policy, self.pipeline.clock(), move |_| {
            let call = call.clone();
            async move {
                let op = call.op();
                let (state, reply) = call.send_with_reply().await?;
                match state.status {
                    Some(AgentStatus::Active) => Ok(Poll::Done(state)),
                    Some(AgentStatus::ProvisioningFailed) => Err(failed(&state, &reply).with_operation(op)),
                    // An unknown state is neither of the two known final states.
                    _ => Ok(Poll::Pending),
                }
            }
        })
    }
}

fn failed(state: &AgentState, reply: &RawReply) -> Error {
    let detail = state.error.as_ref().map(vendor::detail).unwrap_or_default();
    Error::new(ErrorKind::Server, "the agent's set-up failed; start it again")
        .with_sent(Sent::Answered)
        .with_attempts(1)
        .with_vendor(reply.without_secret(detail))
}
