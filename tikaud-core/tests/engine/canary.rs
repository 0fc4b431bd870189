//! Raw identifiers leave no trace: every byte written and printed is searched for planted values.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tikaud_core::activation::{Activation, HistoryQuery, RunOptions, SegmentActivation};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::identifier::{DeviceHash, Field, FieldMapping, PhoneParser, PhoneRegion, Region, RejectReason};
use tikaud_core::plan::GuardSettings;
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::LocalStateStore;

use crate::world::World;

/// Good values and bad ones, each with a part that occurs nowhere else.
const CANARIES: [&str; 6] = ["canarymail", "canaryjunk", "7183875", "99887766", "6d92078a", "unmappedcanary"];

fn segment() -> MemorySegment {
    MemorySegment::try_new(
        "Buyers",
        ["email", "phone", "idfa", "note"],
        [
            ["canarymail@example.com", "+442071838750", "6d92078a-8246-4ba4-ae5b-76104861e7dc", "unmappedcanary"],
            ["canaryjunk", "99887766", "6d92078a", "unmappedcanary"],
        ]
        .map(|row| row.map(Some)),
    )
    .unwrap()
}

fn search(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, found);
        } else {
            found.push(String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned());
            found.push(path.display().to_string());
        }
    }
}

#[tokio::test]
async fn no_raw_value_is_written_or_printed() {
    let directory = tempfile::tempdir().unwrap();
    let store = LocalStateStore::open(directory.path()).unwrap();
    let mapping = FieldMapping::try_new([
        ("email", Field::Email),
        ("phone", Field::Phone(PhoneRegion::International)),
        ("idfa", Field::Idfa(DeviceHash::Md5)),
    ])
    .unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listening = Arc::clone(&told);
    let activation = SegmentActivation::builder("buyers", segment(), MemoryDestination::new(), store)
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping)
        .on_event(move |event| listening.lock().unwrap().push(event.clone()))
        .build()
        .unwrap();
    let plan = activation.plan(&RunOptions::new()).await.unwrap();
    let report = activation.run(&RunOptions::new()).await.unwrap();
    assert_eq!(report.plan.tally.columns.iter().map(|column| column.accepted).sum::<u64>(), 3);

    let mut texts = vec![
        format!("{plan}{plan:?}{plan:#?}{report}{report:?}{report:#?}{activation:?}{activation:#?}"),
        format!("{:?}{:#?}", segment(), segment()),
        serde_json::to_string(&plan).unwrap(),
        serde_json::to_string(&report).unwrap(),
    ];
    for past in activation.history(&HistoryQuery::new()).await.unwrap() {
        texts.push(format!("{past}{past:?}{past:#?}"));
    }
    texts.push(format!("{:?}", told.lock().unwrap()));
    assert!(texts.iter().any(|text| text.contains("Ended")));
    search(directory.path(), &mut texts);
    assert!(texts.len() > 8, "the state is not where it was searched for");
    for canary in CANARIES {
        assert!(!texts.iter().any(|text| text.contains(canary)), "{canary}");
    }
}

#[derive(Debug)]
struct Panicking;

impl PhoneParser for Panicking {
    #[expect(clippy::panic, reason = "what it is for")]
    fn e164(&self, text: &str, _: Option<Region>, _: &mut String) -> Result<(), RejectReason> {
        panic!("cannot read {text}")
    }
}

#[tokio::test]
async fn a_parser_that_panics_with_a_number_does_not_put_it_into_the_error() {
    let world = World::new();
    let segment = MemorySegment::try_new("Buyers", ["phone"], [[Some("+442071838750")]]).unwrap();
    let mapping = FieldMapping::try_new([("phone", Field::Phone(PhoneRegion::International))]).unwrap();
    let activation = SegmentActivation::builder("buyers", segment, world.destination, world.store)
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping)
        .phone_parser(Arc::new(Panicking))
        .build()
        .unwrap();
    let error = activation.run(&RunOptions::new()).await.unwrap_err();
    let chain = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let text = format!("{error:?}{}", chain.map(ToString::to_string).collect::<String>());
    assert!(!text.contains("7183"), "{text}");
}
