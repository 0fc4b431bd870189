//! `GET /portal/auth`: the page where a user agrees. Here the user agrees to everything, at once.

use jiff::Timestamp;
use url::Url;

use super::query::Query;
use super::{Request, Response, Simulator};

pub(crate) const PATH: &str = "/portal/auth";

/// Sends the user back with a code, as TikTok does: besides `auth_code` there is a `code` that cannot be exchanged.
pub(crate) fn handle(simulator: &mut Simulator, request: &Request<'_>, now: Timestamp) -> Response {
    let query = Query::read(request.query());
    let app_id = query.get("app_id").unwrap_or_default();
    if app_id != simulator.world().app.app_id {
        return Response::text(400, "the query's app_id is not that of the world's app\n");
    }
    let Some(Ok(mut url)) = query.get("redirect_uri").map(Url::parse) else {
        return Response::text(400, "give an absolute URL as redirect_uri, percent-encoded\n");
    };
    let Some(code) = simulator.give_auth_code(None, now) else {
        return Response::text(400, "the world has no token, so nobody could agree\n");
    };
    {
        let mut pairs = url.query_pairs_mut();
        if let Some(state) = query.get("state") {
            pairs.append_pair("state", state);
        }
        pairs.append_pair("auth_code", &code).append_pair("code", "not-to-be-exchanged");
    }
    Response { location: Some(url.into()), ..Response::text(302, "") }
}
