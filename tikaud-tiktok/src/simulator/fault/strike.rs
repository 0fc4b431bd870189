//! What a fault does to a request and to its answer.

use std::time::Duration;

use serde_json::json;

use super::{Effect, HttpBody};
use crate::simulator::call::{Answer, Call};
use crate::simulator::refusal::Refusal;
use crate::simulator::{Delivery, Response};

/// The answer of a fault that keeps the request from being carried out.
pub(crate) fn instead(effect: &Effect, call: &Call<'_>) -> Option<Answer> {
    match effect {
        Effect::Answer { code, message } => Some(call.envelope(*code, message, &json!({}))),
        Effect::Http { status, body } => Some(Answer::gateway(gateway_page(*status, *body))),
        Effect::DropRequest => Some(Answer::gateway(Response::text(500, ""))),
        Effect::PermissionError => Some(call.refuse(&Refusal::no_permission())),
        Effect::TokenError => Some(call.refuse(&Refusal::wrong_token())),
        Effect::Throttle => Some(call.refuse(&Refusal::too_many_requests())),
        Effect::Delay { .. } | Effect::LoseReply | Effect::TruncateBody => None,
    }
}

/// What a fault does to the response on its way.
pub(crate) fn disturb(effect: &Effect, response: &mut Response) {
    match effect {
        Effect::Delay { ms } => response.delivery = Delivery::DeliverAfter(Duration::from_millis(*ms)),
        Effect::LoseReply | Effect::DropRequest => response.delivery = Delivery::DropConnection,
        Effect::TruncateBody => response.body.truncate(response.body.len() / 2),
        _ => {}
    }
}

fn gateway_page(status: u16, body: HttpBody) -> Response {
    match body {
        HttpBody::Html => {
            let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
            Response::new(status, "text/html; charset=utf-8", page)
        }
        HttpBody::Json => Response::json(status, &json!({"code": status, "message": "The gateway could not answer."})),
    }
}
