//! One run over a list, which a later run continues if it is interrupted.

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;

use hubspot_client::types::ObjectWithAssociations as Contact;
use hubspot_client::{Client, Cursor};

/// Reads the rest of the list of contacts, and stores the position in a file.
///
/// | previous run | this run |
/// |---|---|
/// | none | begins at the beginning |
/// | was interrupted, at any point | continues after the last contact whose work was done and stored |
/// | reached the end of the list | begins at the beginning |
///
/// If a run is killed between the work on a contact and the storing of the cursor, the work on this
/// contact is done again: it must be idempotent.
pub(crate) async fn run(
    client: &Client,
    file: &Path,
    mut work: impl FnMut(&Contact) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let list = client.contacts().list().properties(["email"]).limit(20);
    let mut contacts = list.items().resume_or_begin(load(file)?)?;
    while let Some(contact) = contacts.next().await {
        work(&contact?)?;
        save(file, &contacts.cursor())?;
    }
    // The last page can be empty, so the end may be known only now.
    save(file, &contacts.cursor())?;
    Ok(())
}

fn load(file: &Path) -> Result<Option<Cursor>, Box<dyn Error>> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text.parse()?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Replaces the file as a whole, so that a killed process leaves the old cursor or the new one.
fn save(file: &Path, cursor: &Cursor) -> io::Result<()> {
    let draft = file.with_extension("draft");
    fs::write(&draft, cursor.to_string())?;
    fs::rename(draft, file)
}
