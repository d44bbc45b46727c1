//! Looking a company up.

use crm_core::reexport::http::StatusCode;
use crm_core::{Call, Error, ErrorKind, Poll, Poller, RawReply, Sent, VendorDetail, VendorError};

use super::{AccountIntelligence, ResearchQuery};
use crate::account_intelligence::operations::ACCOUNT_INTELLIGENCE_GET;
use crate::account_intelligence::types::{ResearchReply, ResearchRequest, ResearchResult, ResearchStatus};
use crate::headers;

impl AccountIntelligence {
    /// Looks a company up, and asks again while the vendor is at work. Await the poller for the
    /// result, or read it as a stream that shows the waiting; dropping it stops the asking.
    ///
    /// ```
    /// # async fn run(client: hockeystack_client::AccountIntelligence) -> Result<(), hockeystack_client::Error> {
    /// use hockeystack_client::Domain;
    ///
    /// let result = client.research(Domain::new("example.com")?).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// A company that is not known is [`ErrorKind::NotFound`]; see [`find`](Self::find). Running
    /// out of questions is [`ErrorKind::Pending`], and [`Error::attempts`] tells how many there
    /// were.
    pub fn research(&self, query: impl Into<ResearchQuery>) -> Poller<ResearchResult> {
        let query = query.into();
        let call = self.question(&query);
        Poller::from_fn(query.policy, self.pipeline.clock(), move |_| {
            let call = call.clone();
            async move { settle(&call.send_raw().await?) }
        })
    }

    /// Asks once, for those who schedule the next question themselves. The policy of the query
    /// is not used.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Pending`] while the vendor is at work; else as for
    /// [`research`](Self::research).
    pub async fn research_once(&self, query: impl Into<ResearchQuery>) -> Result<ResearchResult, Error> {
        let reply = self.question(&query.into()).send_raw().await?;
        match settle(&reply)? {
            Poll::Done(result) => Ok(result),
            Poll::Pending => {
                let text = "the research is not finished; ask the same again later";
                Err(label(Error::new(ErrorKind::Pending, text), &reply).with_retry_after(reply.retry_after()))
            }
        }
    }

    /// As [`research`](Self::research), but a company that HockeyStack does not know is `None`.
    ///
    /// # Errors
    ///
    /// As for [`research`](Self::research), without the unknown company. A wrong address of the
    /// API is still [`ErrorKind::NotFound`].
    pub async fn find(&self, query: impl Into<ResearchQuery>) -> Result<Option<ResearchResult>, Error> {
        match self.research(query).await {
            Ok(result) => Ok(Some(result)),
            Err(error) if is_unknown_company(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn question(&self, query: &ResearchQuery) -> Call<ResearchReply> {
        let mut request = ResearchRequest::new(query.domain.as_str());
        if !query.fields.is_all() {
            request = request.fields_to_get(query.fields.to_string());
        }
        self.account_intelligence().get(request)
    }
}

/// An unknown company is refused with the envelope of a result, a wrong path is not. The words are
/// not looked at: they may change.
fn is_unknown_company(error: &Error) -> bool {
    let category = error.vendor().and_then(|vendor| vendor.category.as_deref());
    error.kind() == ErrorKind::NotFound && category == Some(ResearchStatus::Error.as_str())
}

/// Reads a success. The vendor promises a 202 for work in progress and repeats the status in the
/// body, so a 200 whose body says "processing" counts too. The body of a 202 is not looked at.
fn settle(reply: &RawReply) -> Result<Poll<ResearchResult>, Error> {
    if reply.status() == StatusCode::ACCEPTED {
        return Ok(Poll::Pending);
    }
    let decoded: ResearchReply = reply.decode().map_err(|error| label(error, reply))?;
    let Some(result) = decoded.result else {
        return Err(label(Error::decode("the reply holds no `result`"), reply).with_body(reply.body().clone()));
    };
    match result.status {
        Some(ResearchStatus::Processing) => Ok(Poll::Pending),
        Some(ResearchStatus::Error) => Err(refused(&result, reply)),
        _ => Ok(Poll::Done(result)),
    }
}

/// A refusal that came with a success for its status: the body knows the real one.
fn refused(result: &ResearchResult, reply: &RawReply) -> Error {
    let status = result.code.and_then(|code| u16::try_from(code).ok()).and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.filter(|status| !status.is_success()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = match status {
        StatusCode::FORBIDDEN => ErrorKind::Auth,
        other => VendorError::from_status(other).kind,
    };
    let mut detail = VendorDetail::default();
    detail.category = result.status.as_ref().map(|status| status.as_str().to_owned());
    detail.message.clone_from(&result.error);
    label(Error::new(kind, ""), reply).with_body(reply.body().clone()).with_vendor(detail)
}

fn label(error: Error, reply: &RawReply) -> Error {
    error
        .with_operation(&ACCOUNT_INTELLIGENCE_GET)
        .with_status(reply.status())
        .with_sent(Sent::Answered)
        .with_attempts(1)
        .with_request_id(headers::request_id(reply))
}
