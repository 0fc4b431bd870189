//! A run of an activation: a file segment, local state, and a destination that takes everything and does nothing.

use std::path::Path;
use std::time::Duration;

use tikaud_benches::{BATCH, NothingDestination};
use tikaud_core::activation::{Activation, Outcome as RunOutcome, RunOptions, SegmentActivation};
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::plan::GuardSettings;
use tikaud_core::state::LocalStateStore;
use tikaud_sources::FileSegment;
use tokio::runtime::Runtime;

use crate::Outcome;
use crate::measurement::{Measured, Watch};

pub(crate) fn run(table: &Path, state: &Path) -> Outcome<Measured> {
    Runtime::new()?.block_on(sync(table, state))
}

async fn sync(table: &Path, state: &Path) -> Outcome<Measured> {
    // The files have other names and are the same segment.
    let segment = FileSegment::builder([table]).name("members").build()?;
    let activation =
        SegmentActivation::builder("members", segment, NothingDestination::new(BATCH), LocalStateStore::open(state)?)
            .mapping(FieldMapping::try_new([("email", Field::Email)])?)
            .guards(GuardSettings::without_thresholds())
            .build()?;
    let watch = Watch::start();
    let report = activation.run(&RunOptions::new()).await?;
    let (adds, removes) =
        report.plan.kinds.iter().fold((0, 0), |(adds, removes), kind| (adds + kind.adds, removes + kind.removes));
    let measured = watch.stop(adds, removes)?;
    if report.outcome != RunOutcome::Done {
        return Err(format!("the run was not what is to be measured:\n{report}").into());
    }
    let (seconds, timings) = (|time: Duration| time.as_secs_f64(), &report.timings);
    Ok(Measured {
        read: seconds(timings.read),
        plan: seconds(timings.plan),
        apply: seconds(timings.intend + timings.apply),
        commit: seconds(timings.commit),
        ..measured
    })
}
