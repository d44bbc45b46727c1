//! Filters on the command line, each in one argument: `email=ada@example.com`, `lifecyclestage in lead,customer`,
//! `has phone`. All must be true; the word `or` begins other ones of which all must be true.

use crm_core::Timestamp;
use hoopai_client::types::{ContactFilter, ContactFilterOperator};
use hubspot_client::types::{Filter, FilterGroup};
use serde_json::{Number, Value, json};

use crate::failure::Failure;

/// The forms of a filter, for help.
pub(in crate::commands) const FORMS: &str = "\
Filters:
  email=ada@example.com           the property has this value; != for another value
  createdate>=2026-01-01          also >, <, <=; for numbers, dates and times
  lifecyclestage in lead,customer the property has one of these values; `not in` for none of them
  company~acme                    the property contains this word; !~ for none
  has phone                       the property has a value; `not has phone` for none
All filters must be true. The word `or` begins other filters; a record is found if all filters on one side are true.
Write each filter as one argument and quote it: 'createdate>=2026-01-01', 'lifecyclestage in lead,customer'";

/// A condition for a property.
#[derive(Debug, PartialEq)]
pub(super) struct Condition {
    property: String,
    test: Test,
}

#[derive(Debug, PartialEq)]
enum Test {
    Is(String),
    IsNot(String),
    /// A comparison by the order of numbers or times.
    Order(Order, String),
    OneOf(Vec<String>),
    NoneOf(Vec<String>),
    Contains(String),
    ContainsNot(String),
    Known,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Greater,
    AtLeast,
    Less,
    AtMost,
}

/// Reads filters in groups: a record is found if all filters of one group are true.
pub(super) fn read<'a>(words: impl IntoIterator<Item = &'a String>) -> Result<Vec<Vec<Condition>>, Failure> {
    let mut groups = vec![Vec::new()];
    for (index, word) in words.into_iter().enumerate() {
        if word == "or" {
            groups.push(Vec::new());
        } else if let Some(group) = groups.last_mut() {
            // The word may contain personal data.
            let wrong = |fault: String| Failure::usage(format!("filter {}: {fault}", index + 1));
            group.push(condition(word).map_err(wrong)?);
        }
    }
    match groups.len() {
        1 if groups.iter().all(Vec::is_empty) => Ok(Vec::new()),
        _ if groups.iter().any(Vec::is_empty) => Err(Failure::usage("\"or\" must have filters on both sides")),
        _ => Ok(groups),
    }
}

/// The beginning of the name in a filter of HubSpot on associated records, which the type of object follows.
const ASSOCIATIONS: &str = "associations.";

/// Returns the names of the properties, without those of filters on associated records.
pub(super) fn properties(groups: &[Vec<Condition>]) -> impl Iterator<Item = &str> {
    names(groups).filter(|name| !name.starts_with(ASSOCIATIONS))
}

/// Returns the types of object of filters on associated records.
pub(super) fn associated(groups: &[Vec<Condition>]) -> impl Iterator<Item = &str> {
    names(groups).filter_map(|name| name.strip_prefix(ASSOCIATIONS))
}

fn names(groups: &[Vec<Condition>]) -> impl Iterator<Item = &str> {
    groups.iter().flatten().map(|condition| condition.property.as_str())
}

fn condition(word: &str) -> Result<Condition, String> {
    let (negated, rest) = match word.trim().strip_prefix("not ") {
        Some(rest) => (true, rest),
        None => (false, word.trim()),
    };
    if let Some(property) = rest.strip_prefix("has ") {
        let test = if negated { Test::Unknown } else { Test::Known };
        return Ok(Condition { property: name(property)?, test });
    }
    if negated {
        return Err("\"not\" must be followed by \"has\", for example: not has phone".to_owned());
    }
    let end = rest.find(['=', '!', '>', '<', '~', ' ']).unwrap_or(rest.len());
    let (property, rest) = rest.split_at(end);
    let property = name(property)?;
    let rest = rest.trim_start();
    let (operator, value) =
        OPERATORS.iter().find_map(|operator| Some((*operator, rest.strip_prefix(operator)?.trim()))).ok_or_else(
            || format!("there is no comparison after \"{property}\"; write for example email=ada@example.com"),
        )?;
    if value.is_empty() {
        let other = "to find records with or without a value, write";
        return Err(format!("there is no value for \"{property}\"; {other}: has {property}, or: not has {property}"));
    }
    if operator == "=" && value.starts_with(['=', '<', '>']) {
        return Err(format!(
            "\"{property}\" is followed by a comparison that does not exist; there are =, !=, >, >=, <, <=, ~, !~"
        ));
    }
    let text = value.to_owned();
    let list = || {
        let values: Vec<String> = value.split(',').map(|one| one.trim().to_owned()).collect();
        match values.iter().any(String::is_empty) {
            true => {
                Err(format!("the list for \"{property}\" has an empty value; write for example: {property} in a,b"))
            }
            false => Ok(values),
        }
    };
    let order = |order| comparable(&property, value).map(|value| Test::Order(order, value));
    let test = match operator {
        "!=" => Test::IsNot(text),
        "!~" => Test::ContainsNot(text),
        ">=" => order(Order::AtLeast)?,
        "<=" => order(Order::AtMost)?,
        ">" => order(Order::Greater)?,
        "<" => order(Order::Less)?,
        "~" => Test::Contains(text),
        "in " => Test::OneOf(list()?),
        "not in " => Test::NoneOf(list()?),
        _ => Test::Is(text),
    };
    Ok(Condition { property, test })
}

/// The comparisons; one that begins like another comes first.
const OPERATORS: [&str; 10] = ["!=", "!~", ">=", "<=", "=", ">", "<", "~", "in ", "not in "];

fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-');
    match text {
        "" => Err("there is no property before the comparison; write for example email=ada@example.com".to_owned()),
        text if text.chars().all(plain) => Ok(text.to_owned()),
        _ => Err("the name of the property has characters other than letters, digits, _, . and -".to_owned()),
    }
}

/// Checks that a value has an order.
fn comparable(property: &str, value: &str) -> Result<String, String> {
    if value.parse::<f64>().is_ok_and(f64::is_finite) || millis(value).is_some() {
        return Ok(value.to_owned());
    }
    Err(format!(
        "the value for \"{property}\" is neither a number nor a time; write for example 10, 2026-01-31 or \
         2026-01-31T08:00:00Z"
    ))
}

/// Returns a date or a time in milliseconds since 1970; `None` for a number.
fn millis(value: &str) -> Option<i64> {
    if value.parse::<f64>().is_ok() { None } else { Timestamp::from(value).unix_millis() }
}

/// Returns the filters as HubSpot takes them.
pub(super) fn hubspot(groups: Vec<Vec<Condition>>) -> Vec<FilterGroup> {
    let filter = |Condition { property, test }| match test {
        Test::Is(value) => Filter::eq(property, value),
        Test::IsNot(value) => Filter::neq(property, value),
        Test::Order(order, value) => {
            let value = millis(&value).map_or(value, |millis| millis.to_string());
            match order {
                Order::Greater => Filter::gt(property, value),
                Order::AtLeast => Filter::gte(property, value),
                Order::Less => Filter::lt(property, value),
                Order::AtMost => Filter::lte(property, value),
            }
        }
        Test::OneOf(values) => Filter::one_of(property, values),
        Test::NoneOf(values) => Filter::none_of(property, values),
        Test::Contains(word) => Filter::contains(property, word),
        Test::ContainsNot(word) => Filter::contains_not(property, word),
        Test::Known => Filter::known(property),
        Test::Unknown => Filter::unknown(property),
    };
    groups.into_iter().map(|group| FilterGroup::new(group.into_iter().map(filter).collect::<Vec<_>>())).collect()
}

/// Returns the filters as HoopAI takes them.
pub(super) fn hoopai(groups: Vec<Vec<Condition>>) -> Vec<ContactFilter> {
    use ContactFilterOperator::{Contains, Eq, NotContains, NotEq, NotExists, Range};
    let filter = |Condition { property, test }| match test {
        Test::Is(value) => ContactFilter::on(property, Eq, value),
        Test::IsNot(value) => ContactFilter::on(property, NotEq, value),
        Test::Order(order, value) => {
            let edge = match order {
                Order::Greater => "gt",
                Order::AtLeast => "gte",
                Order::Less => "lt",
                Order::AtMost => "lte",
            };
            let value = match (millis(&value), serde_json::from_str::<Number>(&value)) {
                (Some(millis), _) => Timestamp::from_unix_millis(millis).to_string().into(),
                (None, Ok(number)) => Value::Number(number),
                (None, Err(_)) => value.into(),
            };
            ContactFilter::on(property, Range, json!({edge: value}))
        }
        Test::OneOf(values) => {
            ContactFilter::any(values.into_iter().map(|value| ContactFilter::on(property.as_str(), Eq, value)))
        }
        Test::NoneOf(values) => {
            ContactFilter::all(values.into_iter().map(|value| ContactFilter::on(property.as_str(), NotEq, value)))
        }
        Test::Contains(word) => ContactFilter::on(property, Contains, word),
        Test::ContainsNot(word) => ContactFilter::on(property, NotContains, word),
        Test::Known => ContactFilter::exists(property),
        Test::Unknown => ContactFilter::default().field(property).operator(NotExists),
    };
    let mut groups: Vec<Vec<ContactFilter>> =
        groups.into_iter().map(|group| group.into_iter().map(filter).collect()).collect();
    match groups.len() {
        0 | 1 => groups.pop().unwrap_or_default(),
        _ => vec![ContactFilter::any(groups.into_iter().map(ContactFilter::all))],
    }
}

#[cfg(test)]
mod tests;
