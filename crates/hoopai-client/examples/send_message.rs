//! Sends a text message to a contact, once.
//!
//! ```text
//! cargo run --package hoopai-client --example send_message
//! HOOPAI_TOKEN=pit-… cargo run --package hoopai-client --example send_message -- CONTACT "See you at ten."
//! ```
//!
//! Without a token it runs against a fake.

use std::error::Error;

use crm_fake::{Fake, Vendor};
use hoopai_client::types::{SendMessageBody, SendMessageBodyType};
use hoopai_client::{Client, ErrorKind};

async fn send(client: &Client, contact: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let message = SendMessageBody::new(contact, SendMessageBodyType::Sms).message(text);
    match client.conversations().send_message(message).send().await {
        Ok(sent) => println!("sent: {:?} in conversation {:?}", sent.message_id, sent.conversation_id),
        // Do not send it again before somebody has checked: a duplicate message is worse than a late one.
        Err(error) if error.may_have_happened() => println!("look at the conversation first: {error}"),
        Err(error) if error.kind() == ErrorKind::Validation => println!("not accepted: {error}"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(token) = std::env::var("HOOPAI_TOKEN") {
        let mut arguments = std::env::args().skip(1);
        let (Some(contact), Some(text)) = (arguments.next(), arguments.next()) else {
            return Err("give the id of a contact and a text".into());
        };
        return send(&Client::new(token)?, &contact, &text).await;
    }
    let fake = Fake::start(Vendor::HoopAi).await?;
    let client = Client::builder().token(fake.token()).base_url(fake.base_url()).build()?;
    send(&client, "contact", "See you at ten.").await
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs_against_the_fake() {
        super::main().unwrap();
    }
}
