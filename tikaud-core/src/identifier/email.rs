//! E-mail addresses: white space and case taken out, and a check that what is left can be an address at all.

mod common;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::digest::looks_hashed;
use super::reject::{MAX_VALUE_BYTES, RejectReason};

/// Bytes before the `@` (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL: usize = 64;
/// Bytes of a domain, and of each of its labels (RFC 1035, section 2.3.4; without root and length bytes).
const MAX_DOMAIN: usize = 253;
const MAX_LABEL: usize = 63;

/// What is done to an e-mail address before it is hashed. Both sides must do the same, or nobody is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EmailRule {
    /// White space is removed and letters are lower-cased: [TikTok's rule] from September 2025 on.
    ///
    /// [TikTok's rule]: https://ads.tiktok.com/help/article/how-to-create-a-custom-audience-with-a-customer-file
    #[default]
    Current,
    /// A `+suffix` and all dots before the `@` go as well, at every domain: TikTok's rule until 2024. For audiences
    /// that were begun under it.
    Legacy,
}

/// An address in the form that is hashed.
///
/// It holds a raw value, and so has no `Debug`.
pub(crate) struct NormalEmail<'a> {
    /// The address, in UTF-8.
    pub(crate) text: &'a [u8],
    /// Whether the domain has letters outside ASCII. It is hashed as typed, not as `xn--…`, and reports count it: the
    /// platform may know the other form.
    pub(crate) non_ascii_domain: bool,
}

/// Where addresses are put into the form that is hashed, one after the other.
///
/// It holds a raw value, and so has no `Debug`.
pub(crate) struct EmailSpace {
    /// The common address, folded.
    block: [u8; 64],
    /// Every other one.
    buffer: String,
}

impl EmailSpace {
    pub(crate) const fn new() -> Self {
        Self { block: [0; 64], buffer: String::new() }
    }
}

/// Normalises an address into `space`, in place of what is there.
///
/// White space goes wherever it stands, letters become lower-case. What is left must read `local@domain.tld`:
///
/// * one `@`; no quotes, brackets, commas, colons, control or invisible characters, which a name, a link or a second
///   address would bring along;
/// * before it 1 to 64 bytes, after it a domain with a dot, of labels of letters, digits and hyphens, the last of
///   them not a number;
/// * no dot and, in the domain, no hyphen at an edge; no two dots together.
///
/// # Errors
///
/// The reason why there is no such address; `space` then holds nothing of use.
pub(crate) fn normalise_email<'a>(
    raw: &str,
    rule: EmailRule,
    space: &'a mut EmailSpace,
) -> Result<NormalEmail<'a>, RejectReason> {
    if raw.len() > MAX_VALUE_BYTES {
        return Err(RejectReason::TooLong);
    }
    if rule == EmailRule::Current
        && let Some(text) = common::fold(raw.trim_ascii().as_bytes(), &mut space.block)
    {
        return Ok(NormalEmail { text, non_ascii_domain: false });
    }
    space.buffer.clear();
    normalise_any(raw, rule, &mut space.buffer)
}

/// The same for every address, into an empty buffer, and the same answer: for what has to be looked at closely, and for
/// what is no address.
fn normalise_any<'a>(raw: &str, rule: EmailRule, buffer: &'a mut String) -> Result<NormalEmail<'a>, RejectReason> {
    let seen = fold(raw, buffer);
    if buffer.is_empty() {
        return Err(RejectReason::Empty);
    }
    let Some(at) = buffer.bytes().position(|byte| byte == b'@') else {
        return Err(if looks_hashed(buffer) { RejectReason::LooksHashed } else { RejectReason::NotAnEmail });
    };
    let (local, domain) = (&buffer[..at], &buffer[at + 1..]);
    let all_ascii = seen & NON_ASCII == 0;
    let non_ascii_domain = !all_ascii && !domain.is_ascii();
    let invisible = !all_ascii && buffer.contains(is_invisible);
    if invisible || !is_local(local) || !(if non_ascii_domain { is_idn(domain) } else { is_domain(domain) }) {
        return Err(RejectReason::NotAnEmail);
    }
    if rule == EmailRule::Legacy {
        drop_suffix_and_dots(buffer, at)?;
    }
    Ok(NormalEmail { text: buffer.as_bytes(), non_ascii_domain })
}

/// Appends the text without white space and in lower case; gives the classes of the bytes seen.
fn fold(raw: &str, buffer: &mut String) -> u8 {
    let seen = classes(raw.as_bytes());
    if seen & (WHITE | NON_ASCII) == 0 {
        buffer.push_str(raw);
    } else {
        raw.split(char::is_whitespace).for_each(|piece| buffer.push_str(piece));
    }
    if seen & NON_ASCII == 0 {
        buffer.make_ascii_lowercase();
    } else {
        *buffer = buffer.to_lowercase();
    }
    seen
}

fn is_local(local: &str) -> bool {
    (1..=MAX_LOCAL).contains(&local.len()) && classes(local.as_bytes()) & NOT_LOCAL == 0 && dots_are_inside(local)
}

fn dots_are_inside(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first() != Some(&b'.') && bytes.last() != Some(&b'.') && !bytes.windows(2).any(|pair| pair == b"..")
}

/// Whether it can be a domain of the public internet: in ASCII.
fn is_domain(domain: &str) -> bool {
    let mut labels = 0;
    let mut last = "";
    for label in domain.split('.') {
        let bytes = label.as_bytes();
        let edges_fit = bytes.first().is_some_and(|byte| *byte != b'-') && bytes.last() != Some(&b'-');
        if !edges_fit || bytes.len() > MAX_LABEL || classes(bytes) & NOT_DOMAIN != 0 {
            return false;
        }
        labels += 1;
        last = label;
    }
    labels > 1 && domain.len() <= MAX_DOMAIN && !last.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the domain name system could carry it, as `xn--…`. That form is not what is hashed.
fn is_idn(domain: &str) -> bool {
    domain.contains('.') && idna::domain_to_ascii_strict(domain).is_ok_and(|ascii| is_domain(&ascii))
}

/// Characters that show nothing and come along when text is copied, and the one that stands for unreadable bytes.
/// Hashed, they would match nobody. Joiners are left alone: Persian and Indic words need them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}')
}

/// TikTok's rule until 2024. It knows no exception for domains where dots or a suffix make another mailbox.
fn drop_suffix_and_dots(buffer: &mut String, at: usize) -> Result<(), RejectReason> {
    let suffix = buffer[..at].find('+').unwrap_or(at);
    buffer.replace_range(suffix..at, "");
    let mut position = 0;
    buffer.retain(|c| {
        let kept = c != '.' || position >= suffix;
        position += c.len_utf8();
        kept
    });
    if buffer.starts_with('@') { Err(RejectReason::NotAnEmail) } else { Ok(()) }
}

/// ASCII white space.
const WHITE: u8 = 1;
/// A byte of a character outside ASCII.
const NON_ASCII: u8 = 2;
/// What cannot stand before the `@`: everything but `atext` of RFC 5322 section 3.2.3, dots, and RFC 6531's letters.
const NOT_LOCAL: u8 = 4;
/// What cannot stand in a label of an ASCII domain.
const NOT_DOMAIN: u8 = 8;

/// The classes of each byte.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "the loop ends at 256")]
        let byte = at as u8;
        if matches!(byte, b' ' | b'\t'..=b'\r') {
            classes[at] |= WHITE;
        }
        if !byte.is_ascii() {
            classes[at] |= NON_ASCII;
        }
        let in_label = byte.is_ascii_alphanumeric() || byte == b'-';
        if !in_label {
            classes[at] |= NOT_DOMAIN;
        }
        let in_local = in_label
            || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'.' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~');
        if !in_local && byte.is_ascii() {
            classes[at] |= NOT_LOCAL;
        }
        at += 1;
    }
    classes
};

/// Every class that one of the bytes is in.
fn classes(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |seen, byte| seen | CLASSES[usize::from(*byte)])
}
