//! The forms of a row in the file.

use std::collections::HashSet;

use serde_json::Value;

use crate::failure::Failure;
use crate::output::{cell, line};

/// The form of the rows.
pub(super) enum Form {
    /// A JSON value per line.
    Jsonl,
    /// Cells of these columns.
    Csv(Vec<Column>),
}

/// A column: its name, and where its value is in a record.
pub(super) struct Column {
    name: String,
    from: From,
}

enum From {
    /// A member of a member, and so on.
    Path(Vec<String>),
    /// The ids of the associated records of this type.
    Associated(String),
}

impl Column {
    /// The column of a property of HubSpot.
    pub(super) fn property(name: &str) -> Self {
        Self { name: name.to_owned(), from: From::Path(vec!["properties".to_owned(), name.to_owned()]) }
    }

    /// The column of the ids of associated records of a type, separated by semicolons.
    pub(super) fn associated(object: &str) -> Self {
        Self { name: format!("associations.{object}"), from: From::Associated(object.to_owned()) }
    }

    /// The column of a member; dots separate the names of nested members.
    pub(super) fn member(path: &str) -> Self {
        Self { name: path.to_owned(), from: From::Path(path.split('.').map(str::to_owned).collect()) }
    }

    fn text(&self, record: &Value) -> String {
        match &self.from {
            From::Path(steps) => {
                steps.iter().try_fold(record, |value, step| value.get(step)).map(cell).unwrap_or_default()
            }
            From::Associated(object) => ids(record, object).join(";"),
        }
    }
}

/// Returns the ids of the associated records of a type, each once: there is an entry for each label.
fn ids<'a>(record: &'a Value, object: &str) -> Vec<&'a str> {
    let all = record.get("associations").and_then(Value::as_object).into_iter().flatten();
    let page = all.filter(|(name, _)| same(name, object)).filter_map(|(_, page)| page.get("results")?.as_array());
    let ids = page.flatten().filter_map(|one| one.get("id")?.as_str());
    let mut seen = HashSet::new();
    ids.filter(|id| seen.insert(*id)).collect()
}

/// Returns true if two names are those of one type of object: HubSpot returns `line items` for `line_items`.
fn same(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.replace([' ', '-'], "_").to_lowercase();
    plain(one) == plain(other)
}

impl Form {
    /// Returns the first line of the file, with the names of the columns.
    pub(super) fn head(&self) -> String {
        match self {
            Self::Jsonl => String::new(),
            Self::Csv(columns) => csv(columns.iter().map(|column| column.name.as_str())),
        }
    }

    /// Returns the line of a record.
    ///
    /// # Errors
    ///
    /// The record has associations that no column can hold.
    pub(super) fn line(&self, record: &Value) -> Result<String, Failure> {
        let Self::Csv(columns) = self else { return Ok(format!("{record}\n")) };
        let held =
            |name: &str| columns.iter().any(|one| matches!(&one.from, From::Associated(object) if same(name, object)));
        let wanted = columns.iter().any(|one| matches!(one.from, From::Associated(_)));
        let mut found = record.get("associations").and_then(Value::as_object).into_iter().flat_map(|all| all.keys());
        if let Some(other) = found.find(|name| wanted && !held(name)) {
            return Err(Failure::other(format!(
                "HubSpot returned associations with \"{other}\", which is none of the columns; give this name to \
                 --associations, or export to a .jsonl file"
            )));
        }
        let texts: Vec<String> = columns.iter().map(|column| column.text(record)).collect();
        Ok(csv(texts.iter().map(String::as_str)))
    }
}

fn csv<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    String::from_utf8(line(cells)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_has_the_cells_of_its_columns() {
        let form = Form::Csv(vec![
            Column::member("id"),
            Column::property("na.me"),
            Column::associated("line_items"),
            Column::member("a.b"),
        ]);
        let associated = json!({"line items": {"results": [{"id": "7"}, {"id": "7"}, {"id": "8"}]}});
        let record =
            json!({"id": 1, "properties": {"na.me": "a \"b\"\n,c"}, "associations": associated, "a": {"b": null}});
        assert_eq!(form.head(), "id,na.me,associations.line_items,a.b\r\n");
        assert_eq!(form.line(&record).unwrap(), "1,\"a \"\"b\"\"\n,c\",7;8,\r\n");
        assert_eq!(form.line(&json!({})).unwrap(), ",,,\r\n");
        assert_eq!(Form::Csv(vec![Column::member("a")]).line(&json!({})).unwrap(), "\"\"\r\n");
        let other = json!({"associations": {"p1_cars": {"results": []}}});
        assert!(form.line(&other).unwrap_err().to_string().contains("associations with \"p1_cars\""));
        assert_eq!(Form::Jsonl.line(&json!({"a": "b\n"})).unwrap(), "{\"a\":\"b\\n\"}\n");
    }
}
