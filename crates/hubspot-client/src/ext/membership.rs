//! Adding contacts to a list.

use std::collections::HashSet;
use std::fmt::Display;

use crm_core::{Error, ErrorKind};

use crate::lists::Lists;
use crate::object_types::CONTACTS;
use crate::objects::Objects;

/// Maximum number of members that one request adds.
const CHUNK: usize = 10_000;

crm_core::record! {
    /// The result of [`Lists::add_contacts`]. A member that is in no field was in the list before.
    pub struct ListAddition {
        /// The ids that were added.
        added: Vec<String> = "added",
        /// The ids that do not belong to a contact.
        unknown_ids: Vec<String> = "unknownIds",
        /// The addresses that do not belong to a contact.
        unknown_emails: Vec<String> = "unknownEmails",
    }
    with default
}

impl Lists {
    /// Adds contacts to a list of kind `MANUAL` or `SNAPSHOT`. Each is given by its e-mail address if the
    /// text contains an `@`, otherwise by its id.
    ///
    /// Addresses are looked up first, a hundred in each request. Those that do not belong to a contact are
    /// reported, and the other contacts are added.
    ///
    /// # Errors
    ///
    /// The first error, of a look-up before anything was added, or of an addition. Adding is
    /// idempotent.
    pub async fn add_contacts(
        &self,
        list: impl Display,
        members: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<ListAddition, Error> {
        let list = list.to_string();
        let members = members.into_iter().map(Into::into);
        let (emails, mut ids): (Vec<String>, Vec<String>) = members.partition(|member| member.contains('@'));
        let mut done = ListAddition::default();
        if !emails.is_empty() {
            let contacts = Objects::known(self.add_memberships(&list, Vec::new()).pipeline(), &CONTACTS);
            let report = contacts.read_many(&emails).id_property("email").await;
            if let Some(lost) = report.lost() {
                return Err(lost.clone());
            }
            for (row, error) in report.failed {
                if error.kind() != ErrorKind::NotFound {
                    return Err(error);
                }
                done.unknown_emails.push(emails[row].clone());
            }
            ids.extend(report.ok.into_iter().filter_map(|(_, contact)| contact.id));
        }
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        for chunk in ids.chunks(CHUNK) {
            let reply = self.add_memberships(&list, chunk.to_vec()).send().await?;
            done.added.extend(reply.records_ids_added);
            done.unknown_ids.extend(reply.record_ids_missing);
        }
        Ok(done)
    }
}
