//! Two processes export all contacts together, and one of them is killed.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crm_fake::{Fake, Vendor};
use hubspot_client::{Client, Cursor, Export, Quotas};
use serde::{Deserialize, Serialize};
use serde_json::json;

const CONTACTS: usize = 100_000;
/// Environment variables of a worker: the directory, the vendor and its token.
const TOLD: [&str; 3] = ["CRM_EXPORT_DIRECTORY", "CRM_EXPORT_VENDOR", "CRM_EXPORT_TOKEN"];
/// Records between two standings.
const STEP: usize = 500;

/// The standing of a part. What its file holds beyond `bytes` is not counted.
#[derive(Serialize, Deserialize)]
struct Standing {
    cursor: Cursor,
    bytes: u64,
}

/// A part that this process has claimed. The system ends the claim with the process.
struct Part {
    standing: Standing,
    beside: PathBuf,
    file: BufWriter<File>,
}

impl Part {
    /// Returns `None` if another process has the part, or if it is done.
    fn claim(file: &Path) -> io::Result<Option<Self>> {
        let mut claimed = File::options().create(true).truncate(false).read(true).write(true).open(file)?;
        if claimed.try_lock().is_err() {
            return Ok(None);
        }
        let beside = file.with_extension("standing");
        let standing: Standing = serde_json::from_slice(&fs::read(&beside)?)?;
        if standing.cursor.is_end() {
            return Ok(None);
        }
        claimed.set_len(standing.bytes)?;
        claimed.seek(SeekFrom::End(0))?;
        Ok(Some(Self { standing, beside, file: BufWriter::new(claimed) }))
    }

    fn save(&mut self, cursor: Cursor) -> io::Result<()> {
        self.file.flush()?;
        self.standing = Standing { cursor, bytes: self.file.stream_position()? };
        save(&self.beside, &self.standing)
    }
}

fn save(beside: &Path, standing: &Standing) -> io::Result<()> {
    let draft = beside.with_extension("draft");
    fs::write(&draft, serde_json::to_vec(standing)?)?;
    fs::rename(draft, beside)
}

fn parts(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

fn export(vendor: &str, token: &str) -> Export {
    let client = Client::builder().token(token).base_url(vendor).quotas(Quotas::none()).build().unwrap();
    client.contacts().export().documented_only()
}

/// The other processes: this program again.
#[tokio::test]
async fn worker() {
    let [Ok(directory), Ok(vendor), Ok(token)] = TOLD.map(std::env::var) else { return };
    let done = |path: &PathBuf| {
        let standing: Standing = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        standing.cursor.is_end()
    };
    loop {
        let standings = parts(directory.as_ref(), "standing");
        for beside in &standings {
            let Some(mut part) = Part::claim(&beside.with_extension("ids")).unwrap() else { continue };
            let mut run = export(&vendor, &token).resume(part.standing.cursor.clone()).unwrap();
            let mut lines = 0;
            while let Some(record) = run.next().await {
                writeln!(part.file, "{} {}", record.unwrap().id.unwrap(), std::process::id()).unwrap();
                lines += 1;
                if lines % STEP == 0 {
                    part.save(run.cursor()).unwrap();
                }
            }
            part.save(run.cursor()).unwrap();
        }
        if standings.iter().all(done) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "100,000 records over HTTP, a minute in release"]
async fn two_processes_export_a_hundred_thousand_and_one_is_killed() {
    let fake = Fake::builder(Vendor::HubSpot).no_quota().keep_requests(0).start().await.unwrap();
    for n in 0..CONTACTS {
        fake.insert("contacts", json!({"email": format!("c{n}@example.com")}));
    }
    let directory = tempfile::tempdir().unwrap();
    let all = export(&fake.base_url(), fake.token()).parts().await.unwrap();
    assert!(all.len() >= CONTACTS / 10_000);
    for (number, cursor) in all.into_iter().enumerate() {
        let beside = directory.path().join(format!("{number}.standing"));
        save(&beside, &Standing { cursor, bytes: 0 }).unwrap();
    }
    let start = || -> Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "export_processes::worker"]).stdout(Stdio::null());
        let told = [directory.path().to_str().unwrap(), &fake.base_url(), fake.token()];
        command.envs(TOLD.into_iter().zip(told)).spawn().unwrap()
    };
    let [mut killed, mut other] = [start(), start()];
    let written = |directory: &Path| -> u64 {
        parts(directory, "ids").iter().map(|path| fs::metadata(path).unwrap().len()).sum()
    };
    // A line has about a dozen bytes.
    while written(directory.path()) < 300_000 {
        assert!(killed.try_wait().unwrap().is_none() && other.try_wait().unwrap().is_none());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let other = tokio::task::spawn_blocking(move || (other.id(), other.wait().unwrap()));
    let (other, status) = other.await.unwrap();
    assert!(status.success());

    let (mut seen, mut by): (HashMap<String, usize>, HashMap<String, usize>) = (HashMap::new(), HashMap::new());
    for path in parts(directory.path(), "ids") {
        let mut text = String::new();
        File::open(path).unwrap().read_to_string(&mut text).unwrap();
        for line in text.lines() {
            let (id, process) = line.split_once(' ').unwrap();
            *seen.entry(id.to_owned()).or_default() += 1;
            *by.entry(process.to_owned()).or_default() += 1;
        }
    }
    println!("{by:?}; {other} went on alone");
    assert_eq!((seen.len(), seen.values().max()), (CONTACTS, Some(&1)));
    assert!(by.len() == 2 && by.values().all(|records| *records > STEP), "{by:?}");
    let report = fake.report();
    assert_eq!(report.refused, 0, "{:?}", report.problems);
}
