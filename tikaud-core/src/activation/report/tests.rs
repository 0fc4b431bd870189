//! The texts as their readers see them.

use std::sync::Arc;
use std::time::Duration;

use super::{Failure, Outcome, Report, Timings};
use crate::activation::{Activation, MemoryActivation, RunOptions, SegmentActivation};
use crate::destination::{DestinationError, DestinationErrorKind, MemoryDestination, Retry};
use crate::identifier::{Field, FieldMapping, IdentifierKind, PhoneRegion};
use crate::plan::{Guard, GuardAction, GuardSettings};
use crate::segment::{ConsentedSegment, MemorySegment};
use crate::state::MemoryStateStore;

/// Three members with something wrong here and there, at a destination that makes use of audiences from two people on.
fn activation(minimum: u64) -> SegmentActivation {
    let digest = "5a".repeat(32);
    let rows = [["Ada@Example.com", "+1 202 555 0123"], ["ada(at)example.com", "12"], [&digest, "+12025550124"]];
    let segment = MemorySegment::try_new("Buyers", ["email", "phone"], rows.map(|row| row.map(Some))).unwrap();
    let phone = Field::Phone(PhoneRegion::International);
    let mapping = FieldMapping::try_new([("email", Field::Email), ("phone", phone)]).unwrap();
    let mut capabilities = crate::destination::Capabilities::new(IdentifierKind::ALL.to_vec());
    capabilities.minimum_audience = minimum;
    capabilities.batch_limit = 1;
    capabilities.requests_per_second = Some(0.000_5);
    capabilities.applied_within = Some(Duration::from_secs(48 * 3600));
    let destination = MemoryDestination::with_capabilities(capabilities);
    SegmentActivation::builder("memory", segment, destination, MemoryStateStore::new())
        .mapping(mapping)
        .guards(GuardSettings::default().with(Guard::TooManyRejects, GuardAction::Off))
        .build()
        .unwrap()
}

async fn run(activation: &SegmentActivation, options: RunOptions) -> Report {
    let mut report = activation.run(&options).await.unwrap();
    report.timings = Timings { apply: Duration::from_millis(1234), ..Timings::default() };
    report
}

#[tokio::test]
async fn a_plan_says_what_a_run_would_do() {
    let plan = activation(2).plan(&RunOptions::new()).await.unwrap();
    insta::assert_snapshot!(plan, @r#"
    Plan for audience "Buyers", to be created
      read 3 members
        column `email`: 1 value as email_sha256
          1 left out: not an e-mail address (member 2)
          1 left out: hashed already, in a column declared plain (member 3)
        column `phone`: 2 values as phone_sha256
          1 left out: a national phone number without a country (member 2)
      email_sha256: 1 to add, 0 to remove, 0 unchanged
      phone_sha256: 2 to add, 0 to remove, 0 unchanged
      warning: column `email`, mapped as plain: 1 value left out as hashed already; map the column as hashed if all are
      a run would send 3 mapping requests in 1 h 39 min at the least; nothing was sent now
    "#);
}

#[tokio::test]
async fn a_report_says_what_a_run_has_done_and_then_that_nothing_was_left_to_do() {
    let activation = activation(2);
    let report = run(&activation, RunOptions::new()).await;
    insta::assert_snapshot!(report, @r#"
    Audience "Buyers" (audience-1, just created, ready to be used) at memory/1
      done: the audience equals the segment
      read 3 members
        column `email`: 1 value as email_sha256
          1 left out: not an e-mail address (member 2)
          1 left out: hashed already, in a column declared plain (member 3)
        column `phone`: 2 values as phone_sha256
          1 left out: a national phone number without a country (member 2)
      email_sha256: 1 added, 0 removed, 0 unchanged
      phone_sha256: 2 added, 0 removed, 0 unchanged
      sent 3 mapping requests in 1.2 s
      accepted is not applied: the destination shows the change within 48 hours
      warning: column `email`, mapped as plain: 1 value left out as hashed already; map the column as hashed if all are
      took 1.2 s; state at generation 1
    "#);
    let plan = activation.plan(&RunOptions::new()).await.unwrap().to_string();
    assert!(plan.ends_with("\n  there is nothing to send"), "{plan}");
}

#[tokio::test]
async fn a_plan_for_an_empty_segment_says_that_the_audience_would_be_created_all_the_same() {
    let segment = MemorySegment::try_new("Buyers", ["email"], Vec::<[Option<&str>; 1]>::new()).unwrap();
    let mapping = FieldMapping::try_new([("email", Field::Email)]).unwrap();
    let destination =
        MemoryDestination::with_capabilities(crate::destination::Capabilities::new(IdentifierKind::ALL.to_vec()));
    let activation = MemoryActivation::with_destination(segment, mapping, destination).unwrap();
    let plan = activation.plan(&RunOptions::new()).await.unwrap().to_string();
    assert!(plan.ends_with("a run would create the audience and leave it empty; nothing was sent now"), "{plan}");
}

#[tokio::test]
async fn a_blocked_report_names_the_guard_and_an_allowed_one_too() {
    let activation = activation(1_000);
    let blocked = run(&activation, RunOptions::new()).await;
    insta::assert_snapshot!(blocked, @r#"
    Audience "Buyers", not created yet, at memory/1
      blocked by a guard: nothing was sent, nothing has changed
      read 3 members
        column `email`: 1 value as email_sha256
          1 left out: not an e-mail address (member 2)
          1 left out: hashed already, in a column declared plain (member 3)
        column `phone`: 2 values as phone_sha256
          1 left out: a national phone number without a country (member 2)
      email_sha256: 0 added, 0 removed, 0 unchanged, 1 left to do
      phone_sha256: 0 added, 0 removed, 0 unchanged, 2 left to do
      blocked by the guard "minimum size": the segment has 3 identifiers of 2 members; 1,000 are needed at least
      warning: column `email`, mapped as plain: 1 value left out as hashed already; map the column as hashed if all are
      took 1.2 s; state at generation 0
    "#);
    let allowed = run(&activation, RunOptions::new().allow(Guard::MinimumSize)).await.to_string();
    assert!(allowed.contains("guard \"minimum size\" passed over by request"), "{allowed}");
}

#[tokio::test]
async fn an_unfinished_report_says_when_to_come_back() {
    let mut report = run(&activation(2), RunOptions::new()).await;
    report.outcome = Outcome::Partial;
    let mut with = |retry| {
        let error = DestinationError::new(DestinationErrorKind::RateLimited, "cannot add").with_retry(retry);
        report.failures = vec![Failure { identifiers: None, columns: Vec::new(), kind: error.kind(), error }];
        report.to_string().lines().find(|line| line.contains("next: ")).unwrap_or_default().to_owned()
    };
    insta::assert_snapshot!(with(Retry::After(Duration::from_secs(26_000))), @"  next: run it again, in 7 h 13 min at the earliest");
    insta::assert_snapshot!(with(Retry::After(Duration::from_secs(301))), @"  next: run it again, in 5 min 1 s at the earliest");
    insta::assert_snapshot!(with(Retry::Never), @"  next: see to what was refused, and run it again");
}

#[tokio::test]
async fn what_is_left_out_or_comes_again_is_counted() {
    let rows = [
        [Some("ada@example.com; grace@example.com;"), Some("yes")],
        [Some("Grace@Example.com"), Some("yes")],
        [None, Some("yes")],
        [Some(" ; "), Some("yes")],
        [Some("joan@example.com"), None],
    ];
    let segment = MemorySegment::try_new("Buyers", ["emails", "consent"], rows).unwrap();
    let consented = ConsentedSegment::new(Arc::new(segment), "consent");
    let mapping = FieldMapping::try_new([("emails", Field::Email)]).unwrap().with_delimiter("emails", ';').unwrap();
    let plan = MemoryActivation::try_new(consented, mapping).unwrap().plan(&RunOptions::new()).await.unwrap();
    insta::assert_snapshot!(plan, @r#"
    Plan for audience "Buyers", to be created
      read 4 members, and left out 1 without consent
        column `emails`: 3 values as email_sha256, 1 cell null, 1 cell empty
          2 left out: empty (members 3, 4)
      email_sha256: 2 to add, 0 to remove, 0 unchanged, 1 duplicate
      a run would send 1 mapping request; nothing was sent now
    "#);
    let json = serde_json::to_value(&plan).unwrap();
    insta::assert_snapshot!(serde_json::to_string(&plan.tally).unwrap(), @r#"{"members":4,"members_with_identifier":2,"without_consent":1,"columns":[{"column":"emails","kind":"email_sha256","null_cells":1,"empty_cells":1,"values":3,"accepted":3,"non_ascii_domains":0,"rejects":{"empty":{"count":2,"members":[3,4]}}}]}"#);
    assert_eq!(json["kinds"][0]["duplicates"], 1);
}
