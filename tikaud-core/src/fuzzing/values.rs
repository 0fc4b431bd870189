//! The normalisers: what they make of a value is what is hashed, so that two spellings must never make two texts.

use std::sync::LazyLock;

use crate::identifier::{
    DefaultPhoneParser, EmailRule, EmailSpace, Region, RejectReason, decode_digest, normalise_device_id,
    normalise_email, normalise_phone,
};

fn email(raw: &str, rule: EmailRule) -> Result<(String, bool), RejectReason> {
    let mut space = EmailSpace::new();
    let email = normalise_email(raw, rule, &mut space)?;
    Ok((String::from_utf8_lossy(email.text).into_owned(), email.non_ascii_domain))
}

/// The text with a space behind its first character, which takes it past the path for common addresses.
fn spaced(text: &str) -> Option<String> {
    let first = text.chars().next()?;
    let (before, behind) = text.split_at(first.len_utf8());
    Some(format!("{before} {behind}"))
}

/// E-mail addresses, by both rules.
pub fn emails(data: &[u8]) {
    let raw = String::from_utf8_lossy(data);
    for rule in [EmailRule::Current, EmailRule::Legacy] {
        let found = email(&raw, rule);
        if let Some(spaced) = spaced(&raw).filter(|spaced| spaced.len() <= 1024) {
            assert_eq!(email(&spaced, rule), found, "the common path and the general one differ");
        }
        if raw.is_ascii() {
            assert_eq!(email(&raw.to_ascii_uppercase(), rule), found, "case makes a difference");
        }
        if let Ok((text, _)) = &found {
            assert_eq!(email(text, rule), found, "normalising again makes a difference");
            assert!(!text.contains(char::is_whitespace) && !text.bytes().any(|byte| byte.is_ascii_uppercase()));
            let Some((local, domain)) = text.split_once('@') else { panic!("an address without an @") };
            assert!(!domain.contains('@') && domain.contains('.'));
            assert!(rule == EmailRule::Current || !local.contains(['.', '+']), "the old rule leaves none of these");
        }
    }
    if let Ok((current, _)) = email(&raw, EmailRule::Current) {
        assert_eq!(email(&current, EmailRule::Legacy), email(&raw, EmailRule::Legacy), "the rules read differently");
    }
}

static PARSER: LazyLock<DefaultPhoneParser> = LazyLock::new(|| match DefaultPhoneParser::try_new() {
    Ok(parser) => parser,
    Err(error) => panic!("{error}"),
});

fn phone(raw: &str, region: Option<Region>) -> Result<String, RejectReason> {
    let mut out = String::from("what was there before");
    let found = normalise_phone(raw, region, &*PARSER, &mut out);
    assert!(found.is_ok() || out.is_empty(), "something is left of a number that was refused");
    found.map(|()| out)
}

/// Phone numbers: two letters of a region, then the number.
pub fn phones(data: &[u8]) {
    let (region, raw) = data.split_at(data.len().min(2));
    let region: Option<Region> = std::str::from_utf8(region).ok().and_then(|region| region.parse().ok());
    let raw = String::from_utf8_lossy(raw);
    let found = phone(&raw, region);
    if raw.len() < 1000 {
        assert_eq!(phone(&format!(" {raw}\t"), region), found, "white space around it makes a difference");
    }
    if let Ok(number) = &found {
        let digits = number.strip_prefix('+').unwrap_or_default();
        assert!(digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0'));
        assert_eq!(phone(number, region), found, "normalising again makes a difference");
        assert_eq!(phone(number, None), found, "a number in international form depends on a region");
    }
}

/// Advertising ids.
pub fn device_ids(data: &[u8]) {
    let raw = String::from_utf8_lossy(data);
    let normal = |raw: &str| {
        let mut id = [0; 36];
        normalise_device_id(raw, &mut id).map(|()| String::from_utf8_lossy(&id).into_owned())
    };
    let found = normal(&raw);
    assert_eq!(normal(&raw.to_ascii_uppercase()), found, "case makes a difference");
    if let Ok(id) = &found {
        assert_eq!(normal(id), found, "normalising again makes a difference");
        assert_eq!(raw.trim().to_ascii_lowercase(), *id, "it is another id");
    }
}

/// Columns that hold digests in hex.
pub fn hashed_columns(data: &[u8]) {
    let raw = String::from_utf8_lossy(data);
    let mut found_in = 0;
    for len in [16, 32, 64] {
        let mut out = vec![7];
        let found = decode_digest(&raw, len, &mut out);
        let (before, digest) = out.split_at(1);
        assert_eq!(before, [7], "what was there before is not left alone");
        if found.is_err() {
            assert!(digest.is_empty(), "something is left of a digest that was refused");
            continue;
        }
        found_in += 1;
        assert_eq!(digest.len(), len);
        assert_eq!(const_hex::encode(digest), raw.trim().to_ascii_lowercase(), "it is another digest");
    }
    assert!(found_in <= 1, "a digest of two lengths");
}
