//! `specs/<vendor>/limits.json`: the limits that a vendor publishes, written once. The quotas of the client, the
//! limits of the fake and the table in the README are made from it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow, bail};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{document, line};

/// The limits of a vendor.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsFile {
    /// The JSON Schema of this file, for editors.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    /// The limits, one entry for all APIs that are counted together.
    limits: Vec<Limits>,
}

/// The limits of one or more APIs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// The names of the APIs in `vendor.json` that are counted together.
    pub(crate) apis: Vec<String>,
    /// The windows by name.
    pub(crate) windows: BTreeMap<String, Window>,
    /// The windows of each class of operations, by the name that `limit_class` of the surface gives them. The class
    /// with the empty name is that of operations without one. The first window of a class is the one that headers
    /// without a name of a window are about.
    pub(crate) classes: BTreeMap<String, Vec<String>>,
    /// The plans of an account, if its limits depend on the plan. The first one is the default of the client.
    #[serde(default)]
    pub(crate) tiers: Vec<Tier>,
    /// The tier that the fake has.
    pub(crate) fake: Option<String>,
}

/// A maximum number of requests in an interval.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Window {
    /// The length in seconds.
    pub(crate) seconds: u64,
    /// The end of the interval.
    #[serde(default)]
    pub(crate) ends: Ends,
    /// Whose requests are added up, as the words after "counted for".
    pub(crate) counted_for: String,
    /// The maximum number of requests; omitted if the tiers have their own.
    pub(crate) at_most: Option<AtMost>,
    /// The headers of replies that report this window, in lower case, and their meaning.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Header>,
    /// The place where these facts were read.
    pub(crate) source: String,
}

/// The end of a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ends {
    /// The window is a rolling one: it ends at any moment, so that every interval of its length is limited.
    #[default]
    Rolling,
    /// At midnight in the time zone of the account. The client counts it as a rolling window.
    AccountMidnight,
}

/// A maximum number of requests: a number, or several that different pages state. The lowest counts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum AtMost {
    /// The number, from the source of the window or tier.
    One(u64),
    /// Numbers that disagree, each with its source.
    Several(Vec<Statement>),
}

/// One of several numbers that disagree.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statement {
    /// The maximum number of requests.
    pub(crate) requests: u64,
    /// The page that states it.
    pub(crate) source: String,
}

impl AtMost {
    /// The number that counts.
    pub(crate) fn lowest(&self) -> u64 {
        match self {
            Self::One(number) => *number,
            Self::Several(several) => several.iter().map(|one| one.requests).min().unwrap_or(0),
        }
    }

    /// The statements, if they disagree.
    pub(crate) fn several(&self) -> &[Statement] {
        match self {
            Self::One(_) => &[],
            Self::Several(several) => several,
        }
    }
}

/// The meaning of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Header {
    /// The maximum number of requests.
    Limit,
    /// The number of requests that are left.
    Remaining,
    /// The length of the window in milliseconds.
    LengthMs,
    /// The time until requests are allowed again, in milliseconds; sent with a refusal only.
    ResetMs,
    /// The time from which on requests are allowed again, in seconds since 1970.
    ResetAt,
    /// The class of the operation.
    Class,
}

/// A plan of an account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tier {
    /// The name of the variant in the client.
    pub(crate) name: String,
    /// Its documentation.
    pub(crate) about: String,
    /// The maximum number of requests by window; an omitted window does not limit this tier.
    pub(crate) at_most: BTreeMap<String, AtMost>,
    /// The place where the numbers were read.
    pub(crate) source: String,
}

impl Limits {
    /// The number that counts for a window; `None` if the tier is not limited by it.
    pub(crate) fn at_most(&self, window: &str, tier: Option<&Tier>) -> Option<u64> {
        let own = self.windows.get(window).and_then(|window| window.at_most.as_ref());
        own.or_else(|| tier?.at_most.get(window)).map(AtMost::lowest)
    }

    /// The tier that the fake has, if there are tiers.
    fn played(&self) -> Option<&Tier> {
        self.tiers.iter().find(|tier| Some(&tier.name) == self.fake.as_ref())
    }

    /// The limits as the fake reads them (`x-crm-limits` of its document).
    pub(crate) fn for_fake(&self) -> Value {
        let windows = self.windows.iter().filter_map(|(name, window)| {
            let limit = self.at_most(name, self.played())?;
            Some((name.clone(), json!({"limit": limit, "seconds": window.seconds, "headers": window.headers})))
        });
        json!({"windows": windows.collect::<serde_json::Map<_, _>>(), "classes": self.classes})
    }

    /// Checks what the types of the file cannot. A mistake contains the steps to its place in this entry.
    fn check(&self) -> Result<(), Mistake> {
        let wrong = |steps: &[&str], what: String| Err((steps.iter().map(|step| (*step).to_owned()).collect(), what));
        let unknown = |name: &str| format!("there is no window `{name}`; add it to `windows`, or correct the name");
        if !self.classes.contains_key("") {
            let what = "the class \"\" is missing; list the windows of operations without a `limit_class` there";
            return wrong(&["classes"], what.to_owned());
        }
        for (class, names) in &self.classes {
            if let Some(index) = names.iter().position(|name| !self.windows.contains_key(name)) {
                return wrong(&["classes", class, &index.to_string()], unknown(&names[index]));
            }
        }
        for (name, window) in &self.windows {
            let tiers = self.tiers.iter().any(|tier| tier.at_most.contains_key(name));
            let (member, what) = match &window.at_most {
                _ if window.seconds == 0 => ("seconds", "must be greater than zero"),
                _ if window.source.trim().is_empty() => ("source", "must say where the facts were read"),
                Some(_) if tiers => ("at_most", "is given here and by a tier; keep one"),
                Some(number) if number.lowest() == 0 => ("at_most", "must be greater than zero"),
                None if !tiers => {
                    return wrong(&["windows", name], "`at_most` is missing; give it here or by the tiers".to_owned());
                }
                _ => continue,
            };
            return wrong(&["windows", name, member], what.to_owned());
        }
        for (index, tier) in self.tiers.iter().enumerate() {
            let index = index.to_string();
            if tier.source.trim().is_empty() {
                return wrong(&["tiers", &index, "source"], "must say where the numbers were read".to_owned());
            }
            for (name, number) in &tier.at_most {
                let steps = ["tiers", &index, "at_most", name];
                if !self.windows.contains_key(name) {
                    return wrong(&steps, unknown(name));
                }
                if number.lowest() == 0 {
                    return wrong(&steps, "must be greater than zero".to_owned());
                }
            }
        }
        if self.tiers.is_empty() == self.fake.is_some() || self.fake.is_some() && self.played().is_none() {
            let names: Vec<&str> = self.tiers.iter().map(|tier| tier.name.as_str()).collect();
            let names = names.join(", ");
            let what = format!("must be one of the tiers ({names}), and is left out if there are none");
            return wrong(&["fake"], what);
        }
        Ok(())
    }
}

/// The steps to a place, and the message about it.
type Mistake = (Vec<String>, String);

/// The limits of a vendor, checked.
pub(crate) struct VendorLimits {
    path: PathBuf,
    pub(crate) all: Vec<Limits>,
}

impl VendorLimits {
    /// Reads the file of a vendor; without one the vendor has no limits.
    pub(crate) fn read(folder: &Path, apis: &[&str]) -> Result<Self> {
        let path = folder.join("limits.json");
        let file: LimitsFile = if path.is_file() { document::read_typed(&path)? } else { LimitsFile::default() };
        let found = Self { path, all: file.limits };
        for (index, limits) in found.all.iter().enumerate() {
            let at = |(steps, what): Mistake| {
                let entry = ["limits".to_owned(), index.to_string()];
                found.wrong(entry.into_iter().chain(steps), &what)
            };
            limits.check().map_err(at)?;
            if let Some(place) = limits.apis.iter().position(|name| !apis.contains(&name.as_str())) {
                let what = format!("vendor.json has no API `{}`", limits.apis[place]);
                return Err(at((vec!["apis".to_owned(), place.to_string()], what)));
            }
        }
        for api in apis.iter().filter(|_| !found.all.is_empty()) {
            let times = found.all.iter().filter(|limits| limits.apis.iter().any(|name| name == api)).count();
            if times != 1 {
                let what = format!("the API `{api}` is listed {times} times in `apis`; list it once");
                return Err(found.wrong(["limits".to_owned()], &what));
            }
        }
        Ok(found)
    }

    /// Returns an error with file, line and place.
    fn wrong(&self, steps: impl IntoIterator<Item = String>, what: &str) -> Error {
        let steps: Vec<String> = steps.into_iter().collect();
        let line = line::of(&std::fs::read_to_string(&self.path).unwrap_or_default(), &steps);
        anyhow!("{}:{line}: at `{}`: {what}", self.path.display(), line::shown(&steps))
    }

    /// The limits of an API.
    pub(crate) fn of(&self, api: &str) -> Option<&Limits> {
        self.all.iter().find(|limits| limits.apis.iter().any(|name| name == api))
    }

    /// Compares the classes with those of the operations: an unknown one would be counted nowhere, and one without
    /// operations is a mistake on either side.
    pub(crate) fn check(&self, operations: &[Classified<'_>]) -> Result<()> {
        for operation in operations {
            let known: BTreeSet<&str> = self
                .of(operation.api)
                .into_iter()
                .flat_map(|limits| limits.classes.keys())
                .map(String::as_str)
                .collect();
            if !operation.class.is_empty() && !known.contains(operation.class) {
                let names: Vec<String> =
                    known.iter().filter(|name| !name.is_empty()).map(|name| format!("`{name}`")).collect();
                let names = if names.is_empty() { "no class".to_owned() } else { names.join(", ") };
                bail!(
                    "{}: {}: the limit class is `{}`, which {} does not have (it has {names}); correct it, or add the class there",
                    self.places(operation).join(", "),
                    operation.name,
                    operation.class,
                    self.path.display(),
                );
            }
        }
        for (index, limits) in self.all.iter().enumerate() {
            for class in limits.classes.keys().filter(|class| !class.is_empty()) {
                if !operations.iter().any(|one| one.class == class && limits.apis.iter().any(|name| name == one.api)) {
                    let steps = ["limits", &index.to_string(), "classes", class].map(str::to_owned);
                    let apis = limits.apis.join(" and ");
                    let what = format!("no operation of {apis} has this class; add a `limit_class`, or remove it");
                    return Err(self.wrong(steps, &what));
                }
            }
        }
        Ok(())
    }

    /// The lines that give an operation its class; its document, if there is none.
    fn places(&self, operation: &Classified<'_>) -> Vec<String> {
        let mut found = Vec::new();
        let surface = format!("surface/{}.json", operation.resource);
        for (name, key) in [(surface.as_str(), "\"limit_class\""), (operation.document, "\"x-crm-limit-class\"")] {
            let path = self.path.with_file_name(name);
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            for (index, line) in text.lines().enumerate() {
                if line.contains(key) && line.contains(&format!("\"{}\"", operation.class)) {
                    found.push(format!("{}:{}", path.display(), index + 1));
                }
            }
        }
        if found.is_empty() {
            found.push(self.path.with_file_name(operation.document).display().to_string());
        }
        found
    }
}

/// An operation and its class.
pub(crate) struct Classified<'a> {
    pub(crate) api: &'a str,
    pub(crate) name: &'a str,
    pub(crate) resource: &'a str,
    /// The document it is from.
    pub(crate) document: &'a str,
    pub(crate) class: &'a str,
}

#[cfg(test)]
mod tests;
