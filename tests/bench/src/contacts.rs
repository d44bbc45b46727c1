//! Pages of contacts read, and batches of them written.

use std::collections::HashMap;
use std::hint::black_box;
use std::io::Write;

use crm_core::{Map, codec};
use flate2::Compression;
use flate2::write::{GzEncoder, MultiGzDecoder};
use hubspot_client::RecordPage;
use hubspot_client::types::{BatchCreate, BatchCreateRow, ObjectPage};
use serde::Deserialize;

use crate::{data, stock};

/// The requested properties of a contact.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
pub(crate) struct Wanted {
    email: Option<String>,
    firstname: Option<String>,
    lastname: Option<String>,
    phone: Option<String>,
    company: Option<String>,
    city: Option<String>,
    lifecyclestage: Option<String>,
    lastmodifieddate: Option<String>,
    numemployees: Option<u32>,
    hs_marketable: Option<bool>,
}

/// The properties of a contact, all of them declared.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
pub(crate) struct Properties {
    address: Option<String>,
    annualrevenue_band: Option<String>,
    city: Option<String>,
    company: Option<String>,
    country: Option<String>,
    email: Option<String>,
    fax: Option<String>,
    firstname: Option<String>,
    hs_email_domain: Option<String>,
    hs_language: Option<String>,
    hs_lead_status: Option<String>,
    hs_persona: Option<String>,
    hs_timezone: Option<String>,
    industry: Option<String>,
    jobtitle: Option<String>,
    lastname: Option<String>,
    lifecyclestage: Option<String>,
    message: Option<String>,
    mobilephone: Option<String>,
    phone: Option<String>,
    salutation: Option<String>,
    state: Option<String>,
    website: Option<String>,
    zip: Option<String>,
    hs_analytics_num_page_views: Option<u32>,
    hs_analytics_num_visits: Option<u32>,
    hs_email_bounce: Option<u32>,
    hs_email_delivered: Option<u32>,
    hs_email_open: Option<u32>,
    num_associated_deals: Option<u32>,
    num_notes: Option<u32>,
    numemployees: Option<u32>,
    hs_email_optout: Option<bool>,
    hs_is_contact: Option<bool>,
    hs_is_unworked: Option<bool>,
    hs_marketable: Option<bool>,
    closedate: Option<String>,
    createdate: Option<String>,
    lastmodifieddate: Option<String>,
    notes_last_updated: Option<String>,
}

fn page() -> Vec<u8> {
    data::page().to_string().into_bytes()
}

/// A page with the properties in a map.
pub(crate) fn read_map() -> impl FnMut() {
    let body = page();
    move || drop(black_box(codec::decode::<ObjectPage>(black_box(&body)).expect("a page")))
}

/// Reads a page of contacts with varied values, with the properties in a map.
pub(crate) fn read_varied() -> impl FnMut() {
    let body = data::varied_page().to_string().into_bytes();
    move || drop(black_box(codec::decode::<ObjectPage>(black_box(&body)).expect("a page")))
}

/// Unpacks the same page in pieces, as the library does with the data of a connection.
pub(crate) fn unpack() -> impl FnMut() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&data::varied_page().to_string().into_bytes()).expect("memory");
    let packed = encoder.finish().expect("memory");
    move || {
        let mut decoder = MultiGzDecoder::new(Vec::with_capacity(packed.len() * 8));
        black_box(&packed).chunks(8 * 1024).for_each(|piece| decoder.write_all(piece).expect("a piece of it"));
        drop(black_box(decoder.finish().expect("all of it")));
    }
}

/// A page with the wanted properties in the user's own type.
pub(crate) fn read_wanted() -> impl FnMut() {
    let body = page();
    move || drop(black_box(codec::decode::<RecordPage<Wanted>>(black_box(&body)).expect("a page")))
}

/// A page with all properties in the user's own type.
pub(crate) fn read_typed() -> impl FnMut() {
    let body = page();
    move || drop(black_box(codec::decode::<RecordPage<Properties>>(black_box(&body)).expect("a page")))
}

pub(crate) fn read_stock() -> impl FnMut() {
    let body = page();
    move || drop(black_box(serde_json::from_slice::<stock::Page>(black_box(&body)).expect("a page")))
}

pub(crate) fn write() -> impl FnMut() {
    let row = |properties: Vec<(String, String)>| BatchCreateRow::new(properties.into_iter().collect::<Map<String>>());
    let batch = BatchCreate::new(data::batch().into_iter().map(row).collect::<Vec<_>>());
    move || drop(black_box(codec::encode(black_box(&batch)).expect("a batch")))
}

pub(crate) fn write_stock() -> impl FnMut() {
    let input = |properties: Vec<(String, String)>| stock::Input {
        associations: Vec::new(),
        object_write_trace_id: None,
        properties: properties.into_iter().collect::<HashMap<_, _>>(),
    };
    let batch = stock::Batch { inputs: data::batch().into_iter().map(input).collect() };
    move || drop(black_box(serde_json::to_vec(black_box(&batch)).expect("a batch")))
}
