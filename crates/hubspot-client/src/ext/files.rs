//! Importing a file from a URL, and waiting for it.

use crm_core::{Error, ErrorKind, Poll, PollPolicy, Poller, Sent};

use super::row_errors::{row_error, row_errors};
use crate::files::Files;
use crate::types::{BatchReplyStatus, FileActionReply, ImportFromUrlInput, StoredFile as File};

/// Imports of files from a URL.
///
/// ```no_run
/// # async fn example(client: hubspot_client::Client) -> Result<(), hubspot_client::Error> {
/// use hubspot_client::PollPolicy;
/// use hubspot_client::types::ImportFromUrlInput;
/// use std::time::Duration;
///
/// let input = ImportFromUrlInput::new("PRIVATE", "EXACT_FOLDER", "NONE", false)
///     .url("https://www.example.com/logo.png")
///     .folder_path("/logos");
/// let policy = PollPolicy::new(Duration::from_secs(2), Duration::from_secs(120));
/// let file = client.files().import_and_wait(input, policy).await?;
/// println!("{:?}", file.id);
/// # Ok(())
/// # }
/// ```
impl Files {
    /// Starts an import and waits for its file. To wait in another process, store the task's id that
    /// [`import_from_url`](Self::import_from_url) returns, and use
    /// [`wait_for_import`](Self::wait_for_import).
    ///
    /// # Errors
    ///
    /// The same as [`import_from_url`](Self::import_from_url), whose reply may be lost, and
    /// [`wait_for_import`](Self::wait_for_import).
    pub async fn import_and_wait(
        &self,
        input: impl Into<ImportFromUrlInput>,
        policy: PollPolicy,
    ) -> Result<File, Error> {
        let call = self.import_from_url(input);
        let op = call.op();
        let task = call.send().await?.id.filter(|id| !id.is_empty());
        let task = task.ok_or_else(|| Error::decode("the reply has no task id").with_operation(op))?;
        self.wait_for_import(task, policy).await
    }

    /// Polls an import until it ends. Await it for the file, or read it as a stream.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Pending`] if the import has not ended after the policy's maximum wait; HubSpot's error if the
    /// import failed; [`ErrorKind::Other`] if it was cancelled.
    pub fn wait_for_import(&self, task: impl Into<String>, policy: PollPolicy) -> Poller<File> {
        let call = self.get_import_status(task.into());
        let clock = call.pipeline().clock();
        Poller::from_fn(policy, clock, move |_| {
            let call = call.clone();
            async move {
                let op = &call.called();
                let reply = call.send_raw().await?;
                let status: FileActionReply = reply.decode().map_err(|error| error.with_operation(op))?;
                if let Some(error) = row_errors(&reply).first() {
                    return Err(row_error(error, op, &reply));
                }
                let ended = |text| Error::new(ErrorKind::Other, text).with_operation(op).with_sent(Sent::Answered);
                match (status.status, status.result) {
                    (Some(BatchReplyStatus::Canceled), _) => Err(ended("the import was cancelled")),
                    (Some(BatchReplyStatus::Complete), Some(file)) => Ok(Poll::Done(file)),
                    (Some(BatchReplyStatus::Complete), None) => Err(ended("the import ended without a file")),
                    _ => Ok(Poll::Pending),
                }
            }
        })
    }
}
