//! The crate `phonenumber` is another port of Google's rules, by other hands. Where it agrees, both are unlikely to be
//! wrong in the same way; where it does not, the difference is listed here with Google's own answer.

use phonenumber::country::Id;
use phonenumber::{Mode, is_valid};

use super::tests::e164;

/// The E.164 form of a valid number, by the other crate.
fn theirs(raw: &str, region: &str) -> Option<String> {
    let region: Id = region.parse().unwrap();
    let number = phonenumber::parse(Some(region), raw).ok()?;
    is_valid(&number).then(|| number.format().mode(Mode::E164).to_string())
}

/// Region, country code, what is dialled before the number at home, and numbers in groups.
const NUMBERS: [(&str, &str, &str, [&[&str]; 2]); 8] = [
    ("US", "1", "", [&["650", "253", "0000"], &["212", "736", "5000"]]),
    ("GB", "44", "0", [&["20", "7183", "8750"], &["7400", "123", "456"]]),
    ("DE", "49", "0", [&["30", "123", "456"], &["151", "2345", "6789"]]),
    ("FR", "33", "0", [&["1", "23", "45", "67", "89"], &["6", "12", "34", "56", "78"]]),
    ("ES", "34", "", [&["912", "345", "678"], &["612", "345", "678"]]),
    ("NL", "31", "0", [&["20", "123", "4567"], &["6", "1234", "5678"]]),
    ("JP", "81", "0", [&["3", "1234", "5678"], &["90", "1234", "5678"]]),
    ("AU", "61", "0", [&["2", "1234", "5678"], &["412", "345", "678"]]),
];

/// The ways in which people write a number.
fn spellings(country_code: &str, prefix: &str, groups: &[&str]) -> Vec<String> {
    let (area, rest) = groups.split_first().unwrap();
    vec![
        format!("+{country_code}{}", groups.concat()),
        format!("+{country_code} {}", groups.join(" ")),
        format!("+{country_code}-{}", groups.join("-")),
        format!("{prefix}{}", groups.concat()),
        format!("{prefix}{}", groups.join(" ")),
        format!("{prefix}{}", groups.join(".")),
        format!("({prefix}{area}) {}", rest.join("-")),
        format!("{prefix}{} ext. 12", groups.join(" ")),
    ]
}

#[test]
fn both_ports_read_ordinary_spellings_alike() {
    for (region, country_code, prefix, numbers) in NUMBERS {
        for groups in numbers {
            let number = format!("+{country_code}{}", groups.concat());
            for raw in spellings(country_code, prefix, groups) {
                assert_eq!(e164(&raw, region).as_ref(), Ok(&number), "ours: {raw} in {region}");
                assert_eq!(theirs(&raw, region).as_ref(), Some(&number), "theirs: {raw} in {region}");
            }
        }
    }
}

/// Google's library gives the first answer each time (checked with its metadata 9.0.42).
const DIFFERENCES: [(&str, &str, &str, Option<&str>); 5] = [
    // Digits that are not ASCII are digits.
    ("０３０ １２３４５６", "DE", "+4930123456", None),
    ("٠١٥١ ٢٣٤٥٦٧٨٩", "DE", "+4915123456789", None),
    // Any punctuation may follow the country code, also when a hyphen comes later.
    ("+55/11/96123-4567", "BR", "+5511961234567", None),
    ("+1\u{a0}650\u{a0}253-0000", "US", "+16502530000", None),
    // A number that is valid as it stands keeps digits that look like its country's code.
    ("4915123456312", "DE", "+494915123456312", Some("+4915123456312")),
];

#[test]
fn known_differences_are_those_listed() {
    for (raw, region, ours, other) in DIFFERENCES {
        assert_eq!(e164(raw, region).as_deref(), Ok(ours), "ours: {raw} in {region}");
        assert_eq!(theirs(raw, region).as_deref(), other, "theirs: {raw} in {region}");
    }
}
