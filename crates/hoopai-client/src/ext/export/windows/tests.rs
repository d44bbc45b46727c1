//! Windows over accounts in which many contacts were added at the same time, or in the same second.

use std::collections::HashMap;

use crm_core::reexport::serde_json::{Value, json};
use fastrand::Rng;

use super::{Found, Place, Window, Windows, known};
use crate::types::FoundContact;

/// An account and what its vendor does.
struct Vendor {
    /// In the order in which they were added: at times from a few, or without a time.
    contacts: Vec<FoundContact>,
    /// Ranges are compared by this many characters of a time.
    precision: usize,
    /// The maximum number of contacts of a page, whatever was requested.
    most: Option<usize>,
    /// Contacts before a border are not sorted.
    shuffled: bool,
}

impl Vendor {
    fn new(rng: &mut Rng) -> Self {
        let (number, times) = (rng.u32(0..120), rng.u32(1..60) * rng.u32(1..50));
        // The times are whole seconds, or several of them are in the same second.
        let per_second = if rng.bool() { 1 } else { rng.u32(2..20) };
        let mut contacts: Vec<FoundContact> = (0..number)
            .map(|n| {
                let time = rng.u32(0..times);
                let (second, millis) = (time / per_second, time % per_second);
                let added = (rng.u8(0..20) > 0)
                    .then(|| format!("2026-01-01T00:{:02}:{:02}.{millis:03}Z", second / 60, second % 60));
                let search_after = vec![json!(added), json!(n)];
                FoundContact { id: Some(n.to_string()), date_added: added, search_after, ..FoundContact::default() }
            })
            .collect();
        // Contacts without a time are at the end of a search without a filter.
        contacts.sort_by_key(|contact| (contact.date_added.is_none(), contact.date_added.clone()));
        let precision = if rng.bool() { "2026-01-01T00:00:00".len() } else { "2026-01-01T00:00:00.000".len() };
        let most = (rng.u8(0..3) == 0).then(|| rng.usize(1..5));
        Self { contacts, precision, most, shuffled: rng.u8(0..4) == 0 }
    }

    fn found(&self, window: &Window) -> Vec<&FoundContact> {
        let cut = |time: &String| time[..self.precision].to_owned();
        let is_in = |contact: &&FoundContact| match (window, &contact.date_added) {
            (Window::Added { from: None, to: None }, _) => true,
            (Window::Added { from, to }, Some(added)) => {
                from.as_ref().is_none_or(|from| cut(added) >= cut(from))
                    && to.as_ref().is_none_or(|to| cut(added) < cut(to))
            }
            (Window::Added { .. }, None) => false,
            (Window::Undated, added) => added.is_none(),
        };
        self.contacts.iter().filter(is_in).collect()
    }

    fn page(&self, rng: &mut Rng, place: &Place, limit: usize) -> Found {
        let contacts = self.found(&place.window);
        let place_of = |after: &Vec<Value>| {
            assert_ne!(after.last(), Some(&json!(NUMBERED)), "the sort values are from a page with a number");
            contacts.iter().position(|contact| contact.search_after == *after).unwrap() + 1
        };
        let from = place.after.as_ref().map_or(0, place_of);
        // A total can be too high by contacts that were just deleted, and too low by those that were deleted after they were
        // read.
        let total = (contacts.len() + rng.usize(0..2) - rng.usize(0..=from)) as u64;
        let counted = rng.bool().then_some(total);
        let size = limit.min(self.most.unwrap_or(limit));
        Found { contacts: contacts.into_iter().skip(from).take(size).cloned().collect(), counted }
    }

    /// Returns the page with this number. Its contacts have sort values that are of no use for other searches, or none.
    fn numbered(&self, rng: &mut Rng, window: &Window, number: usize, size: usize) -> Found {
        let rest = self.found(window);
        let page = rest.iter().skip((number - 1) * size).take(size);
        let mut contacts: Vec<FoundContact> = page.map(|&contact| contact.clone()).collect();
        for contact in &mut contacts {
            contact.search_after = if rng.bool() { vec![json!(NUMBERED)] } else { Vec::new() };
        }
        if self.shuffled {
            rng.shuffle(&mut contacts);
        }
        Found { contacts, counted: rng.bool().then_some(rest.len() as u64) }
    }
}

/// The sort value of contacts that a page with a number returned.
const NUMBERED: &str = "numbered";

/// Reads an account by pages, at random stopped and resumed with another page size. Returns how often each contact came,
/// and the number of stops.
fn read(rng: &mut Rng, vendor: &Vendor, resumes: bool) -> (HashMap<String, u32>, u32) {
    let (mut windows, mut seen, mut stops) = (Windows::new(), HashMap::new(), 0);
    let mut limit = rng.usize(2..12);
    while !windows.is_over() {
        if windows.wants_borders(3) {
            let (number, size) = (20 / limit, limit - 1);
            let rest = Window::Added { from: windows.border().map(str::to_owned), to: None };
            windows.add_border(vendor.numbered(rng, &rest, number, size), (number * size) as u64);
        }
        for (key, place) in windows.due(3) {
            windows.arrive(key, vendor.page(rng, &place, limit), limit).unwrap();
        }
        for _ in 0..rng.usize(0..12) {
            let Some(contact) = windows.pop() else { break };
            *seen.entry(contact.id.unwrap()).or_default() += 1;
        }
        if resumes && rng.u8(0..8) == 0 {
            windows = Windows::load(&windows.save()).unwrap();
            limit = rng.usize(2..12);
            stops += 1;
        }
    }
    assert_eq!(windows.done, seen.values().map(|times| u64::from(*times)).sum::<u64>());
    (seen, stops)
}

#[test]
fn each_contact_comes_once_whatever_was_added_at_the_same_time() {
    for seed in 0..2_000 {
        let rng = &mut Rng::with_seed(seed);
        let vendor = Vendor::new(rng);
        let resumes = rng.bool();
        let (seen, stops) = read(rng, &vendor, resumes);
        // Only a position in the middle of a second that the vendor does not divide returns contacts again.
        let exact = vendor.precision > "2026-01-01T00:00:00".len();
        let most = if exact { 1 } else { 1 + stops };
        let count = seen.values().max().copied().unwrap_or(0);
        assert!(seen.len() == vendor.contacts.len() && count <= most, "account {seed}: {} {count}", seen.len());
    }
}

fn contacts(times: &[&str]) -> Vec<FoundContact> {
    let contact = |time: &&str| FoundContact {
        date_added: (!time.is_empty()).then(|| format!("2026-01-01T00:00:{time}Z")),
        search_after: vec![json!(NUMBERED)],
        ..FoundContact::default()
    };
    times.iter().map(contact).collect()
}

#[test]
fn known_contacts_are_between_two_changes_of_the_second_and_their_times_differ() {
    for (times, expected) in [
        (&["01.000", "02.000", "03.000", "04.000"][..], Some(1..3)),
        (&["01.100", "01.900", "02.000", "02.100", "03.100", "03.200"], Some(2..4)),
        (&["01.000", "02.000", "02.000", "03.000", "03.500", "04.000"], Some(3..5)),
        (&["01.000", "02.000", "03.000", "03.000", "04.000"], None),
        (&["01.100", "01.200", "01.300"], None),
        (&["01.000", "02.100", "02.200"], None),
        (&["02.000", "01.000", "03.000", "04.000"], None),
        (&["", "", "01.000", "02.000", "03.000"], Some(3..4)),
        (&["01.000", "02.000", "03.000", ""], None),
        (&["01.000"], None),
        (&[], None),
    ] {
        assert_eq!(known(&contacts(times)), expected, "{times:?}");
    }
}

#[test]
fn the_position_among_known_contacts_is_a_time() {
    let mut windows = Windows::new();
    windows.add_border(Found { contacts: contacts(&["01.000", "02.000", "02.500", "03.000"]), counted: None }, 4);
    assert_eq!(windows.pop().unwrap().date_added.as_deref(), Some("2026-01-01T00:00:02.000Z"));
    let mut resumed = Windows::load(&windows.save()).unwrap();
    let places = resumed.due(9).into_iter().map(|(_, place)| (place.window, place.after));
    let time = |time: &str| Some(format!("2026-01-01T00:00:{time}Z"));
    let first = Window::Added { from: None, to: time("02.000") };
    let rest = Window::Added { from: time("02.500"), to: time("03.000") };
    assert_eq!(places.collect::<Vec<_>>(), [(first, None), (rest, None)]);
}

#[test]
fn a_vendor_that_ignores_ranges_does_not_keep_an_export_from_ending() {
    let mut windows = Windows::new();
    for _ in 0..2 {
        assert!(windows.wants_borders(9));
        windows.add_border(Found { contacts: contacts(&["01.000", "02.000", "02.500"]), counted: None }, 3);
    }
    assert!(!windows.wants_borders(9));
}

#[test]
fn pages_smaller_than_requested_end_a_walk_only_if_nothing_follows() {
    let walk = |resumes: bool, sizes: &[(usize, Option<u64>)]| {
        let mut windows = Windows::new();
        windows.add_border(Found { contacts: Vec::new(), counted: None }, 9);
        let mut requests = 0;
        for &(size, counted) in sizes {
            let Some((key, _)) = windows.due(1).pop() else { break };
            let contact = |n| FoundContact { search_after: vec![json!(requests), json!(n)], ..FoundContact::default() };
            let contacts = (0..size).map(contact).collect();
            requests += 1;
            windows.arrive(key, Found { contacts, counted }, 5).unwrap();
            while windows.pop().is_some() {}
            if resumes {
                windows = Windows::load(&windows.save()).unwrap();
            }
        }
        (requests, windows.is_over())
    };
    assert_eq!(walk(false, &[(3, Some(8)), (3, Some(8)), (2, Some(8))]), (3, true));
    assert_eq!(walk(false, &[(5, Some(8)), (3, Some(8))]), (2, true));
    assert_eq!(walk(false, &[(5, Some(9)), (3, Some(9)), (0, Some(9))]), (3, true));
    assert_eq!(walk(false, &[(5, Some(1)), (3, Some(1))]), (2, true));
    assert_eq!(walk(false, &[(5, None), (3, None), (0, None)]), (3, true));
    // Contacts that were read have been deleted, and the vendor limits the pages to three.
    assert_eq!(walk(false, &[(3, Some(9)), (3, Some(5)), (3, Some(5)), (0, Some(5))]), (4, true));
    // The sizes of earlier pages are not stored.
    assert_eq!(walk(true, &[(5, Some(8)), (3, Some(8)), (0, Some(8))]), (3, true));
}

#[test]
fn a_page_without_a_position_is_the_last_one_only_if_the_vendor_counted_no_further_contacts() {
    let walk = |size: usize, counted| {
        let mut windows = Windows::new();
        windows.add_border(Found { contacts: Vec::new(), counted: None }, 9);
        let (key, _) = windows.due(1).pop().unwrap();
        let arrived = windows.arrive(key, Found { contacts: vec![FoundContact::default(); size], counted }, 5);
        while windows.pop().is_some() {}
        arrived.map(|()| windows.is_over())
    };
    let fault = Err("the last contact of a page has no searchAfter, although there may be more");
    assert_eq!((walk(3, Some(3)), walk(0, None)), (Ok(true), Ok(true)));
    // The vendor limits the pages to three contacts.
    assert_eq!((walk(3, Some(8)), walk(3, None), walk(5, Some(5))), (fault, fault, fault));
}
