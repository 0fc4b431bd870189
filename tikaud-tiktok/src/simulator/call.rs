//! A request of the API as it is taken up, and what it is answered with.

use serde_json::{Value, json};

use super::body::Body;
use super::form::Form;
use super::query::Query;
use super::refusal::{INVALID_PARAMETERS, Refusal};
use super::{Endpoint, Request, RequestAction, Response};

/// A request of the API and what is known of it before it is carried out.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) endpoint: Option<Endpoint>,
    content: Content<'a>,
    pub(crate) action: Option<RequestAction>,
    pub(crate) request_id: String,
}

/// The body of a request.
enum Content<'a> {
    /// Of a GET request, which has its fields in the query.
    None,
    Json(Result<Body<'a>, Refusal>),
    /// Of an upload.
    Form(Result<Form, Refusal>),
}

impl<'a> Call<'a> {
    pub(crate) fn read(request: &'a Request<'a>, number: usize) -> Self {
        let endpoint = Endpoint::at(request.path());
        let content = match (request.method(), endpoint) {
            ("POST", Some(Endpoint::CustomAudienceFileUpload)) => Content::Form(Form::read(request)),
            ("POST", _) => Content::Json(Body::read(request)),
            _ => Content::None,
        };
        let action = match (&content, endpoint) {
            // An update of the name alone has no action, not even by default.
            (Content::Json(Ok(body)), Some(Endpoint::CustomAudienceUpdate)) if body.raw("file_paths").is_none() => None,
            (Content::Json(Ok(body)), Some(endpoint)) => {
                body.string("action").ok().and_then(|name| RequestAction::read(endpoint, name.as_deref()))
            }
            _ => None,
        };
        Self { request, endpoint, content, action, request_id: format!("SIM{number:016}") }
    }

    /// The ad account that it is about: the one that it names, or the first.
    pub(crate) fn account(&self) -> Option<String> {
        match &self.content {
            Content::Json(Ok(body)) => match body.string("advertiser_id") {
                Ok(Some(account)) => Some(account.into_owned()),
                _ => body.required_list("advertiser_ids").ok()?.into_iter().next(),
            },
            Content::Form(Ok(form)) => form.required_text("advertiser_id").ok().map(str::to_owned),
            Content::Json(Err(_)) | Content::Form(Err(_)) => None,
            Content::None => Query::read(self.request.query()).get("advertiser_id").map(str::to_owned),
        }
    }

    /// How many users the body holds, for a request that was not read to its end.
    pub(crate) fn count_users(&self) -> Option<u64> {
        self.json().ok()?.count("batch_data")
    }

    /// The body of a request that is JSON.
    pub(crate) fn json(&self) -> Result<&Body<'a>, Refusal> {
        match &self.content {
            Content::Json(body) => body.as_ref().map_err(Refusal::clone),
            Content::Form(_) | Content::None => Err(Refusal::new(INVALID_PARAMETERS, "There is no body.")),
        }
    }

    /// The body of an upload.
    pub(crate) fn form(&self) -> Result<&Form, Refusal> {
        match &self.content {
            Content::Form(form) => form.as_ref().map_err(Refusal::clone),
            Content::Json(_) | Content::None => Err(Refusal::new(INVALID_PARAMETERS, "There is no form.")),
        }
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
