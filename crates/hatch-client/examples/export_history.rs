//! Downloads an export and counts its rows while it arrives.
//!
//! ```text
//! cargo run --package hatch-client --example export_history
//! HATCH_REPORTING_KEY=… cargo run --package hatch-client --example export_history -- 2026-03-01 2026-03-31
//! ```
//!
//! Without a key it runs against a fake.

use std::error::Error;

use crm_fake::{Fake, Vendor};
use hatch_client::bulk_export::types::ContactHistoryRow;
use hatch_client::{BulkExport, ExportRequest, ReportingKey};

async fn count(export: &BulkExport, from: &str, to: &str) -> Result<(), Box<dyn Error>> {
    let request = ExportRequest::<ContactHistoryRow>::new(from, to)?;
    let mut rows = export.export_rows(&request).await?;
    let (mut read, mut unreadable) = (0, 0);
    while let Some(row) = rows.next().await {
        match row {
            Ok(_) => read += 1,
            // A row that cannot be read does not end the export; an archive that was cut off does.
            Err(error) if error.kind() == hatch_client::ErrorKind::Decode => {
                eprintln!("{error}");
                unreadable += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
    println!("{read} rows, {unreadable} unreadable");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let from = arguments.next().unwrap_or_else(|| "2026-03-01".to_owned());
    let to = arguments.next().unwrap_or_else(|| "2026-03-31".to_owned());
    if let Ok(key) = std::env::var("HATCH_REPORTING_KEY") {
        return count(&BulkExport::new(ReportingKey::new(key)?)?, &from, &to).await;
    }
    let fake = Fake::builder(Vendor::HatchBulkExport).rows(500).start().await?;
    let export = BulkExport::builder(ReportingKey::new(fake.token())?).base_url(fake.base_url()).build()?;
    count(&export, &from, &to).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs_against_the_fake() {
        super::main().unwrap();
    }
}
