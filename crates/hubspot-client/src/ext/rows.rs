//! Common parts of the rows and replies of the three batch writes.

use crm_core::{Call, Map, Wire};

use super::names::unique;
use crate::objects::Objects;
use crate::types::{
    BatchCreate, BatchCreateRow, BatchReply, BatchUpdate, BatchUpdateRow, BatchUpsert, BatchUpsertReply,
    BatchUpsertRow, Object, UpsertObject,
};

/// A row of a batch write.
pub(super) trait Row: Clone + Send + Sync + 'static {
    /// The record that HubSpot returns for it.
    type Written: Written;
    /// The reply to the whole batch.
    type Reply: Reply<Self::Written>;

    fn call(objects: &Objects, rows: Vec<Self>) -> Call<Self::Reply>;
    fn trace(&mut self) -> &mut Option<String>;
    /// Corrects a row that HubSpot would refuse.
    ///
    /// # Errors
    ///
    /// Returns the reason if the row cannot be corrected.
    fn correct(&mut self) -> Result<(), &'static str>;
    /// Returns the value that identifies the record, and its property; `None` is the record's id.
    fn id(&self) -> Option<(&str, Option<&str>)>;
    fn properties(&self) -> Option<&Map<String>>;
}

/// A record in a reply.
pub(super) trait Written: Send + 'static {
    fn trace(&self) -> Option<&str>;
    fn id(&self) -> Option<&str>;
    fn properties(&self) -> &Map<String>;
}

/// The reply to a batch.
pub(super) trait Reply<O>: Wire + Send {
    /// Returns true if the reply contains errors.
    fn has_errors(&self) -> bool;
    fn into_records(self) -> Vec<O>;
}

macro_rules! row {
    ($row:ident => $request:ident, $method:ident => $reply:ident, $written:ident; |$of:ident| $id:expr; $correct:expr) => {
        impl Row for $row {
            type Written = $written;
            type Reply = $reply;

            fn call(objects: &Objects, rows: Vec<Self>) -> Call<$reply> {
                objects.$method($request::new(rows))
            }

            fn trace(&mut self) -> &mut Option<String> {
                &mut self.object_write_trace_id
            }

            fn correct(&mut self) -> Result<(), &'static str> {
                $correct(self)
            }

            fn id(&self) -> Option<(&str, Option<&str>)> {
                let $of = self;
                $id
            }

            fn properties(&self) -> Option<&Map<String>> {
                self.properties.as_ref()
            }
        }
    };
}

macro_rules! written {
    ($($written:ident),*) => {$(
        impl Written for $written {
            fn trace(&self) -> Option<&str> {
                self.object_write_trace_id.as_deref()
            }

            fn id(&self) -> Option<&str> {
                self.id.as_deref()
            }

            fn properties(&self) -> &Map<String> {
                &self.properties
            }
        }
    )*};
}

macro_rules! reply {
    ($($reply:ident => $written:ident),*) => {$(
        impl Reply<$written> for $reply {
            fn has_errors(&self) -> bool {
                !self.errors.is_empty() || self.num_errors.is_some_and(|errors| errors > 0)
            }

            fn into_records(self) -> Vec<$written> {
                self.results
            }
        }
    )*};
}

/// An update names a record by its id without a property.
fn drop_record_id(row: &mut BatchUpdateRow) -> Result<(), &'static str> {
    row.id_property = row.id_property.take().filter(|property| unique(property).is_some());
    Ok(())
}

/// An upsert cannot create a record with a given id.
fn refuse_record_id(row: &mut BatchUpsertRow) -> Result<(), &'static str> {
    match row.id_property.as_deref() {
        Some(property) if unique(property).is_none() => Err("HubSpot does not upsert by a record's id; name another \
             unique property, or use update_many for a record that exists"),
        _ => Ok(()),
    }
}

row!(BatchCreateRow => BatchCreate, batch_create => BatchReply, Object; |_row| None; |_| Ok(()));
row!(BatchUpdateRow => BatchUpdate, batch_update => BatchReply, Object;
    |row| Some((row.id.as_deref()?, row.id_property.as_deref())); drop_record_id);
row!(BatchUpsertRow => BatchUpsert, batch_upsert => BatchUpsertReply, UpsertObject;
    |row| Some((row.id.as_deref()?, row.id_property.as_deref())); refuse_record_id);
written!(Object, UpsertObject);
reply!(BatchReply => Object, BatchUpsertReply => UpsertObject);
