#![deny(unused_must_use)]

use hubspot_client::{Client, types::BatchCreateRow};

async fn create(client: Client) {
    let rows = [BatchCreateRow::from([("email", "ada@example.com")])];
    client.contacts().create_many(rows).await;
}

fn main() {}
