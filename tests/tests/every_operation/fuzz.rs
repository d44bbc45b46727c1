//! The reply of every operation, changed at random: it is read or refused, and nothing panics.

use crm_fake::Fake;
use crm_tests::fuzz::Fuzz;

use crate::apis::Api;
use crate::sample::Sample;

/// Begins from the sample replies of the fake. The first two bytes of an input say whose reply it is.
pub(crate) async fn fuzz<C>(api: &Api<C>) {
    let fake = Fake::builder(api.vendor).no_quota().sample_replies().start().await.unwrap();
    let client = api.client(&fake);
    let (mut readers, mut corpus) = (Vec::new(), Vec::new());
    for op in (api.operations)() {
        let (_, make) = api.calls.iter().find(|(name, _)| *name == op.id).expect("a call of it");
        let sample = fake.sample_request(op.method.as_str(), op.path, op.version).expect("its arguments");
        let made = make(&client, &Sample(sample));
        let number = u16::try_from(readers.len()).unwrap();
        readers.push(made.read);
        if let Ok(reply) = made.call.send_raw().await {
            corpus.push([&number.to_le_bytes(), &reply.body()[..]].concat());
        }
    }
    Fuzz::new(&format!("replies-{}", api.name)).from(corpus).run(|input| {
        let Some((number, body)) = input.split_first_chunk::<2>() else { return };
        let _ = readers[usize::from(u16::from_le_bytes(*number)) % readers.len()](body);
    });
}
