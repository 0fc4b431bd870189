use std::sync::Mutex as StdMutex;

use async_trait::async_trait;
use futures::future::join_all;
use tikaud_core::destination::DestinationErrorKind as Kind;

use super::*;
use crate::token::AccessToken;

/// Gives these tokens one after the other, the last one for ever, and notes why it was asked.
struct Provider {
    tokens: Vec<&'static str>,
    reasons: StdMutex<Vec<TokenReason>>,
}

#[async_trait]
impl TokenProvider for Provider {
    async fn access_token(&self, reason: TokenReason) -> Result<AccessToken, DestinationError> {
        let at = {
            let mut reasons = self.reasons.lock().unwrap();
            reasons.push(reason);
            reasons.len() - 1
        };
        // Other requests get their chance meanwhile.
        tokio::task::yield_now().await;
        Ok(AccessToken::new(self.tokens[at.min(self.tokens.len() - 1)]))
    }
}

fn tokens(tokens: &[&'static str]) -> (Tokens, Arc<Provider>) {
    let provider = Arc::new(Provider { tokens: tokens.to_vec(), reasons: StdMutex::default() });
    (Tokens::new(Arc::clone(&provider) as Arc<dyn TokenProvider>, None), provider)
}

#[tokio::test]
async fn requests_that_begin_together_ask_once() {
    let (tokens, provider) = tokens(&["first"]);
    for carried in join_all((0..5).map(|_| tokens.carried())).await {
        assert_eq!(carried.unwrap().header, "first");
    }
    assert_eq!(*provider.reasons.lock().unwrap(), [TokenReason::FirstRequest]);
}

#[tokio::test]
async fn requests_that_are_refused_together_ask_once_and_get_the_same_answer() {
    for (answer, expected) in [("second", Some("second")), ("first", None)] {
        let (tokens, provider) = tokens(&["first", answer, "never"]);
        let carried = join_all((0..5).map(|_| tokens.carried())).await;
        let refused: Vec<Carried> = carried.into_iter().map(Result::unwrap).collect();
        for fresh in join_all(refused.iter().map(|refused| tokens.instead_of(refused))).await {
            let fresh = fresh.unwrap().map(|fresh| fresh.header.to_str().unwrap().to_owned());
            assert_eq!(fresh.as_deref(), expected);
        }
        assert_eq!(*provider.reasons.lock().unwrap(), [TokenReason::FirstRequest, TokenReason::Refused]);
    }
}

#[tokio::test]
async fn a_request_that_began_after_the_answer_may_ask_again() {
    let (tokens, provider) = tokens(&["first", "first", "second"]);
    let early = tokens.carried().await.unwrap();
    assert!(tokens.instead_of(&early).await.unwrap().is_none());
    let late = tokens.carried().await.unwrap();
    assert_eq!(tokens.instead_of(&late).await.unwrap().unwrap().header, "second");
    assert_eq!(provider.reasons.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_token_that_is_known_is_not_asked_for() {
    let provider = Arc::new(AccessToken::new("canary"));
    let known = provider.to_header().unwrap();
    let tokens = Tokens::new(provider, Some(known));
    let carried = tokens.carried().await.unwrap();
    assert_eq!(carried.header, "canary");
    assert!(tokens.instead_of(&carried).await.unwrap().is_none());
}

#[tokio::test]
async fn what_cannot_be_a_token_is_refused_whoever_gives_it() {
    let (tokens, _) = tokens(&["Bearer canary"]);
    let error = tokens.carried().await.err().unwrap();
    assert_eq!(error.kind(), Kind::Configuration);
    assert!(!format!("{error} {error:?}").contains("canary"));
}
