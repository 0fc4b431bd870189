use insta::assert_snapshot;

use crate::directory::Directory;

/// The error of reading the column `email` of a CSV file.
async fn failure(content: impl AsRef<[u8]>) -> String {
    let directory = Directory::new();
    directory.write("t.csv", content);
    directory.failure("t.csv", &["email"]).await
}

#[tokio::test]
async fn a_column_that_is_not_there() {
    assert_snapshot!(failure("id,mail\n1,canary@example.com\n").await, @"");
}

#[tokio::test]
async fn a_header_that_cannot_be() {
    assert_snapshot!(failure("").await, @"");
    assert_snapshot!(failure("\u{feff}").await, @"");
    assert_snapshot!(failure("\n\n").await, @"");
    assert_snapshot!(failure("id,email,id\n").await, @"");
    assert_snapshot!(failure("id,,email\n").await, @"");
    assert_snapshot!(failure("id,email,\n").await, @"");
    assert_snapshot!(failure("id;email\n1;canary\n").await, @"");
    assert_snapshot!(failure("id,email\r1,canary\r").await, @"");
    assert_snapshot!(failure(b"id,\xe9mail\n").await, @"");
}

#[tokio::test]
async fn a_file_without_a_header_is_refused_and_its_first_values_are_not_shown() {
    assert_snapshot!(failure("canary,canary@example.com\n").await, @"");
    assert_snapshot!(failure("canary,+49 151 12345678\n").await, @"");
}

#[tokio::test]
async fn a_line_with_more_or_fewer_fields_than_the_header() {
    assert_snapshot!(failure("id,email\n\n1,a\n2,canary,x\n").await, @"");
    assert_snapshot!(failure("id,email\n\"1\n\",a\n\n\ncanary\n").await, @"");
}

#[tokio::test]
async fn a_quote_that_is_not_closed() {
    assert_snapshot!(failure("id,email\n1,\"canary\n2,b\n").await, @"");
    assert_snapshot!(failure("id,email\n1,\"canary\n2,\"b\"\n").await, @"");
    let much = "2,canary\n".repeat(2_000_000);
    assert_snapshot!(failure(format!("id,email\n1,\"x\n{much}")).await, @"");
}

#[tokio::test]
async fn a_line_that_is_too_long() {
    let long = "canary".repeat(3_000_000);
    assert_snapshot!(failure(format!("id,email\n1,{long}")).await, @"");
}

#[tokio::test]
async fn an_encoding_that_is_not_utf8() {
    assert_snapshot!(failure(b"id,email\n1,canary\n2,canary\xe9\n").await, @"");
    let utf16: Vec<u8> = "id,email\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!(failure(&utf16).await, @"");
    assert_snapshot!(failure([b"\xff\xfe".as_slice(), &utf16].concat()).await, @"");
}

#[tokio::test]
async fn a_file_of_another_format() {
    assert_snapshot!(failure(b"\x1f\x8b\x08canary").await, @"");
    assert_snapshot!(failure(b"\x28\xb5\x2f\xfdcanary").await, @"");
    assert_snapshot!(failure(b"PK\x03\x04canary").await, @"");
    assert_snapshot!(failure(b"PAR1canary").await, @"");
}
