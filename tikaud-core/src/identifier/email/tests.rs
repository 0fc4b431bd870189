use proptest::prelude::*;

use super::*;

fn normal(raw: &str, rule: EmailRule) -> Result<(String, bool), RejectReason> {
    let mut space = EmailSpace { block: [b'x'; 64], buffer: String::from("what was there before") };
    normalise_email(raw, rule, &mut space).map(|email| (text(&email), email.non_ascii_domain))
}

fn text(email: &NormalEmail<'_>) -> String {
    String::from_utf8(email.text.to_vec()).unwrap()
}

fn current(raw: &str) -> Result<String, RejectReason> {
    normal(raw, EmailRule::Current).map(|(text, _)| text)
}

#[test]
fn white_space_and_case_are_taken_out_and_nothing_else() {
    let cases = [
        ("janedoe@gmail.com", "janedoe@gmail.com"),
        ("Jane.Doe+Promo@Gmail.COM", "jane.doe+promo@gmail.com"),
        (" jane doe @ example . com\t", "janedoe@example.com"),
        ("jane\u{a0}doe@exam\u{2003}ple.com\r\n\u{b}", "janedoe@example.com"),
        ("o'neil/sales=eu_{x}@example.co.uk", "o'neil/sales=eu_{x}@example.co.uk"),
        ("a@b.c", "a@b.c"),
        ("7@7.example", "7@7.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@my-shop.travel", "ada@my-shop.travel"),
        ("JÜRGEN@example.com", "jürgen@example.com"),
        ("ΑΛΕΞΙΟΣ@example.gr", "αλεξιος@example.gr"),
    ];
    for (raw, text) in cases {
        assert_eq!(current(raw).as_deref(), Ok(text), "{raw}");
    }
}

#[test]
fn what_is_no_address_is_refused() {
    let cases = [
        "unknown",
        "none",
        "-",
        "n/a",
        "a@b",
        "x@@example.com",
        "@bar.com",
        "foo@",
        "no at sign",
        "@",
        ".@.",
        "a@b@example.com",
        // Dots and hyphens at edges, dots together.
        ".a@example.com",
        "a.@example.com",
        "a..b@example.com",
        "a@.example.com",
        "a@example.com.",
        "a@example..com",
        "a@-example.com",
        "a@example-.com",
        "a@example.com-",
        // Hosts that no mail goes to.
        "a@localhost",
        "a@192.168.0.1",
        "a@[192.168.0.1]",
        "a@example.123",
        "a@exa_mple.com",
        "a@example.com:25",
        // What comes along with an address.
        "Ada <ada@example.com>",
        "mailto:ada@example.com",
        "ada@example.com,",
        "ada@example.com;",
        "\"ada\"@example.com",
        "(ada)@example.com",
        "a\\b@example.com",
        "ada@example.com?subject=x",
        "ada@example.com/",
        "ada@example.com;bob@example.com",
        // Characters that cannot be seen, or could not be read.
        "a\0da@example.com",
        "ada\u{7f}@example.com",
        "ada\u{200b}@example.com",
        "\u{feff}ada@example.com",
        "ada@exam\u{ad}ple.com",
        "ada@exam\u{200b}ple.com",
        "a\u{fffd}a@example.com",
        "ada@\u{85}\u{0}example.com",
        // Domains that cannot be put into ASCII.
        "a@bücher",
        "a@bücher..example",
        "a@bü_cher.example",
        "a@-bücher.example",
        "a@bücher.１２",
    ];
    for raw in cases {
        assert_eq!(current(raw), Err(RejectReason::NotAnEmail), "{raw:?}");
    }
}

#[test]
fn lengths_are_bounded_as_in_the_mail_standards() {
    let local = |bytes| format!("{}@example.com", "a".repeat(bytes));
    assert!(current(&local(64)).is_ok());
    assert_eq!(current(&local(65)), Err(RejectReason::NotAnEmail));
    let label = |bytes| format!("a@{}.example", "b".repeat(bytes));
    assert!(current(&label(63)).is_ok());
    assert_eq!(current(&label(64)), Err(RejectReason::NotAnEmail));
    let domain = |labels| format!("a@{}com", "bcdefghij.".repeat(labels));
    assert!(current(&domain(25)).is_ok());
    assert_eq!(current(&domain(26)), Err(RejectReason::NotAnEmail));
    assert_eq!(current(&"a".repeat(MAX_VALUE_BYTES + 1)), Err(RejectReason::TooLong));
    assert_eq!(current(&format!("{:1$}", "ada@example.com", MAX_VALUE_BYTES + 1)), Err(RejectReason::TooLong));
}

#[test]
fn nothing_and_digests_have_reasons_of_their_own() {
    for raw in ["", " ", "\t\r\n", "\u{a0}\u{3000}"] {
        assert_eq!(current(raw), Err(RejectReason::Empty), "{raw:?}");
    }
    for digits in [32, 64, 128] {
        assert_eq!(current(&format!(" {}\n", "a0".repeat(digits / 2))), Err(RejectReason::LooksHashed));
    }
    assert_eq!(current(&"a0".repeat(20)), Err(RejectReason::NotAnEmail));
}

#[test]
fn a_domain_outside_ascii_stays_as_typed_and_is_flagged() {
    assert_eq!(normal("Ada@BÜCHER.example", EmailRule::Current), Ok(("ada@bücher.example".to_owned(), true)));
    assert_eq!(normal("jürgen@example.com", EmailRule::Current), Ok(("jürgen@example.com".to_owned(), false)));
    assert_eq!(normal("用户@例え.テスト", EmailRule::Current), Ok(("用户@例え.テスト".to_owned(), true)));
}

#[test]
fn the_legacy_rule_drops_the_suffix_and_the_dots_of_the_local_part_only() {
    let cases = [
        ("Jane.Doe+promo.may@mail.example.com", Ok("janedoe@mail.example.com")),
        ("j.a.n.e@example.com", Ok("jane@example.com")),
        ("jane+a+b@example.com", Ok("jane@example.com")),
        ("jü.rgen+x@bücher.example", Ok("jürgen@bücher.example")),
        ("jane@example.com", Ok("jane@example.com")),
        ("+promo@example.com", Err(RejectReason::NotAnEmail)),
        (".jane@example.com", Err(RejectReason::NotAnEmail)),
    ];
    for (raw, text) in cases {
        assert_eq!(
            normal(raw, EmailRule::Legacy).as_ref().map(|(text, _)| text.as_str()),
            text.as_ref().copied(),
            "{raw}"
        );
    }
}

#[test]
fn rules_keep_their_names_in_files() {
    assert_eq!(
        serde_json::to_value([EmailRule::Current, EmailRule::Legacy]).unwrap(),
        serde_json::json!(["current", "legacy"])
    );
    assert_eq!(EmailRule::default(), EmailRule::Current);
}

fn rules() -> impl Strategy<Value = EmailRule> {
    prop_oneof![Just(EmailRule::Current), Just(EmailRule::Legacy)]
}

/// Text that is an address often, and nearly one otherwise.
fn nearly_addresses() -> impl Strategy<Value = String> {
    prop_oneof![
        r"[a-zA-Z0-9.+_-]{0,12}@[a-zA-Z0-9-]{0,8}\.[a-zA-Z0-9.-]{0,8}",
        r"[a-zA-Z0-9._+-]{1,40}@[a-z0-9.-]{3,30}[a-z0-9]",
        r#"[ -~]{0,20}@?[ -~]{0,20}"#,
        r"[a-z.@ \-+0-9é<>,\t]{0,80}",
        r"[a-zßΣσ.]{1,6}@[a-zü一-三]{1,6}\.(com|рф|テスト)",
    ]
}

#[test]
fn the_common_kind_is_known_at_every_length() {
    for local in 1..=64 {
        let raw = format!("{}Z@example.com", "a".repeat(local - 1));
        let folded = common::fold(raw.as_bytes(), &mut [0; 64]).map(<[u8]>::to_vec);
        let expected = (raw.len() <= 64).then(|| raw.to_lowercase().into_bytes());
        assert_eq!(folded, expected, "{raw}");
    }
}

proptest! {
    #[test]
    fn the_common_kind_is_treated_like_any_other(raw in nearly_addresses()) {
        let mut buffer = String::new();
        let any = normalise_any(&raw, EmailRule::Current, &mut buffer).map(|email| text(&email));
        prop_assert_eq!(&current(&raw), &any);
        if let Some(folded) = common::fold(raw.as_bytes(), &mut [0; 64]) {
            prop_assert_eq!(Ok(folded), any.as_deref().map(str::as_bytes));
        }
    }

    #[test]
    fn any_text_is_normalised_or_refused(raw in ".*", rule in rules()) {
        if let Ok((text, _)) = normal(&raw, rule) {
            prop_assert_eq!(text.matches('@').count(), 1);
        }
    }

    #[test]
    fn normalising_is_idempotent(raw in nearly_addresses(), rule in rules()) {
        if let Ok(once) = normal(&raw, rule) {
            prop_assert_eq!(normal(&once.0, rule), Ok(once.clone()));
        }
    }

    #[test]
    fn white_space_and_ascii_case_do_not_matter(raw in nearly_addresses(), rule in rules(), blank in r"\s", at in 0_usize..30) {
        let expected = normal(&raw, rule);
        prop_assert_eq!(&normal(&raw.to_ascii_uppercase(), rule), &expected);
        let mut spaced: Vec<char> = raw.chars().collect();
        spaced.insert(at.min(spaced.len()), blank.chars().next().unwrap());
        prop_assert_eq!(&normal(&spaced.iter().collect::<String>(), rule), &expected);
    }
}
