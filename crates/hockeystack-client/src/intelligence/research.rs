//! Research about a company.

use crm_core::reexport::http::StatusCode;
use crm_core::{Batch, BatchReport, Call, ChunkOutcome, Error, ErrorKind, Poll, Poller, RawReply, Sent};
use crm_core::{VendorDetail, VendorError};

use super::{AccountIntelligence, ResearchQuery, vendor};
use crate::account_intelligence::operations::ACCOUNT_INTELLIGENCE_GET;
use crate::account_intelligence::types::{ResearchReply, ResearchRequest, ResearchResult, ResearchStatus};

/// Number of companies that are looked up at once: the vendor's limit allows no more.
const AT_ONCE: usize = 10;

impl AccountIntelligence {
    /// Looks a company up, and polls until the vendor has finished. Await the poller for the
    /// result, or read it as a stream that reports the waiting. Dropping it stops the polling.
    ///
    /// ```
    /// # async fn run(client: hockeystack_client::AccountIntelligence) -> Result<(), hockeystack_client::Error> {
    /// use hockeystack_client::Domain;
    ///
    /// let result = client.research(Domain::new("example.com")?).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// Fails with [`ErrorKind::NotFound`] if HockeyStack has no data about the company (see [`find`](Self::find)), and
    /// with [`ErrorKind::Pending`] after the maximum number of polls; [`Error::attempts`] returns their
    /// number.
    pub fn research(&self, query: impl Into<ResearchQuery>) -> Poller<ResearchResult> {
        let query = query.into();
        let call = self.question(&query);
        Poller::from_fn(query.policy, self.pipeline.clock(), move |_| {
            let call = call.clone();
            async move { settle(&call.send_raw().await?) }
        })
    }

    /// Polls once, for callers that schedule the next poll themselves. The policy of the query
    /// is not used.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Pending`] while the vendor has not finished; otherwise the same as
    /// [`research`](Self::research).
    pub async fn research_once(&self, query: impl Into<ResearchQuery>) -> Result<ResearchResult, Error> {
        let reply = self.question(&query.into()).send_raw().await?;
        match settle(&reply)? {
            Poll::Done(result) => Ok(result),
            Poll::Pending => {
                let text = "the research is not finished; send the same query again later";
                Err(label(Error::new(ErrorKind::Pending, text), &reply).with_retry_after(reply.retry_after()))
            }
        }
    }

    /// Does the same as [`research`](Self::research), but returns `None` if HockeyStack has no data about the company.
    ///
    /// # Errors
    ///
    /// The same as [`research`](Self::research), except for an unknown company. A wrong address of the
    /// API is still [`ErrorKind::NotFound`].
    pub async fn find(&self, query: impl Into<ResearchQuery>) -> Result<Option<ResearchResult>, Error> {
        match self.research(query).await {
            Ok(result) => Ok(Some(result)),
            Err(error) if is_unknown_company(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Looks many companies up, ten at a time, and reports the result of each: `ok` has the index of the company in the
    /// list and what was found, as [`find`](Self::find) returns it. `failed` has the errors, and `unknown` the companies
    /// whose answer was lost or was a server error; ask for those again.
    ///
    /// The vendor allows ten questions in 30 seconds, so a list of 200 takes nine and a half minutes and more. Waits are
    /// `tracing` events of the target `crm_core::wait`, and [`stats`](Self::stats) counts the calls that wait.
    ///
    /// ```
    /// # async fn run(client: hockeystack_client::AccountIntelligence) -> Result<(), hockeystack_client::Error> {
    /// use hockeystack_client::Domain;
    ///
    /// let domains = [Domain::new("example.com")?, Domain::new("example.org")?];
    /// let report = client.find_many(domains.clone()).await;
    /// for (index, found) in &report.ok {
    ///     println!("{}: {}", domains[*index].as_str(), found.is_some());
    /// }
    /// for (index, error) in &report.failed {
    ///     println!("{}: {error}", domains[*index].as_str());
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn find_many(
        &self,
        queries: impl IntoIterator<Item = impl Into<ResearchQuery>>,
    ) -> BatchReport<Option<ResearchResult>> {
        let queries: Vec<ResearchQuery> = queries.into_iter().map(Into::into).collect();
        let each = Batch::new(1).concurrency(AT_ONCE);
        each.run(queries, |one| async {
            let mut found = Vec::with_capacity(one.len());
            for query in one {
                found.push(self.find(query).await?);
            }
            Ok(ChunkOutcome::in_order(found))
        })
        .await
    }

    fn question(&self, query: &ResearchQuery) -> Call<ResearchReply> {
        let mut request = ResearchRequest::new(query.domain.as_str());
        if !query.fields.is_all() {
            request = request.fields_to_get(query.fields.to_string());
        }
        self.account_intelligence().get(request)
    }
}

/// Returns true if the refusal has the envelope of a result: an unknown company has it, a wrong path does not. The text
/// is not compared, because it may change.
fn is_unknown_company(error: &Error) -> bool {
    let category = error.vendor().and_then(|vendor| vendor.category.as_deref());
    error.kind() == ErrorKind::NotFound && category == Some(ResearchStatus::Error.as_str())
}

/// Reads a success. The vendor documents a 202 for work in progress and repeats the status in the
/// body, so a 200 whose body contains "processing" counts too. The body of a 202 is not read.
fn settle(reply: &RawReply) -> Result<Poll<ResearchResult>, Error> {
    if reply.status() == StatusCode::ACCEPTED {
        return Ok(Poll::Pending);
    }
    let decoded: ResearchReply = reply.decode().map_err(|error| label(error, reply))?;
    let Some(result) = decoded.result else {
        return Err(label(Error::decode("the reply contains no `result`"), reply).with_body(reply.body().clone()));
    };
    match result.status {
        Some(ResearchStatus::Processing) => Ok(Poll::Pending),
        Some(ResearchStatus::Error) => Err(refused(&result, reply)),
        _ => Ok(Poll::Done(result)),
    }
}

/// Converts a refusal that came with a success status. The body contains the actual status.
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
    label(Error::new(kind, ""), reply).with_body(reply.body().clone()).with_vendor(reply.without_secret(detail))
}

fn label(error: Error, reply: &RawReply) -> Error {
    error
        .with_operation(&ACCOUNT_INTELLIGENCE_GET)
        .with_status(reply.status())
        .with_sent(Sent::Answered)
        .with_attempts(1)
        .with_request_id(reply.request_id(&vendor::AccountIntelligence))
}
