use insta::assert_snapshot;

use crate::directory::Directory;

/// The error of reading the column `email` of a JSON lines file.
async fn failure(content: impl AsRef<[u8]>) -> String {
    let directory = Directory::new();
    directory.write("t.jsonl", content);
    directory.failure("t.jsonl", &["email"]).await
}

#[tokio::test]
async fn a_column_that_is_not_there() {
    assert_snapshot!(failure("{\"id\":1,\"mail\":\"canary\"}\n").await, @"");
    assert_snapshot!(failure("{\"canary@example.com\":1}\n").await, @"");
}

#[tokio::test]
async fn a_column_that_holds_no_text() {
    assert_snapshot!(failure("{\"email\":{\"home\":\"canary\"}}\n").await, @"");
    assert_snapshot!(failure("{\"email\":\"a\"}\n{\"email\":4.9e12}\n").await, @"");
    assert_snapshot!(failure("{\"email\":[[\"canary\"]]}\n").await, @"");
}

#[tokio::test]
async fn a_line_that_holds_no_text_after_those_that_are_looked_at_first() {
    let first = "{\"email\":\"canary\"}\n".repeat(10_000);
    assert_snapshot!(failure(format!("{first}{{\"email\":{{\"home\":\"canary\"}}}}\n")).await, @"");
    assert_snapshot!(failure(format!("{first}{{\"email\":4915112345678.0}}\n")).await, @"");
    assert_snapshot!(failure(format!("{first}{{\"email\":\"\\ud800canary\"}}\n")).await, @"");
}

#[tokio::test]
async fn a_line_that_is_not_one_json_object() {
    assert_snapshot!(failure("{\"email\":\"a\"}\n\n{\"email\":\"canary\n").await, @"");
    assert_snapshot!(failure("{\"email\":canary}\n").await, @"");
    assert_snapshot!(failure("{\"email\":\"a\"}{\"email\":\"canary\"}\n").await, @"");
    assert_snapshot!(failure("\"canary\"\n").await, @"");
    assert_snapshot!(failure("[\n{\"email\":\"canary\"}\n]\n").await, @"");
    assert_snapshot!(failure("[{\"email\":\"canary\"}]\n").await, @"");
    assert_snapshot!(failure("{\n\"email\":\"canary\"\n}\n").await, @"");
    assert_snapshot!(failure("{\"email\":\"canary\",\"email\":\"b\"}\n").await, @"");
}

#[tokio::test]
async fn a_file_without_lines() {
    assert_snapshot!(failure("").await, @"");
    assert_snapshot!(failure("\n \n").await, @"");
}

#[tokio::test]
async fn an_encoding_that_is_not_utf8() {
    assert_snapshot!(failure(b"{\"email\":\"canary\xe9\"}\n").await, @"");
    let utf16: Vec<u8> = "{\"email\":1}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!(failure(&utf16).await, @"");
    assert_snapshot!(failure([b"\xff\xfe".as_slice(), &utf16].concat()).await, @"");
}

#[tokio::test]
async fn a_line_that_is_too_long() {
    let long = "canary".repeat(3_000_000);
    assert_snapshot!(failure(format!("{{\"email\":\"a\"}}\n{{\"email\":\"{long}\"}}\n")).await, @"");
}
