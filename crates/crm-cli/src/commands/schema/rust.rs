//! A schema as a Rust module.

mod hoopai;
mod hubspot;
mod names;

use std::fmt::Write as _;

use serde_json::Value;

use crate::failure::Failure;
use names::Names;

/// Returns the first line of a module of a vendor.
pub(super) fn mark(vendor: &str) -> String {
    format!("// Written by `crm schema pull {vendor}`; run it again after the schema of the account has changed.\n")
}

/// Returns the module of a schema.
pub(super) fn module(vendor: &str, schema: &Value) -> Result<String, Failure> {
    let mut code = Code { text: mark(vendor) + "\n", depth: 0 };
    let head = match vendor {
        "hubspot" => hubspot::HEAD,
        _ => hoopai::HEAD,
    };
    head.lines().for_each(|line| code.line(format!("//! {line}").trim_end()));
    code.gap();
    code.line("#![allow(dead_code, unreachable_pub, clippy::all, clippy::pedantic)]");
    match vendor {
        "hubspot" => {
            let read = serde_json::from_value(schema.clone());
            hubspot::module(
                &mut code,
                &read.map_err(|error| Failure::other(format!("the schema cannot be read: {error}")))?,
            );
        }
        _ => hoopai::module(&mut code, schema),
    }
    Ok(code.text)
}

/// Code that is being written.
struct Code {
    text: String,
    depth: usize,
}

impl Code {
    /// Adds a line.
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:1$}{line}", "", self.depth * 4);
    }

    /// Adds an empty line, unless a block begins here.
    fn gap(&mut self) {
        if !self.text.ends_with("{\n") && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Adds a block.
    fn block(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        self.line(&format!("{head} {{"));
        self.depth += 1;
        body(self);
        self.depth -= 1;
        self.line("}");
    }

    /// Adds a line of documentation: a text of the account, or else a name.
    fn doc(&mut self, text: Option<&str>, name: &str) {
        let text = [text.unwrap_or_default(), name].map(plain).into_iter().find(|text| !text.is_empty());
        self.line(&format!("/// {}", text.unwrap_or_else(|| "Without a name.".to_owned())));
    }

    /// Adds a constant with an identifier of the vendor.
    fn constant(&mut self, name: &str, id: &str) {
        self.line(&format!("pub const {name}: &str = {};", literal(id)));
    }

    /// Adds a pipeline: a module with its identifier and those of its stages, each with its label.
    fn pipeline<'a>(
        &mut self,
        name: &str,
        (id, label): (&str, Option<&str>),
        stages: impl Iterator<Item = (&'a str, Option<&'a str>)>,
    ) {
        self.gap();
        self.doc(label, id);
        self.block(&format!("pub mod {name}"), |code| {
            code.line("/// Identifier of the pipeline.");
            code.constant("ID", id);
            let mut names = Names::without(&["ID"]);
            for (id, label) in stages {
                code.doc(label, id);
                code.constant(&names.constant(&[label.unwrap_or_default(), id, "stage"]), id);
            }
        });
    }
}

/// Returns a text for documentation, on one line and without markup.
fn plain(text: &str) -> String {
    // Characters that change the direction of a text are refused by the compiler.
    let breaks = |one: char| one.is_control() || matches!(one, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let text: String = text.chars().map(|one| if breaks(one) { ' ' } else { one }).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut plain = String::new();
    for one in words.join(" ").chars() {
        if matches!(one, '\\' | '<' | '>' | '[' | ']' | '`' | '*') {
            plain.push('\\');
        }
        plain.push(one);
    }
    plain
}

/// Returns a text as a literal.
fn literal(text: &str) -> String {
    format!("\"{}\"", text.escape_default())
}
