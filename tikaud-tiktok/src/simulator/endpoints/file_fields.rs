//! The files of which an audience is made or by which it is changed.

use crate::simulator::body::Body;
use crate::simulator::calculate_type::CalculateType;
use crate::simulator::context::Context;
use crate::simulator::file_audience::FileChange;
use crate::simulator::file_content::Identifiers;
use crate::simulator::refusal::{PARAMETER_ERROR, Refusal};

/// Characters of a path.
const PATH_LENGTH: usize = 16;

/// What the files hold together. They are the account's own, and of this type.
pub(super) fn identifiers(
    context: &Context<'_>,
    advertiser_id: &str,
    body: &Body<'_>,
    calculate_type: CalculateType,
) -> Result<Identifiers, Refusal> {
    let field = "file_paths";
    let paths = body.required_list(field)?;
    let limit = context.world.limits.files_per_request;
    if paths.len() > limit {
        return Err(Refusal::invalid(field, &format!("Longer than maximum length {limit}")));
    }
    if paths.iter().any(|path| path.chars().count() != PATH_LENGTH) {
        return Err(Refusal::invalid(field, &format!("Each must have {PATH_LENGTH} characters")));
    }
    let files = context.files.of_paths(advertiser_id, &paths, context.now)?;
    if files.iter().any(|file| file.calculate_type != calculate_type) {
        let message = "file_paths: The files are not of the audience's calculate_type.";
        return Err(Refusal::new(PARAMETER_ERROR, message));
    }
    let mut together = Identifiers::new();
    for file in files {
        together = FileChange::Append.apply(&together, &file.identifiers);
    }
    Ok(together)
}
