use hubspot_client::{Client, Error, types::Object};

async fn contact(client: Client) -> Result<Object, Error> {
    client.contacts().get(1).await
}

fn main() {}
