//! Names of the account as names in Rust: valid, and each once.

use std::collections::HashSet;

use heck::{ToShoutySnakeCase as _, ToSnakeCase as _, ToUpperCamelCase as _};

/// The words that are not names.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The names of one place.
pub(super) struct Names(HashSet<String>);

impl Names {
    /// Creates names that differ from some others.
    pub(super) fn without(taken: &[&str]) -> Self {
        Self(taken.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Returns the name of a field.
    pub(super) fn field(&mut self, text: &str) -> String {
        let name = ascii(text).to_snake_case();
        let name = if name.is_empty() { "property".to_owned() } else { name };
        self.unique(if begins(&name) { name } else { format!("_{name}") }, "_")
    }

    /// Returns the name of a module, from the first of some texts that begins with a letter.
    pub(super) fn module(&mut self, texts: &[&str]) -> String {
        let names: Vec<String> = texts.iter().map(|text| ascii(text).to_snake_case()).collect();
        self.unique(chosen(&names), "_")
    }

    /// Returns the name of a type or a variant, from the first of some texts that begins with a letter.
    pub(super) fn ty(&mut self, texts: &[&str]) -> String {
        let names: Vec<String> = texts.iter().map(|text| ascii(text).to_upper_camel_case()).collect();
        self.unique(chosen(&names), "")
    }

    /// Returns the name of a constant, from the first of some texts that begins with a letter.
    pub(super) fn constant(&mut self, texts: &[&str]) -> String {
        let names: Vec<String> = texts.iter().map(|text| ascii(text).to_shouty_snake_case()).collect();
        self.unique(chosen(&names), "_")
    }

    fn unique(&mut self, name: String, between: &str) -> String {
        let name = if KEYWORDS.contains(&name.as_str()) { format!("{name}_") } else { name };
        // A number after a digit would be read as part of it.
        let between = if name.ends_with(|last: char| last.is_ascii_digit()) { "_" } else { between };
        let mut free = name.clone();
        let mut number = 2;
        while !self.0.insert(free.clone()) {
            free = format!("{}{between}{number}", name.trim_end_matches('_'));
            number += 1;
        }
        free
    }
}

/// The last text is one of the program, and begins with a letter.
fn chosen(names: &[String]) -> String {
    let last = names.last().cloned().unwrap_or_default();
    names.iter().find(|name| begins(name)).cloned().unwrap_or(last)
}

fn begins(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// Returns the letters and digits that every name may have, and spaces for the others.
fn ascii(text: &str) -> String {
    text.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_becomes_a_name_and_no_two_are_the_same() {
        let mut names = Names::without(&["Option"]);
        let fields = ["first name", "First-Name", "type", "", "größe", "1st", "a__b", "first_name_2", "property"];
        let fields = fields.map(|text| names.field(text));
        assert_eq!(
            fields,
            ["first_name", "first_name_2", "type_", "property", "gr_e", "_1st", "a_b", "first_name_2_2", "property_2"]
        );
        let variants = ["lead", "LEAD", "Lead!", "self", "option", "v1", "V1"].map(|text| names.ty(&[text, "Value"]));
        assert_eq!(variants, ["Lead", "Lead2", "Lead3", "Self_", "Option2", "V1", "V1_2"]);
        assert_eq!(names.ty(&["10-20", "", "Value"]), "Value");
        assert_eq!(names.ty(&["10-20", "Ten", "Value"]), "Ten");
        assert_eq!(names.constant(&["2", "Closed Won", "stage"]), "CLOSED_WON");
        assert_eq!(names.constant(&["営業", "3", "stage"]), "STAGE");
    }
}
