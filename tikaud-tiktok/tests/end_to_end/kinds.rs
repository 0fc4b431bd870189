//! Every kind of identifier, and what a simulated TikTok makes of e-mails hashed with SHA-512.

use md5::Md5;
use sha2::{Digest, Sha256, Sha512};
use tikaud_core::activation::{Activation, Outcome, Report};
use tikaud_core::destination::DestinationErrorKind;
use tikaud_core::identifier::{DeviceHash, Field, FieldMapping, IdentifierKind, PhoneRegion};
use tikaud_core::segment::MemorySegment;
use tikaud_tiktok::simulator::{IdType, World};

use crate::scene::{Scene, address, chain, options, sorted_hex};

const COLUMNS: [&str; 5] = ["email", "email_sha512", "phone", "idfa", "aaid"];

fn phone(person: u32) -> String {
    format!("+44207183{:04}", 8000 + person)
}

fn device(person: u32) -> String {
    format!("5f3a2b18-9c4d-4e7f-b8e2-{person:012x}")
}

/// People with a value in each of [`COLUMNS`].
fn table(people: u32) -> MemorySegment {
    let rows = (0..people).map(|person| {
        let hashed = const_hex::encode(Sha512::digest(address(person)));
        [address(person), hashed, phone(person), device(person), device(person)].map(Some)
    });
    MemorySegment::try_new("Buyers", COLUMNS, rows).unwrap()
}

async fn run<const N: usize>(scene: &Scene, people: u32, fields: [(&str, Field); N]) -> Report {
    let mapping = FieldMapping::try_new(fields).unwrap();
    let destination = scene.destination().batch_users(10);
    let activation = scene.activation(table(people), mapping, destination).build().unwrap();
    activation.run(&options()).await.unwrap()
}

fn hashed<D: Digest>(people: u32, value: impl Fn(u32) -> String) -> Vec<String> {
    sorted_hex((0..people).map(|person| D::digest(value(person)).to_vec()))
}

fn international() -> Field {
    Field::Phone(PhoneRegion::International)
}

async fn taking_sha512() -> Scene {
    let mut world = World::default();
    world.accept_email_sha512 = true;
    Scene::of(world).await
}

#[tokio::test]
async fn all_seven_kinds_arrive_as_what_they_are() {
    let (first, second) = (taking_sha512().await, taking_sha512().await);
    let fields = [
        ("email", Field::Email),
        ("email_sha512", Field::EmailSha512),
        ("phone", international()),
        ("idfa", Field::Idfa(DeviceHash::Sha256)),
        ("aaid", Field::Aaid(DeviceHash::Md5)),
    ];
    assert_eq!(run(&first, 25, fields).await.outcome, Outcome::Done);
    // An audience uses one hash for each kind of device.
    let fields =
        [("phone", international()), ("idfa", Field::Idfa(DeviceHash::Md5)), ("aaid", Field::Aaid(DeviceHash::Sha256))];
    assert_eq!(run(&second, 25, fields).await.outcome, Outcome::Done);

    assert_eq!(first.held(IdType::EmailSha256), hashed::<Sha256>(25, address));
    assert_eq!(first.held(IdType::EmailSha512), hashed::<Sha512>(25, address));
    assert_eq!(first.held(IdType::PhoneSha256), hashed::<Sha256>(25, phone));
    assert_eq!(first.held(IdType::IdfaSha256), hashed::<Sha256>(25, device));
    assert_eq!(first.held(IdType::AaidMd5), hashed::<Md5>(25, device));
    assert_eq!(second.held(IdType::PhoneSha256), hashed::<Sha256>(25, phone));
    assert_eq!(second.held(IdType::IdfaMd5), hashed::<Md5>(25, device));
    assert_eq!(second.held(IdType::AaidSha256), hashed::<Sha256>(25, device));
}

#[tokio::test]
async fn sha512_refused_is_reported_by_its_column_while_the_other_column_goes_on() {
    let scene = Scene::new().await;
    let fields = || [("email_sha512", Field::EmailSha512), ("phone", international())];
    let report = run(&scene, 25, fields()).await;
    assert_eq!(report.outcome, Outcome::Partial, "{report}");
    assert_eq!(scene.held(IdType::PhoneSha256), hashed::<Sha256>(25, phone));

    let [sha512, phones] = &report.kinds[..] else { panic!("{report}") };
    assert_eq!((sha512.kind, sha512.added, sha512.pending), (IdentifierKind::EmailSha512, 0, 25));
    assert_eq!((phones.kind, phones.added, phones.pending), (IdentifierKind::PhoneSha256, 25, 0));
    let [failure] = &report.failures[..] else { panic!("{report}") };
    assert_eq!((failure.kind, failure.identifiers), (DestinationErrorKind::InvalidInput, Some(sha512.kind)));
    assert_eq!(failure.columns, ["email_sha512"]);
    insta::assert_snapshot!(chain(&failure.error), @r#"
    TikTok refuses e-mails hashed with SHA-512 for audience 7100000000000000001: its published id schema names SHA-256 only; map a column of plain e-mails, or of e-mails hashed with SHA-256 (code 40002, request SIM0000000000000006)
    TikTok answered: "id_schema: Must be one of IDFA_MD5, AAID_MD5, IDFA_SHA256, AAID_SHA256, EMAIL_SHA256, PHONE_SHA256."
    "#);
    assert!(report.warnings.iter().any(|warning| warning.starts_with("column `email_sha512`: TikTok's published")));
    insta::assert_snapshot!(scene.log_after(4), @r"
    dmp/custom_audience/get/: 0
    segment/mapping/ add of 10: 40002
    dmp/custom_audience/get/: 0
    segment/mapping/ add of 10: 0
    segment/mapping/ add of 10: 0
    segment/mapping/ add of 5: 0
    ");

    // Nothing else is left to do, and it is still refused.
    let report = run(&scene, 25, fields()).await;
    assert_eq!((report.outcome, report.kinds[0].pending), (Outcome::Refused, 25));

    // Doing as the message says helps: what was never taken need not be taken out.
    let report = run(&scene, 25, [("email", Field::Email), ("phone", international())]).await;
    assert_eq!(report.outcome, Outcome::Done, "{report}");
    assert_eq!(scene.held(IdType::EmailSha256), hashed::<Sha256>(25, address));
}

#[tokio::test]
async fn emails_and_phones_are_warned_about_and_go_in_requests_of_their_own() {
    let scene = Scene::new().await;
    let report = run(&scene, 15, [("phone", international()), ("email", Field::Email)]).await;
    assert_eq!(report.outcome, Outcome::Done);
    insta::assert_snapshot!(report.warnings.join("\n"), @"TikTok's API has been seen to fail on e-mails and phone numbers in one call, so each kind goes in requests of its own; prefer mapping one of the two");
    insta::assert_snapshot!(scene.log_after(5), @r"
    segment/mapping/ add of 10: 0
    segment/mapping/ add of 5: 0
    segment/mapping/ add of 10: 0
    segment/mapping/ add of 5: 0
    ");
}
