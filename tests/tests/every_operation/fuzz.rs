//! The reply of every operation, changed at random: it is read or refused, and nothing panics.

use crm_core::OpMeta;
use crm_fake::{Fake, Vendor};
use crm_tests::fuzz::Fuzz;

use crate::Entry;
use crate::sample::Sample;

/// Begins from the sample replies of the fake. The first two bytes of an input say whose reply it is.
pub(crate) async fn fuzz<C>(
    name: &str,
    vendor: Vendor,
    client: impl Fn(&Fake) -> C,
    entries: &[Entry<C>],
    operations: impl Iterator<Item = &'static OpMeta>,
) {
    let fake = Fake::builder(vendor).no_quota().sample_replies().start().await.unwrap();
    let client = client(&fake);
    let (mut readers, mut corpus) = (Vec::new(), Vec::new());
    for op in operations {
        let (_, make) = entries.iter().find(|(name, _)| *name == op.id).expect("a call of it");
        let sample = fake.sample_request(op.method.as_str(), op.path, op.version).expect("its arguments");
        let made = make(&client, &Sample(sample));
        let number = u16::try_from(readers.len()).unwrap();
        readers.push(made.read);
        if let Ok(reply) = made.call.send_raw().await {
            corpus.push([&number.to_le_bytes(), &reply.body()[..]].concat());
        }
    }
    Fuzz::new(&format!("replies-{name}")).from(corpus).run(|input| {
        let Some((number, body)) = input.split_first_chunk::<2>() else { return };
        let _ = readers[usize::from(u16::from_le_bytes(*number)) % readers.len()](body);
    });
}
