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
    assert_snapshot!(failure("{\"id\":1,\"mail\":\"canary\"}\n").await, @"`t.jsonl`: there is no column `email`; the columns are: `id`, `mail`; a column counts when one of the first 10,000 lines has its key");
    assert_snapshot!(failure("{\"canary@example.com\":1}\n").await, @"`t.jsonl` has an identifier (not shown here) in place of its column 1's name; give each column a name");
}

#[tokio::test]
async fn a_column_that_holds_no_text() {
    assert_snapshot!(failure("{\"email\":{\"home\":\"canary\"}}\n").await, @"the column `email` of `t.jsonl` cannot be read as text (object); write it as a text column");
    assert_snapshot!(failure("{\"email\":\"a\"}\n{\"email\":4.9e12}\n").await, @"the column `email` of `t.jsonl` cannot be read as text (number with a fraction or an exponent); write it as a text column");
    assert_snapshot!(failure("{\"email\":[[\"canary\"]]}\n").await, @"the column `email` of `t.jsonl` cannot be read as text (array within an array); write it as a text column");
}

#[tokio::test]
async fn a_line_that_holds_no_text_after_those_that_are_looked_at_first() {
    let first = "{\"email\":\"canary\"}\n".repeat(10_000);
    assert_snapshot!(failure(format!("{first}{{\"email\":{{\"home\":\"canary\"}}}}\n")).await, @"line 10001 of `t.jsonl` has an object in the column `email`; write it as a string");
    assert_snapshot!(failure(format!("{first}{{\"email\":4915112345678.0}}\n")).await, @"line 10001 of `t.jsonl` has a number with a fraction or an exponent in the column `email`; write it as a string");
    assert_snapshot!(failure(format!("{first}{{\"email\":\"\\ud800canary\"}}\n")).await, @"line 10001 of `t.jsonl` has a string with half a character (a lone surrogate) in the column `email`; write it as a string");
}

#[tokio::test]
async fn a_line_that_is_not_one_json_object() {
    assert_snapshot!(failure("{\"email\":\"a\"}\n\n{\"email\":\"canary\n").await, @"line 3 of `t.jsonl` is not one JSON object: it cannot be read on from column 16; each object is to be on one line, whole");
    assert_snapshot!(failure("{\"email\":canary}\n").await, @"line 1 of `t.jsonl` is not one JSON object: it cannot be read on from column 10; each object is to be on one line, whole");
    assert_snapshot!(failure("{\"email\":\"a\"}{\"email\":\"canary\"}\n").await, @"line 1 of `t.jsonl` is not one JSON object: it cannot be read on from column 14; each object is to be on one line, whole");
    assert_snapshot!(failure("\"canary\"\n").await, @"line 1 of `t.jsonl` is not one JSON object; JSON lines have one object on each line");
    assert_snapshot!(failure("[\n{\"email\":\"canary\"}\n]\n").await, @"line 1 of `t.jsonl` begins an array; JSON lines have one object on each line, without brackets and commas");
    assert_snapshot!(failure("[{\"email\":\"canary\"}]\n").await, @"line 1 of `t.jsonl` begins an array; JSON lines have one object on each line, without brackets and commas");
    assert_snapshot!(failure("{\n\"email\":\"canary\"\n}\n").await, @"line 1 of `t.jsonl` is not one JSON object: it cannot be read on from column 1; each object is to be on one line, whole");
    assert_snapshot!(failure("{\"email\":\"canary\",\"email\":\"b\"}\n").await, @"line 1 of `t.jsonl` has the key `email` twice");
}

#[tokio::test]
async fn a_file_without_lines() {
    assert_snapshot!(failure("").await, @"`t.jsonl` is empty, as an interrupted export leaves it; export it again");
    assert_snapshot!(failure("\n \n").await, @"`t.jsonl` holds blank lines only, so its columns are unknown");
}

#[tokio::test]
async fn an_encoding_that_is_not_utf8() {
    assert_snapshot!(failure(b"{\"email\":\"canary\xe9\"}\n").await, @"line 1 of `t.jsonl` is not in UTF-8, more likely in Latin-1 or Windows-1252; convert the file to UTF-8");
    let utf16: Vec<u8> = "{\"email\":1}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!(failure(&utf16).await, @"line 1 of `t.jsonl` holds NUL bytes, as UTF-16 does; convert the file to UTF-8");
    assert_snapshot!(failure([b"\xff\xfe".as_slice(), &utf16].concat()).await, @"`t.jsonl` is encoded in UTF-16; convert it to UTF-8");
}

#[tokio::test]
async fn a_line_that_is_too_long() {
    let long = "canary".repeat(3_000_000);
    assert_snapshot!(failure(format!("{{\"email\":\"a\"}}\n{{\"email\":\"{long}\"}}\n")).await, @"line 2 of `t.jsonl` is longer than 16 MiB; a quote is not closed there, or the file is not what it seems to be");
}
