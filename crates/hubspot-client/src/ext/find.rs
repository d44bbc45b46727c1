//! Finding, checking and upserting one record by a unique value.

use std::fmt::Display;

use crm_core::{Call, Error, ErrorKind, Map, Sent};

use super::names;
use crate::objects::{Get, Objects, Search};
use crate::types::{BatchUpsertRow, Filter, SearchReply, SearchRequest, UpsertObject};

/// Calls for one record by a unique value.
///
/// ```no_run
/// # async fn example(client: hubspot_client::Client) -> Result<(), hubspot_client::Error> {
/// let contacts = client.contacts();
/// let ada = contacts.upsert_by("customer_number", "4711", [("email", "ada@example.com"), ("city", "London")]).await?;
/// let again = contacts.get_by_email("ada@example.com").properties(["city"]).send().await?;
/// assert_eq!(ada.id, again.id);
/// for company in client.companies().by_domain("example.com").items().try_collect().await? {
///     let (Some(contact), Some(company)) = (&ada.id, company.id) else { continue };
///     contacts.add_to_company(contact, company).send().await?;
/// }
/// # Ok(())
/// # }
/// ```
impl Objects {
    /// Returns the record with this value of a unique property. If there is none, the call fails with
    /// [`ErrorKind::NotFound`].
    pub fn get_by(&self, property: impl Display, value: impl Display) -> Get {
        match names::unique(&property.to_string()) {
            Some(property) => self.get(value).id_property(property),
            None => self.get(value),
        }
    }

    /// Returns the contact with this e-mail address. If there is none, the call fails with [`ErrorKind::NotFound`]. It is meant
    /// for `client.contacts()`, although every type of object has it.
    pub fn get_by_email(&self, email: impl Display) -> Get {
        self.get_by("email", email)
    }

    /// Returns true if there is a record with this id that is not archived.
    ///
    /// # Errors
    ///
    /// The same as for any read, except [`ErrorKind::NotFound`], which is returned as `false`.
    pub async fn exists(&self, id: impl Display) -> Result<bool, Error> {
        is_there(self.get(id)).await
    }

    /// Returns true if there is a record with this value of a unique property that is not archived.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`exists`](Self::exists).
    pub async fn exists_by(&self, property: impl Display, value: impl Display) -> Result<bool, Error> {
        is_there(self.get_by(property, value)).await
    }

    /// Creates a record, or changes the one with this value of a unique property. The member `new` of the reply
    /// is true if the record was created.
    ///
    /// HubSpot does not support partial upserts of contacts by `email`, and does not document what happens to properties
    /// that are not named. Name all properties that are written, or use a unique property of the account's own.
    ///
    /// # Errors
    ///
    /// The same as for any write. HubSpot's error for the record is returned as the error of the call.
    pub async fn upsert_by(
        &self,
        property: impl Into<String>,
        value: impl Into<String>,
        properties: impl Into<Map<String>>,
    ) -> Result<UpsertObject, Error> {
        let report = self.upsert_many([BatchUpsertRow::new(value, properties).id_property(property)]).await;
        let lost = report.lost().cloned();
        let written = report.ok.into_iter().next().map(|(_, record)| Ok(record));
        let refused = report.failed.into_iter().next().map(|(_, error)| Err(error));
        written.or(refused).unwrap_or_else(|| {
            let silent = || Error::decode("the reply does not contain the record").with_sent(Sent::Maybe);
            Err(lost.unwrap_or_else(silent))
        })
    }

    /// Associates a record with a company, without a label. For contacts without a
    /// primary company it becomes the primary company.
    #[cfg(feature = "associations")]
    pub fn add_to_company(
        &self,
        id: impl Display,
        company: impl Display,
    ) -> crm_core::Call<crate::types::DefaultAssociationBatchReply> {
        let call: crm_core::Call<crate::types::ObjectWithAssociations> = self.get(&id).into();
        let associations = crate::associations::Associations::new(call.pipeline());
        associations.create_default(self.object_type(), id, "companies", company)
    }

    /// Finds the companies with this domain; if there is none, the list is empty. HubSpot allows several with the same domain.
    /// It is meant for `client.companies()`, although every type of object has it.
    pub fn by_domain(&self, domain: impl Display) -> Search {
        self.search(SearchRequest::default().and(Filter::eq("domain", domain)).limit(200))
    }

    /// Returns the number of records that a search finds, also above 10,000. An empty request counts all records.
    ///
    /// The search index lags some seconds behind writes.
    ///
    /// # Errors
    ///
    /// The same as for [`search`](Self::search).
    pub async fn count(&self, request: impl Into<SearchRequest>) -> Result<u64, Error> {
        let call: Call<SearchReply> = self.search(request.into().limit(1)).into();
        let called = call.called();
        let total = call.send().await?.total.and_then(|total| u64::try_from(total).ok());
        let lacks = || Error::new(ErrorKind::Decode, "the reply of the search has no total");
        total.ok_or_else(|| lacks().with_sent(Sent::Answered).with_operation(called))
    }
}

async fn is_there(read: Get) -> Result<bool, Error> {
    match read.properties(["hs_object_id"]).send().await {
        Ok(_) => Ok(true),
        // A web page or an empty body is not HubSpot's answer about the record.
        Err(error) if error.kind() == ErrorKind::NotFound && is_json(error.body()) => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body).is_ok_and(|body| body.is_object())
}
