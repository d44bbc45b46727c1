//! Reading, writing, refused input and `Debug`.
#![allow(unreachable_pub)]

use super::{Map, Timestamp, decode, encode, encode_form};

crate::record! {
    /// A node with a field of every type.
    pub struct Node {
        id: Option<String> = "id",
        count: Option<i64> = "count",
        ratio: Option<f64> = "ratio",
        on: Option<bool> = "on",
        tags: Vec<String> = "tags",
        child: Option<Box<Node>> = "child",
        properties: Map<String> = "properties",
        at: Option<Timestamp> = "at",
        kind: Option<Kind> = "kind",
    }
    required "id"
    with default
}

crate::open_enum! {
    /// A kind.
    pub enum Kind {
        /// `a`
        A = "a",
        /// `B b`
        Bb = "B b",
    }
}

crate::record! {
    /// One shape.
    pub struct Circle {
        radius: Option<f64> = "radius",
    }
    with default
}

crate::record! {
    /// Another shape.
    pub struct Square {
        side: Option<f64> = "side",
    }
    with default
}

crate::union! {
    /// A shape, identified by its kind.
    pub enum Shape by "kind" { Circle(Circle) = "circle" | "round", Square(Square) = "square" }
}

crate::union! {
    /// A shape, identified by its members.
    pub enum Loose by members { Circle(Circle) = "radius", Square(Square) = "side" | "edge" }
}

fn node(body: &str) -> Node {
    decode(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"))
}

crate::record! {
    /// A record with more than twice as many fields as a tuple here has elements.
    pub struct Wide {
        a: Option<i64> = "a",
        b: Option<i64> = "b",
        c: Option<i64> = "c",
        d: Option<i64> = "d",
        e: Option<i64> = "e",
        f: Option<i64> = "f",
        g: Option<i64> = "g",
        h: Option<i64> = "h",
        i: Option<i64> = "i",
        j: Option<i64> = "j",
        k: Option<i64> = "k",
        l: Option<i64> = "l",
        ;
        m: Option<i64> = "m",
        n: Option<i64> = "n",
        o: Option<i64> = "o",
        p: Option<i64> = "p",
        q: Option<i64> = "q",
        r: Option<i64> = "r",
        s: Option<i64> = "s",
        t: Option<i64> = "t",
        u: Option<i64> = "u",
        v: Option<i64> = "v",
        w: Option<i64> = "w",
        x: Option<i64> = "x",
        y: Option<i64> = "y",
        z: Option<i64> = "z",
    }
    required "z"
    with default
}

proptest::proptest! {
    #[test]
    fn each_member_goes_to_its_field_in_any_order(mut letters in proptest::sample::subsequence(('a'..='z').collect::<Vec<_>>(), 0..=26), turn in 0..26_usize) {
        let written: Vec<String> = letters.iter().map(|letter| format!("\"{letter}\":{}", *letter as u32)).collect();
        let at = turn % letters.len().max(1);
        letters.rotate_left(at);
        let body: Vec<String> = letters.iter().map(|letter| format!("\"{letter}\": {}", *letter as u32)).collect();
        let wide: Wide = decode(format!("{{{}}}", body.join(", ")).as_bytes()).unwrap();
        assert_eq!(wide.clone(), wide);
        assert_eq!(wide.m, letters.contains(&'m').then_some(109));
        assert_eq!(serde_json::to_string(&wide).unwrap(), format!("{{{}}}", written.join(",")));
        assert_eq!(encode(&wide).is_ok(), letters.contains(&'z'));
    }
}

#[test]
fn what_vendors_send_is_read() {
    assert_eq!(node(r#"{"id": 51}"#).id.as_deref(), Some("51"));
    assert_eq!(node(r#"{"id": true}"#).id.as_deref(), Some("true"));
    assert_eq!(node(r#"{"id": 1.5}"#).id.as_deref(), Some("1.5"));
    assert_eq!(node(r#"{"count": "12"}"#).count, Some(12));
    assert_eq!(node(r#"{"count": 12.0}"#).count, Some(12));
    assert_eq!(node(r#"{"count": ""}"#).count, None);
    assert_eq!(node(r#"{"ratio": "0.25"}"#).ratio, Some(0.25));
    assert_eq!(node(r#"{"ratio": 2}"#).ratio, Some(2.0));
    assert_eq!(node(r#"{"on": "true"}"#).on, Some(true));
    assert_eq!(node(r#"{"on": 0}"#).on, Some(false));
    assert_eq!(node(r#"{"tags": [456, "x", null, 1.5]}"#).tags, ["456", "x", "1.5"]);
    assert_eq!(node(r#"{"tags": "only"}"#).tags, ["only"]);
    assert_eq!(
        node(r#"{"properties": {"a": "1", "b": null, "c": 3}}"#).properties,
        Map::from([("a", "1".to_owned()), ("c", "3".to_owned())])
    );
    assert_eq!(node(r#"{"kind": "zzz"}"#).kind, Some(Kind::Unrecognized("zzz".into())));
    assert_eq!(node(r#"{"at": 1631707200000}"#).at.unwrap().unix_millis(), Some(1_631_707_200_000));
    assert_eq!(node(r#"{"new": [1], "id": "x"}"#).extra.get("new"), Some(&serde_json::json!([1])));
    assert_eq!(node(r#"{"child": {"child": null}}"#).child.unwrap().child, None);
}

#[test]
fn null_missing_and_empty_are_alike() {
    let nulls = r#"{"id":null,"count":null,"ratio":null,"on":null,"tags":null,"child":null,"properties":null,"at":null,"kind":null}"#;
    for body in [nulls, "{}", "null", "", "  \n"] {
        assert!(node(body) == Node::default(), "{body}");
    }
    assert!(decode::<Vec<String>>(b"").unwrap().is_empty());
    decode::<()>(b"{\"anything\": 1}").unwrap();
}

#[test]
fn of_a_member_that_comes_twice_the_last_one_counts() {
    let node = node(r#"{"id": "a", "id": "b", "properties": {"x": "1", "x": "2"}, "new": 1, "new": 2}"#);
    assert_eq!(node.id.as_deref(), Some("b"));
    assert_eq!(node.properties.get("x").map(String::as_str), Some("2"));
    assert_eq!(node.extra.get("new"), Some(&serde_json::json!(2)));
    let mut properties = node.properties;
    assert_eq!(properties.remove("x").as_deref(), Some("2"));
    assert!(properties.is_empty());
}

#[test]
fn reading_takes_time_in_proportion_to_what_is_sent() {
    // 200,000 members without a field: quadratic time would be minutes.
    let members: Vec<String> = (0..200_000).map(|n| format!("\"member{n}\":{n}")).collect();
    let node = node(&format!("{{{}}}", members.join(",")));
    assert_eq!(node.extra.len(), 200_000);
}

#[test]
fn what_cannot_be_meant_is_refused_without_showing_it() {
    for (body, place) in [
        (r#"["jane@example.com"]"#, "at `.`: "),
        (r#""jane@example.com""#, "at `.`: "),
        (r#"{"id": "jane@example.com"#, "at `id`: "),
        ("<html>jane@example.com</html>", "at `.`: "),
        (r#"{"id": "x"} jane"#, "at `.`: "),
        (r#"{"properties": {"a": "x", "b": jane"#, "at `properties.b`: "),
        (r#"{"child": {"id": "x", "tags": ["x", null, jane"#, "at `child.tags[2]`: "),
        (r#"{"new": [{"name": jane"#, "at `new[0].name`: "),
    ] {
        let error = decode::<Node>(body.as_bytes()).err().unwrap_or_else(|| panic!("{body} was read"));
        let text = error.to_string();
        assert!(text.starts_with(place), "{body}: {text}");
        assert!(!text.contains("jane"), "{text}");
    }
}

#[test]
fn the_place_of_an_error_is_that_of_its_own_body() {
    let refused = |body: &str| decode::<Vec<Node>>(body.as_bytes()).unwrap_err().path().to_owned();
    assert_eq!(refused(r#"[{"id": "x"}, null, 7]"#), "[2]");
    // What ended the reading is the end of the text, not the odd member before it.
    assert_eq!(refused(r#"[{"count": {}}, {"child": {"id": "#), "[1].child.id");
    assert_eq!(refused("[{\"count\": {}, \"id\": \"\\ud83d\"}, {\"tags\": [\"x\", \"y"), "[1].tags[1]");
    assert_eq!(refused("7"), ".");
    decode::<Node>(br#"{"count": {}}"#).unwrap();
    assert_eq!(refused("{"), ".");
}

#[test]
fn a_member_of_an_odd_kind_is_kept_and_the_rest_is_read() {
    for (odd, seen) in [
        (r#""count":"jane""#, "count: expected an integer, found text"),
        (r#""count":1.5"#, "count: expected an integer, found a number"),
        (r#""id":{"secret":1}"#, "id: expected text, found an object"),
        (r#""id":[]"#, "id: expected text, found a list"),
        (r#""on":"perhaps""#, "on: expected a boolean, found text"),
        (r#""tags":[["x"]]"#, "tags[]: expected text, found a list"),
        (r#""child":"x""#, "child: expected an object, found text"),
        (r#""child":false"#, "child: expected an object, found a boolean"),
        (r#""child":[]"#, "child: expected an object, found a list"),
        (r#""properties":[]"#, "properties: expected an object, found a list"),
        (r#""properties":{"a":{}}"#, "properties.a: expected text, found an object"),
        (r#""kind":{}"#, "kind: expected text, found an object"),
        (r#""at":{}"#, "at: expected text, found an object"),
        (r#""child":{"child":{"count":{}}}"#, "child.child.count: expected an integer, found an object"),
    ] {
        let body = format!(r#"{{{odd},"ratio":0.5}}"#);
        let node = node(&body);
        assert_eq!(node.ratio, Some(0.5), "{body}");
        let written: serde_json::Value = serde_json::to_value(&node).unwrap();
        let sent: serde_json::Value = serde_json::from_str(&body).unwrap();
        for (name, value) in sent.as_object().unwrap() {
            assert_eq!(&without_blanks(&written[name]), value, "{body}");
        }
        assert_eq!(oddities::<Node>(&body), [seen], "{body}");
    }
}

/// A value without the empty lists and maps that a record writes.
fn without_blanks(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(members) => members
            .iter()
            .filter(|(name, value)| !(["tags", "properties"].contains(&name.as_str()) && blank(value)))
            .map(|(name, value)| (name.clone(), without_blanks(value)))
            .collect(),
        other => other.clone(),
    }
}

fn blank(value: &serde_json::Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn oddities<T: super::Wire>(body: &str) -> Vec<String> {
    let mut found = Vec::new();
    super::decode_noting::<T>(body.as_bytes(), Some(&mut found)).unwrap();
    found.iter().map(|odd| format!("{}: expected {}, found {}", odd.path, odd.expected, odd.found)).collect()
}

#[test]
fn what_a_member_of_an_odd_kind_held_can_be_reached() {
    let node = node(r#"{"child": {"id": "x", "tags": {"a": []}}, "properties": {"x": "1", "y": ["jane"]}}"#);
    let child = node.child.unwrap();
    assert_eq!(child.id.as_deref(), Some("x"));
    assert_eq!(child.extra.get("tags"), Some(&serde_json::json!({"a": []})));
    assert_eq!(node.properties, super::decode(br#"{"x": "1", "y": ["jane"]}"#).unwrap());
    assert_eq!(node.properties.get("x").map(String::as_str), Some("1"));
    assert_eq!(node.properties.odd().collect::<Vec<_>>(), [("y", &serde_json::json!(["jane"]))]);
}

#[test]
fn an_empty_text_in_the_place_of_an_object_is_none() {
    let node = node(r#"{"child": "", "properties": "", "id": "x"}"#);
    assert!(node.child.is_none() && node.properties.is_empty() && node.extra.is_empty());
}

#[test]
fn what_is_not_promised_is_noted_with_its_place_and_without_its_value() {
    let body =
        r#"{"new": "jane", "kind": "jane", "child": {"new": 1, "kind": "a"}, "id": 5, "tags": ["b"], "count": "1"}"#;
    assert_eq!(
        oddities::<Node>(body),
        [
            "child.new: expected nothing, found a number",
            "kind: expected a known value, found text",
            "new: expected nothing, found text"
        ]
    );
    let many = format!("[{}]", [r#"{"new": 1}"#; 5].join(","));
    let mut found = Vec::new();
    super::decode_noting::<Vec<Circle>>(many.as_bytes(), Some(&mut found)).unwrap();
    assert_eq!(found.iter().map(|odd| (odd.path.as_str(), odd.count)).collect::<Vec<_>>(), [("[].new", 5)]);
}

#[test]
fn what_is_not_quite_text_is_replaced() {
    let tags = |body: &[u8]| decode::<Node>(body).unwrap().tags;
    assert_eq!(tags(b"{\"tags\": [\"a\", \"\xff\"]}"), ["a", "\u{fffd}"]);
    assert_eq!(
        tags(br#"{"tags": ["x\ud83d", "\ude00y", "\ud83d\ude00", "\\ud83d", "\ud83d\n"]}"#),
        ["x\u{fffd}", "\u{fffd}y", "\u{1f600}", "\\ud83d", "\u{fffd}\n"]
    );
    assert_eq!(decode::<Circle>(b"{\"new\": \"\xff\", \"radius\": 2}").unwrap().radius, Some(2.0));
}

crate::record! {
    /// A change.
    pub struct Change {
        phone: Option<String> = "phone",
        child: Option<Box<Node>> = "child",
        changed_at: Option<Timestamp> = "changedAt",
    }
    nullable "phone" "child"
    read_only "changedAt"
    with default
}
crate::clears!(Change { clear_phone: phone = "phone" });
crate::setters!(Change { phone: String });

#[test]
fn null_is_sent_where_it_clears_a_member() {
    let body = |change: &Change| String::from_utf8(encode(change).unwrap()).unwrap();
    assert_eq!(body(&Change::default().phone("1").clear_phone()), r#"{"phone":null}"#);
    assert_eq!(body(&Change::default().clear_phone().phone("1")), r#"{"phone":"1"}"#);
    // A user's own JSON gives the same result in both ways of reading.
    let own = r#"{"phone":null,"child":null,"new":null}"#;
    assert_eq!(body(&serde_json::from_str(own).unwrap()), own);
    assert_eq!(body(&serde_json::from_value(serde_json::from_str(own).unwrap()).unwrap()), own);
}

#[test]
fn what_only_replies_have_is_not_sent() {
    let change: Change = decode(br#"{"phone": "1", "changedAt": "2026-01-01"}"#).unwrap();
    assert_eq!(encode(&change).unwrap(), br#"{"phone":"1"}"#);
    assert_eq!(serde_json::to_string(&change).unwrap(), r#"{"phone":"1","changedAt":"2026-01-01"}"#);
}

proptest::proptest! {
    #[test]
    fn both_ways_of_reading_give_the_same(body in json(4)) {
        let body = body.to_string();
        if let Ok(read) = super::promptly::<Node>(body.as_bytes()) {
            let value: serde_json::Value = serde_json::from_str(&body).unwrap();
            let salvaged = <super::AsObject as super::Form<Node>>::salvage(&value, &mut super::Oddities::default());
            proptest::prop_assert!(salvaged == Ok(read));
        }
        // Whatever the body is, no part of an object is lost.
        if let Ok(node) = decode::<Node>(body.as_bytes()) && body.starts_with('{') {
            let again: Node = decode(serde_json::to_string(&node).unwrap().as_bytes()).unwrap();
            proptest::prop_assert!(again == node);
        }
    }
}

/// JSON with approximately the form of a node.
fn json(depth: u32) -> impl proptest::strategy::Strategy<Value = serde_json::Value> {
    use proptest::prelude::*;
    use serde_json::json;
    let names =
        prop::sample::select(vec!["id", "count", "ratio", "on", "tags", "child", "properties", "at", "kind", "new"]);
    let plain = prop_oneof![
        Just(json!(null)),
        Just(json!("")),
        Just(json!("a")),
        Just(json!("7")),
        Just(json!(true)),
        Just(json!(3)),
        Just(json!(2.5)),
    ];
    plain.prop_recursive(depth, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(serde_json::Value::from),
            prop::collection::vec((names.clone(), inner), 0..6).prop_map(|members| {
                serde_json::Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

#[test]
fn requests_are_exact() {
    let node = Node {
        id: Some("1".into()),
        ratio: Some(20.0),
        tags: vec!["a".into()],
        kind: Some(Kind::Bb),
        ..Node::default()
    };
    let body = String::from_utf8(encode(&node).unwrap()).unwrap();
    assert_eq!(body, r#"{"id":"1","ratio":20,"tags":["a"],"properties":{},"kind":"B b"}"#);
    let nested = Node { id: Some("1".into()), child: Some(Box::default()), ..Node::default() };
    assert_eq!(encode(&nested).unwrap_err().to_string(), "`id` is required in `Node`");
    // For the user's own storage nothing is required, and extra members are written back.
    let stored = serde_json::to_string(&super::tests::node(r#"{"new": 1}"#)).unwrap();
    assert_eq!(stored, r#"{"tags":[],"properties":{},"new":1}"#);
}

#[test]
fn forms_repeat_lists_and_refuse_nesting() {
    let node = Node { id: Some("a b&c".into()), tags: vec!["x".into(), "y".into()], ..Node::default() };
    assert_eq!(encode_form(&node).unwrap_err().to_string(), "`properties` cannot be nested in a form");
    assert_eq!(encode_form(&Circle { radius: Some(2.0), ..Circle::default() }).unwrap(), "radius=2");
    assert_eq!(encode_form(&vec!["x".to_owned()]).unwrap_err().to_string(), "a form needs a record");
}

#[test]
fn unions_choose_by_tag_or_members_and_keep_the_rest() {
    let round: Shape = decode(br#"{"kind": "round", "radius": 1}"#).unwrap();
    assert!(round == Shape::from(decode::<Circle>(br#"{"kind": "round", "radius": 1}"#).unwrap()));
    let odd: Shape = decode(br#"{"kind": "blob", "x": 1}"#).unwrap();
    assert_eq!(serde_json::to_string(&odd).unwrap(), r#"{"kind":"blob","x":1}"#);
    assert!(matches!(decode::<Loose>(br#"{"side": 2}"#).unwrap(), Loose::Square(_)));
    assert!(matches!(decode::<Loose>(b"[]").unwrap(), Loose::Unrecognized(_)));
}

#[test]
fn timestamps_understand_every_form() {
    for (text, millis) in [
        ("2023-05-15T10:30:00Z", Some(1_684_146_600_000)),
        ("2023-05-15T10:30:00.250Z", Some(1_684_146_600_250)),
        ("2023-05-15 10:30:00Z", Some(1_684_146_600_000)),
        ("2023-05-15T12:30:00+02:00", Some(1_684_146_600_000)),
        ("2023-05-15", Some(1_684_108_800_000)),
        ("1684146600000", Some(1_684_146_600_000)),
        ("soon", None),
        ("", None),
    ] {
        assert_eq!(Timestamp::from(text).unix_millis(), millis, "{text}");
        assert_eq!(Timestamp::from(text).as_str(), text);
    }
    assert_eq!(Timestamp::from_unix_millis(1_684_146_600_250).as_str(), "2023-05-15T10:30:00.250Z");
    assert_eq!(Timestamp::from_unix_millis(i64::MAX).as_str(), i64::MAX.to_string());
}

#[test]
fn what_was_stored_is_read_back_with_what_no_field_can_hold() {
    let body = r#"{"id":"x","count":"many","tags":[],"properties":{"a":"1","b":[2]},"new":null}"#;
    let stored = serde_json::to_string(&node(body)).unwrap();
    assert_eq!(stored, r#"{"id":"x","count":"many","tags":[],"properties":{"a":"1","b":[2]},"new":null}"#);
    assert_eq!(serde_json::from_str::<Node>(&stored).unwrap(), node(body));
    assert!(serde_json::from_str::<Node>(r#""jane""#).is_err_and(|error| !error.to_string().contains("jane")));
}

#[test]
fn what_is_set_takes_the_place_of_what_was_odd() {
    let mut map: Map<i64> = decode(br#"{"a": [1], "b": {}}"#).unwrap();
    map.insert("a", 5);
    map.remove("b");
    assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"a":5}"#);
}

#[test]
fn a_number_that_json_cannot_hold_is_not_sent_as_null() {
    let node = Node { id: Some("1".into()), ratio: Some(f64::NAN), ..Node::default() };
    assert!(encode(&node).unwrap_err().to_string().contains("not finite"));
}

#[test]
fn a_mark_before_the_text_is_passed_over() {
    assert_eq!(decode::<Node>(b"\xef\xbb\xbf{\"id\": \"x\"}").unwrap().id.as_deref(), Some("x"));
    assert_eq!(decode::<Vec<bool>>(b"true").unwrap(), [true]);
    assert_eq!(decode::<Vec<f64>>(b"1.5").unwrap(), [1.5]);
}
