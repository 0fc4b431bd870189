//! What may be quoted from TikTok's replies: their text can echo what was sent.

/// Characters of a message that are quoted at most.
const LONGEST_MESSAGE: usize = 300;
/// What stands in the place of something that could be an identifier or a token.
const MASK: &str = "[masked]";
/// A word of this length with a digit in it may be a digest, a token or a device id.
const LONG_WORD: usize = 32;
/// The shortest phone numbers have seven digits.
const LONG_NUMBER: usize = 7;

/// TikTok's message without control characters, cut to 300 characters, and with everything masked that could be an
/// e-mail address, a phone number, a digest, a device id or a token. `known` ids stay readable.
pub(crate) fn safe_message(message: &str, known: &[&str]) -> String {
    let words = message.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut masked = String::new();
    for word in words {
        if !masked.is_empty() {
            masked.push(' ');
        }
        // What does not fit will not be shown; a message of megabytes is not worth reading to the end.
        if masked.len() > 8 * LONGEST_MESSAGE {
            break;
        }
        masked.push_str(if is_email_like(word) { MASK } else { word });
    }
    let masked = mask_numbers(&mask_long_words(&masked, known), known);
    if masked.chars().count() <= LONGEST_MESSAGE {
        return masked;
    }
    masked.chars().take(LONGEST_MESSAGE).chain("...".chars()).collect()
}

/// A short machine-made word such as a request id, a status or a media type; `None` when it is not one.
pub(super) fn safe_word(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+".contains(c);
    (!text.is_empty() && text.len() <= 64 && text.chars().all(plain)).then(|| text.to_owned())
}

fn is_email_like(word: &str) -> bool {
    word.contains('@') || word.contains("%40")
}

/// Masks words of 32 characters and more that hold a digit or are hexadecimal.
fn mask_long_words(text: &str, known: &[&str]) -> String {
    let in_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| in_word(c) != in_word(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let telling = run.contains(char::is_numeric) || run.chars().all(|c| c.is_ascii_hexdigit());
        let long = in_word(first) && run.chars().count() >= LONG_WORD && telling;
        masked.push_str(if long && !known.contains(&run) { MASK } else { run });
        rest = after;
    }
    masked
}

/// Masks runs of seven digits and more, with or without the separators that people put into phone numbers.
fn mask_numbers(text: &str, known: &[&str]) -> String {
    let separator = |c: char| " -.()/+".contains(c);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_word = false;
    while let Some(first) = rest.chars().next() {
        let id = known.iter().find(|id| !after_word && starts_with_word(rest, id));
        let end = match id {
            Some(id) => id.len(),
            None if first.is_numeric() => number_end(rest, separator),
            None => first.len_utf8(),
        };
        let (run, after) = rest.split_at(end);
        let long = id.is_none() && run.chars().filter(|c| c.is_numeric()).count() >= LONG_NUMBER;
        masked.push_str(if long { MASK } else { run });
        after_word = run.ends_with(char::is_alphanumeric);
        rest = after;
    }
    masked
}

/// Whether the text starts with this word and the word ends there.
fn starts_with_word(text: &str, word: &str) -> bool {
    !word.is_empty() && text.strip_prefix(word).is_some_and(|after| !after.starts_with(char::is_alphanumeric))
}

/// Where the number at the start of the text ends: after its last digit.
fn number_end(text: &str, separator: impl Fn(char) -> bool) -> usize {
    let number = text.find(|c: char| !c.is_numeric() && !separator(c)).unwrap_or(text.len());
    text[..number].trim_end_matches(|c: char| !c.is_numeric()).len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_messages_stay_as_they_are() {
        let message = "Param error: id_schema[2] must be one of EMAIL_SHA256, PHONE_SHA256 (max 10000 users)";
        assert_eq!(safe_message(message, &[]), message);
    }

    #[test]
    fn ids_that_were_sent_stay_readable_and_others_do_not() {
        let message = "advertiser 7000000000000000001, audience_id=7000000000000000002 is gone";
        insta::assert_snapshot!(
            safe_message(message, &["7000000000000000001"]),
            @"advertiser 7000000000000000001, audience_id=[masked] is gone"
        );
    }

    #[test]
    fn a_known_id_inside_a_longer_number_does_not_shield_it() {
        assert_eq!(safe_message("4470012345678", &["4470"]), "[masked]");
        assert_eq!(safe_message("004470 12345678", &["4470"]), "[masked]");
    }

    #[test]
    fn control_characters_and_length_are_bounded() {
        assert_eq!(safe_message("a\u{0}b\r\nc\u{1b}[0m", &[]), "a b c [0m");
        let long = safe_message(&"word ".repeat(1_000_000), &[]);
        assert_eq!(long.chars().count(), LONGEST_MESSAGE + 3);
    }

    #[test]
    fn words_of_machines_are_kept_and_anything_else_is_not() {
        assert_eq!(safe_word("2023072608ABCDEF").as_deref(), Some("2023072608ABCDEF"));
        assert_eq!(safe_word("text/html").as_deref(), Some("text/html"));
        assert_eq!(safe_word("ada@example.com"), None);
        assert_eq!(safe_word(&"x".repeat(65)), None);
        assert_eq!(safe_word(""), None);
    }

    proptest! {
        #[test]
        fn nothing_personal_survives(
            before in "[ -~]{0,20}[ :=,'\"\\[]",
            secret in prop_oneof![
                "[a-z0-9.]{1,12}@[a-z]{2,9}\\.com",
                "[0-9a-f]{32}",
                "[0-9A-F]{64}",
                "[0-9a-f]{128}",
                "\\+[1-9][0-9]{6,14}",
                "[1-9][0-9]{2}[ .-][0-9]{3}[ .-][0-9]{4}",
                "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            ],
            after in "([ :;,'\"\\]][ -~]{0,20})?",
        ) {
            let safe = safe_message(&format!("{before}{secret}{after}"), &["7001"]);
            prop_assert!(!safe.contains(&secret), "{safe}");
        }
    }
}
