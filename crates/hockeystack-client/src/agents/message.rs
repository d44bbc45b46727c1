//! Sending a message to an agent and waiting for its answer.

use std::time::Duration;

use crm_core::{Error, ErrorKind, Poll, PollPolicy, Poller, RawReply, Sent, VendorDetail};

use super::{Owner, RevenueAgents};
use crate::revenue_agents::types::{ErrorDetail, MessageJob, MessageJobStatus, MessageResult, NewMessage};

impl RevenueAgents {
    /// Sends a message and waits for the agent's answer, polling every 2 seconds for up to 5
    /// minutes. For another policy, send the message with `send_message` of the conversations and pass the job
    /// to [`wait_for_answer`](Self::wait_for_answer).
    ///
    /// ```
    /// # async fn run(client: hockeystack_client::RevenueAgents) -> Result<(), hockeystack_client::Error> {
    /// use hockeystack_client::{Owner, revenue_agents::types::NewConversation};
    ///
    /// let chat = client.deal_conversations().create("deal-7", NewConversation::default()).send().await?;
    /// let id = chat.conversation_id.unwrap_or_default();
    /// let answer = client.send_and_wait(&Owner::deal("deal-7"), &id, "What is at risk?").await?;
    /// # let _ = answer; Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Server`] with the vendor's message if the job failed, [`ErrorKind::Pending`] if
    /// it takes longer. The message was sent in both cases, so check before you send it again.
    pub async fn send_and_wait(
        &self,
        owner: &Owner,
        conversation: &str,
        message: impl Into<NewMessage>,
    ) -> Result<MessageResult, Error> {
        let message = message.into();
        if message.stream == Some(true) {
            return Err(Error::validation("a streamed answer has no job to wait for; do not set `stream`"));
        }
        let call = match owner {
            Owner::Company(id) => self.company_conversations().send_message(id, conversation, message),
            Owner::Deal(id) => self.deal_conversations().send_message(id, conversation, message),
        };
        let op = call.op();
        let job = call.send().await?.job_id.filter(|job| !job.is_empty()).ok_or_else(|| {
            Error::decode("the message was accepted, but the reply contains no job to wait for")
                .with_operation(op)
                .with_attempts(1)
        })?;
        let wait = Duration::from_secs(2);
        let policy = PollPolicy::new(wait, Duration::from_secs(300)).first(wait);
        self.wait_for_answer(owner, conversation, &job, policy).await
    }

    /// Waits for the answer to a message that was sent. The vendor keeps a job for an hour while
    /// it runs and for 15 minutes after its end.
    ///
    /// # Errors
    ///
    /// The same as [`send_and_wait`](Self::send_and_wait), and [`ErrorKind::NotFound`] if the vendor no
    /// longer keeps the job.
    pub fn wait_for_answer(
        &self,
        owner: &Owner,
        conversation: &str,
        job: &str,
        policy: PollPolicy,
    ) -> Poller<MessageResult> {
        let call = match owner {
            Owner::Company(id) => self.company_conversations().get_job(id, conversation, job),
            Owner::Deal(id) => self.deal_conversations().get_job(id, conversation, job),
        };
        Poller::from_fn(policy, self.pipeline.clock(), move |_| {
            let call = call.clone();
            async move {
                let op = call.op();
                let (job, reply) = call.send_with_reply().await?;
                settle(job, &reply).map_err(|error| error.with_operation(op).with_attempts(1))
            }
        })
    }
}

/// Converts a job to a poll result. A failed job comes with HTTP 200.
fn settle(job: MessageJob, reply: &RawReply) -> Result<Poll<MessageResult>, Error> {
    match job.status {
        Some(MessageJobStatus::Completed) => Ok(Poll::Done(job.result.unwrap_or_default())),
        Some(MessageJobStatus::Failed) => Err(Error::new(ErrorKind::Server, "the agent could not answer")
            .with_sent(Sent::Answered)
            .with_vendor(reply.without_secret(detail(job.error.unwrap_or_default())))),
        _ => Ok(Poll::Pending),
    }
}

fn detail(error: ErrorDetail) -> VendorDetail {
    let mut detail = VendorDetail::default();
    detail.code = error.code;
    detail.category = error.category;
    detail.message = error.message;
    detail
}

impl From<&str> for NewMessage {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for NewMessage {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}
