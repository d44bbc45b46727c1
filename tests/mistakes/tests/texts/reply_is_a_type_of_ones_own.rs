use hubspot_client::{Client, Error, http::Method};

struct Contact {
    email: String,
}

async fn contact(client: Client) -> Result<Contact, Error> {
    client.raw(Method::GET, "/crm/v3/objects/contacts/1").reply_as::<Contact>().send().await
}

fn main() {}
