use hubspot_client::Client;

struct Contact {
    email: String,
}

fn typed(client: Client) {
    let _ = client.contacts().typed::<Contact>();
}

fn main() {}
