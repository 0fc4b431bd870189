//! Metrics for Prometheus: those of runs, which `tikaud-core/docs/reports.md` lists.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::error::StartError;

/// From a tenth of a second to the hours that a first load may take.
const SECONDS: [f64; 10] = [0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1_800.0, 7_200.0, 28_800.0];

/// Counts what runs do from now on.
pub(crate) fn install() -> Result<PrometheusHandle, StartError> {
    let failed = |error: metrics_exporter_prometheus::BuildError| StartError::Metrics(error.to_string());
    let builder = PrometheusBuilder::new();
    let builder = builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS).map_err(failed)?;
    let handle = builder.install_recorder().map_err(failed)?;
    tikaud_core::activation::describe_metrics();
    Ok(handle)
}

/// The text that Prometheus reads.
pub(crate) fn render(handle: &PrometheusHandle) -> String {
    // What was recorded since the last time is counted into its buckets.
    handle.run_upkeep();
    handle.render()
}
