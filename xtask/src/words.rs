//! `cargo xtask words`: the phrases of `docs/style.md` that must not come back, and spelling.

use std::path::Path;

use anyhow::{Context, Result};

use crate::needs;
use xtask::git;

/// The page whose table lists the phrases.
const PAGE: &str = "docs/style.md";
/// Texts of others, and those that quote the phrases.
const EXEMPT: [&str; 6] =
    [PAGE, "CHANGELOG.md", "tests/fixtures/", "crates/crm-fake/specs/", "xtask/src/words.rs", "docs/api/"];

/// Reports each place of a phrase, then the spelling mistakes; `false` if there is one.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let page = std::fs::read_to_string(root.join(PAGE)).with_context(|| format!("{PAGE} cannot be read"))?;
    let phrases = phrases(&page);
    let mut found = 0;
    for file in git::files(root)? {
        if EXEMPT.iter().any(|exempt| file.starts_with(exempt)) {
            continue;
        }
        let Some(texts) = Texts::of(&file) else { continue };
        // A file that was deleted is still tracked until it is committed.
        let Ok(content) = std::fs::read_to_string(root.join(&file)) else { continue };
        for line in texts.of_lines(&content) {
            for phrase in phrases.iter().filter(|phrase| phrase.is_in(&line)) {
                println!("{file}:{}: `{}`: {}", line.number, phrase.text, phrase.instead);
                found += 1;
            }
        }
    }
    if found > 0 {
        println!("{found} phrases; {PAGE} says how to write");
    }
    let spelled = match needs::typos(root)? {
        Some(mut typos) => typos.args(["--config", ".cargo/typos.toml", "--format", "brief"]).status()?.success(),
        None => true,
    };
    Ok(found == 0 && spelled)
}

/// A phrase that is not used.
#[derive(Debug, PartialEq)]
struct Phrase {
    text: String,
    /// True if it counts only at the beginning of a text.
    first: bool,
    /// True if it counts only in summaries of operations.
    summary: bool,
    instead: String,
}

impl Phrase {
    /// Returns true if the phrase is in a line of text.
    fn is_in(&self, &Line { text, begins, summary, .. }: &Line<'_>) -> bool {
        if self.summary && !summary {
            return false;
        }
        let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '\'');
        if self.first {
            return begins && text.strip_prefix(&*self.text).is_some_and(ends);
        }
        let lower = text.to_lowercase();
        lower.match_indices(&self.text).any(|(at, part)| {
            let before = lower[..at].chars().next_back();
            !before.is_some_and(char::is_alphanumeric) && ends(&lower[at + part.len()..])
        })
    }
}

/// Returns the rows of the page's table.
fn phrases(page: &str) -> Vec<Phrase> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "));
    rows.map(|(text, instead)| {
        let (summary, text) = text.strip_prefix("summary: ").map_or((false, text), |text| (true, text));
        let (first, text) = text.strip_prefix('^').map_or((false, text), |text| (true, text));
        Phrase { text: text.to_owned(), first, summary, instead: instead.to_owned() }
    })
    .collect()
}

/// A line of text.
struct Line<'a> {
    number: usize,
    text: &'a str,
    /// True if the line begins a text; never true for lines of pages, because paragraphs are wrapped anywhere.
    begins: bool,
    /// True if the line is the summary of an operation.
    summary: bool,
}

/// The lines of a file with text for readers.
enum Texts {
    /// Documentation comments.
    Rust,
    /// All lines.
    Markdown,
    /// Summaries, descriptions and words.
    Json,
}

impl Texts {
    fn of(file: &str) -> Option<Self> {
        let extension = Path::new(file).extension()?.to_str()?;
        match extension {
            "rs" => Some(Self::Rust),
            "md" => Some(Self::Markdown),
            "json" if file.contains("/surface/") || file.ends_with("/words.json") => Some(Self::Json),
            _ => None,
        }
    }

    /// Returns each line of text.
    fn of_lines<'a>(&self, content: &'a str) -> impl Iterator<Item = Line<'a>> {
        let mut within = false;
        content.lines().enumerate().filter_map(move |(index, line)| {
            let text = self.text(line);
            let begins = !within;
            within = matches!(self, Self::Markdown)
                || (matches!(self, Self::Rust) && text.is_some_and(|text| !text.is_empty()));
            let summary = matches!(self, Self::Json) && line.trim_start().starts_with("\"summary\"");
            text.map(|text| Line { number: index + 1, text, begins, summary })
        })
    }

    /// Returns the text of a line, without what marks it as text.
    fn text<'a>(&self, line: &'a str) -> Option<&'a str> {
        let line = line.trim_start();
        match self {
            Self::Rust => Some(line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?.trim_start()),
            Self::Markdown => Some(line.trim_start_matches(['-', '>', ' '])),
            Self::Json => Some(line.split_once("\": \"")?.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_found_where_it_counts() {
        let phrases = phrases(
            "| phrase | write instead |\n|---|---|\n| `^What` | the noun |\n| `for people` | x |\n\
             | `summary: ^Reads` | Returns |\n| `summary: many` | several |\n",
        );
        assert_eq!(phrases.len(), 4);
        let found = |texts: Texts, content: &str| {
            let lines = texts.of_lines(content);
            let found = |line: Line<'_>| phrases.iter().filter(|phrase| phrase.is_in(&line)).count();
            lines.map(found).sum::<usize>()
        };
        assert_eq!(found(Texts::Rust, "    /// What it is, for people."), 2);
        assert_eq!(found(Texts::Rust, "    /// The name of\n    /// What it is.\n    ///\n    /// What else."), 1);
        assert_eq!(found(Texts::Rust, "    //! Whatever it is; see what people do."), 0);
        assert_eq!(found(Texts::Rust, "let what = \"What it is, for people\";"), 0);
        assert_eq!(found(Texts::Markdown, "# What it is\n\nWhat it is, for people"), 1);
        assert_eq!(found(Texts::Json, "  \"kind\": \"What it is.\",\n  \"sort\": \"What it is.\""), 2);
        assert_eq!(found(Texts::Json, "  \"For people\": [],"), 0);
        assert_eq!(found(Texts::Json, "  \"summary\": \"Reads many cards.\",\n  \"name\": \"Reads many.\""), 2);
        assert_eq!(found(Texts::Rust, "/// Reads many cards."), 0);
    }
}
