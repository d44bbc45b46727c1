//! The rest of the associations: HubSpot's list returns at most 100 of a type with each record, and the position of the
//! next.

use std::collections::HashSet;

use crm_core::{Error, ErrorKind};

use crate::associations::Associations;
use crate::objects::Objects;
use crate::operations::OBJECTS_LIST;
use crate::types::{AssociatedId, AssociatedIdPage, ObjectWithAssociations};

/// Reads the associations with records of these types that the list did not return. A record that was archived meanwhile is
/// removed. Returns the number of requests.
pub(super) async fn complete(
    objects: &Objects,
    types: &[String],
    records: &mut Vec<ObjectWithAssociations>,
) -> Result<u32, Error> {
    let mut requests = 0_u32;
    let associations = Associations::new(objects.call::<()>(&OBJECTS_LIST).pipeline());
    let mut archived = HashSet::new();
    for record in records.iter_mut() {
        let Some(id) = record.id.clone() else { continue };
        let cut = record.associations.iter().filter(|(_, page)| is_cut(page));
        let cut: Vec<_> = cut.map(|(to, page)| (to.to_owned(), page.clone())).collect();
        for (to, page) in cut {
            // Replies have blanks in the names of types; paths do not.
            let name = to.replace(' ', "_");
            let asked = types.iter().find(|asked| asked.eq_ignore_ascii_case(&name)).unwrap_or(&name);
            let all = associations.list(objects.object_type(), &id, asked).limit(500).pages();
            match all.try_collect().await {
                Ok(all) => {
                    requests = requests.saturating_add(u32::try_from(all.len()).unwrap_or(u32::MAX));
                    let ids = all.into_iter().flat_map(|page| page.results).filter_map(|one| one.to_object_id);
                    record.associations.insert(to, joined(page, ids));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    requests = requests.saturating_add(2);
                    match objects.get(&id).send().await {
                        Err(gone) if gone.kind() == ErrorKind::NotFound => {
                            archived.insert(id);
                            break;
                        }
                        _ => return Err(error),
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }
    records.retain(|record| record.id.as_ref().is_none_or(|id| !archived.contains(id)));
    Ok(requests)
}

fn is_cut(page: &AssociatedIdPage) -> bool {
    let after = page.paging.as_ref().and_then(|paging| paging.next.as_ref()?.after.as_deref());
    after.is_some_and(|after| !after.is_empty())
}

/// Adds the ids that the page does not have, without the kinds of the associations: the list of associations has them in
/// a form of its own.
fn joined(mut page: AssociatedIdPage, ids: impl Iterator<Item = String>) -> AssociatedIdPage {
    let mut known: HashSet<String> = page.results.iter().filter_map(|one| one.id.clone()).collect();
    // Associations that change while they are read can return an id twice.
    let others = ids.filter(|id| known.insert(id.clone()));
    page.results.extend(others.map(|id| AssociatedId { id: Some(id), ..AssociatedId::default() }));
    page.paging = None;
    page
}
