//! An activation of the place's customers, and what outlives the process that it runs in.

use std::ops::Range;
use std::sync::Arc;

use tikaud_core::activation::{Activation, Outcome, Report, RunOptions, SegmentActivation, SegmentActivationBuilder};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::diff::{DiffEngine, IdentifierSets, SetsId};
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::plan::{Guard, GuardSettings};
use tikaud_core::state::{MemoryStateStore, StateStore};

use crate::places::Place;
use crate::world::Row;

pub(crate) fn mapping() -> FieldMapping {
    FieldMapping::try_new([("email", Field::Email), ("hashed", Field::EmailSha256), ("phone", Field::PhoneE164)])
        .unwrap()
}

/// Who has opted out is in the same table: every column of it can be a segment.
pub(crate) fn opted_out() -> FieldMapping {
    FieldMapping::try_new([("other", Field::Email)]).unwrap()
}

/// Customers of these numbers, some of them with what SQL leaves to the extractor, or with what nobody takes. Some others have
/// opted out, who may be customers too.
pub(crate) fn customers(numbers: Range<u32>) -> Vec<Row> {
    let email = |number: u32| match number % 5 {
        0 => format!(" Person{number}@Example.com "),
        1 => format!("pérson{number}@example.com"),
        2 => "nobody".to_owned(),
        _ => format!("person{number}@example.com"),
    };
    let phone = |number: u32| (!number.is_multiple_of(3)).then(|| format!("+4420718{number:05}"));
    let other = |number: u32| number.is_multiple_of(4).then(|| email(number + number % 3));
    numbers.map(|number| vec![Some(email(number)), other(number), None, phone(number), None, None]).collect()
}

pub(crate) fn options() -> RunOptions {
    RunOptions::new().allow(Guard::EmptySegment)
}

/// Where the segment's identifiers are made and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Here,
    /// They are made in the database, and compared here.
    Hashed,
    Elsewhere,
}

/// An activation's state and audience.
pub(crate) struct Kept {
    name: String,
    pub(crate) destination: MemoryDestination,
    store: MemoryStateStore,
}

impl Kept {
    /// Of an activation that has never run.
    pub(crate) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), destination: MemoryDestination::new(), store: MemoryStateStore::new() }
    }

    /// The same at a destination that can do this.
    pub(crate) fn at(self, destination: MemoryDestination) -> Self {
        Self { destination, ..self }
    }

    pub(crate) fn builder(&self, place: &Place, way: Way) -> SegmentActivationBuilder {
        let segment = place.people().hash_in_database(way == Way::Hashed).build().unwrap();
        let builder = SegmentActivation::builder(&self.name, segment, self.destination.clone(), self.store.clone())
            .guards(GuardSettings::without_thresholds())
            .mapping(mapping());
        if way == Way::Elsewhere { builder.diff_engine(Arc::new(place.engine())) } else { builder }
    }

    /// The same without those who have opted out.
    pub(crate) fn suppressing(&self, place: &Place, way: Way) -> SegmentActivation {
        let (builder, list) = (self.builder(place, way), place.people().name("Opted out").build().unwrap());
        let builder = match way {
            Way::Elsewhere => builder.diff_engine(Arc::new(place.engine().suppress(&list, opted_out()).unwrap())),
            _ => builder.suppress(list, opted_out()),
        };
        builder.build().unwrap()
    }

    /// The activation with the diff in this process.
    pub(crate) fn here(&self, place: &Place) -> SegmentActivation {
        self.builder(place, Way::Here).build().unwrap()
    }

    /// The activation with the diff in the place.
    pub(crate) fn there(&self, place: &Place) -> SegmentActivation {
        self.by(place, place.engine())
    }

    /// The activation with this engine.
    pub(crate) fn by(&self, place: &Place, engine: impl DiffEngine + 'static) -> SegmentActivation {
        self.builder(place, Way::Here).diff_engine(Arc::new(engine)).build().unwrap()
    }

    pub(crate) fn audience(&self) -> IdentifierSets {
        let audiences = self.destination.audiences();
        assert_eq!(audiences.len(), 1, "an audience was created twice: {audiences:?}");
        self.destination.identifiers(&audiences[0]).unwrap()
    }

    /// The sets of the present generation.
    pub(crate) async fn sets(&self, place: &Place) -> Option<SetsId> {
        self.there(place).state().await.unwrap().sets_id()
    }

    /// A run that nothing ends; afterwards the audience is this.
    pub(crate) async fn completes(&self, activation: SegmentActivation, audience: &IdentifierSets) -> Report {
        let report = activation.run(&options()).await.unwrap();
        assert_eq!(report.outcome, Outcome::Done, "{report}");
        assert_eq!(self.audience(), *audience, "{report}");
        report
    }

    /// The activation's tables; each of them is named by a generation that is kept.
    pub(crate) async fn tables(&self, place: &Place) -> Vec<String> {
        let prefix = format!("tikaud_{}_", self.name);
        let tables: Vec<String> = place.tables().await.into_iter().filter(|table| table.starts_with(&prefix)).collect();
        let mut generations = String::new();
        for object in self.store.list(None).await.unwrap() {
            if object.key.as_str().contains("/generations/") {
                let content = self.store.read(&object.key, 0..object.len).await.unwrap();
                generations += &String::from_utf8_lossy(&content);
            }
        }
        for table in &tables {
            let name = format!("\"{}\"", table[prefix.len()..].replace('_', "-"));
            assert!(generations.contains(&name), "{table} is left over: {tables:?}");
        }
        tables
    }
}

/// What the audience is to be: the segment, as an activation reads it that has never run, in this process.
pub(crate) async fn wanted(place: &Place) -> IdentifierSets {
    let kept = Kept::named("reference");
    kept.here(place).run(&options()).await.unwrap();
    kept.audience()
}
