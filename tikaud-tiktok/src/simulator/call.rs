//! A request of the API as it is taken up, and what it is answered with.

use serde_json::{Value, json};

use super::body::Body;
use super::endpoint::RequestAction;
use super::query::Query;
use super::refusal::Refusal;
use super::{Endpoint, Request, Response};

/// A request of the API and what is known of it before it is carried out.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) endpoint: Option<Endpoint>,
    /// The body of a POST request.
    pub(crate) body: Option<Result<Body<'a>, Refusal>>,
    pub(crate) action: Option<RequestAction>,
    pub(crate) request_id: String,
}

impl<'a> Call<'a> {
    pub(crate) fn read(request: &'a Request<'a>, number: usize) -> Self {
        let endpoint = Endpoint::at(request.path());
        let body = (request.method() == "POST").then(|| Body::read(request));
        let action = match (&body, endpoint) {
            (Some(Ok(body)), Some(endpoint)) => {
                body.string("action").ok().and_then(|name| RequestAction::read(endpoint, name.as_deref()))
            }
            _ => None,
        };
        Self { request, endpoint, body, action, request_id: format!("SIM{number:016}") }
    }

    /// The ad account that it is about: the one that it names, or the first.
    pub(crate) fn account(&self) -> Option<String> {
        match &self.body {
            Some(Ok(body)) => match body.string("advertiser_id") {
                Ok(Some(account)) => Some(account.into_owned()),
                _ => body.required_list("advertiser_ids").ok()?.into_iter().next(),
            },
            Some(Err(_)) => None,
            None => Query::read(self.request.query()).get("advertiser_id").map(str::to_owned),
        }
    }

    /// How many users the body holds, for a request that was not read to its end.
    pub(crate) fn count_users(&self) -> Option<u64> {
        self.body.as_ref()?.as_ref().ok()?.count("batch_data")
    }

    pub(crate) fn envelope(&self, code: i64, message: &str, data: &Value) -> Answer {
        let body = json!({"code": code, "message": message, "request_id": self.request_id, "data": data});
        Answer { response: Response::json(200, &body), code: Some(code), users: None }
    }

    pub(crate) fn refuse(&self, refusal: &Refusal) -> Answer {
        self.envelope(refusal.code, &refusal.message, &json!({}))
    }
}

/// A response, and what of it goes into the log.
pub(crate) struct Answer {
    pub(crate) response: Response,
    pub(crate) code: Option<i64>,
    pub(crate) users: Option<u64>,
}

impl Answer {
    /// An answer that does not come from the application logic.
    pub(crate) fn gateway(response: Response) -> Self {
        Self { response, code: None, users: None }
    }
}
