//! Sends a lead to a department through the legacy API.
//!
//! ```text
//! cargo run --package hatch-client --example send_lead
//! HATCH_DEPARTMENT_KEY=… cargo run --package hatch-client --example send_lead -- DEPARTMENT
//! ```
//!
//! Without a key it runs against a fake.

use std::error::Error;

use crm_fake::{Fake, Vendor};
use hatch_client::legacy_leads::types::NewLead;
use hatch_client::{DepartmentKey, LegacyLeads};

async fn send(department: &LegacyLeads) -> Result<(), Box<dyn Error>> {
    let lead = NewLead::default()
        .first_name("Ada")
        .last_name("Lovelace")
        .email("ada@example.com")
        .phone_number("+12025550142")
        .source("website");
    match department.create_lead(lead).send().await {
        Ok(_) => println!("sent"),
        Err(error) if error.may_have_happened() => println!("the lead may have arrived: {error}"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(key) = std::env::var("HATCH_DEPARTMENT_KEY") {
        let department = std::env::args().nth(1).ok_or("give the id of the department")?;
        return send(&LegacyLeads::new(department, DepartmentKey::new(key)?)?).await;
    }
    let fake = Fake::start(Vendor::HatchLegacyLeads).await?;
    let builder = LegacyLeads::builder("1234", DepartmentKey::new(fake.token())?);
    send(&builder.base_url(fake.base_url()).build()?).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs_against_the_fake() {
        super::main().unwrap();
    }
}
