//! Exports all contacts of HubSpot to a file with one JSON object per line, and continues if it was killed.
//!
//! Against the fake, killed in the middle and run again:
//!
//! ```text
//! cargo run --package hubspot-client --example export_contacts
//! ```
//!
//! Against the real host, with the file to write:
//!
//! ```text
//! HUBSPOT_TOKEN=… cargo run --package hubspot-client --example export_contacts -- contacts.ndjson
//! ```

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use crm_fake::{Fake, Vendor};
use hubspot_client::{Client, Cursor, Tier};
use serde::{Deserialize, Serialize};

/// Where a run stands: the export, and the length of the file at that point.
#[derive(Serialize, Deserialize)]
struct Standing {
    cursor: Cursor,
    bytes: u64,
}

/// Writes what is left of the export, and returns the number of contacts in the file. `progress` gets the number of
/// contacts so far and that of all, and can stop the run.
///
/// What a killed run wrote after it stored its standing is cut off and read again, so each contact is in the file once.
async fn export(
    client: &Client,
    file: &Path,
    mut progress: impl FnMut(u64, Option<u64>) -> Result<(), Box<dyn Error>>,
) -> Result<u64, Box<dyn Error>> {
    let standing_file = file.with_extension("standing");
    let standing = load(&standing_file)?.filter(|standing| !standing.cursor.is_end());
    let mut output = OpenOptions::new().create(true).truncate(false).write(true).open(file)?;
    output.set_len(standing.as_ref().map_or(0, |standing| standing.bytes))?;
    output.seek(SeekFrom::End(0))?;
    let mut output = BufWriter::new(output);

    let export = client.contacts().export().properties(["email", "firstname", "lastname"]);
    let mut contacts = export.resume_or_begin(standing.map(|standing| standing.cursor))?;
    while let Some(contact) = contacts.next().await {
        serde_json::to_writer(&mut output, &contact?)?;
        output.write_all(b"\n")?;
        if contacts.done().is_multiple_of(500) {
            save(&standing_file, &mut output, contacts.cursor())?;
        }
        progress(contacts.done(), contacts.total())?;
    }
    // The end, so that the next run begins anew.
    save(&standing_file, &mut output, contacts.cursor())?;
    Ok(contacts.done())
}

fn load(file: &Path) -> Result<Option<Standing>, Box<dyn Error>> {
    match fs::read(file) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// First the contacts, then the standing, which is replaced as a whole.
fn save(file: &Path, output: &mut BufWriter<File>, cursor: Cursor) -> Result<(), Box<dyn Error>> {
    output.flush()?;
    output.get_ref().sync_data()?;
    let standing = Standing { cursor, bytes: output.stream_position()? };
    let draft = file.with_extension("draft");
    fs::write(&draft, serde_json::to_vec(&standing)?)?;
    Ok(fs::rename(draft, file)?)
}

/// Shows every thousandth contact as a part of all.
fn show(done: u64, total: Option<u64>) {
    if done.is_multiple_of(1_000) {
        match total {
            Some(total) => println!("{done} of {total} ({} %)", 100 * done / total.max(done).max(1)),
            None => println!("{done}"),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(file) = std::env::args().nth(1) else { return rehearse().await };
    let token = std::env::var("HUBSPOT_TOKEN").map_err(|_| "set HUBSPOT_TOKEN")?;
    let client = Client::builder().token(token).quotas(Tier::Free.quotas()).build()?;
    let shown = |done, total| {
        show(done, total);
        Ok(())
    };
    println!("{} contacts in {file}", export(&client, Path::new(&file), shown).await?);
    Ok(())
}

/// A fake with contacts and the cursors that were observed, and a client of it.
async fn fake(contacts: usize) -> Result<(Fake, Client), Box<dyn Error>> {
    let fake = Fake::builder(Vendor::HubSpot).id_cursors().no_quota().start().await?;
    for n in 0..contacts {
        fake.insert("contacts", serde_json::json!({"email": format!("c{n}@example.com")}));
    }
    let client = Client::builder().token(fake.token()).base_url(fake.base_url()).build()?;
    Ok((fake, client))
}

async fn rehearse() -> Result<(), Box<dyn Error>> {
    let (_fake, client) = fake(5_000).await?;
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("contacts.ndjson");
    let killed = export(&client, &file, |done, total| {
        show(done, total);
        if done == 2_700 { Err("killed".into()) } else { Ok(()) }
    });
    println!("the first run: {:?}", killed.await.map_err(|error| error.to_string()));
    let continued = export(&client, &file, |done, total| {
        show(done, total);
        Ok(())
    });
    println!("the second run: {} contacts", continued.await?);
    println!("{} lines", fs::read_to_string(&file)?.lines().count());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[tokio::test]
    async fn each_contact_is_in_the_file_once_if_the_run_is_killed_anywhere() {
        let (_fake, client) = fake(2_300).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("contacts.ndjson");
        let mut most = 1;
        let number = loop {
            let run = export(&client, &file, |done, _| if done == most { Err("killed".into()) } else { Ok(()) });
            match run.await {
                Ok(number) => break number,
                Err(error) => assert_eq!(error.to_string(), "killed"),
            }
            most += 700;
        };
        let text = fs::read_to_string(&file).unwrap();
        let id =
            |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
        let ids: Vec<String> = text.lines().map(id).collect();
        assert_eq!((number, ids.len()), (2_300, 2_300));
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 2_300);
    }
}
