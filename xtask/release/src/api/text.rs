//! Tokens of a public item as text: short paths, and the foreign ones in it.

use std::collections::BTreeSet;

use public_api::tokens::Token;

/// The crates that come with the language.
const STANDARD: [&str; 3] = ["alloc", "core", "std"];

/// Writes tokens with the paths of the crate `own` from its root, those of the language by their last name
/// and others by crate and last name; the others are also collected in full.
pub(super) fn text(tokens: &[Token], own: &str, foreign: &mut BTreeSet<String>) -> String {
    let mut said = String::new();
    let mut rest = tokens;
    while let Some((token, after)) = rest.split_first() {
        rest = after;
        if !is_name(token) {
            said += token.text();
            continue;
        }
        let mut path = vec![token.text()];
        while let [separator, name, after @ ..] = rest
            && separator.text() == "::"
            && is_name(name)
        {
            path.push(name.text());
            rest = after;
        }
        said += &short(&path, own, foreign);
    }
    said
}

fn is_name(token: &Token) -> bool {
    matches!(token, Token::Identifier(_) | Token::Type(_) | Token::Function(_))
}

fn short(path: &[&str], own: &str, foreign: &mut BTreeSet<String>) -> String {
    let (Some(first), Some(last)) = (path.first(), path.last()) else { return String::new() };
    if path.len() == 1 {
        (*first).to_owned()
    } else if *first == own {
        path[1..].join("::")
    } else if STANDARD.contains(first) {
        // There are several of these names.
        let several = matches!(*last, "Error" | "Result") && path[1] != "result";
        if several { path[path.len() - 2..].join("::") } else { (*last).to_owned() }
    } else {
        foreign.insert(path.join("::"));
        format!("{first}::{last}")
    }
}

/// An item in parts.
pub(super) struct Line<'t> {
    /// The text before the path, without `pub`.
    pub(super) head: String,
    /// Its path, of a member only the name.
    pub(super) path: &'t [Token],
    pub(super) rest: &'t [Token],
}

impl<'t> Line<'t> {
    /// An item that a module holds.
    pub(super) fn new(tokens: &'t [Token]) -> Self {
        let (head, tokens) = head(tokens);
        let end = tokens.iter().position(|token| !is_name(token) && token.text() != "::").unwrap_or(tokens.len());
        let (path, rest) = tokens.split_at(end);
        Self { head, path, rest }
    }

    /// An item that another one holds, whose path can have arguments.
    pub(super) fn member(tokens: &'t [Token], name: &str) -> Self {
        let (head, tokens) = head(tokens);
        let mut depth = 0_usize;
        let own = tokens.iter().enumerate().position(|(at, token)| {
            match token.text() {
                "<" => depth += 1,
                ">" => depth = depth.saturating_sub(1),
                _ => {}
            }
            let goes_on = tokens.get(at + 1).is_some_and(|next| next.text() == "::");
            depth == 0 && is_name(token) && token.text() == name && !goes_on
        });
        let (path, rest) = tokens[own.unwrap_or(0)..].split_at(usize::from(own.is_some()));
        Self { head, path, rest }
    }
}

fn head(tokens: &[Token]) -> (String, &[Token]) {
    let before = |token: &&Token| {
        matches!(token, Token::Annotation(_) | Token::Qualifier(_) | Token::Kind(_) | Token::Whitespace)
    };
    let (head, rest) = tokens.split_at(tokens.iter().take_while(before).count());
    (head.iter().map(Token::text).collect::<String>().replacen("pub ", "", 1), rest)
}

/// An impl in parts.
pub(super) struct Impl<'t> {
    /// Its trait, if there is one.
    pub(super) of: &'t [Token],
    /// True if trait and type are complete: there are no type parameters and no bounds.
    pub(super) is_plain: bool,
}

impl<'t> Impl<'t> {
    pub(super) fn new(tokens: &'t [Token]) -> Self {
        let is = |token: &Token, text: &str| matches!(token, Token::Keyword(word) if word == text);
        let begin = tokens.iter().position(|token| is(token, "impl")).map_or(0, |at| at + 1);
        let after = &tokens[begin..];
        // Parameters, if there are any, end where their bracket does.
        let mut depth = 0_usize;
        let end = after.iter().position(|token| {
            match token.text() {
                "<" => depth += 1,
                ">" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        let begins = after.first().is_some_and(|token| token.text() == "<");
        let (parameters, after) = after.split_at(end.filter(|_| begins).map_or(0, |end| end + 1));
        let has_types =
            parameters.iter().any(|token| !matches!(token, Token::Lifetime(_) | Token::Symbol(_) | Token::Whitespace));
        let end = after.iter().position(|token| is(token, "for")).unwrap_or(0);
        let of = after[..end]
            .iter()
            .position(|token| *token != Token::Whitespace)
            .map_or(&[][..], |from| &after[from..end - 1]);
        Self { of, is_plain: !has_types && !after.iter().any(|token| is(token, "where")) }
    }

    /// The crate of its trait.
    pub(super) fn origin(&self) -> Option<&'t str> {
        self.of.first().map(Token::text)
    }

    /// The name of its trait.
    pub(super) fn name(&self) -> Option<&'t str> {
        let path = self.of.iter().take_while(|token| is_name(token) || token.text() == "::");
        path.last().map(Token::text)
    }
}
