//! Requests that break a rule.

use super::*;

#[test]
fn a_request_that_breaks_a_rule_is_refused_by_its_code_and_the_place_and_makes_nothing() {
    let set = "/rule_spec/inclusion_rule_set";
    let at = |rest: &str| format!("{set}{rest}");
    let rule = visitors().pointer(&at("/rules/0")).unwrap().clone();
    let cases: Vec<(String, Value, i64, &str)> = vec![
        ("/advertiser_id".into(), json!(FORBIDDEN_ACCOUNT), 40001, FORBIDDEN_ACCOUNT),
        ("/advertiser_id".into(), Value::Null, 40002, "advertiser_id: Missing data"),
        ("/custom_audience_name".into(), json!(""), 40002, "custom_audience_name: Missing data"),
        ("/custom_audience_name".into(), json!("é".repeat(129)), 40002, "maximum length 128"),
        ("/audience_type".into(), json!("pixel"), 40002, "audience_type: Must be one of ENGAGEMENT,"),
        ("/rule_spec".into(), json!([]), 40002, "rule_spec: Not a valid object"),
        ("/rule_spec".into(), json!({}), 40002, "rule_spec.inclusion_rule_set: Missing data"),
        (at("/operator"), json!("AND"), 40002, "rule_spec.inclusion_rule_set.operator: Must be one of OR."),
        (at("/rules"), json!([]), 40002, "inclusion_rule_set.rules: Missing data"),
        (at("/rules"), json!({}), 40002, "inclusion_rule_set.rules: Not a valid list of objects"),
        (at("/rules"), json!(vec![rule; 6]), 40002, "inclusion_rule_set.rules: Longer than maximum length 5"),
        (at("/rules/0/retention_days"), json!(29), 40002, "rules[0].retention_days: Must be one of 7, 14, 30, 60"),
        (at("/rules/0/retention_days"), json!("30"), 40002, "rules[0].retention_days: Must be one of"),
        (at("/rules/0/event_source_ids"), Value::Null, 40002, "rules[0].event_source_ids: Missing data"),
        (at("/rules/0/event_source_ids"), json!([1]), 40002, "rules[0].event_source_ids: Not a valid list of strings"),
        (at("/rules/0/filter_set"), Value::Null, 40002, "rules[0].filter_set: Missing data"),
        (at("/rules/0/filter_set/operator"), json!("AND"), 40002, "filter_set.operator: Must be one of OR."),
        (at("/rules/0/filter_set/filters"), json!([{}, {}]), 40002, "filter_set.filters: Longer than maximum length 1"),
        (at("/rules/0/filter_set/filters/0/field"), json!("URL"), 40002, "filters[0].field: Must be one of EVENT."),
        (at("/rules/0/filter_set/filters/0/operator"), json!("GT"), 40002, "filters[0].operator: Must be one of EQ."),
        (at("/rules/0/filter_set/filters/0/value"), json!("BROWSE"), 40002, "filters[0].value: Must be one of PAGE"),
    ];
    for (pointer, value, code, text) in cases {
        let mut simulator = simulator();
        let mut body = visitors();
        *body.pointer_mut(&pointer).unwrap() = value.clone();
        let reply = post(&mut simulator, CREATE, &body);
        assert_eq!(reply["code"], code, "{pointer} = {value}: {reply}");
        assert!(reply["message"].as_str().unwrap().contains(text), "{pointer} = {value}: {reply}");
        assert!(simulator.audiences().is_empty(), "{pointer} = {value}");
    }
    for (field, value) in [
        ("audience_sub_type", json!("OTHER")),
        ("retention_in_days", json!(366)),
        ("is_auto_refresh", json!("true")),
        ("audience_enhancement", json!(1)),
        ("identity_type", json!("AUTH_CODE")),
    ] {
        let mut body = visitors();
        body[field] = value;
        assert_code(&post(&mut simulator(), CREATE, &body), 40002);
    }
}

#[test]
fn filters_on_pages_are_for_websites_and_limited_in_number() {
    let of_url = json!({"field": "URL", "operator": "CONTAINS", "values": ["us"]});
    let of_price = json!({"field": "PRICE", "operator": "IS_GREATER_THAN_OR_EQUAL_TO", "values": ["10"]});
    let with = |filter: &Value, field: &str, value: Value| {
        let mut filter = filter.clone();
        filter[field] = value;
        filter
    };
    let cases = [
        (json!([of_url, of_price]), 0),
        (json!([of_url, of_url]), 40002),
        (json!(vec![of_price.clone(); 10]), 0),
        (json!(vec![of_price.clone(); 11]), 40002),
        (json!([]), 40002),
        (json!([with(&of_url, "field", json!("HOST"))]), 40002),
        (json!([with(&of_url, "operator", json!("IS_LESS_THAN"))]), 40002),
        (json!([with(&of_price, "operator", json!("IS_GRETER_THAN_OR_EQUAL_TO"))]), 40002),
        (json!([with(&of_price, "operator", json!("NOT_EQUAL"))]), 40002),
        (json!([with(&of_url, "values", json!([]))]), 40002),
        (json!([with(&of_url, "values", json!("us"))]), 40002),
        (json!([with(&of_url, "values", json!(vec!["us"; 11]))]), 40002),
        (json!([with(&of_url, "values", json!(["u".repeat(101)]))]), 40002),
        (json!([with(&of_url, "values", json!(["u".repeat(100)]))]), 0),
    ];
    let place = "/rule_spec/inclusion_rule_set/rules/0/filter_set/filters/0";
    for (filters, code) in cases {
        let mut body = visitors();
        body.pointer_mut(place).unwrap()["parameter_filters"] = filters.clone();
        let reply = post(&mut simulator(), CREATE, &body);
        assert_eq!(reply["code"], code, "{filters}: {reply}");
    }
    let mut of_app = body("APP", &rule_set("INSTALL", 30, &json!(["1"])));
    of_app.pointer_mut(place).unwrap()["parameter_filters"] = json!([of_url]);
    assert_code(&post(&mut simulator(), CREATE, &of_app), 40002);
}

#[test]
fn sources_and_windows_depend_on_the_type() {
    let videos = json!((0..11).map(|id| id.to_string()).collect::<Vec<_>>());
    let follow = "BUSINESS ACCOUNT PROFILE FOLLOW";
    let cases = [
        ("ENGAGEMENT", rule_set("CLICK", 180, &Value::Null), 0),
        ("ENGAGEMENT", rule_set("CLICK", 180, &json!(["7200000000000000004"])), 40002),
        ("LEAD_GENERATION", rule_set("FORM VIEW", 30, &json!(["1"])), 40002),
        ("ENGAGEMENT_LIVE_VIDEO", rule_set("LIVE VIDEO VIEW", 60, &json!(["1"])), 40002),
        ("ENGAGEMENT_LIVE_VIDEO", rule_set("LIVE VIDEO VIEW", 30, &videos), 40011),
        ("ENGAGEMENT_LIVE_VIDEO", rule_set("LIVE VIDEO VIEW", 30, &Value::Null), 40002),
        ("BUSINESS_ACCOUNT", rule_set(follow, 60, &json!(["1"])), 0),
        ("BUSINESS_ACCOUNT", rule_set("BUSINESS ACCOUNT PLAY 2S", 60, &json!(["1"])), 40002),
    ];
    for (audience_type, rules, code) in cases {
        let mut body = body(audience_type, &rules);
        body["identity_id"] = json!("i1");
        body["identity_type"] = json!("TT_USER");
        let reply = post(&mut simulator(), CREATE, &body);
        assert_eq!(reply["code"], code, "{audience_type} {rules}: {reply}");
    }
}

#[test]
fn whose_videos_they_are_must_be_said() {
    let good = body("ENGAGEMENT_LIVE_VIDEO", &rule_set("LIVE VIDEO VIEW", 30, &json!(["1"])));
    for (identity, code) in [
        (json!({}), 40002),
        (json!({"identity_id": "i1"}), 40002),
        (json!({"identity_type": "TT_USER"}), 40002),
        (json!({"identity_id": "i1", "identity_type": "TT_USER"}), 0),
        (json!({"identity_id": "i1", "identity_type": "BC_AUTH_TT"}), 40002),
        (json!({"identity_id": "i1", "identity_type": "BC_AUTH_TT", "identity_authorized_bc_id": "69"}), 0),
    ] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().extend(identity.as_object().unwrap().clone());
        let reply = post(&mut simulator(), CREATE, &body);
        assert_eq!(reply["code"], code, "{identity}: {reply}");
    }
}
