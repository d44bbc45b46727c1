//! `limits.rs` of a client: its quotas, the names of its classes and of its headers, from `limits.json`.

use std::collections::BTreeMap;

use anyhow::Result;
use heck::{ToShoutySnakeCase, ToSnakeCase};

use super::rust::{self, plain_doc};
use crate::limits_table::{grouped, table};
use crate::specs::limits::{Ends, Header, Limits, Tier, VendorLimits};

/// The file: the items of the only limits, or a module for each.
pub(crate) fn file(vendor: &VendorLimits) -> Result<String> {
    let mut text = String::from(
        "//! The limits that the vendor publishes.\n\n#![allow(dead_code, unused_imports, unreachable_pub)]\n\n",
    );
    match vendor.all.as_slice() {
        [only] => text.push_str(&items(only)),
        several => {
            for limits in several {
                let name = limits.apis.first().map(|name| name.to_snake_case()).unwrap_or_default();
                text.push_str(&format!("pub(crate) mod {name} {{ {} }}\n", items(limits)));
            }
        }
    }
    rust::file(&[], &text)
}

fn items(limits: &Limits) -> String {
    let mut text = String::from("use std::time::Duration;\n\nuse crm_core::{Quotas, Window};\n\n");
    for class in limits.classes.keys().filter(|class| !class.is_empty()) {
        let name = class.to_shouty_snake_case();
        text.push_str(&format!("/// The class `{class}`.\npub(crate) const {name}: &str = {class:?};\n"));
    }
    for (name, header) in headers(limits) {
        text.push_str(&format!("pub(crate) const {name}: &str = {header:?};\n"));
    }
    let about = about(limits);
    if limits.tiers.is_empty() {
        text.push_str(&plain_doc("", &format!("The limits that the vendor publishes.\n\n{about}")));
        text.push_str(&format!("#[must_use]\npub fn quotas() -> Quotas {{ {} }}\n", quotas(limits, None)));
    } else {
        text.push_str(&tiers(limits, &about));
    }
    for (name, window) in &limits.windows {
        let function = name.to_snake_case();
        text.push_str(&format!(
            "fn {function}(limit: u64) -> Window {{ Window::new({name:?}, limit, Duration::from_secs({})) }}\n",
            literal(window.seconds)
        ));
    }
    text
}

fn tiers(limits: &Limits, about: &str) -> String {
    let mut text = plain_doc(
        "",
        &format!(
            "The limits of an account, by plan and kind of app.\n\n{about}\n\nFor other numbers build [`Quotas`] with the same \
             names of windows and classes.",
        ),
    );
    text.push_str("#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]\n#[non_exhaustive]\npub enum Tier {\n");
    for (index, tier) in limits.tiers.iter().enumerate() {
        let default = if index == 0 { "#[default]\n" } else { "" };
        text.push_str(&format!("{}{default}{},\n", plain_doc("", &tier.about), tier.name));
    }
    text.push_str("}\nimpl Tier {\n/// The limits, for [`ClientBuilder::quotas`](crate::ClientBuilder::quotas).\n");
    text.push_str("#[must_use]\npub fn quotas(self) -> Quotas {\nmatch self {\n");
    // Tiers with the same limits share an arm.
    let mut arms: Vec<(String, Vec<String>)> = Vec::new();
    for tier in &limits.tiers {
        let (code, variant) = (quotas(limits, Some(tier)), format!("Self::{}", tier.name));
        match arms.iter_mut().find(|arm| arm.0 == code) {
            Some(arm) => arm.1.push(variant),
            None => arms.push((code, vec![variant])),
        }
    }
    for (code, variants) in arms {
        text.push_str(&format!("{} => {code},\n", variants.join(" | ")));
    }
    text + "}\n}\n}\n"
}

/// The expression that makes the quotas.
fn quotas(limits: &Limits, tier: Option<&Tier>) -> String {
    let windows = |names: &[String]| {
        let windows = names
            .iter()
            .filter_map(|name| Some(format!("{}({})", name.to_snake_case(), literal(limits.at_most(name, tier)?))));
        windows.collect::<Vec<_>>().join(", ")
    };
    let mut code = String::new();
    for (class, names) in &limits.classes {
        code.push_str(&match class.as_str() {
            "" if names.is_empty() => "Quotas::none()".to_owned(),
            "" => format!("Quotas::new([{}])", windows(names)),
            _ => format!(".class({}, [{}])", class.to_shouty_snake_case(), windows(names)),
        });
    }
    code
}

/// The names of the headers: called by their meaning, and by the window if it differs from window to window.
fn headers(limits: &Limits) -> BTreeMap<String, &str> {
    let mut of: BTreeMap<Header, Vec<(&str, &str)>> = BTreeMap::new();
    for (window, facts) in &limits.windows {
        for (name, header) in &facts.headers {
            of.entry(*header).or_default().push((window, name));
        }
    }
    let mut found = BTreeMap::new();
    for (header, names) in of {
        let meaning = match header {
            Header::Limit => "LIMIT",
            Header::Remaining => "REMAINING",
            Header::LengthMs => "LENGTH_MS",
            Header::ResetMs => "RESET_MS",
            Header::ResetAt => "RESET_AT",
            Header::Class => "CLASS",
        };
        let common = names.len() > 1 && names.iter().all(|(_, name)| *name == names[0].1);
        for (window, name) in names {
            let constant =
                if common { meaning.to_owned() } else { format!("{}_{meaning}", window.to_shouty_snake_case()) };
            found.insert(format!("HEADER_{constant}"), name);
        }
    }
    found
}

/// The table, and what else a user has to know.
fn about(limits: &Limits) -> String {
    let mut text = table(limits, "Self::");
    for (name, window) in limits.windows.iter().filter(|(_, window)| window.ends == Ends::AccountMidnight) {
        text.push_str(&format!(
            "\nThe vendor begins the window `{name}` anew at midnight in the time zone of the account. The client does not know \
             that time zone and counts any {} hours. That allows no more in a day, unless the day has 25 hours.\n",
            window.seconds / 3_600
        ));
    }
    text.trim_end().to_owned()
}

/// A number as people write it in code.
fn literal(number: u64) -> String {
    grouped(number, '_')
}
