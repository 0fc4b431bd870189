//! The page as a person meets it.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::browser::Browser;
use super::months::a_month;
use super::running::Service;
use super::world::World;

const KEY_END: &str = "\u{e010}";
const KEY_LEFT: &str = "\u{e012}";

/// A button of an activation's card.
fn button(activation: &str, text: &str) -> String {
    format!("//*[@id='activation-{activation}']//button[starts-with(., '{text}')]")
}

fn card(activation: &str, selector: &str) -> String {
    format!("document.querySelector('#activation-{activation} {selector}')")
}

/// A month of runs, the last of which were made by the service: done, blocked and failed.
async fn service_with_a_past() -> (World, Service) {
    let world = a_month().await;
    let service = Service::start(&world);
    service.run("buyers").await;
    assert_eq!(service.run("fans").await["standing"], "blocked");
    assert_eq!(service.run("visitors").await["standing"], "failing");
    (world, service)
}

async fn loaded(service: &Service, scheme: &str, width: u32) -> Browser {
    let browser = Browser::start().await;
    browser.look(scheme, width).await;
    browser.open(&service.url()).await;
    browser.until("document.querySelectorAll('.plot svg').length === 3").await;
    browser
}

/// Nothing went wrong, and nothing was asked of anybody else.
async fn assert_quiet(browser: &Browser, service: &Service) {
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    let requests = browser.requests().await;
    assert!(requests.iter().any(|url| url.ends_with("/api/activations")), "{requests:?}");
    for url in requests {
        assert!(url.starts_with(&service.url()) || url.starts_with("data:image/svg+xml,"), "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: run it by .ci/with-chromium"]
async fn it_looks_right_in_light_dark_and_narrow_and_its_chart_has_the_right_values() {
    let (_world, service) = service_with_a_past().await;
    let browser = loaded(&service, "light", 1_280).await;
    let summary = browser.script("return document.querySelector('#summary').textContent").await;
    assert_eq!(summary, "3 activations · 1 needs a decision · 1 is failing");
    let pills =
        browser.script("return [...document.querySelectorAll('.title .pill')].map(pill => pill.textContent)").await;
    assert_eq!(pills, json!(["Up to date", "Needs a decision", "Failing"]));
    for id in ["buyers", "fans", "visitors"] {
        assert_chart(&browser, &service, id).await;
    }
    for (name, scheme, width) in
        [("light", "light", 1_280), ("dark", "dark", 1_280), ("narrow", "light", 390), ("narrow-dark", "dark", 390)]
    {
        browser.look(scheme, width).await;
        browser.until(&format!("document.querySelector('.plot svg').viewBox.baseVal.width < {width}")).await;
        browser.screenshot(name).await;
        let wide = browser.script("return document.documentElement.scrollWidth - innerWidth").await;
        assert!(wide.as_i64().unwrap() <= 0, "{name} has to be scrolled sideways");
    }
    assert_quiet(&browser, &service).await;
}

/// The line ends, by the labels of its axes, where the service says that it ends; table and tooltip have the same
/// figures.
async fn assert_chart(browser: &Browser, service: &Service, id: &str) {
    let sizes = service.get(&format!("/api/activations/{id}/sizes")).await.json();
    let last = |key: &str| {
        let known = sizes.as_array().unwrap().iter().rev().find_map(|size| size[key].as_u64());
        known.unwrap_or_else(|| panic!("{id} has no {key}"))
    };
    let drawn = browser
        .script(&format!(
            "const plot = {}; const labels = [...plot.querySelectorAll('text[text-anchor=end]')]
            .filter(text => /^[\\d,]+$/.test(text.textContent))
            .map(text => [+text.getAttribute('y') - 4, +text.textContent.replaceAll(',', '')]);
        const [[y0, low], [y1, high]] = [labels[0], labels.at(-1)];
        const value = path => {{
            const box = path.getBBox(); const end = path.getPointAtLength(path.getTotalLength());
            return low + (end.y - y0) / (y1 - y0) * (high - low);
        }};
        return [value(plot.querySelector('.accepted')), value(plot.querySelector('.matched')), labels.length];",
            card(id, ".plot")
        ))
        .await;
    let near = |drawn: &Value, true_value: u64| {
        (drawn.as_f64().unwrap() - true_value as f64).abs() < true_value as f64 / 200.0
    };
    assert!(near(&drawn[0], last("accepted")) && near(&drawn[1], last("matched")), "{id}: {drawn} {sizes}");
    assert!(drawn[2].as_u64().unwrap() >= 3, "{id} has an axis with labels");

    let rows = browser
        .script(&format!(
            "return [...{}.querySelectorAll('figure tbody tr')].map(row => row.innerText || row.textContent)",
            card(id, "")
        ))
        .await;
    assert_eq!(rows.as_array().unwrap().len(), sizes.as_array().unwrap().len().min(50), "{id}");
    let plot = format!("//*[@id='activation-{id}']//*[contains(@class, 'plot')]");
    browser.keys(&plot, KEY_END).await;
    browser.keys(&plot, KEY_LEFT).await;
    let before_last = &sizes[sizes.as_array().unwrap().len() - 2];
    let tip = browser.script(&format!("return {}.innerText", card(id, ".tip"))).await;
    let expected = format!("{} identifiers accepted", grouped(before_last["accepted"].as_u64().unwrap()));
    assert!(tip.as_str().unwrap().contains(&expected), "{id}: {expected} is not in {tip}");
    let said = browser.script("return document.querySelector('#said').textContent").await;
    assert!(said.as_str().unwrap().contains(&expected), "{said}");
}

fn grouped(count: u64) -> String {
    if count < 1_000 { count.to_string() } else { format!("{},{:03}", count / 1_000, count % 1_000) }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: run it by .ci/with-chromium"]
async fn a_blocked_plan_is_approved_by_two_clicks_and_applied() {
    let (world, service) = service_with_a_past().await;
    let browser = loaded(&service, "light", 1_280).await;
    let before = world.emails("Fans");
    let guard = browser.script(&format!("return {}.innerText", card("fans", ".guard"))).await;
    assert!(guard.as_str().unwrap().contains("too many removals") && guard.as_str().unwrap().contains('%'), "{guard}");

    browser.click(&button("fans", "Approve this plan")).await;
    browser.until("document.querySelector('dialog').open").await;
    let question = browser.script("return document.querySelector('dialog').innerText").await;
    assert!(question.as_str().unwrap().contains("too many removals"), "{question}");
    browser.screenshot("approve").await;
    browser.click("//*[@id='confirm-no']").await;
    assert_eq!(world.emails("Fans"), before, "it was only asked");

    browser.click(&button("fans", "Approve this plan")).await;
    browser.click("//*[@id='confirm-yes']").await;
    browser.until(&format!("{}.textContent === 'Up to date'", card("fans", ".title .pill"))).await;
    assert_eq!(world.emails("Fans"), 1_150);
    browser.until(&format!("!{}", card("fans", ".plan"))).await;
    browser.until("document.querySelector('#summary').textContent === '3 activations · 1 is failing'").await;
    assert_quiet(&browser, &service).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: run it by .ci/with-chromium"]
async fn an_activation_that_has_never_run_is_started_paused_and_resumed_by_its_buttons() {
    let world = World::of_buyers(1_500).await;
    let service = Service::start(&world);
    let browser = Browser::start().await;
    browser.look("light", 1_280).await;
    browser.open(&service.url()).await;
    browser.until("document.body.innerText.includes('The audience’s size shows here after the first run.')").await;
    browser.screenshot("empty").await;
    let pill = |text: &str| format!("{}.textContent === '{text}'", card("buyers", ".title .pill"));
    browser.until(&pill("Not run yet")).await;
    browser.click(&button("buyers", "Run now")).await;
    browser.until(&pill("Up to date")).await;
    assert_eq!(world.emails("Buyers"), 1_500);

    browser.click(&button("buyers", "Pause")).await;
    browser.until(&pill("Paused")).await;
    assert_eq!(service.activation("buyers").await["status"]["paused"], true);
    browser.click(&button("buyers", "Resume")).await;
    browser.until(&pill("Up to date")).await;

    world.table("buyers", 0..1_600);
    browser.click(&button("buyers", "Make a plan")).await;
    browser.until(&card("buyers", ".plan.ready")).await;
    browser.click(&button("buyers", "Discard")).await;
    browser.click("//*[@id='confirm-yes']").await;
    browser.until(&format!("!{}", card("buyers", ".plan"))).await;
    assert_eq!(world.emails("Buyers"), 1_500);

    browser.click("//*[@id='pause-all']").await;
    browser.until("document.querySelector('#pause-all').textContent === 'Resume everything'").await;
    assert_quiet(&browser, &service).await;
    assert_eq!(service.post("/api/resume").await.status, StatusCode::OK);
}
