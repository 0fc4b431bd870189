//! Faults on demand: which requests are to go wrong, and how.

mod effect;
mod rule;
pub(crate) mod strike;

use serde::Deserialize;

pub use effect::{Effect, HttpBody};
pub use rule::FaultRule;

use super::{Endpoint, RequestAction, json};

/// A list of rules. Each request is shown to them in order: a rule that it matches and that still has requests to skip
/// lets it pass on; the first one that has skipped enough and has times left decides, and the later ones do not see it.
///
/// ```
/// use tikaud_tiktok::simulator::FaultProgram;
///
/// let program = FaultProgram::from_json(r#"{"rules": [
///     {"match": {"path": "/segment/mapping/", "action": "add"}, "skip": 2, "times": 3, "do": "throttle"},
///     {"match": {"path": "/segment/audience/"}, "do": "lose_reply"},
///     {"match": {"method": "GET"}, "do": {"http": {"status": 502, "body": "html"}}},
///     {"skip": 10, "do": {"answer": {"code": 50000, "message": "System error"}}},
///     {"skip": 10, "do": {"delay": {"ms": 1500}}}
/// ]}"#)?;
/// assert_eq!(program.rules().len(), 5);
/// # Ok::<(), tikaud_tiktok::simulator::InputError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultProgram {
    rules: Vec<FaultRule>,
}

impl FaultProgram {
    /// A program of these rules; none at all ends every fault.
    pub fn new(rules: impl IntoIterator<Item = FaultRule>) -> Self {
        Self { rules: rules.into_iter().collect() }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    ///
    /// [`InputError`](super::InputError) when the text is not JSON of that form, with what is wrong: an unknown field,
    /// a path that is not simulated, an HTTP status outside 200 to 599.
    pub fn from_json(text: &str) -> Result<Self, json::InputError> {
        Self::from_slice(text.as_bytes())
    }

    pub(crate) fn from_slice(text: &[u8]) -> Result<Self, json::InputError> {
        let program: Self = json::read("fault program", text)?;
        match program.rules.iter().enumerate().find_map(|(at, rule)| Some((at, rule.problem()?))) {
            Some((at, problem)) => Err(json::InputError::new("fault program", format!("rules[{at}].{problem}"))),
            None => Ok(program),
        }
    }

    /// The rules, with what is left of their `skip` and `times`.
    #[must_use]
    pub fn rules(&self) -> &[FaultRule] {
        &self.rules
    }

    /// Shows a request to the rules and says what happens to it.
    pub(crate) fn fire(
        &mut self,
        method: &str,
        endpoint: Option<Endpoint>,
        action: Option<RequestAction>,
    ) -> Option<Effect> {
        self.rules.iter_mut().filter(|rule| rule.matches(method, endpoint, action)).find_map(FaultRule::fire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fired(program: &mut FaultProgram, requests: usize) -> Vec<&'static str> {
        let fire = |_| program.fire("GET", Some(Endpoint::UserInfo), None).map_or("-", |effect| effect.as_str());
        (0..requests).map(fire).collect()
    }

    #[test]
    fn a_rule_skips_fires_and_is_spent() {
        let mut program = FaultProgram::new([FaultRule::new(Effect::Throttle).skip(1).times(2)]);
        assert_eq!(fired(&mut program, 4), ["-", "throttle", "throttle", "-"]);
    }

    #[test]
    fn a_request_that_one_rule_takes_is_not_counted_by_the_next() {
        let mut program =
            FaultProgram::new([FaultRule::new(Effect::Throttle), FaultRule::new(Effect::LoseReply).skip(1)]);
        assert_eq!(fired(&mut program, 4), ["throttle", "-", "lose_reply", "-"]);
    }

    #[test]
    fn a_bad_program_is_refused_with_what_is_wrong() {
        for (text, problem) in [
            (r#"{"rules": [{"do": {"http": {"status": 42}}}]}"#, "rules[0].do.http.status: give a status from 200"),
            (r#"{"rules": [{"match": {"path": "/segment/"}, "do": "throttle"}]}"#, "`/segment/audience/`"),
            (
                r#"{"rules": [{"match": {"method": "get"}, "do": "throttle"}]}"#,
                "rules[0].match.method: give GET or POST",
            ),
            (r#"{"rules": [{"do": "explode"}]}"#, "unknown variant `explode`"),
            (r#"{"rules": [{"times": 1}]}"#, "missing field `do`"),
            (r#"{"rule": []}"#, "unknown field `rule`"),
            ("[", "EOF"),
        ] {
            let error = FaultProgram::from_json(text).unwrap_err().to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}
