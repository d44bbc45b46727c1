use hubspot_client::Client;

fn owners(client: Client) {
    let _ = client.owners();
}

fn main() {}
