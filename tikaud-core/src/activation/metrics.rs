//! Runs as metrics, through the `metrics` facade. Names and labels are stable; `docs/reports.md` lists them.

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use serde::Serialize;

use super::{Outcome, PastRun};
use crate::identifier::RejectReason;

/// Tells the recorder that is installed what each metric means and what its unit is. Call it once, after installing one.
///
/// ```
/// tikaud_core::activation::describe_metrics();
/// ```
pub fn describe_metrics() {
    describe_counter!("tikaud_run_total", "Runs, by how they ended");
    describe_histogram!("tikaud_run_duration_seconds", Unit::Seconds, "How long runs took");
    describe_histogram!("tikaud_stage_duration_seconds", Unit::Seconds, "How long each stage of a run took");
    describe_gauge!("tikaud_last_run_timestamp_seconds", Unit::Seconds, "When the last run ended");
    describe_gauge!("tikaud_last_success_timestamp_seconds", Unit::Seconds, "When a run was last done");
    describe_counter!("tikaud_members_read_total", "Members read from segments");
    describe_counter!("tikaud_rejects_total", "Values that became no identifier, by reason");
    describe_counter!("tikaud_identifiers_added_total", "Additions that the destination has accepted");
    describe_counter!("tikaud_identifiers_removed_total", "Removals that the destination has accepted");
    describe_counter!("tikaud_identifiers_refused_total", "Identifiers that the destination has refused");
    describe_gauge!("tikaud_identifiers_pending", "Identifiers that are left for the next run");
    describe_gauge!("tikaud_segment_identifiers", "Distinct identifiers of the segment");
    describe_counter!("tikaud_requests_total", "Requests for batches, retries included");
    describe_counter!("tikaud_request_retries_total", "Requests that were sent again");
    describe_counter!("tikaud_throttles_total", "Requests that the destination answered with \"too many\"");
    describe_counter!("tikaud_sent_bytes_total", Unit::Bytes, "Bytes of request bodies");
    describe_histogram!("tikaud_wait_seconds", Unit::Seconds, "Time that a run waited for the pace and before retries");
    describe_gauge!("tikaud_audience_matched", "People matched, as the destination counts them");
}

/// Counts a run that has ended.
pub(super) fn count(run: &PastRun) {
    let activation = || run.activation.as_str().to_owned();
    counter!("tikaud_run_total", "activation" => activation(), "outcome" => run.outcome.as_str()).increment(1);
    if let Some(ended) = run.ended {
        let (end, took) = (ended.as_duration().as_secs_f64(), ended.duration_since(run.started).as_secs_f64());
        histogram!("tikaud_run_duration_seconds", "activation" => activation()).record(took);
        gauge!("tikaud_last_run_timestamp_seconds", "activation" => activation()).set(end);
        if run.outcome == Outcome::Done {
            gauge!("tikaud_last_success_timestamp_seconds", "activation" => activation()).set(end);
        }
        for (stage, spent) in run.timings.stages() {
            let stages = histogram!("tikaud_stage_duration_seconds", "activation" => activation(), "stage" => stage);
            stages.record(spent.as_secs_f64());
        }
    }
    if let Some(read) = &run.read {
        counter!("tikaud_members_read_total", "activation" => activation()).increment(read.members);
        for (reason, count) in &read.rejects {
            let rejects = counter!("tikaud_rejects_total", "activation" => activation(), "reason" => name(*reason));
            rejects.increment(*count);
        }
    }
    count_kinds(run);
    count_traffic(run);
    if let Some(matched) = run.audience.as_ref().and_then(|audience| audience.matched) {
        gauge!("tikaud_audience_matched", "activation" => activation()).set(matched as f64);
    }
}

fn count_kinds(run: &PastRun) {
    for kind in &run.kinds {
        let labels = || [("activation", run.activation.as_str().to_owned()), ("kind", kind.kind.to_string())];
        counter!("tikaud_identifiers_added_total", &labels()).increment(kind.added);
        counter!("tikaud_identifiers_removed_total", &labels()).increment(kind.removed);
        counter!("tikaud_identifiers_refused_total", &labels()).increment(kind.refused + kind.unknown);
        gauge!("tikaud_identifiers_pending", &labels()).set(kind.pending as f64);
        gauge!("tikaud_segment_identifiers", &labels()).set(kind.segment as f64);
    }
}

fn count_traffic(run: &PastRun) {
    let activation = || run.activation.as_str().to_owned();
    let traffic = &run.traffic;
    counter!("tikaud_requests_total", "activation" => activation()).increment(traffic.requests);
    counter!("tikaud_request_retries_total", "activation" => activation()).increment(traffic.retries);
    counter!("tikaud_throttles_total", "activation" => activation()).increment(traffic.throttled);
    counter!("tikaud_sent_bytes_total", "activation" => activation()).increment(traffic.bytes);
    if traffic.requests > 0 {
        histogram!("tikaud_wait_seconds", "activation" => activation()).record(traffic.waited.as_secs_f64());
    }
}

/// A reason by its name in files.
fn name(reason: RejectReason) -> String {
    let mut text = Vec::new();
    match reason.serialize(&mut serde_json::Serializer::new(&mut text)) {
        Ok(()) => String::from_utf8_lossy(&text).trim_matches('"').to_owned(),
        Err(_) => "unknown".to_owned(),
    }
}
