//! The body of an upload: `multipart/form-data`, whose parts are read one by one, each with its own refusal.

use std::convert::Infallible;
use std::fmt;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::ready;
use futures::stream::once;
use multer::Multipart;

use super::Request;
use super::refusal::{INVALID_PARAMETERS, Refusal};

/// The parts of a form, not yet read. Unknown ones are tolerated.
pub(crate) struct Form(Vec<Part>);

struct Part {
    name: String,
    file_name: Option<String>,
    content: Bytes,
}

impl Form {
    /// The body of a request, which must be a form and must say so.
    pub(crate) fn read(request: &Request<'_>) -> Result<Self, Refusal> {
        let content_type = request.header("Content-Type").unwrap_or_default();
        let boundary = multer::parse_boundary(content_type)
            .map_err(|_| Refusal::new(INVALID_PARAMETERS, "Content-Type: Must be multipart/form-data."))?;
        let body = once(ready(Ok::<Bytes, Infallible>(request.body().clone())));
        // The whole body is there, so nothing is ever waited for.
        let parts = parts(Multipart::new(body, boundary)).now_or_never().and_then(Result::ok);
        parts.map(Self).ok_or_else(|| Refusal::new(INVALID_PARAMETERS, "The body is not a form."))
    }

    /// A field that must be there.
    pub(crate) fn required_text(&self, name: &str) -> Result<&str, Refusal> {
        let part = self.part(name).filter(|part| !part.content.is_empty()).ok_or_else(|| Refusal::missing(name))?;
        std::str::from_utf8(&part.content).map_err(|_| Refusal::invalid(name, "Not a valid string"))
    }

    /// A file, with its name.
    pub(crate) fn file(&self, name: &str) -> Option<(&str, &Bytes)> {
        let part = self.part(name)?;
        Some((part.file_name.as_deref()?, &part.content))
    }

    fn part(&self, name: &str) -> Option<&Part> {
        self.0.iter().find(|part| part.name == name)
    }
}

async fn parts(mut form: Multipart<'_>) -> Result<Vec<Part>, multer::Error> {
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        parts.push(Part { name, file_name, content: field.bytes().await? });
    }
    Ok(parts)
}

/// Shows the names of fields only: a file is identifiers.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|part| &part.name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
                        --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\
                        Content-Type: text/csv\r\n\r\nab\r\n\r\n--x--\r\n";

    fn form(content_type: &str, body: &str) -> Result<Form, Refusal> {
        let body = Bytes::copy_from_slice(body.as_bytes());
        Form::read(&Request::new("POST", "/").with_header("Content-Type", content_type.to_owned()).with_body(body))
    }

    #[test]
    fn fields_and_files_are_read_to_the_byte() {
        let form = form("multipart/form-data; boundary=x", BODY).unwrap();
        assert_eq!(form.required_text("a").unwrap(), "1");
        assert_eq!(form.file("file"), Some(("f.csv", &Bytes::from_static(b"ab\r\n"))));
        assert_eq!(form.file("a"), None);
        assert!(form.required_text("b").is_err());
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for (content_type, body) in [
            ("application/json", "{}"),
            ("multipart/form-data", BODY),
            ("multipart/form-data; boundary=y", BODY),
            ("multipart/form-data; boundary=x", &BODY[..BODY.len() - 12]),
            ("multipart/form-data; boundary=x", ""),
        ] {
            let refusal = form(content_type, body).unwrap_err();
            assert_eq!(refusal.code, INVALID_PARAMETERS, "{content_type} {body}");
        }
    }

    #[test]
    fn a_large_file_is_read_whole() {
        let rows = "a".repeat(5_000_000);
        let body = BODY.replace("\r\n\r\nab\r\n", &format!("\r\n\r\n{rows}"));
        let form = form("multipart/form-data; boundary=x", &body).unwrap();
        assert_eq!(form.file("file").unwrap().1.len(), rows.len());
    }
}
