//! Hatch: an upsert, and an export read row by row while it arrives.

use crm_core::Error;
use crm_fake::{Fake, Vendor};
use hatch_client::bulk_export::types::ContactHistoryRow;
use hatch_client::types::UpsertContact;
use hatch_client::{BulkExport, Client, ContactsKey, ExportRequest, ReportingKey};

use crate::progress;
use crate::table::Row;

const NAME: &str = "Hatch";
const ROWS: usize = 20_000;

pub(crate) async fn run((contacts, export): &(Fake, Fake)) -> Result<Row, Error> {
    let mut errors = Vec::new();
    let mut faults = Vec::new();

    let client = Client::builder(ContactsKey::new(contacts.token())?).base_url(contacts.base_url()).build()?;
    progress(NAME, "upserting a contact twice, by its phone number");
    let contact =
        UpsertContact::new("custom:website").first_name("Ada").phone_number("+15550100").detail("plan", "annual");
    let first = client.contacts().upsert(contact.clone()).send().await?.data.and_then(|data| data.id);
    let second = client.contacts().upsert(contact.clone()).send().await?.data.and_then(|data| data.id);
    if first.is_none() || first != second {
        faults.push("the second upsert did not meet the first contact".to_owned());
    }
    let mut nameless = contact.clone();
    nameless.source = None;
    match client.contacts().upsert(nameless).send().await {
        Ok(_) => faults.push("a contact without a source was sent".to_owned()),
        Err(error) => errors.push(error.to_string()),
    }

    let reporting = BulkExport::builder(ReportingKey::new(export.token())?).base_url(export.base_url()).build()?;
    progress(NAME, &format!("exporting {ROWS} rows as a zip, read while it arrives"));
    let request = ExportRequest::<ContactHistoryRow>::new("2026-10-01", "2026-10-31")?;
    let mut rows = reporting.export_rows(&request).await?;
    let mut count = 0;
    while let Some(row) = rows.next().await {
        row?;
        count += 1;
        if count % 10_000 == 0 {
            progress(NAME, &format!("{count} rows; at most {} bytes were held", rows.peak_buffer()));
        }
    }
    if count != ROWS {
        faults.push(format!("{count} rows were read, {ROWS} are in the export"));
    }

    let mut row = Row::new(NAME, client.stats(), &[contacts, export]);
    row.stats.calls += reporting.stats().calls;
    row.stats.attempts += reporting.stats().attempts;
    row.items = count + 1;
    row.errors = errors;
    row.faults.extend(faults);
    Ok(row)
}

pub(crate) async fn start() -> std::io::Result<(Fake, Fake)> {
    Ok((Fake::start(Vendor::HatchContacts).await?, Fake::builder(Vendor::HatchBulkExport).rows(ROWS).start().await?))
}
