//! A hash of JSON that depends only on its meaning.
//!
//! Two settings can change the text of the same JSON: the order of members
//! (`serde_json/preserve_order`) and the notation of numbers (`serde_json/arbitrary_precision`). Any
//! crate of a program can enable either.

use serde_json::{Number, Value};

use crate::stable_hash::StableHash;

/// Adds a value to a hash. Each kind of value has a tag, and containers have an end, so no two
/// different values add the same parts.
pub(super) fn add(hash: StableHash, value: &Value) -> StableHash {
    match value {
        Value::Null => hash.part(b"null"),
        Value::Bool(true) => hash.part(b"true"),
        Value::Bool(false) => hash.part(b"false"),
        Value::Number(number) => hash.part(b"number").part(canonical(number).as_bytes()),
        Value::String(text) => hash.part(b"text").part(text.as_bytes()),
        Value::Array(values) => values.iter().fold(hash.part(b"["), add).part(b"]"),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|member| member.0);
            let add_member =
                |hash: StableHash, (name, value): (&String, &Value)| add(hash.part(name.as_bytes()), value);
            members.into_iter().fold(hash.part(b"{"), add_member).part(b"}")
        }
    }
}

/// Returns the number in canonical form: `1`, `1.0` and `1e0` are equal.
fn canonical(number: &Number) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(whole) = number.as_u64() {
        return whole.to_string();
    }
    if let Some(whole) = number.as_i64() {
        return whole.to_string();
    }
    match number.as_f64() {
        #[allow(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
        Some(float) if float.fract() == 0.0 && float.abs() < EXACT => (float as i64).to_string(),
        Some(float) => format!("{:016x}", float.to_bits()),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> u64 {
        add(StableHash::new(), &serde_json::from_str(text).unwrap()).finish()
    }

    #[test]
    fn the_same_json_has_the_same_hash_and_other_json_another() {
        let classes: [&[&str]; 12] = [
            &[r#"{"a":1,"b":{"c":[1,2],"d":null}}"#, r#"{"b":{"d":null,"c":[1.0,2e0]},"a":1}"#],
            &[r#"{"a":1,"b":{"c":[2,1],"d":null}}"#],
            &["[1]", "[1.0]"],
            &["[\"1\"]"],
            &["[[1]]"],
            &["[[],1]"],
            &["[1,[]]"],
            &["0.1", "1e-1"],
            &["18446744073709551615"],
            &["-1", "-1.0"],
            &["0", "-0.0", "0e5"],
            &["{}"],
        ];
        for (n, class) in classes.iter().enumerate() {
            for (m, other) in classes.iter().enumerate() {
                for (one, two) in class.iter().flat_map(|one| other.iter().map(move |two| (one, two))) {
                    assert_eq!(hash(one) == hash(two), n == m, "{one} and {two}");
                }
            }
        }
    }
}
