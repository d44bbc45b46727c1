//! Lists of choices for forms.

use std::fmt::Display;

use crm_core::Error;

use crate::Client;

crm_core::record! {
    /// One choice.
    pub struct Choice {
        /// Value to send.
        value: Option<String> = "value",
        /// Text to show.
        label: Option<String> = "label",
    }
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
    /// The owners: id; name and address.
    #[cfg(feature = "owners")]
    pub async fn owners(&self) -> Result<Vec<Choice>, Error> {
        let owners = self.client.owners().list().limit(500).items().try_collect().await?;
        let choices = owners.into_iter().map(|owner| {
            let name = words([owner.first_name, owner.last_name]);
            let label = match (name, owner.email) {
                (Some(name), Some(email)) => Some(format!("{name} ({email})")),
                (name, email) => name.or(email),
            };
            Choice::new(owner.id, label)
        });
        Ok(choices.flatten().collect())
    }

    /// The properties of a type of object: name; label.
    #[cfg(feature = "properties")]
    pub async fn properties_of(&self, object_type: impl Into<String>) -> Result<Vec<Choice>, Error> {
        let properties = self.client.properties(object_type).list().send().await?.results;
        Ok(properties.into_iter().filter_map(|property| Choice::new(property.name, property.label)).collect())
    }

    /// The groups of properties of a type of object: name; label.
    #[cfg(feature = "properties")]
    pub async fn property_groups_of(&self, object_type: impl Into<String>) -> Result<Vec<Choice>, Error> {
        let groups = self.client.properties(object_type).list_groups().send().await?.results;
        Ok(groups.into_iter().filter_map(|group| Choice::new(group.name, group.label)).collect())
    }

    /// The records of a type of object: id; name, title or subject. Reads all of them.
    #[cfg(feature = "objects")]
    pub async fn records_of(&self, object_type: impl Into<String>) -> Result<Vec<Choice>, Error> {
        let object_type = object_type.into();
        let shown = shown_of(&object_type);
        let records =
            self.client.objects(object_type).list().limit(100).properties(shown.iter().filter(|name| !name.is_empty()));
        let records = records.items().try_collect().await?;
        let choices = records.into_iter().map(|record| {
            let label = label_of(&record, shown);
            Choice::new(record.id, label)
        });
        Ok(choices.flatten().collect())
    }

    /// The object types of HubSpot and of the account: name in a path; display name.
    #[cfg(all(feature = "objects", feature = "schemas"))]
    pub async fn object_types(&self) -> Result<Vec<Choice>, Error> {
        let custom = self.client.schemas().list().send().await?.results;
        let own = crate::object_types::OBJECT_TYPES.iter().map(|known| {
            let mut name = known.name.replace('_', " ");
            name[..1].make_ascii_uppercase();
            Choice::new(Some(known.segment.to_owned()), Some(name))
        });
        let custom = custom.into_iter().map(|schema| {
            let plural = schema.labels.and_then(|labels| labels.plural);
            Choice::new(schema.object_type_id, plural.or(schema.name))
        });
        Ok(own.chain(custom).flatten().collect())
    }

    /// The pipelines of a type of object: id; label.
    #[cfg(feature = "pipelines")]
    pub async fn pipelines_of(&self, object_type: impl Into<String>) -> Result<Vec<Choice>, Error> {
        let pipelines = self.client.pipelines(object_type).list().send().await?.results;
        Ok(pipelines.into_iter().filter_map(|pipeline| Choice::new(pipeline.id, pipeline.label)).collect())
    }

    /// The lists: id; name.
    #[cfg(feature = "lists")]
    pub async fn lists(&self) -> Result<Vec<Choice>, Error> {
        let lists = self
            .client
            .lists()
            .search(crate::types::ListSearchRequest::default().count(500))
            .items()
            .try_collect()
            .await?;
        Ok(lists.into_iter().filter_map(|list| Choice::new(list.list_id, list.name)).collect())
    }

    /// The kinds of association from one type of object to another: type number; label.
    #[cfg(feature = "association_labels")]
    pub async fn association_labels(&self, from: impl Display, to: impl Display) -> Result<Vec<Choice>, Error> {
        let labels = self.client.association_labels().list(from, to).send().await?.results;
        let choices = labels.into_iter().map(|kind| Choice::new(kind.type_id.map(|id| id.to_string()), kind.label));
        Ok(choices.flatten().collect())
    }

    /// The records of a type that a record is associated with: id; label of the association.
    #[cfg(feature = "associations")]
    pub async fn associations(
        &self,
        object_type: impl Display,
        id: impl Display,
        to: impl Display,
    ) -> Result<Vec<Choice>, Error> {
        let linked = self.client.associations().list(object_type, id, to).limit(500).items().try_collect().await?;
        let choices = linked.into_iter().map(|other| {
            let label = other.association_types.into_iter().find_map(|kind| kind.label);
            Choice::new(other.to_object_id, label)
        });
        Ok(choices.flatten().collect())
    }

    /// The blog posts: id; name. Reads all of them.
    #[cfg(feature = "blog_posts")]
    pub async fn blog_posts(&self) -> Result<Vec<Choice>, Error> {
        let posts = self.client.blog_posts().list().limit(100).items().try_collect().await?;
        Ok(posts.into_iter().filter_map(|post| Choice::new(post.id, post.name)).collect())
    }

    /// The comments on blog posts: id; text. Reads all of them.
    #[cfg(feature = "blog_comments")]
    pub async fn blog_comments(&self) -> Result<Vec<Choice>, Error> {
        let comments = self.client.blog_comments().list().limit(100).items().try_collect().await?;
        let choices = comments.into_iter().map(|one| Choice::new(one.id.map(|id| id.to_string()), one.comment));
        Ok(choices.flatten().collect())
    }

    /// The possible outcomes of a call: id; label.
    #[cfg(feature = "call_dispositions")]
    pub async fn call_dispositions(&self) -> Result<Vec<Choice>, Error> {
        let dispositions = self.client.call_dispositions().list().send().await?;
        Ok(dispositions.into_iter().filter_map(|one| Choice::new(one.id, one.label)).collect())
    }

    /// The folders of the file manager: id; path.
    #[cfg(feature = "files")]
    pub async fn folder_ids(&self) -> Result<Vec<Choice>, Error> {
        let folders = self.client.files().search_folders().limit(100).items().try_collect().await?;
        Ok(folders.into_iter().filter_map(|folder| Choice::new(folder.id, folder.path.or(folder.name))).collect())
    }

    /// The folders of the file manager: path; path.
    #[cfg(feature = "files")]
    pub async fn folder_paths(&self) -> Result<Vec<Choice>, Error> {
        let folders = self.client.files().search_folders().limit(100).items().try_collect().await?;
        Ok(folders.into_iter().filter_map(|folder| Choice::new(folder.path, None)).collect())
    }
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
