//! The filter of the output, which is a feature.

#![cfg(unix)]

use crate::support::{self, crm};

/// Runs a line whose filter has no spaces.
#[cfg(feature = "jq")]
fn filtered(line: &str) -> (i32, String, String) {
    let ran = crm(&format!("--fake {line}"));
    (ran.code, ran.output, ran.errors)
}

#[cfg(feature = "jq")]
#[test]
fn every_json_value_of_the_output_is_filtered() {
    let seed = r#"{"hubspot": {"contacts": [{"email": "ada@example.com"}, {"email": "bo@example.com"}]}}"#;
    let seed = support::seed(seed);
    for (line, output) in [
        (
            "hubspot contacts list --properties email --jq .properties.email",
            "\"ada@example.com\"\n\"bo@example.com\"\n",
        ),
        ("hubspot contacts list --all --jq select(.properties.email|test(\"^b\"))|.archived", "false\n"),
        (
            "search hubspot contacts --properties email --jq [.properties.email]",
            "[\"ada@example.com\"]\n[\"bo@example.com\"]\n",
        ),
        ("count hubspot contacts --jq .+1", "3\n"),
        ("raw hubspot GET /crm/objects/2026-03/contacts --jq .results|length", "2\n"),
        ("hubspot contacts create properties.email=c@example.com --dry-run --jq .method", "\"POST\"\n"),
    ] {
        let ran = crm(&format!("{line} --fake={}", seed.path()));
        assert_eq!((ran.code, ran.output.as_str()), (0, output), "{line}: {}", ran.errors);
    }
}

#[cfg(feature = "jq")]
#[test]
fn a_filter_that_cannot_be_used_is_refused_before_anything_is_sent() {
    let to = "--to /nowhere/x.jsonl";
    for (line, code, sentence) in [
        (
            "hubspot contacts list --jq .[",
            2,
            "--jq is not a valid filter: it cannot be read at character 3; nothing was sent",
        ),
        (
            "hubspot contacts list --jq foo",
            2,
            "--jq is not a valid filter: there is no filter called foo; nothing was sent",
        ),
        ("hubspot contacts list --jq . --format csv", 2, "the argument '--jq <FILTER>' cannot be used with '--format"),
        ("find contacts --jq .", 2, "the answer is a text, which is not filtered; leave out --jq"),
        ("doctor hubspot --jq .", 2, "--jq has no effect on crm doctor; leave it out"),
        (&format!("export hubspot contacts {to} --jq ."), 2, "--jq has no effect on crm export; leave it out"),
        ("mcp --jq .", 2, "--jq has no effect on crm mcp; leave it out"),
        ("hubspot account get-details --jq .portalId.x", 1, "--jq: the filter failed on a value; look at the values"),
    ] {
        let (ended, output, errors) = filtered(line);
        assert_eq!((ended, output.as_str()), (code, ""), "{line}: {errors}");
        assert!(errors.contains(sentence), "{line}: {errors}");
    }
}

#[cfg(not(feature = "jq"))]
#[test]
fn without_the_feature_there_is_no_such_option() {
    assert!(!crm("--help").output.contains("jq"));
    let ran = crm("hubspot contacts list --jq .id --fake");
    assert!(ran.code == 2 && ran.errors.contains("unexpected argument '--jq'"), "{}", ran.errors);
}
