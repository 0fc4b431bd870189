//! Files on their way in.

use super::*;

#[test]
fn an_upload_gives_a_path_of_sixteen_characters_and_is_logged_with_its_rows() {
    let mut simulator = simulator();
    let path = upload(&mut simulator, &digests(3), start());
    assert_eq!(path.len(), 16);
    let logged = simulator.requests().last().unwrap();
    assert_eq!((logged.users, logged.code), (Some(3), Some(0)));
    assert!(simulator.audiences().is_empty());
}

#[test]
fn an_upload_that_breaks_a_rule_is_refused_by_its_code() {
    let good = || Upload::emails(&digests(2));
    let cases = [
        (Upload { advertiser_id: "", ..good() }, 40002),
        (Upload { advertiser_id: FORBIDDEN_ACCOUNT, ..good() }, 40001),
        (Upload { calculate_type: "", ..good() }, 40002),
        (Upload { calculate_type: "EMAIL_SHA512", ..good() }, 40909),
        (Upload { calculate_type: "email_sha256", ..good() }, 40909),
        (Upload { calculate_type: "FIRST_NORMAL", ..good() }, 40909),
        (Upload { calculate_type: "GAID_MD5", ..good() }, 40914),
        (Upload { calculate_type: "MULTIPLE_TYPES", ..good() }, 40914),
        (Upload { file_name: "", ..good() }, 40905),
        (Upload { file_name: "emails.CSV", ..good() }, 40908),
        (Upload { file_name: "emails.zip", ..good() }, 40908),
        (Upload { content: String::new(), ..good() }, 40906),
        (Upload { content: "ada@example.com\n".to_owned(), ..good() }, 40914),
        (Upload { signature: Some("d41d8cd98f00b204e9800998ecf8427e"), ..good() }, 40900),
    ];
    for (case, code) in cases {
        let mut simulator = simulator();
        let reply = case.send(&mut simulator, start());
        assert_code(&reply, code);
        assert!(!reply.to_string().contains("ada@"), "{reply}");
    }
    for calculate_type in ["MAID_SHA256", "FIRST_SHA256", "IDFA_SHA256", "GAID_SHA256", "PHONE_SHA256"] {
        assert_code(&Upload { calculate_type, ..good() }.send(&mut simulator(), start()), 0);
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let mut world = World::default();
    world.limits.file_bytes = 129;
    let mut simulator = Simulator::new(world);
    assert_code(&Upload::emails(&digests(2)).send(&mut simulator, start()), 40907);
    assert_code(&Upload::emails(&digests(1)).send(&mut simulator, start()), 0);
}

#[test]
fn a_file_of_several_types_fills_its_columns() {
    let mut simulator = simulator();
    let ids = digests(1_000);
    let rows = ids.iter().map(|id| format!("{id},\n,{id}\n")).collect::<String>();
    let content = format!("email_SHA256,phone_SHA256\n{rows}");
    let file = Upload { calculate_type: "MULTIPLE_TYPES", content, ..Upload::emails(&[]) };
    let mut body = create_body(&file.path(&mut simulator, start()));
    body["calculate_type"] = json!("MULTIPLE_TYPES");
    assert_code(&post_at(&mut simulator, CREATE, &body, start()), 0);
    let audience = simulator.audiences().last().unwrap();
    assert!(audience.is_of_files());
    assert_eq!(
        [IdType::EmailSha256, IdType::PhoneSha256].map(|id_type| audience.identifiers(id_type)),
        [ids.clone(), ids]
    );
}

#[test]
fn a_path_is_good_for_a_day() {
    let mut simulator = simulator();
    let path = upload(&mut simulator, &digests(1_000), start());
    assert_code(&post_at(&mut simulator, CREATE, &create_body(&path), hours(23)), 0);
    assert_code(&post_at(&mut simulator, CREATE, &create_body(&path), hours(24)), 40910);
    // One that has expired is not held any longer, and still known to have been there.
    upload(&mut simulator, &digests(1), hours(24));
    assert_code(&post_at(&mut simulator, CREATE, &create_body(&path), hours(25)), 40910);
}

#[test]
fn no_debug_shows_a_file() {
    let mut simulator = simulator();
    let canary = vec!["cafe".repeat(16); 1];
    upload(&mut simulator, &canary, start());
    assert!(!format!("{simulator:?} {simulator:#?}").contains("cafe"));
}
