//! What is wrong with a rule.

use std::fmt;

/// What is wrong with a rule, and where in it. It never holds one of the rule's values.
///
/// ```
/// use tikaud_sources::rule::Rule;
///
/// let json = r#"{"and": [{"column": "country", "is": "DE"}, {"column": "orders", "at_least": []}]}"#;
/// let error = serde_json::from_str::<Rule>(json).unwrap_err();
/// assert!(error.to_string().starts_with("at `and[1].at_least`: a list is no value"), "{error}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    path: String,
    message: String,
}

impl RuleError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { path: String::new(), message: message.into() }
    }

    /// The same, one step further in: a key, or an index in brackets.
    pub(crate) fn within(mut self, step: impl fmt::Display) -> Self {
        let step = step.to_string();
        self.path = match self.path.as_str() {
            "" => step,
            path if path.starts_with('[') => format!("{step}{path}"),
            path => format!("{step}.{path}"),
        };
        self
    }

    /// Where in the rule it is, such as `and[1].not.between[0]`; empty when it is the whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "at `{path}`: {}", self.message),
        }
    }
}

impl std::error::Error for RuleError {}
