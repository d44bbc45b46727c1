//! `limits.rs` of a client: its quotas, the names of its classes and of its headers, from `limits.json`.

use std::collections::BTreeMap;

use anyhow::Result;
use heck::{ToShoutySnakeCase, ToSnakeCase};
use indexmap::IndexMap;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::limits_table::{grouped, table};
use super::rust::{self, Piece, ident, inner_doc, plain_doc};
use crate::read::limits::{Ends, Header, Limits, Tier, VendorLimits};

/// The file: the items of the only limits, or a module for each.
pub(crate) fn file(vendor: &VendorLimits) -> Result<String> {
    let about = inner_doc("The limits that the vendor publishes.");
    let inner = quote!(#about #![allow(dead_code, unused_imports, unreachable_pub)]);
    let code = match vendor.all.as_slice() {
        [only] => items(only),
        several => {
            let modules = several.iter().map(|limits| {
                let name = ident(&limits.apis.first().map(|name| name.to_snake_case()).unwrap_or_default());
                let items = items(limits);
                quote!(pub(crate) mod #name { #items })
            });
            quote!(#(#modules)*)
        }
    };
    rust::file(&[], inner, vec![Piece::Rust(code)])
}

fn items(limits: &Limits) -> TokenStream {
    let classes = limits.classes.keys().filter(|class| !class.is_empty()).map(|class| {
        let (about, name) = (plain_doc(&format!("The class `{class}`.")), ident(&class.to_shouty_snake_case()));
        quote!(#about pub(crate) const #name: &str = #class;)
    });
    let headers = headers(limits).into_iter().map(|(name, header)| {
        let name = ident(&name);
        quote!(pub(crate) const #name: &str = #header;)
    });
    let about = about(limits);
    let quotas = if limits.tiers.is_empty() {
        let about = match limits.windows.is_empty() {
            true => plain_doc("No limits: the vendor publishes none for this API."),
            false => plain_doc(&format!("The limits that the vendor publishes.\n\n{about}")),
        };
        let quotas = quotas(limits, None);
        quote!(#about #[must_use] pub fn quotas() -> Quotas { #quotas })
    } else {
        tiers(limits, &about)
    };
    let windows = limits.windows.iter().map(|(name, window)| {
        let (function, seconds) = (ident(&name.to_snake_case()), literal(window.seconds));
        quote!(fn #function(limit: u64) -> Window { Window::new(#name, limit, Duration::from_secs(#seconds)) })
    });
    quote! {
        use std::time::Duration;
        use crm_core::{Quotas, Window};
        #(#classes)*
        #(#headers)*
        #quotas
        #(#windows)*
    }
}

fn tiers(limits: &Limits, about: &str) -> TokenStream {
    let about = plain_doc(&format!(
        "The limits of an account, by plan and kind of app.\n\n{about}\n\nFor other numbers build [`Quotas`] with the same \
         names of windows and classes."
    ));
    let variants = limits.tiers.iter().enumerate().map(|(index, tier)| {
        let (about, name) = (plain_doc(&tier.about), ident(&tier.name));
        let default = (index == 0).then(|| quote!(#[default]));
        quote!(#about #default #name,)
    });
    // Tiers with the same limits share an arm.
    let mut arms: IndexMap<String, (TokenStream, Vec<Ident>)> = IndexMap::new();
    for tier in &limits.tiers {
        let quotas = quotas(limits, Some(tier));
        arms.entry(quotas.to_string()).or_insert((quotas, Vec::new())).1.push(ident(&tier.name));
    }
    let arms = arms.into_values().map(|(quotas, names)| quote!(#(Self::#names)|* => #quotas,));
    quote! {
        #about
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        #[non_exhaustive]
        pub enum Tier { #(#variants)* }
        impl Tier {
            /// The limits, for [`ClientBuilder::quotas`](crate::ClientBuilder::quotas).
            #[must_use]
            pub fn quotas(self) -> Quotas {
                match self { #(#arms)* }
            }
        }
    }
}

/// The expression that makes the quotas.
fn quotas(limits: &Limits, tier: Option<&Tier>) -> TokenStream {
    let windows = |names: &[String]| {
        let windows = names.iter().filter_map(|name| {
            let (function, number) = (ident(&name.to_snake_case()), literal(limits.at_most(name, tier)?));
            Some(quote!(#function(#number)))
        });
        quote!(#(#windows),*)
    };
    limits
        .classes
        .iter()
        .map(|(class, names)| {
            let windows = windows(names);
            match class.as_str() {
                "" if names.is_empty() => quote!(Quotas::none()),
                "" => quote!(Quotas::new([#windows])),
                _ => {
                    let class = ident(&class.to_shouty_snake_case());
                    quote!(.class(#class, [#windows]))
                }
            }
        })
        .collect()
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
fn literal(number: u64) -> Literal {
    grouped(number, '_').parse().unwrap_or_else(|_| rust::number(number))
}
