//! The records of an export, one after the other.

use crm_core::{Call, Cursor, Error, Paginator, Pipeline};
use hoopai_client::ContactExport;
use hubspot_client::Export;
use serde_json::Value;

use super::question::{Question, What};
use crate::catalogue::Rows;
use crate::commands::properties::definitions;
use crate::commands::records::{Records, asked, row};
use crate::failure::Failure;
use crate::note;
use crate::request;
use crate::session::Session;

/// The maximum length of the names of properties in the address of a request; longer ones are sent in the body of a search.
const MOST_NAMES: usize = 6_000;

/// Access to what is exported.
pub(super) enum Access {
    Records(Records),
    List(Pipeline),
}

impl Access {
    /// Connects to the vendor. Sends nothing.
    pub(super) async fn open(question: &Question, session: &Session) -> Result<Self, Failure> {
        match &question.what {
            What::Records(kind) => Ok(Self::Records(kind.open(session).await?)),
            What::List(found, input) => Ok(Self::List(session.pipeline_of(found, input).await?)),
        }
    }

    /// Checks that the properties exist that are asked for.
    pub(super) async fn expect(&self, question: &Question) -> Result<(), Failure> {
        match (self, &question.what) {
            (Self::Records(records), What::Records(kind)) => records.expect(kind, &asked(&question.properties)).await,
            _ => Ok(()),
        }
    }

    /// Returns the names of all properties that records of HubSpot have, also of the sensitive ones.
    pub(super) async fn all_properties(&self) -> Result<Vec<String>, Failure> {
        let Self::Records(Records::HubSpot(_, properties)) = self else { return Ok(Vec::new()) };
        let all = definitions(properties, |_| false).await.map_err(|error| Failure::call(&error, false))?;
        if all.incomplete {
            note::say("the credential may not read all sensitive properties; those are not exported");
        }
        Ok(all.by_name.into_keys().collect())
    }
}

/// The records of an export.
pub(super) enum Source {
    HubSpot(Box<Export>),
    HoopAi(Box<ContactExport>),
    List(Box<Paginator<Rows>>),
}

impl Source {
    /// Begins, or continues at a cursor.
    pub(super) fn open(
        question: &Question,
        access: Access,
        properties: &[String],
        cursor: Option<Cursor>,
    ) -> Result<Self, Error> {
        match (access, &question.what) {
            (Access::Records(Records::HubSpot(objects, _)), _) => {
                let mut export = objects.export();
                if properties.iter().map(|name| name.len() + 1).sum::<usize>() > MOST_NAMES {
                    export = export.documented_only();
                }
                if !properties.is_empty() {
                    export = export.properties(properties);
                }
                if !question.associations.is_empty() {
                    export = export.associations(&question.associations);
                }
                let export = match cursor {
                    Some(cursor) => export.resume(cursor)?,
                    None => export,
                };
                Ok(Self::HubSpot(Box::new(export)))
            }
            (Access::Records(Records::HoopAi(contacts, location)), _) => {
                let export = contacts.export(location);
                let export = match cursor {
                    Some(cursor) => export.resume(cursor)?,
                    None => export,
                };
                Ok(Self::HoopAi(Box::new(export)))
            }
            (Access::List(pipeline), What::List(found, input)) => {
                let call: Call<Value> = request::call(found, &pipeline, input);
                let list = Paginator::new(call);
                let list = match cursor {
                    Some(cursor) => list.resume(cursor)?,
                    None => list,
                };
                Ok(Self::List(Box::new(list)))
            }
            (Access::List(_), What::Records(_)) => Err(Error::validation("the access belongs to another export")),
        }
    }

    pub(super) async fn next(&mut self) -> Option<Result<Value, Error>> {
        match self {
            Self::HubSpot(records) => Some(records.next().await?.map(row)),
            Self::HoopAi(contacts) => Some(contacts.next().await?.map(row)),
            Self::List(rows) => rows.next().await,
        }
    }

    /// The position behind the record that was returned last.
    pub(super) fn cursor(&self) -> Cursor {
        match self {
            Self::HubSpot(records) => records.cursor(),
            Self::HoopAi(contacts) => contacts.cursor(),
            Self::List(rows) => rows.cursor(),
        }
    }

    /// The number of all records, if it is known.
    pub(super) fn total(&self) -> Option<u64> {
        match self {
            Self::HubSpot(records) => records.total(),
            Self::HoopAi(contacts) => contacts.total(),
            Self::List(_) => None,
        }
    }
}
