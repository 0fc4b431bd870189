use super::*;

#[test]
fn a_world_that_contradicts_itself_is_refused_with_the_place() {
    let account = r#"{"advertiser_id": "1", "name": "A"}"#;
    let cases = [
        (format!(r#"{{"accounts": [{account}, {account}]}}"#), "accounts[1]: the account 1 is there twice"),
        (
            r#"{"tokens": [{"access_token": "t", "accounts": [{"advertiser_id": "2"}]}]}"#.to_owned(),
            "tokens[0].accounts: there is no account 2 in `accounts`",
        ),
        (
            r#"{"tokens": [{"access_token": "t"}, {"access_token": "t"}]}"#.to_owned(),
            "tokens[1].access_token: an earlier entry has the same token",
        ),
        (r#"{"tokens": [{"access_token": ""}]}"#.to_owned(), "tokens[0].access_token: give a token that is not empty"),
        (
            r#"{"accounts": [{"advertiser_id": "x", "name": "A"}], "tokens": []}"#.to_owned(),
            "accounts[0].advertiser_id: give an id of decimal digits",
        ),
        (
            r#"{"limits": {"users_per_request": 0}}"#.to_owned(),
            "limits: give numbers above 0, or `null` for no limit on requests",
        ),
        (
            r#"{"limits": {"account_requests_per_second": 0}}"#.to_owned(),
            "limits: give numbers above 0, or `null` for no limit on requests",
        ),
        (r#"{"limits": {"level": "gold"}}"#.to_owned(), "unknown variant `gold`"),
        (
            r#"{"accounts": [{"advertiser_id": "1", "name": "A", "ad_groups": [{"adgroup_id": "x", "name": "G"}]}],
                "tokens": []}"#
                .to_owned(),
            "accounts[0].ad_groups: give each an adgroup_id of decimal digits",
        ),
        (
            r#"{"accounts": [{"advertiser_id": "1", "name": "A", "ad_groups": [{"adgroup_id": "9", "name": "G"}]},
                {"advertiser_id": "2", "name": "B", "ad_groups": [{"adgroup_id": "9", "name": "G"}]}], "tokens": []}"#
                .to_owned(),
            "accounts[1].ad_groups: the ad group 9 is there twice",
        ),
        (r#"{"limit": {}}"#.to_owned(), "unknown field `limit`"),
        (r#"{"description": "keep"}"#.to_owned(), "unknown variant `keep`"),
    ];
    for (text, problem) in cases {
        let error = World::from_json(&text).unwrap_err().to_string();
        assert!(error.contains(problem), "{text}: {error}");
    }
}

#[test]
fn an_unknown_status_is_answered_with_the_known_ones() {
    let text = r#"{"accounts": [{"advertiser_id": "1", "name": "A", "status": "FINE"}], "tokens": []}"#;
    assert!(World::from_json(text).unwrap_err().to_string().contains("STATUS_LIMIT"));
}

#[test]
fn neither_debug_nor_an_error_shows_a_token() {
    let world = World::from_json(r#"{"tokens": [{"access_token": "act.canary"}]}"#).unwrap();
    assert!(!format!("{world:?}{world:#?}").contains("canary"));
    let error = World::from_json(r#"{"tokens": ["act.canary"]}"#).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
    insta::assert_snapshot!(error, @"the world is not in its JSON form: invalid type: string …, expected struct TokenGrant at line 1 column 24");
}
