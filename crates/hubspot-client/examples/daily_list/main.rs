//! Reads all contacts of HubSpot once a day, and continues at the last position if it was interrupted.
//!
//! Against the fake, with a run that is interrupted, the run that continues it, and the run of the
//! next day:
//!
//! ```text
//! cargo run --package hubspot-client --example daily_list
//! ```
//!
//! Against the real host, with the file that stores the position:
//!
//! ```text
//! HUBSPOT_TOKEN=… cargo run --package hubspot-client --example daily_list -- contacts.cursor
//! ```

mod run;

use std::error::Error;
use std::path::Path;

use crm_fake::{Fake, Vendor};
use hubspot_client::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1) {
        Some(file) => {
            let client = Client::new(std::env::var("HUBSPOT_TOKEN").map_err(|_| "set HUBSPOT_TOKEN")?)?;
            let email = |contact: &hubspot_client::types::ObjectWithAssociations| {
                println!("{}", contact.property("email").unwrap_or_default());
                Ok(())
            };
            run::run(&client, Path::new(&file), email).await
        }
        None => rehearse().await,
    }
}

async fn rehearse() -> Result<(), Box<dyn Error>> {
    let fake = Fake::start(Vendor::HubSpot).await?;
    for n in 0..50 {
        fake.insert("contacts", serde_json::json!({"email": format!("c{n}@example.com")}));
    }
    let client = Client::builder().token(fake.token()).base_url(fake.base_url()).build()?;
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("contacts.cursor");
    for (name, most) in [("Monday, interrupted", 30), ("Monday, continued", 50), ("Tuesday", 50)] {
        let mut read = 0;
        let outcome = run::run(&client, &file, |_| {
            if read == most {
                return Err("interrupted".into());
            }
            read += 1;
            Ok(())
        });
        let ended = outcome.await.is_ok();
        println!("{name}: {read} contacts, {}", if ended { "to the end" } else { "not to the end" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A run that is interrupted, the run that continues it, and the run of the next day.
    #[tokio::test]
    async fn a_program_that_runs_every_day_continues_or_begins_anew() {
        let fake = Fake::start(Vendor::HubSpot).await.unwrap();
        for n in 0..50 {
            fake.insert("contacts", json!({"email": format!("c{n}@example.com")}));
        }
        let client = Client::builder().token(fake.token()).base_url(fake.base_url()).build().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("contacts.cursor");
        for (most, expected, ends) in [(30, 0..30, false), (0, 30..30, false), (50, 30..50, true), (99, 0..51, true)] {
            if most == 99 {
                fake.insert("contacts", json!({"email": "c50@example.com"}));
            }
            let mut read = Vec::new();
            let run = run::run(&client, &file, |contact| {
                if read.len() == most {
                    return Err("interrupted".into());
                }
                read.push(contact.property("email").unwrap().to_owned());
                Ok(())
            });
            assert_eq!(run.await.is_ok(), ends);
            assert_eq!(read, expected.map(|n| format!("c{n}@example.com")).collect::<Vec<_>>());
        }
    }
}
