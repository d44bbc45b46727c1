//! The filters of a search.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::record;

/// The filters of a search, read once for all records.
pub(super) struct Filters<'a>(Vec<Vec<Filter<'a>>>);

impl<'a> Filters<'a> {
    pub(super) fn of(groups: &'a [Value]) -> Self {
        let filters = |group: &'a Value| group.get("filters").and_then(Value::as_array).into_iter().flatten();
        Self(groups.iter().map(|group| filters(group).map(Filter::of).collect()).collect())
    }

    /// Returns true if a record matches any group, that is, all filters of it.
    pub(super) fn pass(&self, properties: &Map<String, Value>) -> bool {
        self.0.is_empty() || self.0.iter().any(|group| group.iter().all(|filter| filter.passes(properties)))
    }
}

struct Filter<'a> {
    property: &'a str,
    operator: &'a str,
    value: Wanted<'a>,
    high: Wanted<'a>,
    values: Vec<Wanted<'a>>,
}

impl<'a> Filter<'a> {
    fn of(filter: &'a Value) -> Self {
        let text = |key: &str| filter.get(key).and_then(Value::as_str).unwrap_or("");
        let values = filter.get("values").and_then(Value::as_array).into_iter().flatten();
        Self {
            property: text("propertyName"),
            operator: text("operator"),
            value: Wanted::of(text("value")),
            high: Wanted::of(text("highValue")),
            values: values.filter_map(Value::as_str).map(Wanted::of).collect(),
        }
    }

    fn passes(&self, properties: &Map<String, Value>) -> bool {
        use Ordering::{Equal, Greater, Less};
        let held = properties.get(self.property).and_then(Value::as_str);
        let order = |wanted: &Wanted<'_>| held.map(|held| wanted.order(held));
        let same = |wanted: &Wanted<'_>| held.is_some_and(|held| wanted.is(held));
        match self.operator {
            "EQ" => same(&self.value),
            "NEQ" => held.is_some() && !same(&self.value),
            "GT" => order(&self.value) == Some(Greater),
            "GTE" => matches!(order(&self.value), Some(Greater | Equal)),
            "LT" => order(&self.value) == Some(Less),
            "LTE" => matches!(order(&self.value), Some(Less | Equal)),
            "BETWEEN" => {
                matches!(order(&self.value), Some(Greater | Equal)) && matches!(order(&self.high), Some(Less | Equal))
            }
            "IN" => self.values.iter().any(same),
            "NOT_IN" => held.is_some() && !self.values.iter().any(same),
            "HAS_PROPERTY" => held.is_some(),
            "NOT_HAS_PROPERTY" => held.is_none(),
            "CONTAINS_TOKEN" => held.is_some_and(|held| has_token(held, self.value.text)),
            "NOT_CONTAINS_TOKEN" => held.is_some_and(|held| !has_token(held, self.value.text)),
            _ => false,
        }
    }
}

/// A value of a filter.
struct Wanted<'a> {
    text: &'a str,
    key: Key,
}

impl<'a> Wanted<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, key: Key::of(text) }
    }

    /// Compares a stored value: as numbers or points in time if both are, otherwise as text.
    fn order(&self, held: &str) -> Ordering {
        match (Key::of(held), &self.key) {
            (Key::Number(held), Key::Number(wanted)) => held.total_cmp(wanted),
            _ => held.to_lowercase().cmp(&self.text.to_lowercase()),
        }
    }

    fn is(&self, held: &str) -> bool {
        held.eq_ignore_ascii_case(self.text) || self.order(held) == Ordering::Equal
    }
}

/// A value in its order: a number or a point in time (milliseconds and dates mix), otherwise a text.
#[derive(PartialEq, PartialOrd)]
pub(super) enum Key {
    Number(f64),
    Text(String),
}

impl Key {
    pub(super) fn of(text: &str) -> Self {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        match number.or_else(|| record::instant(text)) {
            Some(number) => Self::Number(number),
            None => Self::Text(text.to_lowercase()),
        }
    }
}

/// Whole words, with `*` for any part of one.
fn has_token(held: &str, wanted: &str) -> bool {
    let (held, wanted) = (held.to_lowercase(), wanted.to_lowercase());
    let core = wanted.trim_matches('*');
    if core.is_empty() {
        return true;
    }
    let (open_start, open_end) = (wanted.starts_with('*'), wanted.ends_with('*'));
    held.match_indices(core).any(|(at, found)| {
        let before = held[..at].chars().next_back();
        let after = held[at + found.len()..].chars().next();
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        (open_start || edge(before)) && (open_end || edge(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn operators() {
        let properties =
            json!({"email": "ada@example.com", "amount": "99.5", "createdate": "2026-01-02T00:00:00.000Z"});
        let properties = properties.as_object().unwrap();
        let check = |filter: Value| Filters::of(&[json!({"filters": [filter]})]).pass(properties);
        let one = |property: &str, operator: &str, value: &str| {
            check(json!({"propertyName": property, "operator": operator, "value": value}))
        };
        assert!(one("email", "EQ", "ADA@example.com"));
        assert!(one("email", "CONTAINS_TOKEN", "example"));
        assert!(one("email", "CONTAINS_TOKEN", "*exam*"));
        assert!(!one("email", "CONTAINS_TOKEN", "exam"));
        assert!(one("amount", "GT", "9"));
        assert!(one("amount", "EQ", "99.50"));
        assert!(one("createdate", "GTE", "1767225600000"));
        assert!(one("createdate", "LT", "2026-01-03"));
        assert!(!one("phone", "NEQ", "1"));
        assert!(check(json!({"propertyName": "email", "operator": "IN", "values": ["x", "ada@example.com"]})));
        assert!(check(json!({"propertyName": "phone", "operator": "NOT_HAS_PROPERTY"})));
        assert!(Filters::of(&[]).pass(properties));
    }
}
