use hubspot_client::{Client, Error};

fn client(token: String) -> Result<Client, Error> {
    Client::builder().credentials(token).build()
}

fn main() {}
