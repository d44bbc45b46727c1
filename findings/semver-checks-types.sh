#!/usr/bin/env bash
# cargo-semver-checks 0.51.0: changes of types in signatures and fields.
#
# Expected: a library whose public function returns another type, or takes another type, needs a new major version.
# Seen: no lint looks at it. The return type and the argument of a function, the type of a public field, the type of a
# constant and an associated type can all change, and the tool reports "no semver update required" with exit code 0. A
# function that moves from one feature to another is not reported either if both features are on. A renamed function is.
#
# Output, seen twice with Rust 1.95.0:
#   return type: no semver update required
#   argument: no semver update required
#   field: no semver update required
#   constant: no semver update required
#   associated type: no semver update required
#   feature: no semver update required
#   name: semver requires new major version
#
# What follows: for a generated client, where most breaks are changed types, the tool is one judge of several. A list of
# the public items with their types and features, compared as text, finds all of these. Needs cargo and its registry; the
# tool compiles for some minutes. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cargo install --quiet --locked --root tools --version =0.51.0 cargo-semver-checks
library() {
  mkdir -p "$1/src"
  printf '[package]\nname = "thing"\nversion = "1.0.0"\nedition = "2024"\n[features]\none = []\ntwo = []\n' > "$1/Cargo.toml"
  cat > "$1/src/lib.rs"
}
text='pub trait Page { type Item; }
pub struct Contacts { pub name: Option<String> }
impl Page for Contacts { type Item = String; }
pub const LIMIT: u32 = 100;
pub fn count() -> u32 { 0 }
pub fn find(_: &str) {}
#[cfg(feature = "one")]
pub fn export() {}'
library before <<< "$text"
while IFS='|' read -r name from to; do
  library after <<< "${text/"$from"/"$to"}"
  verdict=$({ tools/bin/cargo-semver-checks semver-checks --manifest-path after/Cargo.toml --baseline-root before \
    --all-features 2>&1 || true; } | sed -n 's/^ *Summary //; s/: .*//; /semver/p' | tail -n 1)
  echo "$name: $verdict"
done > seen <<'END'
return type|-> u32 { 0 }|-> u64 { 0 }
argument|_: &str|_: String
field|Option<String>|Option<u64>
constant|LIMIT: u32|LIMIT: u64
associated type|Item = String|Item = u64
feature|"one"|"two"
name|fn count|fn total
END
cat seen
diff - seen <<'END'
return type: no semver update required
argument: no semver update required
field: no semver update required
constant: no semver update required
associated type: no semver update required
feature: no semver update required
name: semver requires new major version
END
