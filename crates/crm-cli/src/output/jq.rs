//! A filter in the language of jq, which JSON values pass before they are written.

use std::io::Write;

use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars};
use jaq_json::{Val, read};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::failure::Failure;

type Data = JustLut<Val>;

/// The functions that a filter does not have: the environment can contain credentials.
const EXCLUDED: [&str; 1] = ["env"];

/// A filter.
pub(super) struct Jq(jaq_core::Filter<Data>);

impl Jq {
    /// Compiles a filter.
    pub(super) fn new(code: &str) -> Result<Self, Failure> {
        let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let arena = Arena::default();
        let loaded = Loader::new(defs).load(&arena, File { code, path: () }).map_err(|errors| {
            let at = errors.first().and_then(|(file, error)| match error {
                load::Error::Lex(errors) => errors.first().map(|(_, at)| load::span(file.code, at)),
                load::Error::Parse(errors) => errors.first().map(|(_, at)| load::span(file.code, at)),
                load::Error::Io(_) => None,
            });
            let shown =
                |at: std::ops::Range<usize>| code.get(..at.start).map_or(0, |before| before.chars().count()) + 1;
            let place = at.map_or_else(String::new, |at| format!(" at character {}", shown(at)));
            wrong(&format!("it cannot be read{place}"))
        })?;
        let compiler = Compiler::<_, Data>::default().with_funs(funs.filter(|(name, ..)| !EXCLUDED.contains(name)));
        let compiled = compiler.compile(loaded).map_err(|errors| {
            let unknown = errors.first().and_then(|(_, errors)| errors.first());
            let unknown = unknown.map(|(name, kind)| format!("there is no {} called {name}", kind.as_str()));
            wrong(&unknown.unwrap_or_else(|| "a name in it is not defined".to_owned()))
        })?;
        Ok(Self(compiled))
    }

    /// Writes what the filter makes of a value, a JSON value per line.
    pub(super) fn write(&self, value: &Value, out: &mut impl Write) -> Result<(), Failure> {
        // The text of an error can contain values.
        let failed = || {
            Failure::other("--jq: the filter failed on a value; look at the values without --jq, and change the filter")
        };
        let input = read::parse_single(value.to_string().as_bytes()).map_err(|_| failed())?;
        let context = Ctx::<Data>::new(&self.0.lut, Vars::new([]));
        for made in self.0.id.run((context, input)) {
            let text = made.map_err(|_| failed())?.to_string();
            // The filter can make values that JSON does not have, for example NaN.
            serde_json::from_str::<IgnoredAny>(&text).map_err(|_| failed())?;
            writeln!(out, "{text}").map_err(|error| Failure::output(&error))?;
        }
        Ok(())
    }
}

fn wrong(reason: &str) -> Failure {
    Failure::usage(format!("--jq is not a valid filter: {reason}; nothing was sent"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Jq;

    fn filtered(code: &str) -> Result<String, String> {
        let value = json!({"a": [1, 2.50, "x\n"], "big": 12_345_678_901_234_567_u64, "b": null});
        let mut out = Vec::new();
        let jq = Jq::new(code).map_err(|failure| failure.to_string())?;
        jq.write(&value, &mut out).map_err(|failure| failure.to_string())?;
        String::from_utf8(out).map_err(|error| error.to_string())
    }

    #[test]
    fn each_value_is_a_line_of_json() {
        for (code, lines) in [
            (".a[]", "1\n2.5\n\"x\\n\"\n"),
            (".", "{\"a\":[1,2.5,\"x\\n\"],\"b\":null,\"big\":12345678901234567}\n"),
            ("{n: .a | length, t: (.b // \"none\")}", "{\"n\":3,\"t\":\"none\"}\n"),
            ("empty", ""),
            ("select(.b)", ""),
            (".a | map(tostring) | join(\"-\") | ascii_upcase | test(\"X\")", "true\n"),
            ("@base64 \"\\(.a[0])\"", "\"MQ==\"\n"),
        ] {
            assert_eq!(filtered(code).as_deref(), Ok(lines), "{code}");
        }
    }

    #[test]
    fn a_wrong_filter_is_one_sentence_and_a_failing_one_shows_no_value() {
        for (code, sentence) in [
            (".a[", "--jq is not a valid filter: it cannot be read at character 4; nothing was sent"),
            ("", "--jq is not a valid filter: it cannot be read at character 1; nothing was sent"),
            (".a | foo", "--jq is not a valid filter: there is no filter called foo; nothing was sent"),
            ("$x", "--jq is not a valid filter: there is no variable called $x; nothing was sent"),
            ("env", "--jq is not a valid filter: there is no filter called env; nothing was sent"),
            ("$ENV", "--jq is not a valid filter: there is no variable called $ENV; nothing was sent"),
            ("import \"x\" as x; .", "--jq is not a valid filter: it cannot be read; nothing was sent"),
        ] {
            assert_eq!(filtered(code), Err(sentence.to_owned()), "{code}");
        }
        for code in [".big.canary", ".a.x", "error(.big)", "halt", "halt_error", "input", "break $x", "nan", "infinite"]
        {
            let error = filtered(code).unwrap_err();
            assert!(error.starts_with("--jq") && !error.contains("12345"), "{code}: {error}");
        }
    }
}
