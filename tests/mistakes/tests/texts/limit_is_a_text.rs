use hubspot_client::Client;

fn list(client: Client, limit: Option<u32>) {
    let _ = client.contacts().list().limit("100");
    let _ = client.contacts().list().limit(limit);
}

fn main() {}
