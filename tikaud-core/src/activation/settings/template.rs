//! Names and descriptions with a place for the segment's.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::segment::Segment;

const SEGMENT: &str = "{segment}";
const DESCRIPTION: &str = "{description}";

/// A name or a description, in which `{segment}` stands for the segment's name and `{description}` for its description.
///
/// ```
/// use tikaud_core::activation::Template;
///
/// let template: Template = "Shop: {segment}".parse()?;
/// assert!("Shop: {name}".parse::<Template>().is_err());
/// # Ok::<(), tikaud_core::activation::TemplateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template(String);

/// A template that cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no placeholder `{placeholder}`; there are `{SEGMENT}` and `{DESCRIPTION}`")]
#[non_exhaustive]
pub struct TemplateError {
    /// What looks like one and is none.
    pub placeholder: String,
}

impl Template {
    /// The text for a segment.
    #[must_use]
    pub fn fill(&self, segment: &dyn Segment) -> String {
        // Once, from left to right, so that nothing within the segment's own texts is taken for a placeholder.
        let (mut text, mut rest) = (String::new(), self.0.as_str());
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((placeholder, behind)) = after.split_once('}') else { break };
            text.push_str(match placeholder {
                "segment" => segment.name(),
                _ => segment.description().unwrap_or_default(),
            });
            rest = behind;
        }
        text.push_str(rest);
        text
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            rest = &rest[at..];
            let known = [SEGMENT, DESCRIPTION].into_iter().find_map(|known| rest.strip_prefix(known));
            let unknown = || rest.split_inclusive('}').next().unwrap_or(rest).chars().take(40).collect();
            rest = known.ok_or_else(|| TemplateError { placeholder: unknown() })?;
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Template {
    type Error = TemplateError;

    fn try_from(text: String) -> Result<Self, TemplateError> {
        text.parse()
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.0
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::MemorySegment;

    fn fill(template: &str) -> String {
        let segment = MemorySegment::try_new("Bu{description}yers", ["email"], [[Some("a@b.cd")]]).unwrap();
        template.parse::<Template>().unwrap().fill(&segment.with_description("Who has {segment}"))
    }

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(fill("Shop"), "Shop");
        assert_eq!(
            fill("{segment}, {segment}: {description}!"),
            "Bu{description}yers, Bu{description}yers: Who has {segment}!"
        );
        assert_eq!(fill("} 100 %"), "} 100 %");
    }

    #[test]
    fn what_is_no_placeholder_is_named() {
        for (template, named) in
            [("{name}", "{name}"), ("{", "{"), ("{segment} {", "{"), ("a{segment b}", "{segment b}")]
        {
            assert_eq!(template.parse::<Template>().unwrap_err().placeholder, named);
        }
    }
}
