//! The parts of reading a segment, one after the other: nothing runs beside them, so each has the machine for itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures::TryStreamExt;
use tikaud_benches::process_cpu;
use tikaud_core::diff::{ChangeSet, Held, IdentifierSet};
use tikaud_core::identifier::{DefaultPhoneParser, Extractor, Field, FieldMapping, IdentifierKind};
use tikaud_core::segment::{MemberBatch, Segment};
use tikaud_sources::FileSegment;

use crate::Outcome;
use crate::measurement::{Measurement, timed};
use crate::sync::{mapping, table};

pub(crate) async fn measure(scenario: &str, directory: &Path) -> Outcome<Vec<Measurement>> {
    let mapping = mapping()?;
    let segment = FileSegment::builder([table(directory, "day-1")]).build()?;
    let (start, cpu) = (Instant::now(), process_cpu());
    let batches: Vec<MemberBatch> = segment.members(&mapping.columns()).await?.try_collect().await?;
    let of = |step: &str, wall, cpu| Measurement::of(scenario, step, wall, cpu);
    let mut measurements = vec![of("read CSV", start.elapsed(), process_cpu().saturating_sub(cpu))];

    // One column at a time, which is why the others are left out of the batches.
    let emails = FieldMapping::try_new([("email", Field::Email)])?;
    let emails = Extractor::new(&emails, Arc::new(DefaultPhoneParser::try_new()?));
    let email_batches = batches.iter().map(|batch| MemberBatch::try_new(vec![batch.columns()[0].clone()]));
    let email_batches = email_batches.collect::<Result<Vec<_>, _>>()?;
    let (_, wall, cpu) = timed(|| extract(&emails, &email_batches));
    measurements.push(of("normalise and hash e-mails", wall, cpu));

    let both = Extractor::new(&mapping, Arc::new(DefaultPhoneParser::try_new()?));
    let (extracted, wall_of_both, cpu_of_both) = timed(|| extract(&both, &batches));
    let (wall, cpu) = (wall_of_both.saturating_sub(wall), cpu_of_both.saturating_sub(cpu));
    measurements.push(of("normalise and hash phones", wall, cpu));

    let digests = extracted?.into_iter();
    let sort = |(kind, digests)| IdentifierSet::from_unsorted(kind, digests);
    let (sets, wall, cpu) = timed(|| digests.map(sort).collect::<Vec<_>>());
    measurements.push(of("sort", wall, cpu));

    let changes = |set: &IdentifierSet| ChangeSet::between(&Held::nothing(set.kind()), set);
    let (_, wall, cpu) = timed(|| sets.iter().map(changes).collect::<Vec<_>>());
    measurements.push(of("find the changes", wall, cpu));
    Ok(measurements)
}

fn extract(extractor: &Extractor, batches: &[MemberBatch]) -> Outcome<BTreeMap<IdentifierKind, Vec<u8>>> {
    let mut extracted: BTreeMap<IdentifierKind, Vec<u8>> = BTreeMap::new();
    for batch in batches {
        for (kind, digests) in extractor.extract(batch, 1)?.into_digests().0 {
            extracted.entry(kind).or_default().extend_from_slice(&digests);
        }
    }
    Ok(extracted)
}
