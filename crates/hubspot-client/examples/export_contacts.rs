//! Exports all contacts of HubSpot to a file, and adds what changed since in each further run. It may be killed at any time.
//!
//! The file has one JSON object per line: a contact, ids that were archived, or ids that were merged into another. Read in
//! this order, the lines make a copy of all contacts.
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
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crm_fake::{Fake, Vendor};
use hubspot_client::{Change, Client, Cursor, Quotas, Tier, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const PROPERTIES: [&str; 3] = ["email", "firstname", "lastname"];
/// The number of lines after which a run stores where it stands.
const STEP: u64 = 500;

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Contact(Value),
    Archived(Vec<String>),
    Merged { old: Vec<String>, new: String },
}

/// The position of a run.
#[derive(Serialize, Deserialize)]
struct Standing {
    /// The position of the export, which comes first.
    export: Option<Cursor>,
    /// The position of the changes, which begin at the time at which the export began.
    changes: Cursor,
    /// The length of the file at these positions.
    bytes: u64,
}

/// The file and where the run stands, which is stored beside it.
struct Output {
    file: BufWriter<File>,
    beside: PathBuf,
    standing: Standing,
    lines: u64,
}

impl Output {
    /// Continues a file, or begins one. What a killed run wrote after it stored its standing is cut off and read again.
    fn open(file: &Path, begin: impl FnOnce() -> Cursor) -> Result<Self, Box<dyn Error>> {
        let beside = file.with_extension("standing");
        let standing = match fs::read(&beside) {
            Ok(text) => serde_json::from_slice(&text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Standing { export: None, changes: begin(), bytes: 0 }
            }
            Err(error) => return Err(error.into()),
        };
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(file)?;
        file.set_len(standing.bytes)?;
        file.seek(SeekFrom::End(0))?;
        let mut output = Self { file: BufWriter::new(file), beside, standing, lines: 0 };
        // The time is noted before anything is read.
        output.save()?;
        Ok(output)
    }

    /// Writes a line. Returns true if it is time to store the standing.
    fn write(&mut self, line: &Line) -> Result<bool, Box<dyn Error>> {
        serde_json::to_writer(&mut self.file, line)?;
        self.file.write_all(b"\n")?;
        self.lines += 1;
        Ok(self.lines.is_multiple_of(STEP))
    }

    /// Stores the lines first, then the standing, which is replaced as a whole.
    fn save(&mut self) -> Result<(), Box<dyn Error>> {
        self.file.flush()?;
        self.file.get_ref().sync_data()?;
        self.standing.bytes = self.file.stream_position()?;
        let draft = self.beside.with_extension("draft");
        fs::write(&draft, serde_json::to_vec(&self.standing)?)?;
        Ok(fs::rename(draft, &self.beside)?)
    }
}

/// Called with the number of contacts so far and that of all, it can stop the run.
type Progress<'a> = &'a mut dyn FnMut(u64, Option<u64>) -> Result<(), Box<dyn Error>>;

/// Writes what is left of the export, and then what changed since. Returns the number of lines of this run.
///
/// `now` is a time before the call, by HubSpot's clock.
async fn update(client: &Client, file: &Path, now: Timestamp, progress: Progress<'_>) -> Result<u64, Box<dyn Error>> {
    let contacts = client.contacts();
    let changes = contacts.changes(now)?.properties(PROPERTIES);
    let mut output = Output::open(file, || changes.cursor())?;

    let mut export = contacts.export().properties(PROPERTIES);
    if let Some(cursor) = output.standing.export.clone() {
        export = export.resume(cursor)?;
    }
    while let Some(contact) = export.next().await {
        if output.write(&Line::Contact(serde_json::to_value(contact?)?))? {
            output.standing.export = Some(export.cursor());
            output.save()?;
        }
        progress(export.done(), export.total())?;
    }
    output.standing.export = Some(export.cursor());
    output.save()?;

    let mut changes = changes.resume(output.standing.changes.clone())?;
    while let Some(change) = changes.next().await {
        let line = match change? {
            Change::Created(contact) | Change::Changed(contact) => Line::Contact(serde_json::to_value(contact)?),
            Change::Merged { old, new } => Line::Merged { old, new },
            Change::Archived { id, mut merged, .. } => {
                merged.push(id);
                Line::Archived(merged)
            }
            _ => continue,
        };
        if output.write(&line)? {
            output.standing.changes = changes.cursor();
            output.save()?;
        }
        progress(output.lines, None)?;
    }
    output.standing.changes = changes.cursor();
    output.save()?;
    Ok(output.lines)
}

/// Draws a progress bar, or the number of lines if the total is not known.
fn show(done: u64, total: Option<u64>) {
    match total {
        _ if !done.is_multiple_of(100) => {}
        Some(total) => {
            let percent = 100 * done / total.max(done);
            let filled = usize::try_from(percent / 4).unwrap_or_default();
            eprint!("\r[{:<25}] {percent:>3} %  {done} of {total}", "#".repeat(filled));
        }
        None => eprint!("\r{done} lines"),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(file) = std::env::args().nth(1) else { return rehearse().await };
    let token = std::env::var("HUBSPOT_TOKEN").map_err(|_| "set HUBSPOT_TOKEN")?;
    let client = Client::builder().token(token).quotas(Tier::Free.quotas()).build()?;
    // Early enough for a clock that is fast.
    let now = SystemTime::now() - Duration::from_secs(300);
    let mut progress = |done, total| {
        show(done, total);
        Ok(())
    };
    let lines = update(&client, Path::new(&file), now.into(), &mut progress).await?;
    eprintln!("\n{lines} lines were added to {file}");
    Ok(())
}

/// A fake with contacts and the cursors that were observed, and a client for it.
async fn fake(contacts: usize) -> Result<(Fake, Client), Box<dyn Error>> {
    let fake = Fake::builder(Vendor::HubSpot).id_cursors().no_quota().start().await?;
    for n in 0..contacts {
        fake.insert("contacts", serde_json::json!({"email": format!("c{n}@example.com")}));
    }
    let client = Client::builder().token(fake.token()).base_url(fake.base_url()).quotas(Quotas::none()).build()?;
    Ok((fake, client))
}

/// The time of the fake: that of its last contact.
fn now(fake: &Fake) -> Timestamp {
    fake.records("contacts").last().and_then(|contact| contact["createdAt"].as_str()).unwrap_or("2026-01-01").into()
}

async fn rehearse() -> Result<(), Box<dyn Error>> {
    let (fake, client) = fake(5_000).await?;
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("contacts.ndjson");
    let mut most = 2_700;
    for run in 1..=3 {
        let mut progress = |done, total| {
            show(done, total);
            if done == most { Err("killed".into()) } else { Ok(()) }
        };
        let ended = update(&client, &file, now(&fake), &mut progress).await;
        most = 0;
        match ended {
            Ok(lines) => eprintln!("\nrun {run}: {lines} lines"),
            Err(error) => eprintln!("\nrun {run}: {error}"),
        }
        fake.insert("contacts", serde_json::json!({"email": format!("new{run}@example.com")}));
    }
    eprintln!("{} lines in all", fs::read_to_string(&file)?.lines().count());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hubspot_client::types::{MergeInput, ObjectUpdate};
    use serde_json::json;

    use super::*;

    /// Returns the address of each contact in the file.
    fn read(file: &Path) -> BTreeMap<String, Value> {
        let mut all = BTreeMap::new();
        for line in fs::read_to_string(file).unwrap().lines() {
            match serde_json::from_str(line).unwrap() {
                Line::Contact(contact) => {
                    let id = contact["id"].as_str().unwrap().to_owned();
                    all.insert(id, contact["properties"]["email"].clone());
                }
                Line::Archived(gone) | Line::Merged { old: gone, .. } => all.retain(|id, _| !gone.contains(id)),
            }
        }
        all
    }

    fn source(fake: &Fake) -> BTreeMap<String, Value> {
        let contacts = fake.records("contacts");
        contacts
            .iter()
            .map(|row| (row["id"].as_str().unwrap().to_owned(), row["properties"]["email"].clone()))
            .collect()
    }

    /// Runs until a run ends, each killed after more lines. Returns the number of runs.
    async fn until_it_ends(client: &Client, file: &Path, now: &Timestamp) -> u64 {
        for run in 1.. {
            let mut most = 700 * run;
            let mut progress = |_, _| {
                most -= 1;
                if most == 0 { Err("killed".into()) } else { Ok(()) }
            };
            match update(client, file, now.clone(), &mut progress).await {
                Ok(_) => return run,
                Err(error) => assert_eq!(error.to_string(), "killed"),
            }
        }
        unreachable!()
    }

    #[tokio::test]
    async fn the_file_is_a_copy_though_its_runs_are_killed_anywhere() {
        let (fake, client) = fake(2_300).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("contacts.ndjson");
        let now = now(&fake);
        assert!(until_it_ends(&client, &file, &now).await > 2);
        // Each contact is there once, and the last one again, because it was created at the time of the beginning.
        assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 2_301);
        assert_eq!(read(&file), source(&fake));

        let contacts = client.contacts();
        let ids: Vec<String> = source(&fake).into_keys().collect();
        for (number, id) in ids.iter().enumerate().take(1_500) {
            let update = ObjectUpdate::from([("email", format!("changed{number}@example.com"))]);
            contacts.update(id, update).send().await.unwrap();
        }
        contacts.archive(&ids[3]).send().await.unwrap();
        contacts.merge(MergeInput::new(&ids[7], &ids[8])).send().await.unwrap();
        fake.insert("contacts", json!({"email": "new@example.com"}));
        assert!(until_it_ends(&client, &file, &now).await > 1);
        assert_eq!(read(&file), source(&fake));
    }
}
