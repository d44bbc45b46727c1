//! Records whose properties are a type of the user.

pub(crate) mod declare;
mod names;
mod record;
mod text;
mod values;

pub use record::{Record, RecordPage};

use std::fmt::{self, Display};
use std::marker::PhantomData;

use crm_core::{Call, CallOptions, Error, Map, PageFacts, Paged, Pages, Paginator, Position, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Changes, Export, ReadMany, SearchAll};
use crate::objects::{List, Objects, Search};
use crate::types::{
    Object, ObjectCreate, ObjectPage, ObjectUpdate, ObjectWithAssociations, SearchReply, SearchRequest,
};

/// Objects of a type whose properties are read into `P`. See [`Objects::typed`].
pub struct Typed<P> {
    objects: Objects,
    names: &'static [&'static str],
    properties: PhantomData<fn() -> P>,
}

impl Objects {
    /// Returns these objects with their properties read into your type.
    ///
    /// The names of its fields are the properties that are requested. HubSpot's texts become
    /// numbers, booleans, choices (unit variants) and lists (split at `;`); a point in time can be
    /// a text, a [`Timestamp`] or an integer of milliseconds. A `Timestamp` keeps a text that is not
    /// a time; for an integer such a text is an error. If a property is null or missing,
    /// an `Option` is `None` and a field with `#[serde(default)]` has its default; an empty text
    /// also makes an `Option` `None`. A map, or a type with `#[serde(flatten)]`, has no names of properties:
    /// HubSpot then returns its default properties. The command `crm schema pull hubspot --as rust` writes the structs of an account
    /// with [`properties!`](crate::properties!). `crm` is the command line in the same repository as this crate.
    ///
    /// ```no_run
    /// # async fn example(client: hubspot_client::Client) -> Result<(), hubspot_client::Error> {
    /// #[derive(serde::Deserialize)]
    /// struct Contact {
    ///     email: Option<String>,
    ///     numemployees: Option<u32>,
    /// }
    ///
    /// let mut contacts = client.contacts().typed::<Contact>().list().items();
    /// while let Some(contact) = contacts.next().await {
    ///     let contact = contact?;
    ///     println!("{} {:?} {:?}", contact.id, contact.properties.email, contact.properties.numemployees);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn typed<P: DeserializeOwned>(&self) -> Typed<P> {
        Typed { objects: self.clone(), names: names::of::<P>(), properties: PhantomData }
    }
}

impl<P: DeserializeOwned + Send + 'static> Typed<P> {
    /// Reads a record. For its associations add `.set_query("associations", &["companies"])`.
    pub fn get(&self, id: impl Display) -> Call<Record<P>> {
        self.ask(Call::<ObjectWithAssociations>::from(self.objects.get(id))).reply_as()
    }

    /// Reads the record with this value of a unique property.
    pub fn get_by(&self, property: impl Display, value: impl Display) -> Call<Record<P>> {
        self.ask(Call::<ObjectWithAssociations>::from(self.objects.get_by(property, value))).reply_as()
    }

    /// Lists all records, a hundred per page. For associations or archived records add a parameter, for example
    /// `.with(CallOptions::new().query("associations", "companies"))` or
    /// `.with(CallOptions::new().query("archived", true))`.
    pub fn list(&self) -> RecordList<P, List> {
        RecordList::new(self.ask(Call::<ObjectPage>::from(self.objects.list().limit(100))))
    }

    /// Reads all records as fast as the quota allows. See [`Objects::export`].
    pub fn export(&self) -> Export<Record<P>> {
        let export = Export::new(self.objects.clone(), Record::of_list);
        if self.names.is_empty() { export } else { export.properties(self.names) }
    }

    /// Searches, up to 10,000 results. The properties of `P` are read, and those the request names. Set `limit(200)` in
    /// the request; without it HubSpot returns 10 records per page.
    pub fn search(&self, request: SearchRequest) -> RecordList<P, Search> {
        RecordList::new(Call::<SearchReply>::from(self.objects.search(self.complete(request))))
    }

    /// Searches beyond 10,000 results. See [`Objects::search_all`].
    pub fn search_all(&self, request: SearchRequest) -> SearchAll<Record<P>> {
        SearchAll::new(self.objects.clone(), self.complete(request), Record::of)
    }

    /// Returns what was created, changed, merged and archived at this time or later. See [`Objects::changes`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the text is not a point in time.
    pub fn changes(&self, since: impl Into<Timestamp>) -> Result<Changes<Record<P>>, Error> {
        let changes = Changes::new(self.objects.clone(), &since.into(), Record::of)?;
        Ok(if self.names.is_empty() { changes } else { changes.properties(self.names) })
    }

    /// Reads any number of records, with a report. See [`Objects::read_many`].
    pub fn read_many(&self, ids: impl IntoIterator<Item = impl Into<String>>) -> ReadMany<Record<P>> {
        let read = ReadMany::new(self.objects.clone(), ids, Record::of);
        if self.names.is_empty() { read } else { read.properties(self.names.iter().copied()) }
    }

    /// Adds the names of the properties to the query.
    fn ask<T>(&self, call: Call<T>) -> Call<T> {
        if self.names.is_empty() { call } else { call.set_query("properties", self.names) }
    }

    /// Adds the names of the properties to a search.
    fn complete(&self, mut request: SearchRequest) -> SearchRequest {
        if !self.names.is_empty() {
            let asked = request.properties.get_or_insert_default();
            for name in self.names {
                if !asked.iter().any(|known| known == name) {
                    asked.push((*name).to_owned());
                }
            }
        }
        request
    }
}

impl<P: Serialize + DeserializeOwned> Typed<P> {
    /// Creates a record. Fields that are `None` are not sent; lists are joined with `;`.
    pub fn create(&self, properties: &P) -> Call<Record<P>> {
        self.write(properties, |properties| self.objects.create(ObjectCreate::new(properties)))
    }

    /// Updates a record. Fields that are `None` keep their value in HubSpot; an empty text or list
    /// clears it. A number, a boolean or a choice has no empty value: clear it without the type, with
    /// [`Objects::update`] and [`ObjectUpdate::clear`].
    pub fn update(&self, id: impl Display, properties: &P) -> Call<Record<P>> {
        self.write(properties, |properties| self.objects.update(id, ObjectUpdate::new(properties)).into())
    }

    fn write(&self, properties: &P, call: impl FnOnce(Map<String>) -> Call<Object>) -> Call<Record<P>> {
        match text::properties(properties) {
            Ok(properties) => call(properties).reply_as(),
            Err(fault) => call(Map::new()).refuse(fault).reply_as(),
        }
    }
}

impl<P> Clone for Typed<P> {
    fn clone(&self) -> Self {
        Self { objects: self.objects.clone(), names: self.names, properties: PhantomData }
    }
}

impl<P> fmt::Debug for Typed<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typed").field("objects", &self.objects).field("names", &self.names).finish()
    }
}

/// A list of typed records, with the paging of `G`.
#[must_use = "nothing is sent before `send`"]
pub struct RecordList<P, G> {
    call: Call<RecordPage<P>>,
    paged: PhantomData<fn() -> G>,
}

impl<P: DeserializeOwned + Send + 'static, G: Paged> RecordList<P, G> {
    fn new(call: Call<G::Page>) -> Self {
        Self { call: call.reply_as(), paged: PhantomData }
    }

    /// Sends and reads the first page.
    ///
    /// # Errors
    ///
    /// The same as for any list, and [`ErrorKind::Decode`](crate::ErrorKind::Decode) if a property does
    /// not fit its field.
    pub async fn send(self) -> Result<RecordPage<P>, Error> {
        self.call.send().await
    }

    /// Returns all records of the list as a stream; pages are fetched as needed.
    pub fn items(self) -> Paginator<Listed<P, G>> {
        Paginator::new(self.call)
    }

    /// Returns the pages of the list as a stream.
    pub fn pages(self) -> Pages<Listed<P, G>> {
        Pages::new(self.call)
    }

    /// Sets options for this call only.
    pub fn with(mut self, options: CallOptions) -> Self {
        self.call = self.call.with(options);
        self
    }
}

impl<P, G> fmt::Debug for RecordList<P, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RecordList").field(&self.call).finish()
    }
}

/// Paging of a list of typed records: the same as that of `G`.
pub struct Listed<P, G>(PhantomData<fn() -> (P, G)>);

impl<P: DeserializeOwned + Send + 'static, G: Paged> Paged for Listed<P, G> {
    type Page = RecordPage<P>;
    type Item = Record<P>;

    fn facts(page: &Self::Page) -> PageFacts {
        let next = page.paging.as_ref().and_then(|paging| paging.next.as_ref());
        PageFacts {
            count: Some(page.results.len()),
            next: next.and_then(|next| next.after.clone()).map(Position::Token),
            ..PageFacts::default()
        }
    }

    fn items(page: Self::Page) -> Vec<Self::Item> {
        page.results
    }
}
