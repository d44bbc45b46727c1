//! The schema of a location of HoopAI: its custom fields and its pipelines.

use hoopai_client::types::{LocationsCustomField, LocationsListCustomFieldsModel, PipelinesReply};
use hubspot_client::schema::VERSION;
use serde_json::{Value, json};

use super::super::records;
use crate::apis;
use crate::catalogue::near;
use crate::check::shown;
use crate::failure::Failure;
use crate::session::Session;

/// The types of object with custom fields, and the names that the vendor has for them.
const OBJECTS: [(&str, &str); 2] = [("contacts", "contact"), ("opportunities", "opportunity")];

/// Reads the types of object of these names, or all of them.
pub(super) async fn pull(session: &Session, location: &str, names: &[&str]) -> Result<Value, Failure> {
    for name in names {
        if !OBJECTS.iter().any(|(known, _)| known == name) {
            let meant = near(name, OBJECTS.iter().map(|(known, _)| *known));
            let meant = meant.map_or("there are contacts and opportunities".to_owned(), |meant| {
                format!("did you mean \"{meant}\"?")
            });
            return Err(Failure::usage(format!(
                "the schema of HoopAI has no type of object called \"{}\"; {meant}",
                shown(name)
            )));
        }
    }
    let failed = |error| Failure::call(&error, false);
    let client = session.connect(records::entry("hoopai")?, "", apis::hoopai_client).await?;
    let fields = client.locations().list_custom_fields(location).model(LocationsListCustomFieldsModel::All);
    let mut fields = fields.send().await.map_err(failed)?.custom_fields;
    fields.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    let mut objects = Vec::new();
    for (name, model) in OBJECTS {
        if !names.is_empty() && !names.contains(&name) {
            continue;
        }
        let of =
            |field: &&LocationsCustomField| field.model.as_ref().map_or("contact", |model| model.as_str()) == model;
        let mut object = json!({"name": name, "fields": fields.iter().filter(of).map(shown_field).collect::<Vec<_>>()});
        if name == "opportunities" {
            let mut pipelines = client.opportunities().list_pipelines(location).send().await.map_err(failed)?.pipelines;
            pipelines.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
            object["pipelines"] = pipelines.into_iter().map(pipeline).collect();
        }
        objects.push(object);
    }
    Ok(json!({"version": VERSION, "vendor": "hoopai", "objects": objects}))
}

fn shown_field(field: &LocationsCustomField) -> Value {
    let mut shown =
        json!({"id": field.id, "name": field.name, "fieldKey": field.field_key, "dataType": field.data_type});
    for (name, options) in
        [("picklistOptions", &field.picklist_options), ("picklistImageOptions", &field.picklist_image_options)]
    {
        if !options.is_empty() {
            shown[name] = json!(options);
        }
    }
    shown
}

fn pipeline(mut pipeline: PipelinesReply) -> Value {
    pipeline.stages.sort_by_key(|stage| stage.position);
    let stage = |stage: &hoopai_client::types::PipelineStage| json!({"id": stage.id, "name": stage.name});
    json!({"id": pipeline.id, "name": pipeline.name, "stages": pipeline.stages.iter().map(stage).collect::<Vec<_>>()})
}
