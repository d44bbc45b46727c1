//! Conditions under which an item is compiled: from the attributes that rustdoc reports, and from the
//! `mod` lines of the source, because rustdoc keeps quiet about private modules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, MetaList, Token};

/// All of these must hold.
pub(super) type Gate = BTreeSet<String>;

/// The files of a crate that are compiled under a condition.
#[derive(Default)]
pub(super) struct Sources(BTreeMap<PathBuf, Gate>);

impl Sources {
    /// Follows the modules of a crate from its root.
    pub(super) fn read(lib: &Path) -> Result<Self> {
        let mut sources = Self::default();
        sources.file(lib, &lib.with_file_name(""), &Gate::new())?;
        Ok(sources)
    }

    /// Returns the features that a file needs.
    pub(super) fn gate(&self, file: &Path) -> Gate {
        self.0.get(file).cloned().unwrap_or_default()
    }

    fn file(&mut self, file: &Path, folder: &Path, gate: &Gate) -> Result<()> {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        self.0.insert(file.to_owned(), gate.clone());
        // Most files are generated and hold no modules; reading them all would take seconds.
        let modules = ["mod ", "pub mod ", "pub(crate) mod "];
        if !text.lines().any(|line| modules.iter().any(|start| line.starts_with(start))) {
            return Ok(());
        }
        let parsed = syn::parse_file(&text).with_context(|| format!("{} is not Rust", file.display()))?;
        self.modules(&parsed.items, folder, gate)
    }

    fn modules(&mut self, items: &[Item], folder: &Path, gate: &Gate) -> Result<()> {
        for item in items {
            let Item::Mod(module) = item else { continue };
            let name = module.ident.to_string();
            let mut gate = gate.clone();
            gate.extend(module.attrs.iter().flat_map(attribute));
            let below = folder.join(&name);
            if let Some((_, items)) = &module.content {
                self.modules(items, &below, &gate)?;
            } else {
                let files = [below.join("mod.rs"), folder.join(format!("{name}.rs"))];
                if let Some(file) = files.iter().find(|file| file.is_file()) {
                    self.file(file, &below, &gate)?;
                }
            }
        }
        Ok(())
    }
}

/// The conditions of a `cfg`, of any other attribute none.
fn attribute(attribute: &Attribute) -> Gate {
    match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => conditions(list).into_iter().flatten().collect(),
        _ => Gate::new(),
    }
}

fn conditions(list: &MetaList) -> Vec<Gate> {
    let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    inner.into_iter().flatten().map(|meta| condition(&meta)).collect()
}

fn condition(meta: &Meta) -> Gate {
    let name = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
    match meta {
        Meta::List(list) => listed(&name, conditions(list)),
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(value), .. }) => named(&name, Some(&value.value())),
            _ => named(&name, None),
        },
        Meta::Path(_) => named(&name, None),
    }
}

/// The conditions in the debugging text of rustc's own attribute, of any other attribute none.
pub(super) fn traced(attribute: &str) -> Gate {
    let Some((_, mut rest)) = attribute.split_once("CfgTrace([") else { return Gate::new() };
    traces(&mut rest).into_iter().flatten().collect()
}

fn traces(rest: &mut &str) -> Vec<Gate> {
    let mut found = Vec::new();
    while let Some(gate) = trace(rest) {
        found.push(gate);
        *rest = rest.strip_prefix(", ").unwrap_or(rest);
    }
    found
}

/// One of `NameValue { name: "…", value: Some("…"), span: … }`, `All([…], <span>)`, `Any([…], <span>)` and
/// `Not(…, <span>)`, where a span ends with `(#0)`.
fn trace(rest: &mut &str) -> Option<Gate> {
    if let Some(after) = rest.strip_prefix("NameValue { name: \"") {
        let (inner, after) = after.split_once('}')?;
        *rest = after;
        let (name, inner) = inner.split_once('"')?;
        let value = inner.strip_prefix(", value: Some(\"").and_then(|value| value.split_once('"'));
        return Some(named(name, value.map(|(value, _)| value)));
    }
    let word = ["All([", "Any([", "Not("].into_iter().find(|word| rest.starts_with(word))?;
    *rest = &rest[word.len()..];
    let inner = traces(rest);
    (_, *rest) = rest.split_once("))")?;
    Some(listed(&word[..3].to_lowercase(), inner))
}

fn named(name: &str, value: Option<&str>) -> Gate {
    Gate::from([match value {
        Some(value) if name == "feature" => value.to_owned(),
        Some(value) => format!("{name} = {value}"),
        None => name.to_owned(),
    }])
}

fn listed(word: &str, of: Vec<Gate>) -> Gate {
    let join = |gate: Gate, by: &str| gate.into_iter().collect::<Vec<_>>().join(by);
    match word {
        "any" => Gate::from([join(of.into_iter().map(|gate| join(gate, " + ")).collect(), " or ")]),
        "not" => Gate::from([format!("not {}", join(of.into_iter().flatten().collect(), " + "))]),
        _ => of.into_iter().flatten().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{attribute, traced};

    #[test]
    fn conditions_are_the_same_from_source_and_from_rustc() {
        let span = "span: crates/a/src/lib.rs:33:7: 33:24 (#0)";
        let value = |name: &str| format!("NameValue {{ name: \"feature\", value: Some(\"{name}\"), {span} }}");
        let (a, b, c) = (value("a"), value("b-c"), value("d"));
        let unix = format!("NameValue {{ name: \"unix\", value: None, {span} }}");
        let end = "crates/a/src/lib.rs:76:10: 76:48 (#0)";
        let cases = [
            (a.clone(), syn::parse_quote!(#[cfg(feature = "a")]), "a"),
            (
                format!("All([{a}, {b}], {end})"),
                syn::parse_quote!(#[cfg(all(feature = "a", feature = "b-c"))]),
                "a, b-c",
            ),
            (
                format!("Any([All([{b}, {c}], {end}), {a}], {end}), {unix}"),
                syn::parse_quote!(#[cfg(all(any(feature = "a", all(feature = "b-c", feature = "d")), unix))]),
                "a or b-c + d, unix",
            ),
            (format!("Not({a}, {end})"), syn::parse_quote!(#[cfg(not(feature = "a"))]), "not a"),
        ];
        for (trace, source, expected) in cases {
            let trace = traced(&format!("#[attr = CfgTrace([{trace}])]"));
            assert_eq!(trace.into_iter().collect::<Vec<_>>().join(", "), expected);
            assert_eq!(attribute(&source).into_iter().collect::<Vec<_>>().join(", "), expected);
        }
        assert!(traced("#[attr = Inline(Hint)]").is_empty());
    }
}
