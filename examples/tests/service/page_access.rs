//! The page where a token is needed, where the service goes away, and for those who do not see it.

use super::browser::Browser;
use super::running::Service;
use super::world::World;

const TOKEN: &str = "canary-of-a-token-0123456789";
const TOKEN_FIELD: &str = "//*[@id='token']";
const SIGN_IN: &str = "//form//button";

async fn opened(service: &Service) -> Browser {
    let browser = Browser::start().await;
    browser.look("light", 1_000).await;
    browser.open(&service.url()).await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: run it by .ci/with-chromium"]
async fn the_page_asks_for_the_token_says_when_it_is_wrong_and_keeps_it_in_its_tab() {
    let world = World::of_buyers(1_000).await;
    let service = Service::start_with(&world, Some(TOKEN));
    let browser = opened(&service).await;
    browser.until("!document.querySelector('#sign-in').hidden").await;
    browser.screenshot("sign-in").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());

    browser.keys(TOKEN_FIELD, "a wrong one").await;
    browser.click(SIGN_IN).await;
    browser.until("document.querySelector('#token-error').textContent === 'the token is wrong'").await;
    browser.keys(TOKEN_FIELD, TOKEN).await;
    browser.click(SIGN_IN).await;
    browser.until("document.querySelectorAll('article').length === 1").await;
    // Loading it again keeps the token, and signing out forgets it.
    browser.open(&service.url()).await;
    browser.until("document.querySelectorAll('article').length === 1").await;
    assert_eq!(browser.script("return [localStorage.length, document.cookie]").await, serde_json::json!([0, ""]));
    browser.click("//*[@id='sign-out']").await;
    browser.until("!document.querySelector('#sign-in').hidden && sessionStorage.length === 0").await;
    for url in browser.requests().await {
        assert!(!url.contains("canary"), "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: run it by .ci/with-chromium"]
async fn the_page_says_when_the_service_is_gone_and_keeps_what_it_showed() {
    let world = World::of_buyers(1_000).await;
    let service = Service::start(&world);
    let browser = opened(&service).await;
    browser.until("document.querySelectorAll('article').length === 1").await;
    drop(service);
    browser.until("document.querySelector('#banner').innerText.includes('The service does not answer')").await;
    browser.until("document.querySelectorAll('article').length === 1").await;
    browser.screenshot("gone").await;
}

/// What assistive technology is told, as far as a program can check it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: run it by .ci/with-chromium"]
async fn everything_that_can_be_used_has_a_name_and_can_be_reached_by_the_keyboard() {
    let world = World::of_buyers(1_000).await;
    let service = Service::start(&world);
    service.run("buyers").await;
    let browser = opened(&service).await;
    browser.until("document.querySelector('.plot svg')").await;
    let nameless =
        "return [...document.querySelectorAll('button, input, [role=img], [role=region], [role=group], article')]
        .filter(one => !one.closest('[hidden]') && !one.closest('dialog:not([open])'))
        .filter(one => !one.innerText && !one.labels?.length)
        .filter(one => !one.getAttribute('aria-label') && !one.getAttribute('aria-labelledby'))
        .map(one => one.outerHTML.slice(0, 80))";
    assert_eq!(browser.script(nameless).await, serde_json::json!([]));
    let unreachable =
        "return [...document.querySelectorAll('button, .plot, summary')].filter(one => one.tabIndex < 0).length";
    assert_eq!(browser.script(unreachable).await, serde_json::json!(0));
    let levels = browser
        .script(
            "return [...document.querySelectorAll('h1, h2, h3')]
        .filter(one => one.offsetParent).map(one => +one.tagName[1])",
        )
        .await;
    assert_eq!(levels, serde_json::json!([1, 2, 3, 3]), "no level of headings is left out");
    assert_eq!(
        browser
            .script(
                "const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
        return ids.length - new Set(ids).size"
            )
            .await,
        serde_json::json!(0)
    );
}
