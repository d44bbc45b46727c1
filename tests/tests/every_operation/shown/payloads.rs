//! The records of webhooks, which are written by hand and belong to no operation.

use std::fmt::Debug;

use crm_core::codec::{self, Record};
use crm_core::webhook::event;
use crm_core::{Map, Wire};
use hoopai_client::receiver as hoopai;
use hubspot_client::receiver as hubspot;
use serde_json::{Value, json};

use super::PERSONAL;

/// Values of which at least one fits each member that is shown: an id, a time, a term, a number, a boolean, lists of ids.
fn fitting() -> [Value; 7] {
    [json!("a1"), json!("2026-01-02T03:04:05Z"), json!("TERM"), json!(7310), json!(true), json!(["a1"]), json!([7310])]
}

/// Checks that a record shows nothing personal, and adds a line with the members that it shows.
fn record<R: Record + Wire + Debug>(lines: &mut Vec<String>) {
    let (name, members) = (codec::name::<R>(), codec::members::<R>());
    let show = |members: Map<Value>| {
        let body = serde_json::to_vec(&members).expect("JSON");
        format!("{:?}", event::<R>(&body).expect("a record"))
    };
    for personal in PERSONAL {
        for value in
            [json!(personal), json!([personal]), json!({"id": personal, "new": personal}), json!([{"id": personal}])]
        {
            let shown = show(members.iter().map(|member| (*member, value.clone())).collect());
            assert!(!shown.to_lowercase().contains("canary") && !shown.contains(personal), "{name}: {shown}");
        }
    }
    let is_shown = |member: &str| {
        // A value of a type other than documented is not in a field.
        let shows = |value: Value| show([(member, value)].into_iter().collect());
        fitting()
            .into_iter()
            .map(shows)
            .any(|shown| ["a1", "2026", "TERM", "7310", "true"].iter().any(|text| shown.contains(text)))
    };
    let shown: Vec<_> = members.iter().copied().filter(|member| is_shown(member)).collect();
    lines.push(format!("{name}: {}", shown.join(", ")));
}

#[test]
fn webhooks_show_nothing_personal() {
    let mut lines = Vec::new();
    record::<hubspot::Event>(&mut lines);
    record::<hoopai::Event>(&mut lines);
    record::<hoopai::AppPayload>(&mut lines);
    record::<hoopai::AppointmentPayload>(&mut lines);
    record::<hoopai::CampaignPayload>(&mut lines);
    record::<hoopai::ContactPayload>(&mut lines);
    record::<hoopai::ConversationPayload>(&mut lines);
    record::<hoopai::CustomFieldPayload>(&mut lines);
    record::<hoopai::LocationPayload>(&mut lines);
    record::<hoopai::MessagePayload>(&mut lines);
    record::<hoopai::NotePayload>(&mut lines);
    record::<hoopai::OpportunityPayload>(&mut lines);
    record::<hoopai::OrderPayload>(&mut lines);
    record::<hoopai::TaskPayload>(&mut lines);
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("webhooks", lines.join("\n"));
    });
}
