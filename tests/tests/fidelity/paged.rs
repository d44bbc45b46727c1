//! The paged operations. Each row names an operation and the generated type that pages it; the test fails for a paged
//! operation without a row.

use crm_core::{BoxFuture, Call, Error, Paged, Pages, Position};
use hockeystack_client::revenue_agents;
use hoopai_client::v3;
use serde_json::Value;

/// The result of reading a list.
pub(crate) struct Listed {
    /// The number of pages that were read.
    pub(crate) pages: usize,
    pub(crate) error: Option<Error>,
    /// The position of the cursor afterwards.
    pub(crate) position: Position,
}

/// Reads a list to its end or to the first error.
pub(crate) type List = fn(Call<Value>) -> BoxFuture<'static, Listed>;

fn list<P: Paged>(call: Call<Value>) -> BoxFuture<'static, Listed> {
    let mut pages = Pages::<P>::new(call.reply_as::<P::Page>()).max_pages(3);
    Box::pin(async move {
        let mut count = 0;
        let error = loop {
            match pages.next().await {
                Some(Ok(_)) => count += 1,
                Some(Err(error)) => break Some(error),
                None => break None,
            }
        };
        Listed { pages: count, error, position: pages.cursor().position().clone() }
    })
}

macro_rules! lists {
    ($table:ident in $krate:ident: $($resource:ident { $($operation:ident $builder:ident,)+ })+) => {
        pub(crate) static $table: &[(&str, List)] = &[$($(
            (concat!(stringify!($resource), ".", stringify!($operation)), list::<$krate::$resource::$builder>),
        )+)+];
    };
}

lists! { HUBSPOT in hubspot_client:
    account_activity { list_audit_logs ListAuditLogs, list_logins ListLogins, list_security_events ListSecurityEvents, }
    account_users { list List, }
    associations { list List, list_for_partner_client ListForPartnerClient, }
    blog_authors { list List, list_by_cursor ListByCursor, query_by_cursor QueryByCursor, }
    blog_comments { list List, }
    blog_posts { list List, list_by_cursor ListByCursor, list_revisions ListRevisions, query_by_cursor QueryByCursor, }
    blog_settings { list List, list_revisions ListRevisions, }
    blog_tags { list List, list_by_cursor ListByCursor, query_by_cursor QueryByCursor, }
    campaigns { list List, list_assets ListAssets, list_report_contacts ListReportContacts, }
    content_audit { list List, }
    conversations { list_channel_accounts ListChannelAccounts, list_channels ListChannels, list_inboxes ListInboxes, list_messages ListMessages, list_threads ListThreads, }
    currencies { list_exchange_rates ListExchangeRates, }
    custom_actions { list List, list_revisions ListRevisions, }
    custom_channels { list List, list_accounts ListAccounts, }
    domains { list List, }
    event_definitions { list List, }
    events { list List, }
    files { search Search, search_folders SearchFolders, }
    forms { list List, }
    hubdb { list_draft_rows ListDraftRows, list_draft_tables ListDraftTables, list_rows ListRows, list_tables ListTables, }
    imports { list List, list_errors ListErrors, }
    landing_pages { list List, list_folder_revisions ListFolderRevisions, list_folders ListFolders, list_revisions ListRevisions, }
    lists { list_memberships ListMemberships, list_memberships_by_join_order ListMembershipsByJoinOrder, search Search, }
    marketing_emails { list List, list_revisions ListRevisions, }
    marketing_events { list List, list_contact_participations ListContactParticipations, list_participations ListParticipations, list_participations_by_external_id ListParticipationsByExternalId, }
    objects { list List, search Search, }
    owners { list List, }
    scheduler { list_meeting_links ListMeetingLinks, }
    sequences { list List, }
    site_pages { list List, list_revisions ListRevisions, }
    site_search { search Search, }
    subscription_timeline { list List, }
    tax_rates { list List, }
    transactional_email { list_smtp_tokens ListSmtpTokens, }
    url_redirects { list List, }
    workflows { list List, list_email_campaigns ListEmailCampaigns, }
}

lists! { HOOPAI in hoopai_client:
    affiliates { list List, list_commissions ListCommissions, list_payouts ListPayouts, }
    agent_studio { list_agents ListAgents, list_agents_legacy ListAgentsLegacy, }
    associations { list List, list_relations ListRelations, }
    blogs { list List, list_authors ListAuthors, list_categories ListCategories, list_posts ListPosts, }
    brand_boards { list List, }
    businesses { list List, }
    calendars { list_appointment_notes ListAppointmentNotes, list_notifications ListNotifications, list_resources ListResources, search_schedules SearchSchedules, }
    contacts { list List, list_by_business ListByBusiness, search Search, }
    conversation_ai { search_agents SearchAgents, }
    conversations { export_messages ExportMessages, list_messages ListMessages, search Search, }
    custom_menus { list List, }
    emails { list_campaigns ListCampaigns, list_templates ListTemplates, }
    forms { list List, list_submissions ListSubmissions, }
    funnels { list List, list_pages ListPages, list_redirects ListRedirects, }
    invoices { list List, list_estimate_templates ListEstimateTemplates, list_estimates ListEstimates, list_schedules ListSchedules, list_templates ListTemplates, }
    knowledge_bases { list List, list_faqs ListFaqs, list_urls ListUrls, }
    links { search Search, }
    locations { list_templates ListTemplates, search Search, search_tasks SearchTasks, }
    marketplace { list_charges ListCharges, }
    media { list List, }
    oauth { list_installed_locations ListInstalledLocations, }
    objects { search_records SearchRecords, }
    opportunities { list_lost_reasons ListLostReasons, search Search, search_advanced SearchAdvanced, }
    payments { list_coupons ListCoupons, list_integration_providers ListIntegrationProviders, list_orders ListOrders, list_subscriptions ListSubscriptions, list_transactions ListTransactions, }
    phone_numbers { list List, }
    products { list List, list_collections ListCollections, list_inventory ListInventory, list_prices ListPrices, list_reviews ListReviews, }
    proposals { list_documents ListDocuments, list_templates ListTemplates, }
    saas { list_locations ListLocations, list_locations_legacy ListLocationsLegacy, }
    snapshots { list_pushes ListPushes, }
    social_media { list_categories ListCategories, list_csv_imports ListCsvImports, list_csv_posts ListCsvPosts, list_posts ListPosts, list_tags ListTags, }
    store { list_shipping_rates ListShippingRates, list_shipping_zones ListShippingZones, }
    surveys { list List, list_submissions ListSubmissions, }
    users { search Search, search_by_email SearchByEmail, }
    voice_ai { list_agents ListAgents, list_call_logs ListCallLogs, }
}

lists! { HOOPAI_V3 in v3:
    affiliates { list List, list_commissions ListCommissions, list_payouts ListPayouts, }
    agent_studio { list_agents ListAgents, list_agents_legacy ListAgentsLegacy, }
    associations { list List, list_relations ListRelations, }
    blogs { list List, list_authors ListAuthors, list_categories ListCategories, list_posts ListPosts, }
    brand_boards { list List, list_voices ListVoices, }
    businesses { list List, }
    calendars { list_appointment_notes ListAppointmentNotes, list_notifications ListNotifications, list_resources ListResources, search_schedules SearchSchedules, }
    contacts { list_by_business ListByBusiness, search Search, }
    conversation_ai { search_agents SearchAgents, }
    conversations { export_messages ExportMessages, list_messages ListMessages, search Search, }
    custom_menus { list List, }
    emails { list_bulk_action_campaigns ListBulkActionCampaigns, list_campaigns ListCampaigns, list_templates ListTemplates, list_workflow_campaigns ListWorkflowCampaigns, }
    forms { list List, list_submissions ListSubmissions, }
    funnels { list List, list_pages ListPages, list_redirects ListRedirects, }
    invoices { list List, list_estimate_templates ListEstimateTemplates, list_estimates ListEstimates, list_schedules ListSchedules, list_templates ListTemplates, }
    knowledge_bases { list List, list_faqs ListFaqs, list_urls ListUrls, }
    links { search Search, }
    locations { list_templates ListTemplates, search Search, search_tasks SearchTasks, }
    marketplace { list_charges ListCharges, }
    media { list List, }
    oauth { list_installed_locations ListInstalledLocations, }
    objects { search_records SearchRecords, }
    opportunities { list_lost_reasons ListLostReasons, search Search, search_advanced SearchAdvanced, }
    payments { list_coupons ListCoupons, list_integration_providers ListIntegrationProviders, list_orders ListOrders, list_subscriptions ListSubscriptions, list_transactions ListTransactions, }
    phone_numbers { list List, }
    products { list List, list_collections ListCollections, list_inventory ListInventory, list_prices ListPrices, list_reviews ListReviews, }
    proposals { list_documents ListDocuments, list_templates ListTemplates, }
    saas { list_locations ListLocations, list_locations_legacy ListLocationsLegacy, }
    snapshots { list_pushes ListPushes, }
    social_media { list_available_categories ListAvailableCategories, list_categories ListCategories, list_comments ListComments, list_csv_imports ListCsvImports, list_csv_posts ListCsvPosts, list_posts ListPosts, list_queue_items ListQueueItems, list_queue_slots ListQueueSlots, list_queues ListQueues, list_tags ListTags, }
    store { list_shipping_rates ListShippingRates, list_shipping_zones ListShippingZones, }
    surveys { list List, list_submissions ListSubmissions, }
    users { search Search, search_by_email SearchByEmail, }
    voice_ai { list_agents ListAgents, list_call_logs ListCallLogs, }
}

lists! { REVENUE_AGENTS in revenue_agents:
    company_agents { list List, }
    company_conversations { list List, list_messages ListMessages, }
    credits { list_operations ListOperations, }
    deal_agents { list List, }
    deal_conversations { list List, list_messages ListMessages, }
    tasks { list List, }
}
