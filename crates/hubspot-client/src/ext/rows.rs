//! What the rows and replies of the three batch writes have in common.

use crm_core::{Call, Map, Wire};

use crate::objects::Objects;
use crate::types::{
    BatchCreate, BatchCreateRow, BatchReply, BatchUpdate, BatchUpdateRow, BatchUpsert, BatchUpsertReply,
    BatchUpsertRow, Object, UpsertObject,
};

/// A row of a batch write.
pub(super) trait Row: Clone + Send + Sync + 'static {
    /// What HubSpot answers for it.
    type Written: Written;
    /// The reply to the whole batch.
    type Reply: Reply<Self::Written>;

    fn call(objects: &Objects, rows: Vec<Self>) -> Call<Self::Reply>;
    fn trace(&mut self) -> &mut Option<String>;
    /// The value that names the record, and the property it is of; `None` is the record's id.
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
    /// Whether it names errors.
    fn has_errors(&self) -> bool;
    fn into_records(self) -> Vec<O>;
}

macro_rules! row {
    ($row:ident => $request:ident, $method:ident => $reply:ident, $written:ident; |$of:ident| $id:expr) => {
        impl Row for $row {
            type Written = $written;
            type Reply = $reply;

            fn call(objects: &Objects, rows: Vec<Self>) -> Call<$reply> {
                objects.$method($request::new(rows))
            }

            fn trace(&mut self) -> &mut Option<String> {
                &mut self.object_write_trace_id
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

row!(BatchCreateRow => BatchCreate, batch_create => BatchReply, Object; |_row| None);
row!(BatchUpdateRow => BatchUpdate, batch_update => BatchReply, Object; |row| Some((row.id.as_deref()?, row.id_property.as_deref())));
row!(BatchUpsertRow => BatchUpsert, batch_upsert => BatchUpsertReply, UpsertObject; |row| Some((row.id.as_deref()?, row.id_property.as_deref())));
written!(Object, UpsertObject);
reply!(BatchReply => Object, BatchUpsertReply => UpsertObject);
