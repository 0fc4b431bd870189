use super::*;

/// Every code that TikTok's SDK and return-code page name for the endpoints at hand.
const LISTED: [i64; 86] = [
    0, 20001, 40000, 40001, 40002, 40003, 40006, 40007, 40008, 40009, 40010, 40011, 40012, 40013, 40014, 40016, 40050,
    40051, 40061, 40062, 40063, 40100, 40101, 40102, 40103, 40104, 40105, 40106, 40107, 40108, 40109, 40110, 40112,
    40113, 40115, 40116, 40117, 40118, 40119, 40124, 40125, 40130, 40131, 40132, 40133, 40200, 40201, 40202, 40300,
    40301, 40309, 40400, 40502, 40700, 40900, 40905, 40906, 40907, 40908, 40909, 40910, 40914, 40915, 41000, 41001,
    41002, 50000, 50002, 51001, 51002, 51003, 51008, 51010, 51037, 51039, 51040, 51045, 51056, 51060, 51063, 51305,
    53102, 53103, 60001, 61000, 70001,
];

/// What to do about each listed code, as TikTok's documents and the practice of other clients have it. Written down apart
/// from the table, so that a slip in one shows.
const ADVISED: [(RetryClass, &[i64]); 6] = [
    (RetryClass::Throttled, &[40016, 40100, 40132, 40133, 61000]),
    (RetryClass::Split, &[40011, 40061]),
    // TikTok says "fix the parameters", others send again.
    (RetryClass::Twice, &[40200, 40700]),
    (RetryClass::Slowly, &[60001]),
    (
        RetryClass::Soon,
        &[
            40201, 40202, 50000, 50002, 51001, 51002, 51003, 51008, 51010, 51037, 51039, 51040, 51045, 51056, 51060,
            51063, 51305, 53102, 53103,
        ],
    ),
    (
        RetryClass::Never,
        &[
            0, 20001, 40000, 40001, 40002, 40003, 40006, 40007, 40008, 40009, 40010, 40012, 40013, 40014, 40050, 40051,
            40062, 40063, 40101, 40102, 40103, 40104, 40105, 40106, 40107, 40108, 40109, 40110, 40112, 40113, 40115,
            40116, 40117, 40118, 40119, 40124, 40125, 40130, 40131, 40300, 40301, 40309, 40400, 40502, 40900, 40905,
            40906, 40907, 40908, 40909, 40910, 40914, 40915, 41000, 41001, 41002, 70001,
        ],
    ),
];

#[test]
fn every_listed_code_is_sent_again_as_advised_and_none_is_left_out() {
    let mut advised: Vec<i64> = Vec::new();
    for (class, of_class) in ADVISED {
        assert_eq!(codes(|line| line.retry == class), of_class, "{class:?}");
        advised.extend(of_class);
    }
    advised.sort_unstable();
    assert_eq!(advised, LISTED);
}

#[test]
fn every_listed_code_is_of_the_kind_that_leads_to_its_remedy() {
    let authorization = [
        40101, 40102, 40103, 40104, 40105, 40106, 40107, 40108, 40109, 40110, 40112, 40113, 40115, 40116, 40117, 40119,
        40309, 70001,
    ];
    assert_eq!(codes(|line| line.kind == Kind::Authorization), authorization);
    assert_eq!(codes(|line| line.kind == Kind::Permission), [40001, 40003, 40125, 40130, 40131, 41000]);
    assert_eq!(codes(|line| line.kind == Kind::AccessNeeded), [40118, 40124]);
    assert_eq!(codes(|line| line.kind == Kind::NotFound), [40007, 40300, 40301, 40400]);
    assert_eq!(codes(|line| line.kind == Kind::Busy), [40201, 40202]);
    assert_eq!(codes(|line| line.kind == Kind::RateLimited), [40016, 40100, 40132, 40133, 61000]);
    assert_eq!(codes(|line| line.outcome == Outcome::NothingToDo), [0, 40012]);
}

#[test]
fn another_token_is_asked_for_only_when_the_token_itself_is_refused() {
    let stale: Vec<i64> = LISTED.into_iter().filter(|&code| ReturnCode::is_stale_token(code)).collect();
    assert_eq!(stale, [40102, 40104, 40105, 40106, 40119]);
    // Nothing was done, so the request may be repeated with another token whatever it is.
    assert!(stale.iter().all(|&code| ReturnCode::of(code).outcome == Outcome::NotDone));
}

fn codes(is_it: impl Fn(&ReturnCode) -> bool) -> Vec<i64> {
    LISTED.into_iter().filter(|&code| is_it(ReturnCode::of(code))).collect()
}

#[test]
fn every_listed_code_has_a_line_of_its_own() {
    for code in LISTED {
        let line = ReturnCode::of(code);
        assert_eq!((line.first, line.last), (code, code));
    }
}

#[test]
fn no_code_is_in_the_table_twice() {
    let mut codes: Vec<_> = TABLE.iter().filter(|line| line.first == line.last).map(|line| line.first).collect();
    let lines = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), lines);
    assert_eq!(lines, LISTED.len());
}

#[test]
fn every_line_says_what_it_means_and_what_to_do() {
    for line in TABLE.iter().chain(&RANGES).chain([&UNKNOWN]) {
        assert!(!line.meaning.is_empty() && !line.advice.is_empty(), "{line:?}");
    }
}

#[test]
fn these_codes_are_sent_again() {
    assert_eq!(codes(|line| line.retry == RetryClass::Throttled), [40016, 40100, 40132, 40133, 61000]);
    assert_eq!(codes(|line| line.retry == RetryClass::Split), [40011, 40061]);
    assert_eq!(codes(|line| line.retry == RetryClass::Twice), [40200, 40700]);
    assert_eq!(codes(|line| line.retry == RetryClass::Slowly), [60001]);
    let soon = codes(|line| line.retry == RetryClass::Soon);
    assert!(soon.iter().all(|&code| code >= 50000 || code == 40201 || code == 40202), "{soon:?}");
}

#[test]
fn what_may_have_been_carried_out_is_never_called_not_done() {
    let unclear = codes(|line| line.outcome == Outcome::Unclear);
    for code in [40050, 40202, 50000, 50002, 51003, 51063, 60001] {
        assert!(unclear.contains(&code), "{code}");
    }
    for code in [40002, 40016, 40100, 40105, 61000] {
        assert!(!unclear.contains(&code), "{code}");
    }
}

#[test]
fn a_dead_token_is_an_authorization_error_and_never_a_throttle() {
    for code in [40101, 40102, 40104, 40105] {
        assert_eq!(ReturnCode::of(code).kind, Kind::Authorization);
        assert_eq!(ReturnCode::of(code).retry, RetryClass::Never);
    }
}

#[test]
fn unlisted_codes_are_judged_by_their_family() {
    assert_eq!(ReturnCode::of(40190).kind, Kind::Authorization);
    assert_eq!(ReturnCode::of(40999).kind, Kind::InvalidInput);
    assert_eq!(ReturnCode::of(51099).retry, RetryClass::Soon);
    assert_eq!(ReturnCode::of(52100).kind, Kind::Unavailable);
    assert_eq!(ReturnCode::of(59999).retry, RetryClass::Soon);
    assert_eq!(ReturnCode::of(60500).retry, RetryClass::Slowly);
    for code in [i64::MIN, -1, 1, 99, 99_999, i64::MAX] {
        assert_eq!((ReturnCode::of(code).kind, ReturnCode::of(code).outcome), (Kind::Protocol, Outcome::Unclear));
    }
}
