//! The query of a GET request, whose parameters are read one by one, each with its own refusal.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use url::form_urlencoded;

use super::body::string_list;
use super::refusal::{Refusal, TOO_MANY_IDS};

/// The parameters of a query, not yet read. Unknown ones are tolerated. It has no `Debug`: one may be an app's secret.
pub(crate) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    pub(crate) fn read(query: &'a str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).collect())
    }

    /// A parameter; one without text is as good as none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_ref())
    }

    /// A parameter that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }

    /// A list: one parameter whose text is a JSON array of strings.
    pub(crate) fn list(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        self.get(name).map(|raw| string_list(raw, name)).transpose()
    }

    /// A list of at most 100 audience ids.
    pub(crate) fn audience_ids(&self) -> Result<Option<Vec<String>>, Refusal> {
        let name = "custom_audience_ids";
        match self.list(name)? {
            Some(ids) => at_most_100(ids, name).map(Some),
            None => Ok(None),
        }
    }

    /// A number within a range.
    pub(crate) fn number(&self, name: &str, default: usize, range: RangeInclusive<usize>) -> Result<usize, Refusal> {
        let Some(text) = self.get(name) else { return Ok(default) };
        let bounds = format!("Must be an integer from {} to {}", range.start(), range.end());
        text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| Refusal::invalid(name, &bounds))
    }
}

/// The limit on ids in one request, for most endpoints under `/dmp/custom_audience/`.
pub(crate) fn at_most_100(ids: Vec<String>, field: &str) -> Result<Vec<String>, Refusal> {
    at_most(100, ids, field)
}

/// A limit on ids in one request.
pub(crate) fn at_most(limit: usize, ids: Vec<String>, field: &str) -> Result<Vec<String>, Refusal> {
    if ids.len() > limit {
        return Err(Refusal::new(TOO_MANY_IDS, format!("{field}: Longer than maximum length {limit}.")));
    }
    Ok(ids)
}
