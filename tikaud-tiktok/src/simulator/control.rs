//! The control endpoints under `/simulator/`, for tests that are in another process or another language.

use serde_json::{Map, Value, json};

use super::{Audience, FaultProgram, IdType, Request, Response, Simulator};

const AUDIENCES: &str = "/simulator/audiences";
const REQUESTS: &str = "/simulator/requests";
const FAULTS: &str = "/simulator/faults";
const RESET: &str = "/simulator/reset";

/// Answers a control request. They need no token, are not logged, and no fault strikes them.
pub(crate) fn handle(simulator: &mut Simulator, request: &Request<'_>) -> Response {
    match (request.method(), request.path()) {
        ("GET", AUDIENCES) => Response::json(200, &simulator.audiences().iter().map(shown).collect()),
        ("GET", REQUESTS) => Response::json(200, &json!(simulator.requests())),
        ("POST", FAULTS) => inject(simulator, request.body()),
        ("POST", RESET) => {
            simulator.reset();
            Response::json(200, &json!({}))
        }
        (_, AUDIENCES | REQUESTS) => Response::text(405, "use GET here\n"),
        (_, FAULTS | RESET) => Response::text(405, "use POST here\n"),
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
        "there are GET {AUDIENCES}, GET {AUDIENCES}/{{id}}/identifiers?kind=EMAIL_SHA256, GET {REQUESTS}, POST {FAULTS} and POST {RESET}\n"
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
        "identifiers": counts,
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
