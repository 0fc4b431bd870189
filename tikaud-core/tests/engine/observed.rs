//! Metrics and spans: their names and labels are part of the API, and none of them holds an identifier.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use tikaud_core::activation::{Activation, RunOptions, SegmentActivation, describe_metrics};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::MemoryStateStore;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::world::{Fuse, People, World, address, mapping};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

#[test]
fn metrics_have_the_names_and_labels_that_are_documented() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        describe_metrics();
        let rows = [Some(address(1)), Some("not an address".to_owned()), None];
        let segment = MemorySegment::try_new("Buyers", ["email"], rows.map(|row| [row])).unwrap();
        let activation =
            SegmentActivation::builder("buyers", segment, MemoryDestination::new(), MemoryStateStore::new());
        let activation = activation.mapping(mapping()).build().unwrap();
        block_on(async {
            activation.run(&RunOptions::new()).await.unwrap();
            activation.run(&RunOptions::new()).await.unwrap();
        });
    });
    let mut counted = BTreeMap::new();
    let documented = include_str!("../../docs/reports.md");
    for (key, _, description, value) in snapshotter.snapshot().into_vec() {
        let key = key.key();
        let labels: Vec<String> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        assert!(description.is_some(), "{} is not described", key.name());
        let names: Vec<&str> = key.labels().map(metrics::Label::key).collect();
        let row = format!("| `{}` | `{}` |", key.name(), names.join("`, `"));
        assert!(documented.contains(&row), "not documented: {row}");
        if let DebugValue::Counter(count) = value {
            counted.insert(format!("{}{{{}}}", key.name(), labels.join(",")), count);
        }
    }
    let counted: Vec<String> = counted.into_iter().map(|(name, count)| format!("{name} {count}")).collect();
    insta::assert_snapshot!(counted.join("\n"), @r"
    tikaud_identifiers_added_total{activation=buyers,kind=email_sha256} 1
    tikaud_identifiers_refused_total{activation=buyers,kind=email_sha256} 0
    tikaud_identifiers_removed_total{activation=buyers,kind=email_sha256} 0
    tikaud_members_read_total{activation=buyers} 6
    tikaud_rejects_total{activation=buyers,reason=empty} 2
    tikaud_rejects_total{activation=buyers,reason=not_an_email} 2
    tikaud_request_retries_total{activation=buyers} 0
    tikaud_requests_total{activation=buyers} 1
    tikaud_run_total{activation=buyers,outcome=done} 2
    tikaud_sent_bytes_total{activation=buyers} 0
    tikaud_throttles_total{activation=buyers} 0
    ");
}

/// Everything that a subscriber prints.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn spans_have_the_names_that_are_documented_and_hold_no_identifier() {
    let printed = Printed::default();
    let writer = printed.clone();
    // With two subscribers in the process, each span asks the one that is in force.
    let _second = tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(io::sink).finish());
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let world = World::new();
    let people: People = (0..4).collect();
    tracing::subscriber::with_default(subscriber, || {
        block_on(world.activation(&people, &Fuse::never()).run(&RunOptions::new())).unwrap();
    });
    let text = String::from_utf8(printed.0.lock().unwrap().clone()).unwrap();
    let documented = include_str!("../../docs/reports.md");
    for span in ["run", "connect", "read", "plan", "create", "apply", "batch", "commit"] {
        assert!(text.contains(&format!("tikaud_{span}")), "{span}: {text}");
        assert!(documented.contains(&format!("| `tikaud_{span}` |")), "{span} is not documented");
    }
    assert!(text.contains("outcome=\"done\"") && text.contains("activation=buyers"), "{text}");
    for person in people {
        use sha2::{Digest, Sha256};
        let digest = Sha256::digest(address(person));
        assert!(!text.contains(&address(person)) && !text.contains(&const_hex::encode(digest)));
        assert!(!text.contains(&format!("{:?}", &digest[..4]).replace(['[', ']'], "")));
    }
}
