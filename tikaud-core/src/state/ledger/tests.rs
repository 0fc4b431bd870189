//! Comparing and settling by steps, through files and within a budget of a few digests, against the rules spelled out member
//! by member over plain sets.

use std::collections::BTreeSet;
use std::ops::Range;

use proptest::prelude::*;
use tokio::runtime::Builder;

use super::*;
use crate::diff::{Action, Collector, IdentifierSet, Runs, Wanted};
use crate::identifier::IdentifierKind;
use crate::state::{DigestFile, DigestWriter, MemoryStateStore, Pending, Positions, Receipts, SystemClock};

type People = BTreeSet<u8>;

/// Both widths that matter: one whose digests differ in the first byte, one in the last only.
const KINDS: [IdentifierKind; 2] = [IdentifierKind::IdfaMd5, IdentifierKind::PhoneSha256];

fn digest(kind: IdentifierKind, person: u8) -> Vec<u8> {
    match kind {
        IdentifierKind::IdfaMd5 => vec![person; 16],
        _ => [vec![7; 31], vec![person]].concat(),
    }
}

fn person(digest: &[u8]) -> u8 {
    digest.last().copied().unwrap_or_default()
}

fn set(kind: IdentifierKind, people: &People) -> IdentifierSet {
    IdentifierSet::from_unsorted(kind, people.iter().flat_map(|person| digest(kind, *person)).collect())
}

/// A run that was interrupted: what it intended, and the positions that were answered and refused.
#[derive(Debug, Clone)]
struct Interrupted {
    adds: People,
    removes: People,
    acknowledged: [Vec<Range<u64>>; 2],
    undone: [Vec<Range<u64>>; 2],
    replaces: bool,
}

fn people() -> impl Strategy<Value = People> {
    prop::collection::btree_set(0..50_u8, 0..40)
}

fn ranges() -> impl Strategy<Value = Vec<Range<u64>>> {
    prop::collection::vec((0..40_u64, 1..9_u64).prop_map(|(start, len)| start..start + len), 0..4)
}

fn interrupted() -> impl Strategy<Value = Interrupted> {
    let both = || (ranges(), ranges()).prop_map(<[_; 2]>::from);
    (people(), people(), both(), both(), any::<bool>()).prop_map(|(adds, removes, acknowledged, undone, replaces)| {
        Interrupted { removes: &removes - &adds, adds, acknowledged, undone, replaces }
    })
}

fn is_at(ranges: &[Range<u64>], people: &People, person: u8) -> bool {
    people
        .iter()
        .position(|other| *other == person)
        .is_some_and(|at| ranges.iter().any(|range| range.contains(&(at as u64))))
}

/// The two-set rule for one person.
fn settle(run: &Interrupted, (confirmed, unconfirmed): (bool, bool), person: u8) -> (bool, bool) {
    let (confirmed, unconfirmed) =
        if run.replaces { (false, confirmed || unconfirmed) } else { (confirmed, unconfirmed) };
    let [acknowledged, undone] = [&run.acknowledged, &run.undone];
    let (added, removed) = (run.adds.contains(&person), run.removes.contains(&person));
    let may_be_added = added && !is_at(&undone[0], &run.adds, person);
    let may_be_removed = removed && !is_at(&undone[1], &run.removes, person);
    let was_added = is_at(&acknowledged[0], &run.adds, person);
    let was_removed = is_at(&acknowledged[1], &run.removes, person);
    let now = (confirmed && !may_be_removed) || was_added;
    (now, !now && !was_removed && (unconfirmed || may_be_added || (confirmed && may_be_removed)))
}

fn ledger(store: &MemoryStateStore, memory_budget: usize) -> Ledger {
    Ledger {
        store: Arc::new(store.clone()),
        clock: Arc::new(SystemClock),
        activation: "buyers".parse().unwrap(),
        destination: DestinationId::new("memory/1"),
        resources: Resources { memory_budget, scratch: std::env::temp_dir() },
        engine: None,
    }
}

async fn write(ledger: &Ledger, name: &str, set: &IdentifierSet) -> Option<DigestFile> {
    let key = ledger.folder("snapshots").child(format_args!("{name}-{}.digests", set.kind()));
    let mut writer = DigestWriter::new(&*ledger.store, &ledger.activation, key, set.kind());
    writer.append(set).await.unwrap();
    writer.finish().await.unwrap()
}

async fn read(ledger: &Ledger, file: &DigestFile) -> People {
    use crate::diff::DigestSource;
    let mut reader = crate::state::DigestReader::new(ledger.store.clone(), ledger.activation.clone(), file.clone());
    let digests = reader.read(1000).await.unwrap();
    digests.chunks(file.kind.digest_len()).map(person).collect()
}

async fn held_files(
    ledger: &Ledger,
    kind: IdentifierKind,
    (confirmed, unconfirmed): (&People, &People),
    runs: &[Interrupted],
) -> HeldFiles {
    let mut held = HeldFiles::default();
    held.snapshots.confirmed.extend(write(ledger, "confirmed", &set(kind, confirmed)).await);
    held.snapshots.unconfirmed.extend(write(ledger, "unconfirmed", &set(kind, unconfirmed)).await);
    for (at, run) in runs.iter().enumerate() {
        let mut pending = Pending { changes: Vec::new(), replaces: run.replaces, receipts: Receipts::default() };
        for (nth, (action, people)) in
            [(Action::Add, &run.adds), (Action::Remove, &run.removes)].into_iter().enumerate()
        {
            let file = write(ledger, &format!("{at}-{action}"), &set(kind, people)).await;
            pending.changes.extend(file.map(|file| PlannedChange { action, file }));
            let insert = |positions: &mut Positions, ranges: &[Range<u64>]| {
                // Nothing is answered that was not intended: a count beyond the end would pass for everything.
                let end = people.len() as u64;
                let ranges = ranges.iter().map(|range| range.start..range.end.min(end));
                ranges.filter(|range| !range.is_empty()).for_each(|range| positions.insert(kind, action, range));
            };
            insert(&mut pending.receipts.acknowledged, &run.acknowledged[nth]);
            insert(&mut pending.receipts.undone, &run.undone[nth]);
        }
        held.pending.push(pending);
    }
    held
}

async fn collect(ledger: &Ledger, kind: IdentifierKind, segment: &[Vec<u8>]) -> Runs {
    fill(Collector::new(&ledger.resources), kind, segment).await
}

async fn fill(mut collector: Collector, kind: IdentifierKind, segment: &[Vec<u8>]) -> Runs {
    for batch in segment {
        let digests = batch.iter().flat_map(|person| digest(kind, *person)).collect();
        collector.push(kind, digests).await.unwrap();
    }
    collector.finish().await.unwrap()
}

async fn collect_wanted(
    ledger: &Ledger,
    kind: IdentifierKind,
    segment: &[Vec<u8>],
    suppressed: Option<&[Vec<u8>]>,
) -> Wanted {
    let Some(suppressed) = suppressed else {
        return Wanted { segment: collect(ledger, kind, segment).await, suppressed: None, erased: None };
    };
    let suppressed = collect(ledger, kind, suppressed).await;
    let segment = fill(Collector::beside(&suppressed, &ledger.resources), kind, segment).await;
    Wanted { segment, suppressed: Some(suppressed), erased: None }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn comparing_and_settling_by_steps_is_what_the_rules_say_of_each_member(
        kind in prop::sample::select(&KINDS[..]),
        confirmed in people(),
        unconfirmed in people(),
        runs in prop::collection::vec(interrupted(), 0..3),
        segment in prop::collection::vec(prop::collection::vec(0..50_u8, 0..30), 0..6),
        suppressed in prop::option::of(prop::collection::vec(prop::collection::vec(0..50_u8, 0..30), 0..3)),
        budget in 100..40_000_usize,
        resync in any::<bool>(),
    ) {
        let unconfirmed = &unconfirmed - &confirmed;
        let now: Vec<(bool, bool)> = (0..50)
            .map(|person| {
                let before = (confirmed.contains(&person), unconfirmed.contains(&person));
                runs.iter().fold(before, |held, run| settle(run, held, person))
            })
            .collect();
        let all: People = segment.iter().flatten().copied().collect();
        let never: People = suppressed.iter().flatten().flatten().copied().collect();
        let members = &all - &never;
        let pick = |keep: &dyn Fn(u8, (bool, bool)) -> bool| -> People {
            (0..50).filter(|person| keep(*person, now[usize::from(*person)])).collect()
        };
        let adds = pick(&|person, (confirmed, _)| members.contains(&person) && (resync || !confirmed));
        let removes = pick(&|person, (confirmed, unconfirmed)| !members.contains(&person) && (confirmed || unconfirmed));

        Builder::new_current_thread().build().unwrap().block_on(async {
            let store = MemoryStateStore::new();
            let ledger = ledger(&store, budget);
            let held = Arc::new(held_files(&ledger, kind, (&confirmed, &unconfirmed), &runs).await);
            let wanted = collect_wanted(&ledger, kind, &segment, suppressed.as_deref()).await;
            let comparison = if resync { Comparison::Resync } else { Comparison::Changes };

            let counted = ledger.count_changes(&held, &wanted, comparison).await.unwrap();
            let (planned, files) = ledger.write_plan(&RunId::new(0, 1), &held, &wanted, comparison).await.unwrap();
            prop_assert_eq!(&counted, &planned);
            let counts = |of: &dyn Fn(&KindChanges) -> u64| counted.iter().map(of).sum::<u64>();
            prop_assert_eq!(counts(&|kind| kind.segment), members.len() as u64);
            prop_assert_eq!(counts(&|kind| kind.suppressed), (all.len() - members.len()) as u64);
            prop_assert_eq!(counts(&|kind| kind.adds), adds.len() as u64);
            prop_assert_eq!(counts(&|kind| kind.removes), removes.len() as u64);
            for (action, people) in [(Action::Add, &adds), (Action::Remove, &removes)] {
                match files.iter().find(|planned| planned.action == action) {
                    Some(planned) => prop_assert_eq!(&read(&ledger, &planned.file).await, people),
                    None => prop_assert!(people.is_empty()),
                }
            }

            let settled = ledger.settle_files("next", &held).await.unwrap();
            let files = [&settled.confirmed, &settled.unconfirmed];
            for (files, people) in files.into_iter().zip([pick(&|_, held| held.0), pick(&|_, held| held.1)]) {
                match files.first() {
                    Some(file) => prop_assert_eq!(read(&ledger, file).await, people),
                    None => prop_assert!(people.is_empty()),
                }
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn what_does_not_fit_into_the_budget_goes_to_temporary_files_and_comes_back() {
    let (store, kind) = (MemoryStateStore::new(), IdentifierKind::IdfaMd5);
    let segment: Vec<Vec<u8>> = (0..40).map(|batch| vec![batch; 20]).collect();
    let roomy = collect(&ledger(&store, 1 << 20), kind, &segment).await;
    assert_eq!(roomy.spilled_bytes(), 0);
    let tight = collect(&ledger(&store, 1 << 10), kind, &segment).await;
    assert!(tight.spilled_bytes() > 0);
    let held = Arc::new(HeldFiles::default());
    let wanted = Wanted { segment: tight, suppressed: None, erased: None };
    let counts = ledger(&store, 1 << 10).count_changes(&held, &wanted, Comparison::Changes).await.unwrap();
    assert_eq!(counts, [KindChanges { segment: 40, adds: 40, ..KindChanges::none(kind) }]);
}

#[tokio::test]
async fn what_is_suppressed_shares_the_memory_with_the_segment() {
    let (store, kind) = (MemoryStateStore::new(), IdentifierKind::IdfaMd5);
    // 20 people of 16 bytes are 320 bytes: once they fit into the eighth of the budget that stays in memory, twice not.
    let (ledger, people) = (ledger(&store, 4 << 10), [(0..20).collect::<Vec<u8>>()]);
    let alone = collect(&ledger, kind, &people).await;
    assert_eq!(alone.spilled_bytes(), 0);
    let wanted = collect_wanted(&ledger, kind, &people, Some(&people)).await;
    assert!(wanted.segment.spilled_bytes() > 0);
}
