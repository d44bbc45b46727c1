//! One module per vendor: its quotas, error shapes and operations with state.

pub(crate) mod account_intelligence;
pub(crate) mod hatch;
pub(crate) mod hoopai;
pub(crate) mod hubspot;
mod oauth;
pub(crate) mod revenue_agents;

use crate::dialect::Dialect;
use crate::vendor::Vendor;

/// The dialect of a vendor.
pub(crate) fn of(vendor: Vendor) -> Box<dyn Dialect> {
    match vendor {
        Vendor::HubSpot => Box::new(hubspot::HubSpot),
        Vendor::HoopAi => Box::new(hoopai::HoopAi),
        Vendor::AccountIntelligence => Box::new(account_intelligence::AccountIntelligence),
        Vendor::RevenueAgents => Box::new(revenue_agents::RevenueAgents),
        Vendor::HatchContacts => Box::new(hatch::Contacts),
        Vendor::HatchBulkExport => Box::new(hatch::BulkExport),
        Vendor::HatchLegacyLeads => Box::new(hatch::LegacyLeads),
    }
}
