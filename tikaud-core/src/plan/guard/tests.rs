use std::collections::BTreeSet;

use super::*;
use crate::identifier::{ColumnTally, IdentifierKind, RejectReason, Tally};
use crate::plan::SuppressionTally;

/// What a plan is about, as far as guards look at it: everything is in order.
struct Case {
    members: u64,
    identifiers: u64,
    held: u64,
    left: u64,
    removes: u64,
    sends: bool,
    members_before: Option<u64>,
    suppressed: Vec<u64>,
    schema_changes: Vec<String>,
    mapping_changed: bool,
    email_and_phone: Option<&'static str>,
    rejected: u64,
    settings: GuardSettings,
    allowed: BTreeSet<Guard>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            members: 5000,
            identifiers: 5000,
            held: 5000,
            left: 0,
            removes: 0,
            sends: true,
            members_before: Some(5000),
            suppressed: Vec::new(),
            schema_changes: Vec::new(),
            mapping_changed: false,
            email_and_phone: None,
            rejected: 0,
            settings: GuardSettings::default(),
            allowed: BTreeSet::new(),
        }
    }
}

fn tally(members: u64, rejected: u64) -> Tally {
    let mut column = ColumnTally::new("email", IdentifierKind::EmailSha256);
    column.accepted = members - rejected;
    column.rejects.entry(RejectReason::NotAnEmail).or_default().count = rejected;
    column.rejects.entry(RejectReason::Empty).or_default().count = 10 * members;
    Tally { members, members_with_identifier: members, columns: vec![column], ..Tally::default() }
}

impl Case {
    fn verdicts(&self) -> Vec<GuardVerdict> {
        let suppressions: Vec<_> =
            self.suppressed.iter().map(|members| SuppressionTally::new("opted out", tally(*members, 0))).collect();
        judge(&Facts {
            tally: &tally(self.members, self.rejected),
            suppressions: &suppressions,
            identifiers: self.identifiers,
            held: self.held,
            left: self.left,
            removes: self.removes,
            sends: self.sends,
            minimum: 1000,
            members_before: self.members_before,
            schema_changes: &self.schema_changes,
            mapping_changed: self.mapping_changed,
            email_and_phone: self.email_and_phone,
            settings: &self.settings,
            allowed: &self.allowed,
        })
    }

    /// The guards that have something against it, with what they say.
    fn objections(&self) -> Vec<(Guard, Verdict)> {
        let verdicts = self.verdicts().into_iter().filter(|verdict| verdict.verdict != Verdict::Passed);
        verdicts.map(|verdict| (verdict.guard, verdict.verdict)).collect()
    }

    fn reason(&self, guard: Guard) -> String {
        self.verdicts().into_iter().find(|verdict| verdict.guard == guard).unwrap().reason
    }
}

/// One case for each guard that has something against it, and nothing else has.
fn objectionable() -> Vec<(Guard, Case)> {
    let case = Case::default;
    vec![
        (Guard::MinimumSize, Case { members: 999, identifiers: 999, members_before: None, held: 999, ..case() }),
        (Guard::EmptySegment, Case { identifiers: 0, ..case() }),
        (Guard::EmptySuppression, Case { suppressed: vec![3, 0], ..case() }),
        (Guard::TooManyRemovals, Case { removes: 1251, ..case() }),
        (Guard::SuddenGrowth, Case { held: 2499, ..case() }),
        (Guard::SourceShrank, Case { members_before: Some(10_001), ..case() }),
        (Guard::SchemaChanged, Case { schema_changes: vec!["the rule is another one".to_owned()], ..case() }),
        (Guard::MappingChanged, Case { mapping_changed: true, ..case() }),
        (Guard::TooManyRejects, Case { rejected: 2501, ..case() }),
        (Guard::EmailAndPhone, Case { email_and_phone: Some("prefer one"), ..case() }),
    ]
}

#[test]
fn a_plan_in_order_passes_every_guard() {
    assert_eq!(Case::default().objections(), []);
    let at_the_limits = Case {
        held: 5000,
        removes: 1250,
        members_before: Some(10_000),
        rejected: 2500,
        suppressed: vec![3, 5],
        ..Case::default()
    };
    assert_eq!(at_the_limits.objections(), []);
    assert_eq!(Case { held: 2500, ..Case::default() }.objections(), []);
    assert_eq!(Case { held: 5, left: 4995, ..Case::default() }.objections(), []);
    assert_eq!(
        Case { members: 1000, identifiers: 1000, held: 1000, members_before: None, ..Case::default() }.objections(),
        []
    );
}

#[test]
fn each_guard_objects_to_its_own_case_and_to_no_other() {
    let cases = objectionable();
    assert_eq!(cases.iter().map(|(guard, _)| *guard).collect::<Vec<_>>(), Guard::ALL);
    for (guard, case) in cases {
        let warns = [Guard::SchemaChanged, Guard::MappingChanged, Guard::EmailAndPhone].contains(&guard);
        let verdict = if warns { Verdict::Warned } else { Verdict::Blocked };
        assert_eq!(case.objections(), [(guard, verdict)]);
    }
}

#[test]
fn each_guard_is_allowed_by_its_own_name_only() {
    for (guard, mut case) in objectionable() {
        case.settings = case.settings.with(guard, GuardAction::Block);
        for allowed in Guard::ALL {
            case.allowed = [allowed].into();
            let verdict = if allowed == guard { Verdict::Allowed } else { Verdict::Blocked };
            assert_eq!(case.objections(), [(guard, verdict)]);
        }
    }
}

#[test]
fn each_guard_does_what_its_setting_says() {
    for (guard, mut case) in objectionable() {
        case.settings = case.settings.with(guard, GuardAction::Warn);
        assert_eq!(case.objections(), [(guard, Verdict::Warned)]);
        case.settings = case.settings.with(guard, GuardAction::Off);
        assert!(case.verdicts().iter().all(|verdict| verdict.guard != guard));
    }
}

#[test]
fn two_identifiers_of_one_member_are_one_person() {
    let case = Case { members: 600, identifiers: 1200, held: 1200, members_before: None, ..Case::default() };
    assert_eq!(case.objections(), [(Guard::MinimumSize, Verdict::Blocked)]);
}

#[test]
fn a_plan_that_sends_nothing_passes_whatever_its_sizes() {
    let case =
        Case { members: 3, identifiers: 0, held: 0, rejected: 3, sends: false, suppressed: vec![0], ..Case::default() };
    assert_eq!(case.objections(), []);
}

#[test]
fn a_first_run_grows_from_nothing() {
    assert_eq!(Case { held: 0, members_before: None, ..Case::default() }.objections(), []);
}

#[test]
fn a_number_is_a_limit_of_its_own() {
    let mut case = Case { removes: 11, ..Case::default() };
    case.settings.removals.count = Some(10);
    assert_eq!(case.objections(), [(Guard::TooManyRemovals, Verdict::Blocked)]);
    case.removes = 10;
    assert_eq!(case.objections(), []);
    case.settings.removals = Threshold { action: GuardAction::Block, percent: None, count: None };
    case.removes = 5000;
    assert_eq!(case.objections(), []);
}

#[test]
fn a_reason_says_by_how_much() {
    let reasons: Vec<String> = objectionable().iter().map(|(guard, case)| case.reason(*guard)).collect();
    insta::assert_snapshot!(reasons.join("\n"), @r"
    the segment has 999 identifiers of 999 members; 1,000 are needed at least
    not one identifier came of 5,000 members, so the audience would be empty
    not one identifier came of 0 members of the suppression segment `opted out`, so nobody on it would be kept out
    1,251 of 5,000 identifiers (25.02 %) would be removed; at most 25 % may be
    the audience would grow from 2,499 to 5,000 identifiers, by 100.08 %; at most 100 % may be
    5,000 members were read, and 10,001 in the last run: 50.00 % fewer; at most 50 % may be
    the segment is read from something else than in the last run: the rule is another one
    the field mapping, or the rules by which values are normalised, differ from the last run's: identifiers made the old way are removed, those made the new way are added
    column `email`: 2,501 of 5,000 values (50.02 %) did not become identifiers; at most 50 % may be
    prefer one
    ");
}

#[test]
fn a_percentage_that_cannot_be_meant_is_named() {
    let mut settings = GuardSettings::default();
    assert_eq!(settings.check(), Ok(()));
    settings.growth.percent = Some(f64::NAN);
    assert_eq!(settings.check().unwrap_err().field, "growth.percent");
    settings.growth.percent = None;
    settings.rejects.percent = Some(-1.0);
    insta::assert_snapshot!(settings.check().unwrap_err(), @"`rejects.percent` is -1; give the per cent that are still good, such as 25.0, or leave it out");
}

#[test]
fn a_setting_that_is_not_known_is_refused() {
    let error = serde_json::from_str::<GuardSettings>(r#"{ "removal": "off" }"#).unwrap_err();
    assert!(error.to_string().contains("unknown field `removal`"), "{error}");
}

#[test]
fn a_guard_is_known_by_its_name_in_settings() {
    for guard in Guard::ALL {
        assert_eq!(guard.setting().parse(), Ok(guard));
        // The same as in JSON, but for the hyphens.
        assert_eq!(serde_json::to_value(guard).unwrap(), guard.setting().replace('-', "_"));
    }
    let error = "growth".parse::<Guard>().unwrap_err().to_string();
    assert!(error.starts_with("there is no guard `growth`; the guards are: minimum-size, empty-segment, "), "{error}");
}
