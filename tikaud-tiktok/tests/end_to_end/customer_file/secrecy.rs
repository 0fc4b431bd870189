//! What leaves the process by files: identifiers, hashed, and nothing else; the token in its header only.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tikaud_tiktok::simulator::{Simulator, World};
use tikaud_tiktok::{AccessToken, AdAccountId, AudienceKind, TikTokClient, TikTokDestination};

use super::engine::{State, ordinary};
use crate::scene::{ACCOUNT, People, TOKEN, email_digests};
use crate::wiremock_front;

/// The rows of an uploaded file; none of any other request.
fn rows(path: &str, body: &str) -> Vec<String> {
    if !path.ends_with("/file/upload/") {
        return Vec::new();
    }
    let (_, content) = body.split_once("\r\n\r\nemail_SHA256\n").expect("a file of several types has a header");
    content.split_once("\r\n").unwrap().0.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn only_identifiers_are_uploaded_and_the_token_is_in_its_header_only() {
    let mut world = World::default();
    world.applied_after_seconds = 0;
    let simulator = Arc::new(Mutex::new(Simulator::new(world)));
    let front = wiremock_front::serve(Arc::clone(&simulator), Timestamp::now).await;
    let client = TikTokClient::builder(AccessToken::new(TOKEN)).endpoint(front.uri()).build().unwrap();
    let builder = TikTokDestination::builder(client, AdAccountId::new(ACCOUNT));
    let destination = builder.audience_kind(AudienceKind::CustomerFile).build().unwrap();
    let mut state = State::default();
    let (before, after): (People, People) = ((0..1_100).collect(), (50..1_150).collect());
    state.run(&destination, &before, ordinary()).await.done();
    state.run(&destination, &after, ordinary()).await.done();

    let mut sent = BTreeSet::new();
    for request in &front.received_requests().await.unwrap() {
        assert_eq!(request.headers["access-token"], TOKEN);
        let others = request.headers.iter().filter(|(name, _)| *name != "access-token");
        let headers: Vec<String> = others.map(|(name, value)| format!("{name}: {value:?}")).collect();
        let body = String::from_utf8_lossy(&request.body);
        let rest = format!("{} {} {body}", request.url, headers.join("\n"));
        assert!(!rest.contains(TOKEN) && !rest.contains('@') && !rest.contains("%40"), "{rest}");
        sent.extend(rows(request.url.path(), &body));
    }
    assert_eq!(sent, email_digests(&(0..1_150).collect()).into_iter().collect::<BTreeSet<String>>());
    let notes = state.notes.unwrap();
    assert!(notes.len() < 200 && !notes.contains(TOKEN), "{notes}");
}
