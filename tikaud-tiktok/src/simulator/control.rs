//! The control endpoints under `/simulator/`, for tests that are in another process or another language.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::world::TokenGrant;
use super::{Audience, FaultProgram, IdType, Request, Response, Simulator, json as input};

const AUDIENCES: &str = "/simulator/audiences";
const REQUESTS: &str = "/simulator/requests";
const FAULTS: &str = "/simulator/faults";
const CLOCK: &str = "/simulator/clock";
const AUTH_CODES: &str = "/simulator/auth_codes";
const WITHDRAW: &str = "/simulator/withdraw";
const RESET: &str = "/simulator/reset";

/// Answers a control request. They need no token, are not logged, and no fault strikes them.
pub(crate) fn handle(simulator: &mut Simulator, request: &Request<'_>, now: Timestamp) -> Response {
    match (request.method(), request.path()) {
        ("GET", AUDIENCES) => Response::json(200, &simulator.audiences().iter().map(shown).collect()),
        ("GET", REQUESTS) => Response::json(200, &json!(simulator.requests())),
        ("POST", FAULTS) => inject(simulator, request.body()),
        ("GET", CLOCK) => clock(simulator, now),
        ("POST", CLOCK) => advance(simulator, request.body(), now),
        ("POST", AUTH_CODES) => give_auth_code(simulator, request.body(), now),
        ("POST", WITHDRAW) => withdraw(simulator, request.body()),
        ("POST", RESET) => {
            simulator.reset();
            Response::json(200, &json!({}))
        }
        (_, AUDIENCES | REQUESTS) => Response::text(405, "use GET here\n"),
        (_, CLOCK) => Response::text(405, "use GET or POST here\n"),
        (_, FAULTS | AUTH_CODES | WITHDRAW | RESET) => Response::text(405, "use POST here\n"),
        (method, path) => {
            match path.strip_prefix("/simulator/audiences/").and_then(|rest| rest.strip_suffix("/identifiers")) {
                Some(_) if method != "GET" => Response::text(405, "use GET here\n"),
                Some(id) => identifiers(simulator, id, request.query()),
                None => Response::text(404, not_found()),
            }
        }
    }
}

fn not_found() -> String {
    format!(
        "there are GET {AUDIENCES}, GET {AUDIENCES}/{{id}}/identifiers?kind=EMAIL_SHA256, GET {REQUESTS}, POST {FAULTS}, GET and POST {CLOCK}, POST {AUTH_CODES}, POST {WITHDRAW} and POST {RESET}\n"
    )
}

fn inject(simulator: &mut Simulator, body: &[u8]) -> Response {
    match FaultProgram::from_slice(body) {
        Ok(program) => {
            simulator.inject(program);
            Response::json(200, &json!({}))
        }
        Err(error) => Response::text(400, format!("{error}\n")),
    }
}

fn clock(simulator: &Simulator, now: Timestamp) -> Response {
    Response::json(200, &json!({"now": simulator.clock(now).to_string()}))
}

/// How far the clock is to be put forward.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u64,
}

fn advance(simulator: &mut Simulator, body: &[u8], now: Timestamp) -> Response {
    match input::read::<Advance>("clock", body) {
        Ok(Advance { advance_seconds }) => {
            simulator.advance(Duration::from_secs(advance_seconds));
            clock(simulator, now)
        }
        Err(error) => Response::text(400, format!("{error}\n")),
    }
}

/// A user agrees: to everything, when nothing is said.
fn give_auth_code(simulator: &mut Simulator, body: &[u8], now: Timestamp) -> Response {
    let grant = match body {
        [] => None,
        body => match input::read::<TokenGrant>("grant", body) {
            Ok(grant) => Some(grant),
            Err(error) => return Response::text(400, format!("{error}\n")),
        },
    };
    if let Some(Err(problem)) = grant.as_ref().map(|grant| simulator.world().check_accounts(grant)) {
        return Response::text(400, format!("the grant cannot be given: {problem}\n"));
    }
    let now = simulator.clock(now);
    match simulator.give_auth_code(grant, now) {
        Some(code) => Response::json(200, &json!({"auth_code": code})),
        None => Response::text(400, "the world has no token to be granted once more; give a grant\n"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Withdraw {
    access_token: String,
}

fn withdraw(simulator: &mut Simulator, body: &[u8]) -> Response {
    match input::read::<Withdraw>("token", body) {
        Ok(Withdraw { access_token }) if simulator.withdraw(&access_token) => Response::json(200, &json!({})),
        Ok(_) => Response::text(404, "there is no such token\n"),
        Err(error) => Response::text(400, format!("{error}\n")),
    }
}

fn shown(audience: &Audience) -> Value {
    let counts: Map<String, Value> = IdType::ALL
        .into_iter()
        .map(|id_type| (id_type.to_string(), audience.count(id_type)))
        .filter(|(_, count)| *count > 0)
        .map(|(id_type, count)| (id_type, json!(count)))
        .collect();
    json!({
        "id": audience.id(),
        "advertiser_id": audience.advertiser_id(),
        "name": audience.name(),
        "description": audience.description(),
        "created": audience.created().to_string(),
        "deleted": audience.is_deleted(),
        "type": audience.type_name(),
        "identifiers": counts,
        "shared_with": audience.shared_with(),
        "applied_to": audience.applied_to().into_iter().collect::<BTreeMap<&str, &str>>(),
    })
}

/// One digest a line. The values asked for are not repeated in an error: one may be an identifier.
fn identifiers(simulator: &Simulator, id: &str, query: &str) -> Response {
    let kinds = || IdType::ALL.map(IdType::as_str).join(", ");
    let kind = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "kind");
    let Some(id_type) = kind.and_then(|(_, kind)| IdType::parse(&kind)) else {
        return Response::text(400, format!("give a query kind=…, one of {}\n", kinds()));
    };
    let Some(lines) = simulator.identifiers(id, id_type) else {
        return Response::text(404, format!("there is no audience of this id; GET {AUDIENCES} lists those that are\n"));
    };
    Response::text(200, lines.into_iter().fold(String::new(), |text, line| text + &line + "\n"))
}
