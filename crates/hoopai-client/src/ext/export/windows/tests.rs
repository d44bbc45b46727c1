//! Windows over accounts in which many contacts were added at the same time.

use std::collections::HashMap;

use crm_core::reexport::serde_json::{Value, json};
use fastrand::Rng;

use super::{Found, Place, Window, Windows};
use crate::types::FoundContact;

/// The contacts of an account in the order in which they were added: times from a few, or none.
fn account(rng: &mut Rng) -> Vec<FoundContact> {
    let (number, times) = (rng.u32(0..120), rng.u32(1..60));
    let mut contacts: Vec<FoundContact> = (0..number)
        .map(|n| {
            let added = (rng.u8(0..20) > 0).then(|| format!("2026-01-01T00:00:{:02}.000Z", rng.u32(0..times)));
            let search_after = vec![json!(added), json!(n)];
            FoundContact { id: Some(n.to_string()), date_added: added, search_after, ..FoundContact::default() }
        })
        .collect();
    // Contacts without a time are at the end of a search without a filter.
    contacts.sort_by_key(|contact| (contact.date_added.is_none(), contact.date_added.clone()));
    contacts
}

fn found<'a>(account: &'a [FoundContact], window: &Window) -> Vec<&'a FoundContact> {
    let is_in = |contact: &&FoundContact| match (window, &contact.date_added) {
        (Window::Added { from: None, to: None }, _) => true,
        (Window::Added { from, to }, Some(added)) => {
            from.as_ref().is_none_or(|from| added >= from) && to.as_ref().is_none_or(|to| added < to)
        }
        (Window::Added { .. }, None) => false,
        (Window::Undated, added) => added.is_none(),
    };
    account.iter().filter(is_in).collect()
}

fn page(account: &[FoundContact], place: &Place, limit: usize) -> Vec<FoundContact> {
    let contacts = found(account, &place.window);
    let place_of = |after: &Vec<Value>| contacts.iter().position(|contact| contact.search_after == *after).unwrap() + 1;
    let from = place.after.as_ref().map_or(0, place_of);
    contacts.into_iter().skip(from).take(limit).cloned().collect()
}

/// Reads an account by pages of `limit`, stopped at random. If `shuffled`, the vendor does not sort the contacts before a
/// border. Returns how often each contact came.
fn read(rng: &mut Rng, account: &[FoundContact], limit: usize, shuffled: bool) -> HashMap<String, u32> {
    let (number, size) = (20 / limit, limit - 1);
    let (mut windows, mut seen) = (Windows::new(), HashMap::new());
    while !windows.is_over() {
        if windows.wants_borders(3) {
            let rest = Window::Added { from: windows.border().map(str::to_owned), to: None };
            let rest = found(account, &rest);
            let mut contacts: Vec<_> =
                rest.iter().skip((number - 1) * size).take(size).map(|&contact| contact.clone()).collect();
            if shuffled {
                rng.shuffle(&mut contacts);
            }
            let counted = rng.bool().then_some(rest.len() as u64);
            windows.add_border(Found { contacts, counted }, (number * size) as u64);
        }
        for (key, place) in windows.due(3) {
            windows.arrive(key, page(account, &place, limit), limit).unwrap();
        }
        for _ in 0..rng.usize(0..12) {
            let Some(contact) = windows.pop() else { break };
            *seen.entry(contact.id.unwrap()).or_default() += 1;
        }
        if rng.u8(0..8) == 0 {
            windows = Windows::load(&windows.save()).unwrap();
        }
    }
    assert_eq!(windows.done, seen.values().map(|times| u64::from(*times)).sum::<u64>());
    seen
}

#[test]
fn each_contact_comes_once_whatever_was_added_at_the_same_time() {
    for seed in 0..500 {
        let rng = &mut Rng::with_seed(seed);
        let account = account(rng);
        let limit = rng.usize(2..6);
        let seen = read(rng, &account, limit, seed.is_multiple_of(4));
        assert_eq!((seen.len(), seen.values().any(|times| *times > 1)), (account.len(), false), "account {seed}");
    }
}
