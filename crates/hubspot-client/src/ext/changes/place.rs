//! The position of a run of changes, and its stored form.
//!
//! A run reads the records whose time of change is `since` or later. What its searches do not see was changed less than
//! the index's lag before the search, so after `until` minus the lag, because `until` is a time of change that was read
//! before all pages. Therefore the next run may begin at `until` minus an overlap that is longer than the lag. All these
//! times are HubSpot's; the clock of this machine is used only to ignore a time of change in the future.

use serde_json::{Value, json};

/// A part of a run, and the page in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum At {
    Beginning,
    /// The records behind an id.
    Changed(Option<String>),
    /// The records that others were merged into, behind an id.
    Merged(Option<String>),
    /// The archived records at a cursor of HubSpot, behind the one with this id.
    Archived(Option<String>, Option<String>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    /// The beginning of the run, in milliseconds since 1970.
    pub(super) since: i64,
    /// The greatest time of change that a search returned before the pages were read.
    pub(super) until: i64,
    pub(super) at: At,
}

impl Place {
    pub(super) fn beginning(since: i64) -> Self {
        Self { since, until: since, at: At::Beginning }
    }

    pub(super) fn is_beginning(&self) -> bool {
        self.at == At::Beginning
    }

    pub(super) fn at(&self, at: At) -> Self {
        Self { at, ..*self }
    }

    /// The beginning of the next run.
    pub(super) fn next_run(&self, overlap: i64) -> Self {
        Self::beginning(self.until.saturating_sub(overlap).max(self.since))
    }

    pub(super) fn save(&self) -> Value {
        let (part, page, behind) = match &self.at {
            At::Beginning => ("beginning", &None, &None),
            At::Changed(id) => ("changed", &None, id),
            At::Merged(id) => ("merged", &None, id),
            At::Archived(cursor, id) => ("archived", cursor, id),
        };
        json!({"since": self.since, "until": self.until, "part": part, "page": page, "behind": behind})
    }

    pub(super) fn load(place: &Value) -> Option<Self> {
        let text = |name: &str| match place.get(name)? {
            Value::Null => Some(None),
            text => Some(Some(text.as_str()?.to_owned())),
        };
        let (page, behind) = (text("page")?, text("behind")?);
        let at = match place.get("part")?.as_str()? {
            "beginning" => At::Beginning,
            "changed" => At::Changed(behind),
            "merged" => At::Merged(behind),
            "archived" => At::Archived(page, behind),
            _ => return None,
        };
        Some(Self { since: place.get("since")?.as_i64()?, until: place.get("until")?.as_i64()?, at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_stored_and_read() {
        let text = |text: &str| Some(text.to_owned());
        for at in [
            At::Beginning,
            At::Changed(None),
            At::Merged(text("7")),
            At::Archived(text("=="), None),
            At::Archived(None, text("7")),
        ] {
            let place = Place { since: -1, until: i64::MAX, at };
            assert_eq!(Place::load(&place.save()), Some(place));
        }
        for other in [
            json!(null),
            json!({}),
            json!({"since": 1, "until": 2, "part": "other", "page": null, "behind": null}),
            json!({"since": 1, "until": 2, "part": "changed", "page": null, "behind": 3}),
            json!({"since": 1.5, "until": 2, "part": "changed", "page": null, "behind": null}),
        ] {
            assert_eq!(Place::load(&other), None);
        }
    }

    #[test]
    fn the_next_run_overlaps_and_never_begins_earlier_than_this_one() {
        let next = |since, until, overlap| Place { since, until, at: At::Beginning }.next_run(overlap).since;
        assert_eq!([next(0, 100, 30), next(80, 100, 30), next(80, 80, 30), next(5, 9, i64::MAX)], [70, 80, 80, 5]);
        assert_eq!(next(i64::MIN, i64::MIN, i64::MAX), i64::MIN);
    }
}
