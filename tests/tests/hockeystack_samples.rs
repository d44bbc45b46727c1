//! Every sample payload of HockeyStack is read into its type. All are in the shape of the API.

use crate::samples::Samples;
use hockeystack_client::account_intelligence::types::{MessageError, ResearchReply, ResearchRequest, ResearchStatus};
use hockeystack_client::revenue_agents::types::{
    AgentState, AgentStatus, ErrorReply, MessageAccepted, MessageJob, MessageJobStatus,
};

#[test]
fn every_sample() {
    let samples = Samples::of("hockeystack");

    let request: ResearchRequest = samples.input("account_intelligence_get_input");
    assert_eq!(request.fields_to_get.as_deref(), Some("hockeystack_goals,website_visitors"));

    let result = samples.read::<ResearchReply>("account_intelligence_get").result.unwrap();
    assert_eq!((result.code, result.status), (Some(200), Some(ResearchStatus::Success)));
    assert_eq!(result.company_domain.as_deref(), Some("example.com"));
    let research = result.research.unwrap();
    assert_eq!(research.hockeystack_goals[0].times_done, Some(3.0));
    assert_eq!(research.website_visitors[0].title.as_deref(), Some("Head gardener"));

    let running = samples.read::<ResearchReply>("account_intelligence_get_processing").result.unwrap();
    assert_eq!(running.status, Some(ResearchStatus::Processing));
    let unknown = samples.read::<ResearchReply>("account_intelligence_get_error_not_found").result.unwrap();
    assert_eq!((unknown.code, unknown.status), (Some(404), Some(ResearchStatus::Error)));

    for name in [
        "domain_format",
        "domain_missing",
        "fields_format",
        "internal",
        "no_token",
        "processing_failed",
        "token_format",
        "token_inactive",
    ] {
        let error: MessageError = samples.read(&format!("account_intelligence_get_error_{name}"));
        assert!(error.message.is_some_and(|message| !message.is_empty()), "{name}");
    }

    let started: AgentState = samples.read("deal_agents_start");
    assert_eq!((started.status, started.agent_id), (Some(AgentStatus::Initializing), None));
    let accepted: MessageAccepted = samples.read("company_conversations_send_message");
    assert_eq!((accepted.job_id.as_deref(), accepted.status), (Some("j1"), Some(MessageJobStatus::Pending)));
    let job: MessageJob = samples.read("company_conversations_get_job_failed");
    assert_eq!(job.error.unwrap().code.as_deref(), Some("agent.failed"));
    let limit: ErrorReply = samples.read("revenue_agents_error_rate_limit");
    assert_eq!(limit.error.unwrap().category.as_deref(), Some("rate_limited"));

    samples.finish();
}
