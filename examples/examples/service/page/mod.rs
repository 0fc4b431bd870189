//! The page: one answer with everything in it, so that it works without the internet, and nothing else can get in.

use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("style.css");

/// The files share one scope, each using those before it.
const SCRIPT: &str = concat!(
    "\"use strict\";\n",
    include_str!("elements.js"),
    include_str!("format.js"),
    include_str!("client.js"),
    include_str!("chart_time.js"),
    include_str!("chart_tip.js"),
    include_str!("chart.js"),
    include_str!("plan.js"),
    include_str!("runs.js"),
    include_str!("card.js"),
    include_str!("main.js"),
);

/// `GET /`: the page. It holds no data; its script asks the API for them, with the token that its user types in where one
/// is needed.
pub(crate) fn answer(needs_token: bool) -> Response {
    let needed = if needs_token { "needed" } else { "none" };
    let body = include_str!("page.html").replacen("{token}", needed, 1);
    let body = body.replacen("{style}", STYLE, 1).replacen("{script}", SCRIPT, 1);
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        source_of(STYLE),
        source_of(SCRIPT),
    );
    ([(CONTENT_SECURITY_POLICY, policy)], Html(body)).into_response()
}

/// How a policy names exactly this text: <https://www.w3.org/TR/CSP3/#grammardef-hash-source>.
fn source_of(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
