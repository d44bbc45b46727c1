//! The bytes are those of serde_json.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::json as write;

fn same<T: Serialize>(value: &T) {
    let (ours, theirs) = (write(value).unwrap(), serde_json::to_vec(value).unwrap());
    assert_eq!(String::from_utf8(ours).unwrap(), String::from_utf8(theirs).unwrap());
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Pair(u8, String);

#[derive(Serialize)]
struct Record {
    name: &'static str,
    pair: Pair,
    none: Option<u8>,
}

#[derive(Serialize)]
enum Any {
    Unit,
    One(f64),
    Two(i64, char),
    Members { a: bool, b: Unit },
}

#[test]
fn whatever_can_be_written_has_the_same_bytes() {
    same(&Record { name: "a\"b", pair: Pair(1, "x".to_owned()), none: None });
    same(&[Any::Unit, Any::One(1.0), Any::Two(-1, '"'), Any::Members { a: true, b: Unit }]);
    same(&(u64::MAX, i64::MIN, u128::MAX, i128::MIN, 0.1_f32, f64::NAN, 1e300, (), Some(())));
    same(&(Vec::<u8>::new(), BTreeMap::<String, u8>::new(), [BTreeMap::from([("k", [0_u8; 0])])]));
    same(&format_args!("{}\n", 1));
    same(&serde_json::Number::from_f64(1.5));
}

#[test]
fn each_character_is_escaped_at_each_place() {
    for byte in (0..=0x7f_u8).map(char::from).chain(['\u{80}', '\u{2028}', '\u{ffff}', '\u{1f600}']) {
        for before in 0..17 {
            same(&format!("{}{byte}{}", "-".repeat(before), "é".repeat(9)));
        }
    }
}

#[test]
fn a_member_has_a_text_for_its_name() {
    let message = |error: Result<Vec<u8>, serde_json::Error>| error.unwrap_err().to_string();
    assert_eq!(message(write(&BTreeMap::from([(1, 2)]))), "the name of a member must be a text");
    assert_eq!(message(write(&[Failing])), "no");
}

/// A value that cannot be written.
struct Failing;

impl Serialize for Failing {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no"))
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        "[ -~\"\\\\\n]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_has_the_same_bytes(value in value()) {
        same(&value);
    }
}
