//! The order of ids in searches that are sorted by `hs_object_id`.

/// Returns true if the ids ascend from the first to the last, all of them above `behind`. Otherwise the place behind one
/// of them would leave out others.
pub(super) fn ascend<'a>(ids: impl IntoIterator<Item = Option<&'a str>>, behind: Option<&str>) -> bool {
    let number = |id: &str| id.parse::<u64>().ok();
    let mut last = behind.and_then(number);
    ids.into_iter().all(|id| {
        let before = std::mem::replace(&mut last, id.and_then(number));
        last.is_some() && last > before
    })
}

#[cfg(test)]
mod tests {
    use super::ascend;

    #[test]
    fn every_id_is_above_the_one_before() {
        let check = |ids: &[&str], behind| ascend(ids.iter().map(|id| Some(*id)), behind);
        assert!(check(&[], None) && check(&["0"], None) && check(&["9", "10", "11"], Some("8")));
        for (ids, behind) in [
            (&["9", "8", "10"][..], None),
            (&["9", "9"], None),
            (&["8", "9"], Some("8")),
            (&["9", "a", "10"], None),
            (&["9", ""], None),
        ] {
            assert!(!check(ids, behind), "{ids:?} behind {behind:?}");
        }
        assert!(!ascend([Some("1"), None, Some("2")], None));
    }
}
