//! Takes out of a text what may give access.

/// The text without bodies of answers, of which the code and the message are kept, and without the user names, passwords
/// and queries of addresses.
pub(super) fn redact(text: &str) -> String {
    let (head, body) = text.split_at(markup(text).unwrap_or(text.len()));
    let mut redacted: String = head.split_inclusive(char::is_whitespace).map(without_access).collect();
    let said: Vec<&str> = ["Code", "Message"].into_iter().filter_map(|name| element(body, name)).collect();
    redacted.push_str(&said.join(": "));
    redacted.truncate(redacted.trim_end().len());
    redacted
}

/// Where an answer's markup begins.
fn markup(text: &str) -> Option<usize> {
    let begins = |at: usize| text[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || next == '?');
    text.match_indices('<').map(|(at, _)| at).find(|at| begins(*at))
}

/// The content of the first element of this name, when it holds text alone.
fn element<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let (_, content) = body.split_once(&format!("<{name}>"))?;
    content.split('<').next()
}

/// A word; of an address, what is no secret.
fn without_access(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else {
        return word.to_owned();
    };
    let (place, end) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.trim_end().len()));
    let (host, path) = place.split_at(place.find('/').unwrap_or(place.len()));
    let host = host.rsplit('@').next().unwrap_or(host);
    let space = &end[end.trim_end().len()..];
    format!("{scheme}://{host}{path}{space}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_keeps_its_code_and_its_message_only() {
        let text = "Error performing PUT https://bucket.s3.amazonaws.com/a in 3ms - Server returned non-2xx status code: \
                    400 Bad Request: <?xml version=\"1.0\"?>\n<Error><Code>ExpiredToken</Code><Message>The provided token \
                    has expired.</Message><Token-0>planted</Token-0><RequestId>1</RequestId></Error>";
        assert_eq!(
            redact(text),
            "Error performing PUT https://bucket.s3.amazonaws.com/a in 3ms - Server returned non-2xx status code: \
             400 Bad Request: ExpiredToken: The provided token has expired."
        );
        assert_eq!(redact("403: <html><body>planted</body></html>"), "403:");
    }

    #[test]
    fn an_address_keeps_its_place_only() {
        for (text, redacted) in [
            ("GET https://user:planted@host:9000/a/b?sig=planted in 3ms", "GET https://host:9000/a/b in 3ms"),
            ("(https://host?token=planted", "(https://host"),
            ("https://planted@host", "https://host"),
            ("a://b#planted c", "a://b c"),
            ("no address, 1 < 2", "no address, 1 < 2"),
            ("", ""),
        ] {
            assert_eq!(redact(text), redacted);
        }
    }
}
