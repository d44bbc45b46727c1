//! The HockeyStack clients against the fakes, over real HTTP.

use std::sync::Arc;
use std::time::Duration;

use crm_core::{Clock, ManualClock};
use crm_fake::{Fake, Fault, Hint, Payload, Vendor, When};
use hockeystack_client::account_intelligence::types::ResearchField;
use hockeystack_client::revenue_agents::types::{
    AgentStatus, MessageOrder, MessageRole, NewConversation, NewTask, TaskStatus, TaskTargets, TaskType, TaskUpdate,
};
use hockeystack_client::{
    AccountIntelligence, AccountIntelligenceToken, Domain, ErrorKind, Fields, Method, Owner, PollPolicy, Refusal,
    ResearchQuery, RevenueAgents, RevenueAgentsToken, Sent, Status,
};
use serde_json::json;

const SECOND: Duration = Duration::from_secs(1);

async fn intelligence(polls: u32) -> (Fake, AccountIntelligence, ManualClock) {
    let fake = Fake::builder(Vendor::AccountIntelligence).no_quota().polls(polls).start().await.unwrap();
    let clock = ManualClock::auto();
    let token = AccountIntelligenceToken::new(fake.token()).unwrap();
    let client =
        AccountIntelligence::builder(token).base_url(fake.base_url()).clock(Arc::new(clock.clone())).build().unwrap();
    (fake, client, clock)
}

async fn agents() -> (Fake, RevenueAgents, ManualClock) {
    let fake = Fake::builder(Vendor::RevenueAgents).no_quota().start().await.unwrap();
    let clock = ManualClock::auto();
    let token = RevenueAgentsToken::new(fake.token()).unwrap();
    let client =
        RevenueAgents::builder(token).base_url(fake.base_url()).clock(Arc::new(clock.clone())).build().unwrap();
    (fake, client, clock)
}

fn example() -> Domain {
    Domain::new("https://www.Example.com/about").unwrap()
}

#[tokio::test]
async fn research_asks_the_same_again_until_it_is_there() {
    let (fake, client, clock) = intelligence(3).await;
    let fields = Fields::new([ResearchField::HockeystackGoals, ResearchField::WebsiteVisitors]).unwrap();
    let mut poller = client.research(ResearchQuery::new(example()).fields(fields));
    let mut pending = 0;
    let result = loop {
        match poller.next().await.unwrap().unwrap() {
            Status::Pending { attempt } => {
                pending += 1;
                assert_eq!(attempt, pending);
            }
            Status::Done(result) => break result,
        }
    };
    assert_eq!((pending, clock.now()), (3, 90 * SECOND));
    let research = result.research.unwrap();
    assert_eq!(research.hockeystack_goals[0].times_done, Some(3.0));
    assert!(research.website_visits.is_empty());
    let requests = fake.requests();
    assert_eq!(requests.len(), 4);
    for request in &requests {
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/integration/sales/account-intelligence")
        );
        assert_eq!((request.query_value("v"), &request.body), (Some("2"), &requests[0].body));
    }
    let sent = json!({"company_domain": "example.com", "fields_to_get": "hockeystack_goals,website_visitors"});
    assert_eq!(requests[0].json(), sent);
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
}

#[tokio::test]
async fn every_way_to_say_not_yet_counts() {
    let (fake, client, clock) = intelligence(0).await;
    let processing = json!({"result": {"status": "processing", "code": 202, "research": {}}});
    fake.fail(Fault::Accepted202 { times: 1, body: Payload::Empty });
    fake.fail(Fault::Accepted202 { times: 1, body: Payload::Text("Accepted".to_owned()) });
    fake.fail(Fault::Accepted202 { times: 1, body: Payload::Html });
    fake.fail(Fault::Body(processing.clone()));
    let result = client.research(example()).await.unwrap();
    assert_eq!(result.company_domain.as_deref(), Some("example.com"));
    assert_eq!((fake.requests().len(), clock.now()), (5, 120 * SECOND));

    fake.fail(Fault::Body(processing));
    let error = client.research_once(example()).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.sent()), (ErrorKind::Pending, Some(200), Sent::Answered));
    fake.fail(Fault::Accepted202 { times: 1, body: Payload::Empty });
    let error = client.research_once(example()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Pending, "account_intelligence.get"));
    assert_eq!(client.research_once(&example()).await.unwrap().code, Some(200));
}

#[tokio::test]
async fn patience_ends_after_forty_questions_or_as_asked() {
    let (fake, client, clock) = intelligence(1_000).await;
    let error = client.research(example()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Pending, 40));
    assert_eq!((fake.requests().len(), clock.now()), (40, 39 * 30 * SECOND));
    let short = ResearchQuery::new(example()).policy(PollPolicy::new(SECOND, 5 * SECOND));
    assert_eq!(client.research(short).await.unwrap_err().attempts(), 6);
}

#[tokio::test]
async fn an_unknown_company_is_told_apart_from_a_wrong_address() {
    let (fake, client, _) = intelligence(1).await;
    let unknown = Domain::new("nonexistent.com").unwrap();
    let error = client.research(&unknown).await.unwrap_err();
    assert_eq!((error.kind(), Refusal::of(&error)), (ErrorKind::NotFound, Some(Refusal::CompanyUnknown)));
    assert!(client.find(&unknown).await.unwrap().is_none());
    assert!(client.find(example()).await.unwrap().is_some());

    // The same envelope with a success for its status.
    fake.fail(Fault::Body(json!({"result": {"status": "error", "code": 404, "error": "another wording"}})));
    assert!(client.find(example()).await.unwrap().is_none());
    fake.fail(Fault::Body(json!({"result": {"status": "error", "error": "broken"}})));
    let error = client.find(example()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(error.to_string().contains("broken"), "{error}");

    fake.fail(Fault::status(404));
    assert_eq!(client.find(example()).await.unwrap_err().kind(), ErrorKind::NotFound);
    let error = client.raw(Method::GET, "/elsewhere").send().await.unwrap_err();
    assert_eq!((error.kind(), Refusal::of(&error)), (ErrorKind::NotFound, None));
}

#[tokio::test]
async fn a_wrong_token_is_not_authenticated_though_the_status_is_403() {
    let (fake, _, _) = intelligence(0).await;
    let token = AccountIntelligenceToken::new("another-secret").unwrap();
    let client = AccountIntelligence::builder(token).base_url(fake.base_url()).build().unwrap();
    let error = client.research(example()).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Auth, Some(403), 1));
    assert_eq!(Refusal::of(&error), Some(Refusal::TokenInactive));
    assert!(!format!("{error} {error:?} {client:?}").contains("another-secret"));
}

#[tokio::test]
async fn ten_in_thirty_seconds_and_patience_with_refusals() {
    let (fake, client, clock) = intelligence(0).await;
    for _ in 0..21 {
        client.research(example()).await.unwrap();
    }
    assert!(clock.now() >= 60 * SECOND, "{:?}", clock.now());
    fake.fail(Fault::RateLimited { hint: None });
    fake.fail(Fault::RateLimited { hint: Some(Hint::RetryAfterSeconds(12)) });
    let before = clock.now();
    client.research(example()).await.unwrap();
    assert!(clock.now() - before >= 12 * SECOND);
    assert_eq!(client.stats().retries, 2);
}

#[tokio::test]
async fn what_fits_no_type_is_an_error_that_keeps_the_body() {
    let (fake, client, _) = intelligence(0).await;
    for (fault, words) in [(Fault::NotJson, "expected value"), (Fault::Body(json!({"other": 1})), "no `result`")] {
        fake.fail(fault);
        let error = client.research(example()).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, "account_intelligence.get"));
        assert!(error.to_string().contains(words), "{error}");
        assert!(!error.body().is_empty());
    }
    let odd = json!({"result": {"status": "revised", "code": "200", "research": {"hockeystack_goals": [{"times_done": "3"}], "website_visits": null, "new_part": {"a": 1}}}});
    fake.fail(Fault::Body(odd));
    let result = client.research(example()).await.unwrap();
    assert_eq!(result.status.unwrap().as_str(), "revised");
    let research = result.research.unwrap();
    assert_eq!(research.hockeystack_goals[0].times_done, Some(3.0));
    assert!(research.extra.get("new_part").is_some());
}

#[tokio::test]
async fn an_agent_is_waited_for() {
    let (fake, client, clock) = agents().await;
    for owner in [Owner::company("c1"), Owner::deal("d1")] {
        assert_eq!(client.wait_until_active(&owner).await.unwrap_err().kind(), ErrorKind::NotFound, "{owner}");
    }
    client.company_agents().start("c1").send().await.unwrap();
    client.deal_agents().start("fail-1").send().await.unwrap();
    let before = clock.now();
    let state = client.wait_until_active(&Owner::company("c1")).await.unwrap();
    assert_eq!((state.status, clock.now() - before), (Some(AgentStatus::Active), 20 * SECOND));
    let error = client.wait_until_active(&Owner::deal("fail-1")).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Server, "deal_agents.get"));
    assert_eq!(error.vendor().unwrap().code.as_deref(), Some("agent.provisioning"));
    assert!(error.to_string().contains("a planned fault"), "{error}");

    let error = client.company_agents().start("c1").send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Conflict, 1));
    let brief = PollPolicy::new(SECOND, SECOND);
    client.deal_agents().start("d1").send().await.unwrap();
    assert_eq!(client.wait_until_active_with(&Owner::deal("d1"), brief).await.unwrap_err().kind(), ErrorKind::Pending);
    client.company_agents().delete("c1").send().await.unwrap();
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
}

#[tokio::test]
async fn a_message_is_sent_once_and_its_answer_waited_for() {
    let (fake, client, clock) = agents().await;
    let owner = Owner::deal("d1");
    let chat = client.deal_conversations().create("d1", NewConversation::default()).send().await.unwrap();
    let id = chat.conversation_id.unwrap();

    // A refusal is repeated: nothing was done.
    fake.fail(Fault::RateLimited { hint: Some(Hint::RetryAfterSeconds(5)) }.on("deal_conversations.send_message"));
    let answer = client.send_and_wait(&owner, &id, "What is at risk?").await.unwrap();
    assert_eq!(answer.messages[0].role, Some(MessageRole::Assistant));
    assert!(clock.now() >= 11 * SECOND, "{:?}", clock.now());
    assert_eq!(fake.count("messages"), 2);

    let error = client.send_and_wait(&owner, &id, "fail at this").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.operation()),
        (ErrorKind::Server, None, "deal_conversations.get_job")
    );
    assert_eq!(error.vendor().unwrap().code.as_deref(), Some("agent.failed"));

    // A lost answer is not.
    let before = fake.requests().len();
    fake.fail(Fault::Reset { when: When::BeforeReply }.applied().on("deal_conversations.send_message"));
    let error = client.send_and_wait(&owner, &id, "Once only").await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Io, Sent::Maybe));
    assert_eq!(fake.requests().len(), before + 1);

    fake.fail(Fault::Body(json!({"status": "pending"})).on("deal_conversations.send_message"));
    let error = client.send_and_wait(&owner, &id, "No job").await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Decode, Sent::Answered));
    let error = client.wait_for_answer(&owner, &id, "gone", PollPolicy::new(SECOND, SECOND)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_failure_that_quotes_the_token_does_not_show_it() {
    let (fake, client, _) = agents().await;
    let owner = Owner::deal("d1");
    let policy = PollPolicy::new(SECOND, SECOND);
    let error = json!({"code": "agent.failed", "message": format!("bad token {}", fake.token())});
    fake.fail(Fault::Body(json!({"status": "failed", "error": error})).on("deal_conversations.get_job"));
    let job = client.wait_for_answer(&owner, "c1", "j1", policy).await.unwrap_err();
    fake.fail(Fault::Body(json!({"status": "provisioning_failed", "error": error})).on("deal_agents.get"));
    let agent = client.wait_until_active_with(&owner, policy).await.unwrap_err();
    for failure in [job, agent] {
        let message = failure.vendor().unwrap().message.as_deref().unwrap();
        assert!(message.starts_with("bad token ") && !message.contains(fake.token()), "{message}");
        assert!(!format!("{failure} {failure:?}").contains(fake.token()), "{failure:?}");
    }
}

#[tokio::test]
async fn lists_go_on_by_either_cursor() {
    let (fake, client, _) = agents().await;
    let chat = client.company_conversations().create("c1", NewConversation::default()).send().await.unwrap();
    let id = chat.conversation_id.unwrap();
    for n in 0..25 {
        fake.insert("messages", json!({"conversation_id": id, "content": format!("message {n}"), "role": "user"}));
        fake.insert("tasks", json!({"task_title": format!("task {n}"), "task_type": "fax"}));
    }
    let list = client.company_conversations().list_messages("c1", &id).limit(10).order(MessageOrder::Desc);
    let messages = list.items().try_collect().await.unwrap();
    assert_eq!((messages.len(), messages[0].content.as_deref()), (25, Some("message 24")));
    let after: Vec<bool> =
        fake.requests().iter().skip(1).map(|request| request.query_value("after").is_some()).collect();
    assert_eq!(after, [false, true, true]);

    let mut items = client.tasks().list().limit(10).items();
    for _ in 0..12 {
        items.next().await.unwrap().unwrap();
    }
    let rest = client.tasks().list().limit(10).items().resume(items.cursor()).unwrap().try_collect().await.unwrap();
    assert_eq!((rest.len(), rest[0].task_title.as_deref()), (13, Some("task 12")));
    assert_eq!(rest[0].task_type.as_ref().unwrap().as_str(), "fax");
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
}

#[tokio::test]
async fn a_task_ends_once() {
    let (fake, client, _) = agents().await;
    let new = NewTask::new("user-1", TaskTargets::default().deal_id("d1"), "Call back", TaskType::Call);
    let id = client.tasks().create(new).send().await.unwrap().task_id.unwrap();
    let done = TaskUpdate::default().status(TaskStatus::Completed);
    assert_eq!(client.tasks().update(&id, done.clone()).send().await.unwrap().status, Some(TaskStatus::Completed));
    let error = client.tasks().update(&id, done.clone()).send().await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Conflict, Some(409), 1));
    client.tasks().delete(&id).send().await.unwrap();
    assert!(client.credits().get_balance().send().await.unwrap().included_credits.is_some());
    assert_eq!(
        client.service().get_me().send().await.unwrap().workspace.unwrap().name.as_deref(),
        Some("Fake workspace")
    );
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
}

#[tokio::test]
async fn reads_and_writes_are_counted_apart() {
    let (_fake, client, clock) = agents().await;
    for n in 0..60 {
        client.tasks().delete(n).send().await.unwrap_err();
    }
    for _ in 0..30 {
        client.service().get_me().send().await.unwrap();
        client.raw(Method::GET, "/me").send().await.unwrap();
    }
    assert_eq!(clock.now(), Duration::ZERO);
    client.raw(Method::DELETE, "/tasks/nobody").send().await.unwrap_err();
    assert!(clock.now() >= 60 * SECOND, "the 61st write waits: {:?}", clock.now());
}

/// The domains of a list of 200; each tenth is not known to the vendor.
fn two_hundred() -> Vec<Domain> {
    let name = |number: usize| format!("company{number}.{}", if number % 10 == 9 { "invalid" } else { "example" });
    (0..200).map(|number| Domain::new(&name(number)).unwrap()).collect()
}

#[tokio::test]
async fn two_hundred_finds_at_once_with_the_defaults_wait_for_their_turn() {
    let (fake, client, clock) = intelligence(0).await;
    let found = futures::future::join_all(two_hundred().into_iter().map(|domain| client.find(domain))).await;
    let refused: Vec<String> = found.iter().filter_map(|found| found.as_ref().err()).map(ToString::to_string).collect();
    assert_eq!(refused, Vec::<String>::new());
    assert_eq!(found.iter().filter(|found| matches!(found, Ok(Some(_)))).count(), 180);
    assert_eq!(fake.requests().len(), 200);
    assert!(clock.now() >= 570 * SECOND && clock.now() < 600 * SECOND, "{:?}", clock.now());
}

/// Each question of a find waits for 199 others, which takes ten minutes, and the policy of a find ends after an hour.
#[tokio::test]
async fn two_hundred_finds_with_many_polls_each_wait_for_their_turns() {
    let (fake, client, clock) = intelligence(7).await;
    let found = futures::future::join_all(two_hundred().into_iter().map(|domain| client.find(domain))).await;
    let refused: Vec<String> = found.iter().filter_map(|found| found.as_ref().err()).map(ToString::to_string).collect();
    assert_eq!(refused, Vec::<String>::new());
    assert_eq!(found.iter().filter(|found| matches!(found, Ok(Some(_)))).count(), 180);
    assert_eq!(fake.requests().len(), 180 * 8 + 20);
    assert!(clock.now() > 4_000 * SECOND, "{:?}", clock.now());
}

#[tokio::test]
async fn many_companies_are_looked_up_with_a_report_of_each() {
    let (fake, client, clock) = intelligence(1).await;
    fake.fail(Fault::status(400).times(1));
    let report = client.find_many(two_hundred()).await;
    // Each is asked for twice, because the vendor is at work at first.
    assert_eq!((report.ok.len(), report.failed.len(), report.unknown.len()), (199, 1, 0));
    assert!(report.ok.iter().all(|(index, found)| found.is_none() == (index % 10 == 9)));
    assert_eq!(report.failed[0].1.status(), Some(400));
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
    assert!(clock.now() < 1_500 * SECOND, "{:?}", clock.now());
    assert_eq!(client.stats().queued, 0);
}
