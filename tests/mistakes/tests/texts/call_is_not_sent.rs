#![deny(unused_must_use)]

use hubspot_client::Client;

async fn archive(client: Client) {
    client.contacts().archive(1);
}

fn main() {}
