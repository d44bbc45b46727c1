//! Paging of an operation: how positions are sent, and where a reply has its items and its next position.

use std::sync::OnceLock;

use crm_core::page::position_text;
use crm_core::{OpMeta, PageFacts, Paged, Paging, PagingKind, Position, SentIn};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Api;

/// Paging of an operation.
#[derive(Deserialize)]
pub(crate) struct PagingTable {
    #[serde(deserialize_with = "kind")]
    kind: PagingKind,
    form: Form,
    params: Vec<&'static str>,
    #[serde(default)]
    in_body: bool,
    #[serde(default)]
    as_text: bool,
    pub(crate) limit: Option<&'static str>,
    #[serde(default)]
    told: bool,
    first: u64,
    /// Paths, dotted: of the items, the next position, the total, and the flag for further pages.
    #[serde(default)]
    items: &'static str,
    #[serde(default)]
    next: Vec<&'static str>,
    /// The member of the last item that is the next position.
    last: Option<&'static str>,
    total: Option<&'static str>,
    more: Option<&'static str>,
    #[serde(default)]
    more_is_boolean: bool,
    #[serde(skip)]
    ready: OnceLock<(Paging, Vec<&'static str>)>,
}

fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PagingKind, D::Error> {
    let name = <&str>::deserialize(deserializer)?;
    PagingKind::named(name).ok_or_else(|| D::Error::custom("there is no kind of paging with this name"))
}

/// The form of the next position in a reply.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    Text,
    Number,
    Counted,
    Pair,
    Values,
}

impl PagingTable {
    fn ready(&'static self) -> &'static (Paging, Vec<&'static str>) {
        self.ready.get_or_init(|| {
            let mut paging = Paging::new(self.kind, &self.params);
            paging.sent_in = if self.in_body { SentIn::Body } else { SentIn::Query };
            (paging.as_text, paging.limit, paging.told) = (self.as_text, self.limit, self.told);
            paging.first = self.first;
            (paging, self.items.split('.').filter(|step| !step.is_empty()).collect())
        })
    }

    pub(super) fn paging(&'static self) -> &'static Paging {
        &self.ready().0
    }

    /// The path to the items, member by member.
    pub(super) fn steps(&'static self) -> &'static [&'static str] {
        &self.ready().1
    }

    /// Returns the first position, if it is a number and a parameter of this name takes it.
    pub(crate) fn begin(&self, name: &str) -> Option<u64> {
        let counts = matches!(self.form, Form::Number | Form::Counted);
        (counts && self.params.first() == Some(&name)).then_some(self.first)
    }

    fn facts(&self, page: &Value) -> PageFacts {
        let items = at(page, self.items).and_then(Value::as_array);
        let last = || at(items?.last()?, self.last?);
        let next = || self.next.first().and_then(|path| at(page, path));
        let token = |value: Option<&Value>| value.and_then(position_text).map(Position::Token);
        let next = match self.form {
            Form::Text => token(next().or_else(last)),
            Form::Number => next().and_then(number).map(Position::Offset),
            Form::Counted => None,
            Form::Pair => match self.next.as_slice() {
                [value, id] => {
                    let text = |path| at(page, path).and_then(position_text);
                    text(value).zip(text(id)).map(|(value, id)| Position::After { value, id })
                }
                _ => None,
            },
            Form::Values => last().and_then(Value::as_array).map(|values| Position::Values(values.clone())),
        };
        let total = self.total.and_then(|path| at(page, path)).and_then(number);
        let flag = |path| match at(page, path).filter(|value| !value.is_null()) {
            Some(value) if self.more_is_boolean => value.as_bool(),
            Some(value) => Some(value.as_bool() != Some(false)),
            None => (!self.more_is_boolean).then_some(false),
        };
        let more = self.more.filter(|_| self.form != Form::Values).and_then(flag);
        PageFacts { count: items.map(Vec::len), next, total, more }
    }

    /// Takes the items out of a page.
    pub(crate) fn items(&self, mut page: Value) -> Vec<Value> {
        let mut here = &mut page;
        for step in self.items.split('.').filter(|step| !step.is_empty()) {
            match here.get_mut(step) {
                Some(inner) => here = inner,
                None => return Vec::new(),
            }
        }
        match here.take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        }
    }
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').filter(|step| !step.is_empty()).try_fold(value, |value, step| value.get(step))
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The list of any operation of the catalogue.
pub(crate) struct Rows;

impl Rows {
    /// Returns the paging of an operation by its metadata.
    fn table(op: &'static OpMeta) -> Option<&'static PagingTable> {
        let mut operations = Api::loaded().flat_map(|api| &api.file.operations);
        operations.find(|one| one.meta.get().is_some_and(|meta| std::ptr::eq(meta, op)))?.paging.as_ref()
    }
}

impl Paged for Rows {
    type Page = Value;
    type Item = Value;

    fn facts(_: &Value) -> PageFacts {
        PageFacts::default()
    }

    fn items(_: Value) -> Vec<Value> {
        Vec::new()
    }

    fn facts_of(page: &Value, op: &'static OpMeta) -> PageFacts {
        Self::table(op).map_or_else(PageFacts::default, |table| table.facts(page))
    }

    fn items_of(page: Value, op: &'static OpMeta) -> Vec<Value> {
        Self::table(op).map_or_else(Vec::new, |table| table.items(page))
    }
}

#[cfg(test)]
mod tests;
