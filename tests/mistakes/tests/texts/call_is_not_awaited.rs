use hubspot_client::{Client, Error, types::Object};

async fn contact(client: Client) -> Result<Object, Error> {
    let contact = client.contacts().get(1).send()?;
    Ok(contact)
}

fn main() {}
