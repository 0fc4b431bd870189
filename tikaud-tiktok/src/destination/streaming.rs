//! What streaming audiences can do.

use std::time::Duration;

use tikaud_core::destination::{Capabilities, DescriptionSupport, NameLimit};
use tikaud_core::identifier::IdentifierKind;

use crate::wire::accepted_kinds;

/// What they can do, at this rate.
pub(super) fn capabilities(requests_per_second: f64) -> Capabilities {
    let undocumented = IdentifierKind::EmailSha512;
    let documented = accepted_kinds().into_iter().filter(|&kind| kind != undocumented);
    let mut capabilities = Capabilities::new(documented.collect());
    capabilities.undocumented_kinds = vec![(
        undocumented,
        "TikTok's published v1.3 id schema names SHA-256 as the only hash for e-mails; TikTok may refuse e-mails hashed \
         with SHA-512, or take them and match nobody"
            .to_owned(),
    )];
    capabilities.exclusive_kinds = vec![
        vec![IdentifierKind::IdfaSha256, IdentifierKind::IdfaMd5],
        vec![IdentifierKind::AaidSha256, IdentifierKind::AaidMd5],
    ];
    capabilities.email_and_phone_warning = Some(
        "TikTok's API has been seen to fail on e-mails and phone numbers in one call, so each kind goes in requests of \
         its own; prefer mapping one of the two"
            .to_owned(),
    );
    (capabilities.renames, capabilities.deletes) = (true, true);
    capabilities.minimum_audience = 1_000;
    capabilities.name_limit = Some(NameLimit { characters: 70, kept: 67 });
    capabilities.description = DescriptionSupport::Undocumented;
    capabilities.applied_within = Some(Duration::from_secs(48 * 60 * 60));
    capabilities.requests_per_second = Some(requests_per_second);
    capabilities
}
