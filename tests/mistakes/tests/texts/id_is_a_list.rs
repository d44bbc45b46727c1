use hubspot_client::Client;

fn read(client: Client, ids: Vec<u64>) {
    let _ = client.contacts().get(ids);
}

fn main() {}
