//! Whole runs against an oracle that is too simple to be wrong: the audience is the set of identifiers of the rows.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use tikaud_core::activation::{Activation, Outcome, RunOptions, SegmentActivation};
use tikaud_core::destination::{Capabilities, MemoryDestination};
use tikaud_core::diff::{IdentifierSet, MINIMUM_MEMORY_BUDGET};
use tikaud_core::identifier::{DefaultPhoneParser, EmailRule, Field, FieldMapping, IdentifierKind, PhoneRegion};
use tikaud_core::plan::GuardSettings;
use tikaud_core::segment::{MemberBatch, MemberStream, Segment, SegmentError, TextColumn};
use tikaud_core::state::{LocalStateStore, MemoryStateStore, StateStore};

/// Reads the numbering plans once.
static PARSER: LazyLock<Arc<DefaultPhoneParser>> = LazyLock::new(|| Arc::new(DefaultPhoneParser::try_new().unwrap()));

/// A row: how its e-mail and its phone are written, by number; nulls, repetitions and junk included.
type Row = (u16, u16);

fn email(number: u16) -> Option<String> {
    let person = number / 6;
    match number % 6 {
        0 => None,
        1 => Some(format!("p.er{person}+x@example.com")),
        2 => Some(format!("  P.ER{person}+X@Example.COM ")),
        3 => Some(format!("per{person}@example.com")),
        4 => Some("junk".to_owned()),
        _ => Some(format!("Per{person}@example.com")),
    }
}

fn phone(number: u16) -> Option<String> {
    let person = number / 4 % 1000;
    match number % 4 {
        0 => None,
        1 => Some(format!("+447400{person:06}")),
        2 => Some(format!("07400 {person:06}")),
        _ => Some("12".to_owned()),
    }
}

/// What a run is set up with.
#[derive(Debug, Clone)]
struct Setting {
    rows: Vec<Row>,
    /// Rows of a batch of the source.
    batch: usize,
    emails: bool,
    phones: bool,
    rule: EmailRule,
}

fn setting() -> impl Strategy<Value = Setting> {
    let row = (0..240_u16, 0..160_u16);
    let rule = prop::sample::select(&[EmailRule::Current, EmailRule::Legacy][..]);
    // One column at least has to be mapped.
    let columns = prop::sample::select(&[(true, true), (true, false), (false, true)][..]);
    (prop::collection::vec(row, 0..60), 1..20_usize, columns, rule)
        .prop_map(|(rows, batch, (emails, phones), rule)| Setting { rows, batch, emails, phones, rule })
}

/// The identifiers of the rows, row by row, without the engine.
fn expected(setting: &Setting) -> BTreeSet<(IdentifierKind, Vec<u8>)> {
    let mut expected = BTreeSet::new();
    for (row_email, row_phone) in &setting.rows {
        let person = row_email / 6;
        let local = match (row_email % 6, setting.rule) {
            (1 | 2, EmailRule::Current) => Some(format!("p.er{person}+x")),
            (1 | 2 | 3 | 5, _) => Some(format!("per{person}")),
            _ => None,
        };
        if let Some(local) = local.filter(|_| setting.emails) {
            expected.insert((IdentifierKind::EmailSha256, Sha256::digest(format!("{local}@example.com")).to_vec()));
        }
        if matches!(row_phone % 4, 1 | 2) && setting.phones {
            let number = format!("+447400{:06}", row_phone / 4 % 1000);
            expected.insert((IdentifierKind::PhoneSha256, Sha256::digest(number).to_vec()));
        }
    }
    expected
}

struct Rows(Vec<[Option<String>; 2]>, usize);

#[async_trait]
impl Segment for Rows {
    fn name(&self) -> &str {
        "Rows"
    }

    fn description(&self) -> Option<&str> {
        None
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        Ok(vec!["email".to_owned(), "phone".to_owned()])
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let batch = |rows: &[[Option<String>; 2]]| {
            let column = |name: &String| {
                let mut column = TextColumn::default();
                let at = usize::from(name == "phone");
                rows.iter().try_for_each(|row| column.push(row[at].as_deref()))?;
                Ok(column)
            };
            MemberBatch::try_new(columns.iter().map(column).collect::<Result<Vec<_>, SegmentError>>()?)
        };
        Ok(stream::iter(self.0.chunks(self.1).map(batch).collect::<Vec<_>>()).boxed())
    }
}

fn destination() -> MemoryDestination {
    let mut capabilities = Capabilities::new(IdentifierKind::ALL.to_vec());
    capabilities.batch_limit = 7;
    MemoryDestination::with_capabilities(capabilities)
}

fn activation(
    rows: Rows,
    mapping: FieldMapping,
    destination: &MemoryDestination,
    store: impl StateStore + 'static,
) -> SegmentActivation {
    SegmentActivation::builder("rows", rows, destination.clone(), store)
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping)
        .memory_budget(MINIMUM_MEMORY_BUDGET)
        .phone_parser(PARSER.clone())
        .build()
        .unwrap()
}

fn held(destination: &MemoryDestination) -> BTreeSet<(IdentifierKind, Vec<u8>)> {
    let audiences = destination.audiences();
    let sets = destination.identifiers(&audiences[0]).unwrap();
    let pairs = |set: &IdentifierSet| {
        let kind = set.kind();
        set.iter().map(|digest| (kind, digest.to_vec())).collect::<Vec<_>>()
    };
    sets.iter().flat_map(pairs).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Arbitrary rows, batches, mappings and rules, run after run.
    #[test]
    fn after_every_run_the_audience_is_the_set_of_identifiers_of_the_rows(
        settings in prop::collection::vec(setting(), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (destination, store) = (destination(), MemoryStateStore::new());
        for setting in settings {
            let rows = setting.rows.iter().map(|(row_email, row_phone)| [email(*row_email), phone(*row_phone)]).collect();
            let phone = Field::Phone(PhoneRegion::Fixed("GB".parse().unwrap()));
            let fields = [("email", Field::Email, setting.emails), ("phone", phone, setting.phones)];
            let fields = fields.into_iter().filter(|(_, _, mapped)| *mapped).map(|(name, field, _)| (name, field));
            let mapping = FieldMapping::try_new(fields).unwrap().with_email_rule(setting.rule);
            let activation = activation(Rows(rows, setting.batch), mapping, &destination, store.clone());
            let options = RunOptions::new().allow(tikaud_core::plan::Guard::EmptySegment);
            let report = runtime.block_on(activation.run(&options)).unwrap();
            prop_assert_eq!(report.outcome, Outcome::Done);
            prop_assert_eq!(held(&destination), expected(&setting));
        }
    }
}

/// A segment that is a hundred times what may stay in memory, through a real disk, in the four shapes.
#[tokio::test]
async fn segments_larger_than_the_memory_budget_are_compared_exactly() {
    let (directory, destination) = (tempfile::tempdir().unwrap(), destination());
    let people = 20_000_u32;
    for (since, changed) in [(0, [20_000, 0]), (0, [0, 0]), (200, [200, 200]), (40_000, [20_000, 20_000])] {
        let address = |person: u32| Some(format!("person{person}@example.com"));
        // Everybody twice, the second time far from the first.
        let rows = (since..since + people).chain((since..since + people).rev());
        let rows = rows.map(|person| [address(person), None]).collect();
        let mapping = FieldMapping::try_new([("email", Field::Email)]).unwrap();
        let store = LocalStateStore::open(directory.path()).unwrap();
        let report = activation(Rows(rows, 999), mapping, &destination, store).run(&RunOptions::new()).await.unwrap();
        assert!(report.spilled_bytes > 500_000, "{report}");
        assert_eq!([report.kinds[0].added, report.kinds[0].removed], changed);
        let expected = (since..since + people).map(|person| {
            (IdentifierKind::EmailSha256, Sha256::digest(format!("person{person}@example.com")).to_vec())
        });
        assert_eq!(held(&destination), expected.collect());
        assert!(std::fs::read_dir(directory.path()).unwrap().count() == 1, "something is left beside the state");
    }
}
