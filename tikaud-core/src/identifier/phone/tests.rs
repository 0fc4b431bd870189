use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;

/// One for all tests: the patterns behind it are compiled on first use.
pub(super) fn parser() -> &'static DefaultPhoneParser {
    static PARSER: OnceLock<DefaultPhoneParser> = OnceLock::new();
    PARSER.get_or_init(|| DefaultPhoneParser::try_new().unwrap())
}

pub(super) fn e164(raw: &str, region: &str) -> Result<String, RejectReason> {
    let region = (!region.is_empty()).then(|| region.parse().unwrap());
    let mut out = String::from("what was there before");
    normalise_phone(raw, region, parser(), &mut out).map(|()| out.clone()).inspect_err(|_| assert!(out.is_empty()))
}

#[test]
fn every_spelling_of_a_number_gives_the_same_text() {
    let spellings = [
        "+442071838750",
        "+44 20 7183 8750",
        "+44 (0)20 7183 8750",
        "+44(0)2071838750",
        "(020) 7183 8750",
        "020-7183-8750",
        "020 7183 8750 ext. 12",
        "020 7183 8750 x12",
        "tel:+44-20-7183-8750",
        "tel:020-7183-8750;phone-context=+44",
        "tel:+44-20-7183-8750;ext=617",
        "00442071838750",
        "00 44 20 7183 8750",
        "0044 (0)20 7183 8750",
        "442071838750",
        "\u{ff0b}44 20 7183 8750",
        "０２０ ７１８３ ８７５０",
        "020\u{a0}7183\u{2013}8750",
        "\tPhone: 020 7183 8750\n",
    ];
    for raw in spellings {
        assert_eq!(e164(raw, "GB").as_deref(), Ok("+442071838750"), "{raw}");
    }
}

#[test]
fn leading_zeros_that_belong_to_the_number_stay() {
    assert_eq!(e164("06 698 12345", "IT").as_deref(), Ok("+390669812345"));
    assert_eq!(e164("+39 (0)6 698 12345", "US").as_deref(), Ok("+390669812345"));
}

#[test]
fn zeros_in_front_of_a_country_code_are_a_plus_wherever_they_are_not_dialled() {
    for region in ["DE", "JP", "US", "AU", "NG", "BR", "AQ", ""] {
        for raw in ["0049 151 23456789", "00 (49) 151 23456789", "+0049 151 23456789", "tel:0049-151-23456789"] {
            assert_eq!(e164(raw, region).as_deref(), Ok("+4915123456789"), "{raw} in {region}");
        }
    }
}

#[test]
fn a_zero_in_brackets_behind_a_country_code_is_not_dialled() {
    for region in ["HU", "ES", "US", ""] {
        assert_eq!(e164("+34 (0) 912 345 678", region).as_deref(), Ok("+34912345678"), "{region}");
        assert_eq!(e164("0034 (0) 912 345 678", region).as_deref(), Ok("+34912345678"), "{region}");
        assert_eq!(e164("+36(0)1 234 5678", region).as_deref(), Ok("+3612345678"), "{region}");
    }
    assert_eq!(e164("+34 912 (0) 345 678", "ES"), Err(RejectReason::PhoneNotValid), "only behind the country code");
}

#[test]
fn the_plain_reading_comes_first() {
    // `(0)` is part of the number in Italy, and `004` is dialled before a country code in Thailand: this is India.
    assert_eq!(e164("+39 (0)2 1234 5678", "IT").as_deref(), Ok("+390212345678"));
    assert_eq!(e164("0049 1512 345678 9", "TH").as_deref(), Ok("+915123456789"));
}

#[test]
fn numbers_that_cannot_be_used_say_why() {
    let cases = [
        ("", "DE", RejectReason::Empty),
        (" \u{a0}", "DE", RejectReason::Empty),
        ("call me", "FR", RejectReason::NotAPhone),
        ("n/a", "", RejectReason::NotAPhone),
        ("+", "JP", RejectReason::NotAPhone),
        ("-", "JP", RejectReason::NotAPhone),
        ("ada@example.com", "GB", RejectReason::NotAPhone),
        ("12", "DE", RejectReason::PhoneNotValid),
        ("+49 1", "DE", RejectReason::PhoneNotValid),
        ("555-0100", "US", RejectReason::PhoneNotValid),
        ("+1 111 111 1111", "US", RejectReason::PhoneNotValid),
        ("+999 123 456 789", "DE", RejectReason::PhoneNotValid),
        ("+999 123 456 789", "", RejectReason::PhoneNotValid),
        ("0000000000", "DE", RejectReason::PhoneNotValid),
        ("1234567890123456789012", "DE", RejectReason::PhoneNotValid),
        ("020 7183 8750", "", RejectReason::PhoneRegionMissing),
        ("020 7183 8750", "AQ", RejectReason::PhoneRegionMissing),
        ("00000", "", RejectReason::PhoneRegionMissing),
        ("e631c2534428c6c9b48c2167604a8983046085e43a2c00ed748733c544c0bb4d", "GB", RejectReason::LooksHashed),
        ("65420716573486907231586420713459", "GB", RejectReason::LooksHashed),
    ];
    for (raw, region, reason) in cases {
        assert_eq!(e164(raw, region), Err(reason), "{raw} in {region}");
    }
    assert_eq!(e164(&"0".repeat(2000), "DE"), Err(RejectReason::TooLong));
}

#[test]
fn debug_shows_the_name_only() {
    insta::assert_snapshot!(format!("{:?}", parser()), @"DefaultPhoneParser { .. }");
}

#[test]
fn damaged_plans_say_what_to_do_and_chain_their_cause() {
    let cause = rlibphonenumber::InvalidRegionError::InvalidLength(3);
    let error = NumberingPlansDamaged { source: cause.into() };
    insta::assert_snapshot!(error, @"the numbering plans compiled into this program cannot be read; build it again from a clean checkout");
    assert!(std::error::Error::source(&error).is_some());
}

/// The shortcut for the main country of a country code changes no answer of the library's own `is_valid_number`.
fn valid_by_the_library(text: &str, region: &str) -> Option<bool> {
    let number = parser().plans.parse(text, rlibphonenumber::Region::from_code(region).ok()).ok()?;
    Some(parser().plans.is_valid_number(&number))
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(raw in ".*", region in "(DE|US|JP|AR|AQ)?") {
        if let Ok(number) = e164(&raw, &region) {
            prop_assert!(number.starts_with('+') && number[1..].bytes().all(|byte| byte.is_ascii_digit()));
        }
    }

    #[test]
    fn reading_is_idempotent(raw in r"(\+|00|0)?[1-9][0-9 ().-]{5,16}", region in "(DE|US|GB|BR|IT|JP)") {
        if let Ok(number) = e164(&raw, &region) {
            prop_assert_eq!(e164(&number, ""), Ok(number.clone()));
            prop_assert_eq!(e164(&format!(" {number}\t"), &region), Ok(number));
        }
    }

    #[test]
    fn validity_is_that_of_the_library(raw in r"\+(1|7|44|39|49|55|590|800)[0-9]{6,11}") {
        let valid = valid_by_the_library(&raw, "DE").unwrap_or(false);
        prop_assert_eq!(e164(&raw, "").is_ok(), valid);
    }
}

#[test]
fn a_column_in_e164_is_taken_at_its_word_and_holds_nothing_else() {
    for raw in ["+442071838750", " +1234567\r\n", "+123456789012345", "\u{a0}+9999999999\u{3000}"] {
        assert_eq!(phone_in_e164(raw), Ok(raw.trim()), "{raw:?}");
    }
    let others = [
        "+123456",
        "+1234567890123456",
        "+0123456789",
        "442071838750",
        "00442071838750",
        "+44 2071838750",
        "++442071838750",
        "+44207183875O",
        "+",
        "+４４２０７１８３８７５０",
        "020 7183 8750",
        "unknown",
    ];
    for raw in others {
        assert_eq!(phone_in_e164(raw), Err(RejectReason::NotAPhone), "{raw:?}");
    }
    assert_eq!(phone_in_e164(" \t"), Err(RejectReason::Empty));
    assert_eq!(phone_in_e164(&"12".repeat(32)), Err(RejectReason::LooksHashed));
    assert_eq!(phone_in_e164(&"1".repeat(1025)), Err(RejectReason::TooLong));
}

proptest! {
    #[test]
    fn a_number_that_is_read_is_in_e164_and_stays_as_it_is(raw in r"\+[1-9][0-9]{4,16}") {
        // Numbering plans know German numbers of sixteen digits, one more than E.164 has room for.
        if let Some(number) = e164(&raw, "").ok().filter(|number| number.len() <= 16) {
            prop_assert_eq!(phone_in_e164(&number), Ok(number.as_str()));
        }
    }
}
