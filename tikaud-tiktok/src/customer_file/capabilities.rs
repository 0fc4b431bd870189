//! What customer file audiences can do.

use std::time::Duration;

use tikaud_core::destination::{Acknowledgement, Capabilities, Creation, DescriptionSupport, NameLimit};
use tikaud_core::identifier::IdentifierKind;

use super::{MINIMUM, REPLACEMENT_EVERY};
use crate::audience_kind::FileContent;
use crate::wire::CalculateType;

/// The kinds of device id. The files of several types have one column for them, which does not tell IDFA from AAID: taking
/// an id out as the one would take it out as the other. And TikTok wants one hash for one kind of device.
const DEVICE_IDS: [IdentifierKind; 4] =
    [IdentifierKind::IdfaSha256, IdentifierKind::IdfaMd5, IdentifierKind::AaidSha256, IdentifierKind::AaidMd5];

/// What audiences of such files can do.
pub(crate) fn capabilities(content: FileContent) -> Capabilities {
    let has_file = |kind: &IdentifierKind| CalculateType::of_kind(*kind).is_some();
    let (kinds, exclusive) = match content {
        FileContent::Several => (IdentifierKind::ALL.into_iter().filter(has_file).collect(), vec![DEVICE_IDS.to_vec()]),
        FileContent::Only(kind) => (vec![kind], Vec::new()),
    };
    let mut capabilities = Capabilities::new(kinds);
    capabilities.exclusive_kinds = exclusive;
    (capabilities.renames, capabilities.deletes) = (true, true);
    capabilities.minimum_audience = MINIMUM;
    // TikTok refuses a longer name; we cut it as TikTok cuts those of streaming audiences.
    capabilities.name_limit = Some(NameLimit { characters: 128, kept: 125 });
    capabilities.description = DescriptionSupport::Unsupported;
    capabilities.creation = Creation::WithFirstBatches;
    capabilities.acknowledgement = Acknowledgement::AtFinish;
    capabilities.replacement_every = Some(REPLACEMENT_EVERY);
    // Batches are no requests: the pace is that of files, of which a run has few.
    capabilities.requests_per_second = None;
    capabilities.applied_within = Some(Duration::from_secs(48 * 60 * 60));
    capabilities
}
