//! Bulk exports as streams of rows.

mod archive;
mod descriptor;
mod fields;
mod file;
mod found;
mod lines;
mod names;
mod reader;
mod request;
mod stream;
mod table;

pub use request::{ExportRequest, ExportRow};
pub use stream::RowStream;

use crm_core::Error;

use crate::BulkExport;

impl BulkExport {
    /// Downloads an export and reads its rows one by one while it arrives. Neither the archive
    /// nor the file in it is held in memory.
    ///
    /// ```
    /// # async fn run(key: hatch_client::ReportingKey) -> Result<(), hatch_client::Error> {
    /// use hatch_client::{BulkExport, ExportRequest, bulk_export::types::ContactHistoryRow};
    ///
    /// let request = ExportRequest::<ContactHistoryRow>::new("2026-03-01", "2026-03-31")?;
    /// let mut rows = BulkExport::new(key)?.export_rows(&request).await?;
    /// while let Some(row) = rows.next().await {
    ///     println!("{}", row?.contact_status.map_or(String::new(), |status| status.to_string()));
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) with HTTP 413 if the export is too
    /// large: ask for fewer days. [`ErrorKind::RateLimited`](crate::ErrorKind::RateLimited) if
    /// the organisation made an export in the last 5 minutes that this client did not send.
    /// The errors of the stream are listed at [`RowStream`].
    pub async fn export_rows<R: ExportRow>(&self, request: &ExportRequest<R>) -> Result<RowStream<R>, Error> {
        let layout = request.layout()?;
        let body = self
            .exports()
            .download(R::source(), request.start(), request.end())
            .output_format(request.output_format().clone())
            .send()
            .await?;
        Ok(RowStream::new(body, layout, R::columns()))
    }
}

#[cfg(test)]
mod tests;
