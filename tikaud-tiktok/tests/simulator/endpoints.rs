//! What holds for every endpoint.

use serde_json::json;
use tikaud_tiktok::simulator::{
    Effect, Endpoint, FaultProgram, FaultRule, Request, Response, Role, Simulator, TokenGrant, World,
};

use crate::support::{ACCOUNT, envelope, simulator, start};

/// A request without a single field.
fn ask(simulator: &mut Simulator, method: &str, endpoint: Endpoint, token: &str) -> Response {
    let request = Request::new(method, endpoint.path())
        .with_header("Access-Token", token)
        .with_header("Content-Type", "application/json")
        .with_body("{}");
    simulator.handle(&request, start())
}

fn code(simulator: &mut Simulator, endpoint: Endpoint, token: &str) -> i64 {
    envelope(&ask(simulator, endpoint.method(), endpoint, token))["code"].as_i64().unwrap()
}

#[test]
fn an_endpoint_takes_one_method_and_its_path_ends_in_a_slash() {
    for endpoint in Endpoint::ALL {
        let other = if endpoint.method() == "GET" { "POST" } else { "GET" };
        assert_eq!(ask(&mut simulator(), other, endpoint, "act.simulator").status, 405, "{endpoint:?}");
        let path = endpoint.path().trim_end_matches('/');
        assert_eq!(simulator().handle(&Request::new(endpoint.method(), path), start()).status, 404, "{endpoint:?}");
    }
}

#[test]
fn an_endpoint_takes_a_token_or_the_apps_secret() {
    for endpoint in Endpoint::ALL {
        let expected = if endpoint.takes_token() { [40104, 40105] } else { [40002, 40002] };
        let codes = ["", "act.wrong"].map(|token| code(&mut simulator(), endpoint, token));
        assert_eq!(codes, expected, "{endpoint:?}");
    }
}

#[test]
fn an_endpoint_asks_for_its_own_scope_or_one_above_it() {
    let allowed = |scope: u32| -> Vec<Endpoint> {
        let mut world = World::default();
        let mut grant = TokenGrant::new("act.narrow").with_account(ACCOUNT, Role::Admin);
        grant.scopes = vec![scope];
        world.tokens.push(grant);
        let mut simulator = Simulator::new(world);
        let mut passes = |endpoint: &Endpoint| code(&mut simulator, *endpoint, "act.narrow") != 40001;
        Endpoint::ALL.into_iter().filter(|endpoint| endpoint.takes_token()).filter(|it| passes(it)).collect()
    };
    let of_any_token = [Endpoint::UserInfo];
    let with = |scope: u32| -> Vec<Endpoint> {
        allowed(scope).into_iter().filter(|endpoint| !of_any_token.contains(endpoint)).collect()
    };
    assert_eq!(
        with(30),
        [
            Endpoint::CustomAudienceGet,
            Endpoint::CustomAudienceList,
            Endpoint::SavedAudienceList,
            Endpoint::AudienceInsightOverlap
        ]
    );
    assert_eq!(
        with(32),
        [Endpoint::CustomAudienceShare, Endpoint::CustomAudienceShareCancel, Endpoint::CustomAudienceShareLog]
    );
    for accounts in [1, 10, 100] {
        assert_eq!(with(accounts), [Endpoint::AdvertiserGet, Endpoint::AdvertiserInfo]);
    }
    // What is left is to change audiences, and 3 is everything about them.
    assert_eq!(with(30).len() + with(31).len() + with(32).len(), with(3).len());
    assert_eq!(with(3).len() + with(1).len() + of_any_token.len() + 2, Endpoint::ALL.len());
    assert_eq!(allowed(150), of_any_token);
}

#[test]
fn an_endpoint_has_a_quota_of_its_own() {
    let mut world = World::default();
    world.limits.requests_per_second = Some(1);
    let mut simulator = Simulator::new(world);
    for endpoint in Endpoint::ALL {
        let codes = [0; 2].map(|_| code(&mut simulator, endpoint, "act.simulator"));
        assert!(codes[0] != 40100 && codes[1] == 40100, "{endpoint:?}: {codes:?}");
    }
}

#[test]
fn an_endpoint_goes_wrong_on_demand() {
    for endpoint in Endpoint::ALL {
        let mut simulator = simulator();
        let rules = [Effect::Throttle, Effect::TokenError, Effect::PermissionError, Effect::LoseReply];
        simulator.inject(FaultProgram::new(rules.map(|effect| FaultRule::new(effect).on_endpoint(endpoint))));
        let codes = [0; 3].map(|_| code(&mut simulator, endpoint, "act.simulator"));
        assert_eq!(codes, [40100, 40105, 40001], "{endpoint:?}");
        let lost = ask(&mut simulator, endpoint.method(), endpoint, "act.simulator");
        assert_eq!(lost.delivery, tikaud_tiktok::simulator::Delivery::DropConnection);
        let other = Endpoint::ALL.into_iter().find(|other| *other != endpoint).unwrap();
        assert_ne!(code(&mut simulator, other, "act.simulator"), 40100);
        let logged = serde_json::to_value(&simulator.requests()[3]).unwrap();
        assert_eq!((&logged["fault"], &logged["path"]), (&json!("lose_reply"), &json!(endpoint.path())));
    }
}
