//! Lists of choices for forms.

use std::fmt::Display;

use crm_core::{Paged, Paginator, Sending};

use crate::Client;

crm_core::record! {
    /// A choice of a form: the value to send and the label to show.
    pub struct Choice {
        /// Value to send.
        value: Option<String> = "value",
        /// Text to show.
        label: Option<String> = "label",
    }
    with default
}

impl Choice {
    /// Creates a choice. Without a label the value is shown; without a value there is no choice.
    fn new(value: Option<String>, label: Option<String>) -> Option<Self> {
        let value = value.filter(|value| !value.is_empty())?;
        let label = label.filter(|label| !label.trim().is_empty()).unwrap_or_else(|| value.clone());
        Some(Self { value: Some(value), label: Some(label), ..Self::default() })
    }
}

/// Lists of choices for forms: all pages of a list, each item with the value to send and the label to show.
///
/// ```no_run
/// # async fn example(client: hubspot_client::Client) -> Result<(), hubspot_client::Error> {
/// for choice in client.options().owners().await? {
///     println!("{:?} {:?}", choice.value, choice.label);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Choices {
    client: Client,
}

impl Client {
    /// Returns the lists of choices for forms.
    #[must_use]
    pub fn options(&self) -> Choices {
        Choices { client: self.clone() }
    }
}

/// Each method returns the errors of the list that it reads.
impl Choices {
    /// Returns the owners. `value` is the id, `label` the name and the e-mail address.
    #[cfg(feature = "owners")]
    pub fn owners(&self) -> Sending<Vec<Choice>> {
        of_items(self.client.owners().list().limit(500).items(), |owner| {
            let name = words([owner.first_name, owner.last_name]);
            let label = match (name, owner.email) {
                (Some(name), Some(email)) => Some(format!("{name} ({email})")),
                (name, email) => name.or(email),
            };
            Choice::new(owner.id, label)
        })
    }

    /// Returns the properties of a type of object. `value` is the internal name, `label` the display name.
    #[cfg(feature = "properties")]
    pub fn properties_of(&self, object_type: impl Into<String>) -> Sending<Vec<Choice>> {
        of_reply(self.client.properties(object_type).list().send(), |reply| {
            let properties = reply.results.into_iter();
            properties.filter_map(|property| Choice::new(property.name, property.label)).collect()
        })
    }

    /// Returns the groups of properties of a type of object. `value` is the internal name, `label` the display name.
    #[cfg(feature = "properties")]
    pub fn property_groups_of(&self, object_type: impl Into<String>) -> Sending<Vec<Choice>> {
        of_reply(self.client.properties(object_type).list_groups().send(), |reply| {
            reply.results.into_iter().filter_map(|group| Choice::new(group.name, group.label)).collect()
        })
    }

    /// Returns all records of a type of object. `value` is the id, `label` the name, the title or the subject.
    #[cfg(feature = "objects")]
    pub fn records_of(&self, object_type: impl Into<String>) -> Sending<Vec<Choice>> {
        let object_type = object_type.into();
        let shown = shown_of(&object_type);
        let records =
            self.client.objects(object_type).list().limit(100).properties(shown.iter().filter(|name| !name.is_empty()));
        of_items(records.items(), move |record| {
            let label = label_of(&record, shown);
            Choice::new(record.id, label)
        })
    }

    /// Returns the object types of HubSpot and of the account. `value` is the name in a path, `label` the display name.
    #[cfg(all(feature = "objects", feature = "schemas"))]
    pub fn object_types(&self) -> Sending<Vec<Choice>> {
        of_reply(self.client.schemas().list().send(), |reply| {
            let own = crate::object_types::OBJECT_TYPES.iter().map(|known| {
                let mut name = known.name.replace('_', " ");
                name[..1].make_ascii_uppercase();
                Choice::new(Some(known.segment.to_owned()), Some(name))
            });
            let custom = reply.results.into_iter().map(|schema| {
                let plural = schema.labels.and_then(|labels| labels.plural);
                Choice::new(schema.object_type_id, plural.or(schema.name))
            });
            own.chain(custom).flatten().collect()
        })
    }

    /// Returns the pipelines of a type of object. `value` is the id, `label` the display name.
    #[cfg(feature = "pipelines")]
    pub fn pipelines_of(&self, object_type: impl Into<String>) -> Sending<Vec<Choice>> {
        of_reply(self.client.pipelines(object_type).list().sending(), |reply| {
            reply.results.into_iter().filter_map(|pipeline| Choice::new(pipeline.id, pipeline.label)).collect()
        })
    }

    /// Returns the lists. `value` is the id, `label` the name.
    #[cfg(feature = "lists")]
    pub fn lists(&self) -> Sending<Vec<Choice>> {
        let search = crate::types::ListSearchRequest::default().count(500);
        of_items(self.client.lists().search(search).items(), |list| Choice::new(list.list_id, list.name))
    }

    /// Returns the kinds of association from one type of object to another. `value` is the number of the kind, `label`
    /// its label.
    #[cfg(feature = "association_labels")]
    pub fn association_labels(&self, from: impl Display, to: impl Display) -> Sending<Vec<Choice>> {
        of_reply(self.client.association_labels().list(from, to).sending(), |reply| {
            let kinds = reply.results.into_iter();
            kinds.filter_map(|kind| Choice::new(kind.type_id.map(|id| id.to_string()), kind.label)).collect()
        })
    }

    /// Returns the records of a type that a record is associated with. `value` is the id, `label` the label of the
    /// association.
    #[cfg(feature = "associations")]
    pub fn associations(&self, object_type: impl Display, id: impl Display, to: impl Display) -> Sending<Vec<Choice>> {
        of_items(self.client.associations().list(object_type, id, to).limit(500).items(), |other| {
            let label = other.association_types.into_iter().find_map(|kind| kind.label);
            Choice::new(other.to_object_id, label)
        })
    }

    /// Returns all blog posts. `value` is the id, `label` the name.
    #[cfg(feature = "blog_posts")]
    pub fn blog_posts(&self) -> Sending<Vec<Choice>> {
        of_items(self.client.blog_posts().list().limit(100).items(), |post| Choice::new(post.id, post.name))
    }

    /// Returns all comments on blog posts. `value` is the id, `label` the text.
    #[cfg(feature = "blog_comments")]
    pub fn blog_comments(&self) -> Sending<Vec<Choice>> {
        of_items(self.client.blog_comments().list().limit(100).items(), |one| {
            Choice::new(one.id.map(|id| id.to_string()), one.comment)
        })
    }

    /// Returns the possible outcomes of a call. `value` is the id, `label` the display name.
    #[cfg(feature = "call_dispositions")]
    pub fn call_dispositions(&self) -> Sending<Vec<Choice>> {
        of_reply(self.client.call_dispositions().list().sending(), |reply| {
            reply.into_iter().filter_map(|one| Choice::new(one.id, one.label)).collect()
        })
    }

    /// Returns the folders of the file manager. `value` is the id, `label` the path.
    #[cfg(feature = "files")]
    pub fn folder_ids(&self) -> Sending<Vec<Choice>> {
        of_items(self.client.files().search_folders().limit(100).items(), |folder| {
            Choice::new(folder.id, folder.path.or(folder.name))
        })
    }

    /// Returns the folders of the file manager by their paths. `value` and `label` are the path.
    #[cfg(feature = "files")]
    pub fn folder_paths(&self) -> Sending<Vec<Choice>> {
        let folders = self.client.files().search_folders().limit(100).items();
        of_items(folders, |folder| Choice::new(folder.path, None))
    }
}

/// Reads all items of a list. The compiler checks one asynchronous function for all methods, instead of one for each.
fn of_items<P>(list: Paginator<P>, choice: impl Fn(P::Item) -> Option<Choice> + Send + 'static) -> Sending<Vec<Choice>>
where
    P: Paged + 'static,
    Paginator<P>: Send,
    P::Item: Send,
{
    Box::pin(async move { Ok(list.try_collect().await?.into_iter().filter_map(choice).collect()) })
}

/// Reads a reply.
fn of_reply<T: 'static>(
    reply: Sending<T>,
    choices: impl FnOnce(T) -> Vec<Choice> + Send + 'static,
) -> Sending<Vec<Choice>> {
    Box::pin(async move { Ok(choices(reply.await?)) })
}

/// The properties with the name of a record of a type: the first two together, or the last alone.
#[cfg(feature = "objects")]
fn shown_of(object_type: &str) -> [&'static str; 3] {
    match object_type {
        "contacts" | "0-1" => ["firstname", "lastname", "email"],
        "companies" | "0-2" => ["name", "", "domain"],
        "deals" | "0-3" => ["dealname", "", ""],
        "tickets" | "0-5" => ["subject", "", ""],
        "calls" | "0-48" => ["hs_call_title", "", ""],
        "emails" | "0-49" => ["hs_email_subject", "", ""],
        "meetings" | "0-47" => ["hs_meeting_title", "", ""],
        "tasks" | "0-27" => ["hs_task_subject", "", ""],
        _ => ["name", "", "hs_name"],
    }
}

#[cfg(feature = "objects")]
fn label_of(record: &crate::types::ObjectWithAssociations, [first, second, other]: [&str; 3]) -> Option<String> {
    let value = |name| record.property(name).map(str::to_owned);
    words([value(first), value(second)]).or_else(|| value(other))
}

/// Joins the words that exist with a space.
#[cfg(any(feature = "objects", feature = "owners"))]
fn words(words: [Option<String>; 2]) -> Option<String> {
    let words: Vec<String> = words.into_iter().flatten().filter(|word| !word.trim().is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
