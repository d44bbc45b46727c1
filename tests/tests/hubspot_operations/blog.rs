//! Blog posts, their authors, and the comments on them.

use crm_fake::Fault;
use hubspot_client::types::BlogPost;
use serde_json::json;

use super::Rig;

#[tokio::test]
async fn create_post() {
    let rig = Rig::new().await;
    let post = BlogPost::default().name("Bridges").content_group_id("77").slug("bridges").post_body("<p>Long</p>");
    let made = rig.client.blog_posts().create(post).send().await.unwrap();
    let body = json!({"name": "Bridges", "contentGroupId": "77", "slug": "bridges", "postBody": "<p>Long</p>"});
    rig.sent_with("POST /cms/blogs/2026-03/posts", body);
    assert!(made.id.is_some() && made.name.is_some() && made.published_at.is_some());
}

#[tokio::test]
async fn get_post() {
    let rig = Rig::new().await;
    let post = rig.client.blog_posts().get("87").archived(false).send().await.unwrap();
    rig.sent("GET /cms/blogs/2026-03/posts/87?archived=false");
    assert!(post.name.is_some() && post.current_state.is_some());
}

#[tokio::test]
async fn update_post() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!({"id": 87, "name": "Longer bridges", "tagIds": [12, "34"]})));
    let change = BlogPost::default().name("Longer bridges").tag_ids([12, 34]);
    let post = rig.client.blog_posts().update("87", change).send().await.unwrap();
    let body = json!({"name": "Longer bridges", "tagIds": [12, 34]});
    rig.sent_with("PATCH /cms/blogs/2026-03/posts/87", body);
    assert_eq!((post.id.as_deref(), post.tag_ids.as_deref()), (Some("87"), Some(&[12, 34][..])));
}

#[tokio::test]
async fn delete_post() {
    let rig = Rig::new().await;
    rig.client.blog_posts().delete("87").send().await.unwrap();
    rig.sent("DELETE /cms/blogs/2026-03/posts/87");
}

#[tokio::test]
async fn list_posts() {
    let rig = Rig::new().await;
    let next = json!({"next": {"after": "MQ"}});
    rig.fake.fail(Fault::Body(json!({"total": 2, "results": [{"id": "1", "name": "Bridges"}], "paging": next})));
    rig.fake.fail(Fault::Body(json!({"total": 2, "results": [{"id": "2", "name": "Towers"}]})));
    let list = rig.client.blog_posts().list().limit(1).sort(["-publishDate"]).created_after("2026-01-01T00:00:00Z");
    let posts = list.items().try_collect().await.unwrap();
    rig.sent("GET /cms/blogs/2026-03/posts?limit=1&sort=-publishDate&createdAfter=2026-01-01T00:00:00Z&after=MQ");
    assert_eq!(posts.into_iter().filter_map(|post| post.name).collect::<Vec<_>>(), ["Bridges", "Towers"]);
}

#[tokio::test]
async fn list_authors() {
    let rig = Rig::new().await;
    let author = json!({"id": "5", "fullName": "Ada Byron", "email": "ada@example.com", "language": "en-gb"});
    rig.fake.fail(Fault::Body(json!({"total": 1, "results": [author]})));
    let authors = rig.client.blog_authors().list().limit(20).items().try_collect().await.unwrap();
    rig.sent("GET /cms/blogs/2026-03/authors?limit=20");
    assert_eq!((authors.len(), authors[0].full_name.as_deref()), (1, Some("Ada Byron")));
}

#[tokio::test]
async fn list_comments() {
    let rig = Rig::new().await;
    let comment = |id: i64| json!({"id": id, "comment": "Great article", "contentId": 7_890_123, "state": "APPROVED"});
    rig.fake.fail(Fault::Body(json!({"objects": [comment(1), comment(2)], "limit": 2, "offset": 0, "total": 3})));
    rig.fake.fail(Fault::Body(json!({"objects": [comment(3)], "limit": 2, "offset": 2, "total": 3})));
    let list = rig.client.blog_comments().list().portal_id(123_456).content_id(7_890_123);
    let list = list.state("APPROVED").query("great").reverse(false).limit(2);
    let comments = list.items().try_collect().await.unwrap();
    rig.sent(
        "GET /comments/v3/comments?portalId=123456&contentId=7890123&state=APPROVED&query=great&reverse=false&limit=2&offset=2",
    );
    assert_eq!(comments.into_iter().filter_map(|comment| comment.id).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn delete_comment() {
    let rig = Rig::new().await;
    rig.client.blog_comments().delete("99").send().await.unwrap();
    rig.sent("DELETE /comments/v3/comments/99");
}
