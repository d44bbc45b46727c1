use hubspot_client::Client;

fn create(client: Client) {
    let _ = client.contacts().create(["email", "ada@example.com"]);
}

fn main() {}
