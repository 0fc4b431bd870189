//! The fields that the endpoints under `/dmp/custom_audience/` have in common.

use crate::simulator::body::Body;
use crate::simulator::refusal::Refusal;

const NAME: &str = "custom_audience_name";
/// Characters that a name may have; a longer one is refused, where that of a segment audience is cut.
const NAME_CHARACTERS: usize = 128;

/// A name within its limit, where it is there.
pub(super) fn name(body: &Body<'_>) -> Result<Option<String>, Refusal> {
    match body.string(NAME)? {
        Some(name) if name.is_empty() => Err(Refusal::missing(NAME)),
        Some(name) if name.chars().count() > NAME_CHARACTERS => {
            Err(Refusal::invalid(NAME, &format!("Longer than maximum length {NAME_CHARACTERS}")))
        }
        name => Ok(name.map(|name| name.into_owned())),
    }
}

/// A name within its limit, which must be there.
pub(super) fn required_name(body: &Body<'_>) -> Result<String, Refusal> {
    name(body)?.ok_or_else(|| Refusal::missing(NAME))
}

/// For which ads an audience can be used.
pub(super) fn sub_type(body: &Body<'_>) -> Result<&'static str, Refusal> {
    Ok(body.optional_name("audience_sub_type", &["NORMAL", "REACH_FREQUENCY"])?.unwrap_or("NORMAL"))
}

/// Days after its creation at which an audience expires, whatever happens to it.
pub(super) fn retention(body: &Body<'_>) -> Result<Option<u16>, Refusal> {
    let field = "retention_in_days";
    let Some(raw) = body.raw(field) else { return Ok(None) };
    let days = raw.parse().ok().filter(|days| (1..=365).contains(days));
    days.map(Some).ok_or_else(|| Refusal::invalid(field, "Must be an integer from 1 to 365"))
}
