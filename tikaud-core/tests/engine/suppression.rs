//! Suppression segments: applied last and always, and never taken for empty.

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tikaud_core::activation::{
    Activation, ActivationError, Outcome, Report, RunOptions, SegmentActivation, SettingsError,
};
use tikaud_core::identifier::{EmailRule, Field, FieldMapping, IdentifierKind, PhoneRegion};
use tikaud_core::plan::{Guard, GuardSettings};
use tikaud_core::segment::{MemberBatch, MemberStream, MemorySegment, Segment, SegmentError, SegmentErrorKind};

use crate::world::{Fuse, FusedDestination, FusedStore, People, World, address, identifiers, mapping, segment};

/// The addresses of these people, spelt in a way of their own, in a column of another name.
pub(crate) fn list(people: &People) -> MemorySegment {
    let spelt = people.iter().map(|person| [Some(format!("  {} ", address(*person).to_uppercase()))]);
    MemorySegment::try_new("Opted out", ["mail"], spelt).unwrap()
}

pub(crate) fn mail() -> FieldMapping {
    FieldMapping::try_new([("mail", Field::Email)]).unwrap()
}

fn activation(world: &World, people: &People, suppressed: &[&People]) -> SegmentActivation {
    let fuse = Fuse::never();
    let destination =
        FusedDestination { inner: world.destination.clone(), fuse: fuse.clone(), store: world.store.clone() };
    let builder =
        SegmentActivation::builder("buyers", segment(people), destination, FusedStore(world.store.clone(), fuse));
    let builder = suppressed
        .iter()
        .fold(builder.guards(GuardSettings::without_thresholds()).mapping(mapping()), |builder, people| {
            builder.suppress(list(people), mail())
        });
    builder.build().unwrap()
}

async fn run(world: &World, people: &People, suppressed: &[&People]) -> Report {
    activation(world, people, suppressed).run(&RunOptions::new()).await.unwrap()
}

fn people<const N: usize>(people: [u32; N]) -> People {
    BTreeSet::from(people)
}

#[tokio::test]
async fn whoever_comes_onto_a_list_is_removed_and_whoever_goes_off_it_is_added() {
    let world = World::new();
    let all: People = (0..6).collect();
    run(&world, &all, &[&people([4, 9])]).await;
    assert_eq!(world.audience(), identifiers(&people([0, 1, 2, 3, 5])));

    let report = run(&world, &all, &[&people([1, 9]), &people([2])]).await;
    assert_eq!(world.audience(), identifiers(&people([0, 3, 4, 5])));
    let kind = &report.plan.kinds[0];
    assert_eq!([kind.segment, kind.suppressed, kind.adds, kind.removes, kind.unchanged], [4, 2, 1, 2, 3]);
    insta::assert_snapshot!(report.plan, @r#"
Plan for audience "Buyers" (audience-1)
  read 6 members
    column `email`: 6 values as email_sha256
  read 2 members of the suppression segment `Opted out`
    column `mail`: 2 values as email_sha256
  read 1 member of the suppression segment `Opted out`
    column `mail`: 1 value as email_sha256
  email_sha256: 1 to add, 2 to remove, 3 unchanged, 2 suppressed
  a run would send 2 mapping requests; nothing was sent now
"#);

    run(&world, &all, &[]).await;
    assert_eq!(world.audience(), identifiers(&all));
}

#[tokio::test]
async fn a_list_works_by_the_rules_of_the_activation() {
    let world = World::new();
    let buyers =
        MemorySegment::try_new("Buyers", ["email"], [[Some("a.da+x@example.com")], [Some("grace@example.com")]]);
    let list = MemorySegment::try_new("Opted out", ["mail"], [[Some("ADA@example.com")]]).unwrap();
    let builder = SegmentActivation::builder("rows", buyers.unwrap(), world.destination.clone(), world.store.clone());
    let activation = builder
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping().with_email_rule(EmailRule::Legacy))
        .suppress(list, mail())
        .build()
        .unwrap();
    let report = activation.run(&RunOptions::new()).await.unwrap();
    assert_eq!([report.plan.kinds[0].segment, report.plan.kinds[0].suppressed], [1, 1]);
}

#[tokio::test]
async fn a_list_without_a_kind_that_is_sent_is_warned_of() {
    let world = World::new();
    let rows = [[Some("ada@example.com"), Some("+442071838750")]];
    let buyers = MemorySegment::try_new("Buyers", ["email", "phone"], rows).unwrap();
    let both = FieldMapping::try_new([("email", Field::Email), ("phone", Field::Phone(PhoneRegion::International))]);
    let list =
        MemorySegment::try_new("Opted out", ["mail"], [[Some("ada@example.com")], [Some("unreadable")]]).unwrap();
    let builder = SegmentActivation::builder("rows", buyers, world.destination.clone(), world.store.clone());
    let activation = builder
        .guards(GuardSettings::without_thresholds())
        .mapping(both.unwrap())
        .suppress(list, mail())
        .build()
        .unwrap();
    let report = activation.run(&RunOptions::new()).await.unwrap();
    assert_eq!(world.audience().kinds().collect::<Vec<_>>(), [IdentifierKind::PhoneSha256]);
    let warnings: Vec<&String> = report.warnings.iter().filter(|warning| warning.contains("Opted out")).collect();
    insta::assert_snapshot!(warnings[0], @"the suppression segment `Opted out` has no phone_sha256: whoever is on it stays in the audience by that; give it every column that is mapped");
    insta::assert_snapshot!(warnings[1], @"the suppression segment `Opted out` has 1 value that cannot be read, and so keeps nobody out; the plan's tally says why");
}

#[tokio::test]
async fn an_empty_list_lets_nobody_in_again() {
    let world = World::new();
    let all: People = (0..4).collect();
    run(&world, &all, &[&people([2])]).await;
    let report = run(&world, &all, &[&People::new()]).await;
    assert_eq!(report.outcome, Outcome::Blocked);
    assert_eq!(world.audience(), identifiers(&people([0, 1, 3])));
    insta::assert_snapshot!(report.plan.blocked_by().next().unwrap().reason, @"not one identifier came of 0 members of the suppression segment `Opted out`, so nobody on it would be kept out");

    let options = RunOptions::new().allow(Guard::EmptySuppression);
    let report = activation(&world, &all, &[&People::new()]).run(&options).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done);
    assert_eq!(world.audience(), identifiers(&all));
}

#[tokio::test]
async fn a_segment_that_is_suppressed_as_a_whole_is_an_empty_segment() {
    let world = World::new();
    let all: People = (0..4).collect();
    run(&world, &all, &[]).await;
    let report = run(&world, &all, &[&all]).await;
    assert_eq!(report.plan.blocked_by().map(|verdict| verdict.guard).collect::<Vec<_>>(), [Guard::EmptySegment]);
    assert_eq!(world.audience(), identifiers(&all));
}

/// A list of which one batch can be read.
struct Breaking;

#[async_trait]
impl Segment for Breaking {
    fn name(&self) -> &str {
        "Opted out"
    }

    fn description(&self) -> Option<&str> {
        None
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        Ok(vec!["mail".to_owned()])
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let first = MemberBatch::from_rows(&["mail"], columns, &["person1@example.com"], |row| [Some(*row)])?;
        let broken = SegmentError::new(SegmentErrorKind::Unreadable, "the connection broke");
        Ok(first.chain(stream::iter([Err(broken)])).boxed())
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_fails_the_run_before_anything_is_sent() {
    let world = World::new();
    let all: People = (0..4).collect();
    run(&world, &people([0, 1]), &[]).await;
    let batches = world.destination.batches();
    let builder = SegmentActivation::builder("buyers", segment(&all), world.destination.clone(), world.store.clone());
    let activation = builder
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping())
        .suppress(Breaking, mail())
        .build()
        .unwrap();
    let error = activation.run(&RunOptions::new()).await.unwrap_err();
    assert!(matches!(&error, ActivationError::Segment { segment, .. } if segment == "Opted out"), "{error:?}");
    assert_eq!(world.destination.batches(), batches);
    assert_eq!(world.audience(), identifiers(&people([0, 1])));
    assert!(activation.plan(&RunOptions::new()).await.is_err());
}

#[tokio::test]
async fn a_list_that_does_not_fit_is_refused() {
    let world = World::new();
    let builder = |field| {
        let people = People::new();
        let builder =
            SegmentActivation::builder("buyers", segment(&people), world.destination.clone(), world.store.clone());
        let other = FieldMapping::try_new([("mail", field)]).unwrap();
        builder.guards(GuardSettings::without_thresholds()).mapping(mapping()).suppress(list(&people), other).build()
    };
    assert!(builder(Field::EmailSha256).is_ok());
    assert!(matches!(builder(Field::EmailSha512), Err(SettingsError::SuppressesNothing { .. })));

    let unmapped = FieldMapping::try_new([("email", Field::Email)]).unwrap();
    let all: People = (0..4).collect();
    let builder = SegmentActivation::builder("buyers", segment(&all), world.destination.clone(), world.store.clone());
    let activation = builder
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping())
        .suppress(list(&all), unmapped)
        .build()
        .unwrap();
    let error = activation.run(&RunOptions::new()).await.unwrap_err();
    assert!(matches!(&error, ActivationError::Mapping { segment, .. } if segment == "Opted out"), "{error:?}");
}
