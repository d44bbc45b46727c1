//! The schema of a HubSpot account.

use crm_core::{Error, ErrorKind};
use hubspot_client::Client;
use hubspot_client::schema::{ObjectSchema, Schema, VERSION};
use hubspot_client::types::{OptionItem, Pipeline, PipelineStage, Property, SchemasObjectSchema};
use serde_json::Value;

use super::super::properties::{self, is_closed};
use super::super::records;
use crate::apis;
use crate::catalogue::{ObjectType, is_custom};
use crate::failure::Failure;
use crate::note;
use crate::session::Session;

/// A type of object to read.
struct Kind {
    name: String,
    /// The value in the path.
    segment: String,
    /// The qualified name of a custom type.
    qualified: Option<String>,
}

/// Reads the types of object of these names, or all of them.
pub(super) async fn pull(session: &Session, names: &[&str]) -> Result<Value, Failure> {
    let client = session.connect(records::entry("hubspot")?, "", apis::hubspot_client).await?;
    let kinds = if names.is_empty() { all(&client).await? } else { named(&client, names).await? };
    let mut schema = Schema::default();
    (schema.version, schema.vendor) = (Some(VERSION), Some("hubspot".to_owned()));
    let mut incomplete = Vec::new();
    for kind in kinds {
        match object(&client, &kind, &mut incomplete).await {
            Ok(object) => schema.objects.push(object),
            Err(error) if names.is_empty() && is_closed(&error) => {
                note::say(&format!("skipped {}: {}", kind.name, Failure::call(&error, false)));
            }
            Err(error) => return Err(Failure::call(&error, false)),
        }
    }
    if schema.objects.is_empty() {
        return Err(Failure::credential("the credential can read the properties of no type of object"));
    }
    if !incomplete.is_empty() {
        note::say(&format!("the credential may not read all sensitive properties of {}", incomplete.join(", ")));
    }
    schema.objects.sort_by(|one, other| one.name.cmp(&other.name));
    let mut written = serde_json::to_value(&schema).unwrap_or_default();
    without_empty(&mut written);
    Ok(written)
}

/// Returns the standard types of object and the custom ones.
async fn all(client: &Client) -> Result<Vec<Kind>, Failure> {
    let standard = ObjectType::all("hubspot").map(|one| Kind {
        name: one.name.to_owned(),
        segment: one.segment.to_owned(),
        qualified: None,
    });
    let mut kinds: Vec<Kind> = standard.collect();
    match client.schemas().list().send().await {
        Ok(custom) => kinds.extend(custom.results.into_iter().filter_map(custom_kind)),
        Err(error) if is_closed(&error) => {
            note::say(&format!("skipped custom objects: {}", Failure::call(&error, false)));
        }
        Err(error) => return Err(Failure::call(&error, false)),
    }
    Ok(kinds)
}

fn custom_kind(schema: SchemasObjectSchema) -> Option<Kind> {
    let segment = schema.object_type_id.or(schema.id)?;
    Some(Kind { name: schema.name.unwrap_or_else(|| segment.clone()), segment, qualified: schema.fully_qualified_name })
}

/// Returns the types of object of these names, each once. Custom ones are looked up.
async fn named(client: &Client, names: &[&str]) -> Result<Vec<Kind>, Failure> {
    let (mut kinds, mut custom): (Vec<Kind>, Option<Vec<SchemasObjectSchema>>) = (Vec::new(), None);
    for name in names {
        let kind = match ObjectType::meant("hubspot", name) {
            Some(one) => Kind { name: one.name.to_owned(), segment: one.segment.to_owned(), qualified: None },
            None => {
                if custom.is_none() {
                    custom = match client.schemas().list().send().await {
                        Ok(custom) => Some(custom.results),
                        // The properties may be readable all the same.
                        Err(error) if is_closed(&error) && is_custom(name) => None,
                        Err(error) => return Err(Failure::call(&error, false)),
                    };
                }
                let is = |schema: &&SchemasObjectSchema| {
                    let names = [&schema.name, &schema.object_type_id, &schema.fully_qualified_name];
                    names.into_iter().flatten().any(|one| one.eq_ignore_ascii_case(name))
                };
                let found = custom.iter().flatten().find(is).cloned().and_then(custom_kind);
                let as_given = || Kind { name: (*name).to_owned(), segment: (*name).to_owned(), qualified: None };
                let found = found.or_else(|| custom.is_none().then(as_given));
                found.ok_or_else(|| records::unknown(name))?
            }
        };
        if !kinds.iter().any(|known| known.segment == kind.segment) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// Reads a type of object, and adds its name to the incomplete ones if sensitive properties cannot be read.
async fn object(client: &Client, kind: &Kind, incomplete: &mut Vec<String>) -> Result<ObjectSchema, Error> {
    let properties = properties::definitions(&client.properties(&kind.segment), |_| false).await?;
    if properties.incomplete {
        incomplete.push(kind.name.clone());
    }
    let pipelines = match client.pipelines(&kind.segment).list().send().await {
        Ok(pipelines) => pipelines.results,
        Err(error) if error.kind() == ErrorKind::Permission => {
            note::say(&format!("the credential may not read the pipelines of {}", kind.name));
            Vec::new()
        }
        // Not all types of object have pipelines.
        Err(error) if is_closed(&error) => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut object = ObjectSchema::new(&kind.name, properties.by_name.into_values().map(kept).collect());
    object.object_type_id = Some(kind.segment.clone());
    object.fully_qualified_name = kind.qualified.clone();
    object.properties.sort_by(|one, other| one.name.cmp(&other.name));
    object.pipelines = in_order(pipelines, |one| (one.display_order, one.id.clone()), kept_pipeline);
    Ok(object)
}

/// Returns a property without its times, its users and its place among others.
fn kept(property: Property) -> Property {
    let mut kept = Property::default();
    let set = |flag: Option<bool>| flag.filter(|flag| *flag);
    kept.name = property.name;
    kept.label = property.label;
    kept.description = property.description.filter(|text| !text.is_empty());
    kept.group_name = property.group_name;
    kept.type_ = property.type_;
    kept.field_type = property.field_type;
    kept.options = in_order(property.options, |one| (one.display_order, one.value.clone()), kept_option);
    kept.external_options = set(property.external_options);
    kept.referenced_object_type = property.referenced_object_type;
    kept.has_unique_value = set(property.has_unique_value);
    kept.calculated = set(property.calculated);
    kept.data_sensitivity = property.data_sensitivity;
    kept.modification_metadata =
        property.modification_metadata.filter(|metadata| metadata.read_only_value == Some(true));
    kept
}

fn kept_option(option: OptionItem) -> OptionItem {
    let mut kept = OptionItem::default();
    (kept.value, kept.label) = (option.value, option.label);
    kept.hidden = option.hidden.filter(|hidden| *hidden);
    kept
}

fn kept_pipeline(pipeline: Pipeline) -> Pipeline {
    let mut kept = Pipeline::default();
    (kept.id, kept.label) = (pipeline.id, pipeline.label);
    kept.stages = in_order(
        pipeline.stages,
        |one| (one.display_order, one.id.clone()),
        |stage| {
            let mut kept = PipelineStage::default();
            (kept.id, kept.label, kept.metadata) = (stage.id, stage.label, stage.metadata);
            kept
        },
    );
    kept
}

/// Returns items in the order in which they are shown; -1 is shown after all others.
fn in_order<T>(mut items: Vec<T>, key: impl Fn(&T) -> (Option<i64>, Option<String>), kept: impl Fn(T) -> T) -> Vec<T> {
    items.sort_by_cached_key(|item| {
        let (order, name) = key(item);
        (order.filter(|order| *order >= 0).unwrap_or(i64::MAX), name)
    });
    items.into_iter().map(kept).collect()
}

/// Removes the empty lists and objects that records have for what the vendor does not return.
fn without_empty(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_empty),
        Value::Object(members) => {
            members.values_mut().for_each(without_empty);
            members.retain(|_, value| {
                !(value.as_array().is_some_and(Vec::is_empty)
                    || value.as_object().is_some_and(serde_json::Map::is_empty))
            });
        }
        _ => {}
    }
}
