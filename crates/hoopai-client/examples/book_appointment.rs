//! Books the first free slot of a calendar for a contact.
//!
//! ```text
//! cargo run --package hoopai-client --example book_appointment
//! HOOPAI_TOKEN=pit-… HOOPAI_LOCATION=… \
//!     cargo run --package hoopai-client --example book_appointment -- CALENDAR CONTACT
//! ```
//!
//! Without a token it runs against a fake, whose slots are samples.

use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crm_fake::{Fake, Vendor};
use hoopai_client::Client;
use hoopai_client::types::AppointmentCreate;

async fn book(client: &Client, location: &str, calendar: &str, contact: &str) -> Result<(), Box<dyn Error>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let week = now + Duration::from_secs(7 * 24 * 3600);
    let (from, to) = (now.as_millis().try_into()?, week.as_millis().try_into()?);
    let days = client.calendars().get_free_slots(calendar, from, to).send().await?;
    let Some(slot) = days.iter().flat_map(|(_, day)| &day.slots).next() else {
        println!("no free slot within a week");
        return Ok(());
    };
    let appointment = AppointmentCreate::new(calendar, contact, location, slot.as_str());
    match client.calendars().create_appointment(appointment).send().await {
        Ok(booked) => println!("booked {slot}: {:?}", booked.id),
        // The reply was lost: the appointment may exist, and a second request may book it twice.
        Err(error) if error.may_have_happened() => println!("look at the calendar before you book again: {error}"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(token) = std::env::var("HOOPAI_TOKEN") {
        let location = std::env::var("HOOPAI_LOCATION").map_err(|_| "set HOOPAI_LOCATION")?;
        let mut arguments = std::env::args().skip(1);
        let (Some(calendar), Some(contact)) = (arguments.next(), arguments.next()) else {
            return Err("give the ids of a calendar and of a contact".into());
        };
        return book(&Client::new(token)?, &location, &calendar, &contact).await;
    }
    let fake = Fake::start(Vendor::HoopAi).await?;
    let client = Client::builder().token(fake.token()).base_url(fake.base_url()).build()?;
    book(&client, "location", "calendar", "contact").await
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs_against_the_fake() {
        super::main().unwrap();
    }
}
