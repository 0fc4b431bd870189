//! E-mail addresses without their white space: which are any, and what of them is hashed.

use tikaud_core::identifier::EmailRule;

use super::speech::Speech;

/// What stands before the `@` besides dots: `atext` of RFC 5322, section 3.2.3.
const ATEXT: &str = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL: &str = "[A-Za-z0-9]+(-+[A-Za-z0-9]+)*";
/// Of an address of at most this many bytes no part is longer than it may be.
const SHORT: usize = 64;

/// Whether it is an address of the common kind, short and under a domain of letters: most are. It says nothing of the others.
pub(super) fn is_common(speech: Speech, text: &str, rule: EmailRule) -> String {
    let shape = speech.is(text, &format!("{ATEXT}([.]{ATEXT})*@({LABEL}[.])+[A-Za-z]+"));
    format!("{} <= {SHORT} AND {shape}{}", speech.bytes(text), and_something_is_left(speech, text, rule))
}

/// Whether printable ASCII is an address.
pub(super) fn is_address(speech: Speech, text: &str, rule: EmailRule) -> String {
    let shape = speech.is(text, &format!("{ATEXT}([.]{ATEXT})*@({LABEL}[.])+{LABEL}"));
    // More than 64 bytes before the `@`, more than 253 after it, a label of more than 63, a number for the last label.
    let limits = ["^[^@]{65}", "@.{254}", "@.*[^.]{64}", "[.][0-9]+$"];
    let limits: String = limits.iter().map(|limit| format!(" AND NOT {}", speech.has(text, limit))).collect();
    format!("{shape}{limits}{}", and_something_is_left(speech, text, rule))
}

/// Nothing is left before the `@` of an address that begins with its suffix.
fn and_something_is_left(speech: Speech, text: &str, rule: EmailRule) -> String {
    match rule {
        EmailRule::Legacy => format!(" AND NOT {}", speech.has(text, "^[+]")),
        _ => String::new(),
    }
}

/// The text that is hashed of an address.
pub(super) fn hashed(speech: Speech, text: &str, rule: EmailRule) -> String {
    match rule {
        EmailRule::Legacy => {
            let local = speech.part(&speech.part(text, '@', 1), '+', 1);
            format!("lower(replace({local}, '.', '') || '@' || {})", speech.part(text, '@', 2))
        }
        _ => format!("lower({text})"),
    }
}
