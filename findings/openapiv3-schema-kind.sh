#!/usr/bin/env bash
# openapiv3 2.2.0: the kind of a schema with `"type": "integer"` depends on how its bounds are written.
#
# Expected: a schema that states one type is read as `SchemaKind::Type` of that type. JSON Schema counts `10.0` as an
# integer, and a bound may be any number.
# Seen: a bound that is not an `i64` in JSON (`10.0`, `0.5`, or one beyond 9223372036854775807, as `uint64` has) makes the
# schema `SchemaKind::Any`, without an error. So does a keyword of another type, for example `maximum` of a string. A count
# such as `minLength` that is written `1.0` is an error instead.
#
# Output, seen twice with Rust 1.95.0:
#   integer, maximum 10: Type
#   integer, maximum 10.0: Any
#   integer, minimum 0.5: Any
#   integer, maximum 9223372036854775807: Type
#   integer, maximum 9223372036854775808: Any
#   integer, enum [1.0]: Any
#   string, maximum 1: Any
#   string, minLength 1.0: error
#
# What follows: a program that matches on `SchemaKind::Type` takes such a number for a value of any type and loses its
# bounds; it has to look at `typ` of the `Any` schema too. One that is written by a tool that prints every number as a
# float is affected as a whole. Needs cargo and its registry. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "kinds"
version = "0.0.0"
edition = "2024"

[dependencies]
openapiv3 = "=2.2.0"
serde_json = "=1.0.145"
TOML
cat > src/main.rs <<'RUST'
use openapiv3::{Schema, SchemaKind};

fn main() {
    for (ty, key, value) in [
        ("integer", "maximum", "10"),
        ("integer", "maximum", "10.0"),
        ("integer", "minimum", "0.5"),
        ("integer", "maximum", "9223372036854775807"),
        ("integer", "maximum", "9223372036854775808"),
        ("integer", "enum", "[1.0]"),
        ("string", "maximum", "1"),
        ("string", "minLength", "1.0"),
    ] {
        let text = format!(r#"{{"type": "{ty}", "{key}": {value}}}"#);
        let kind = match serde_json::from_str::<Schema>(&text).map(|schema| schema.schema_kind) {
            Ok(SchemaKind::Type(_)) => "Type",
            Ok(SchemaKind::Any(_)) => "Any",
            Ok(_) => "another",
            Err(_) => "error",
        };
        println!("{ty}, {key} {value}: {kind}");
    }
}
RUST
cargo run --quiet > seen
cat seen
diff - seen <<'END'
integer, maximum 10: Type
integer, maximum 10.0: Any
integer, minimum 0.5: Any
integer, maximum 9223372036854775807: Type
integer, maximum 9223372036854775808: Any
integer, enum [1.0]: Any
string, maximum 1: Any
string, minLength 1.0: error
END
