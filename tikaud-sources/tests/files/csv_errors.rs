use insta::assert_snapshot;
use tikaud_sources::CsvOptions;

use crate::directory::{Directory, Row, members, table};

/// The error of reading the column `email` of a CSV file.
async fn failure(content: impl AsRef<[u8]>) -> String {
    let directory = Directory::new();
    directory.write("t.csv", content);
    directory.failure("t.csv", &["email"]).await
}

#[tokio::test]
async fn a_column_that_is_not_there() {
    assert_snapshot!(failure("id,mail\n1,canary@example.com\n").await, @"`t.csv`: there is no column `email`; the columns are: `id`, `mail`");
}

#[tokio::test]
async fn a_header_that_cannot_be() {
    assert_snapshot!(failure("").await, @"`t.csv` is empty, as an interrupted export leaves it; export it again");
    assert_snapshot!(failure("\u{feff}").await, @"`t.csv` holds blank lines only; its first line is to name the columns");
    assert_snapshot!(failure("\n\n").await, @"`t.csv` holds blank lines only; its first line is to name the columns");
    assert_snapshot!(failure("id,email,id\n").await, @"`t.csv` has two columns `id`; rename one of them");
    assert_snapshot!(failure("id,,email\n").await, @"`t.csv` has no name for its column 2; give it one");
    assert_snapshot!(failure("id,email,\n").await, @"`t.csv` has no name for its column 3; give it one");
    assert_snapshot!(failure("id;email\n1;canary\n").await, @"`t.csv` has a single column, whose name holds ';'; if that separates the columns, set it as the delimiter (`CsvOptions::with_delimiter`)");
    assert_snapshot!(failure("id,email\r1,canary\r").await, @"line 1 of `t.csv` ends with a carriage return alone; end lines with a line feed");
    assert_snapshot!(failure(b"id,\xe9mail\n").await, @"line 1 of `t.csv` is not in UTF-8, more likely in Latin-1 or Windows-1252; convert the file to UTF-8");
}

#[tokio::test]
async fn a_file_without_a_header_is_refused_and_its_first_values_are_not_shown() {
    assert_snapshot!(failure("canary,canary@example.com\n").await, @"`t.csv` has an identifier (not shown here) in place of its column 2's name; give each column a name");
    assert_snapshot!(failure("canary,+49 151 12345678\n").await, @"`t.csv` has an identifier (not shown here) in place of its column 2's name; give each column a name");
}

#[tokio::test]
async fn a_line_with_more_or_fewer_fields_than_the_header() {
    assert_snapshot!(failure("id,email\n\n1,a\n2,canary,x\n").await, @"line 4 of `t.csv` has another number of fields (3) than the header (2); quote fields that hold the delimiter");
    assert_snapshot!(failure("id,email\n\"1\n\",a\n\n\ncanary\n").await, @"line 6 of `t.csv` has another number of fields (1) than the header (2); quote fields that hold the delimiter");
}

#[tokio::test]
async fn a_quote_that_is_not_closed() {
    assert_snapshot!(failure("id,email\n1,\"canary\n2,b\n").await, @"line 2 of `t.csv` opens a quote that is not closed by the file's end");
    assert_snapshot!(failure("id,email\n1,\"canary\n2,\"b\"\n").await, @"line 2 of `t.csv` begins a record with text after a closing quote; a quote within a quoted field is to be doubled");
    let much = "2,canary\n".repeat(2_000_000);
    assert_snapshot!(failure(format!("id,email\n1,\"x\n{much}")).await, @"line 2 of `t.csv` is longer than 16 MiB; a quote is not closed there, or the file is not what it seems to be");
}

#[tokio::test]
async fn a_line_that_is_too_long() {
    let long = "canary".repeat(3_000_000);
    assert_snapshot!(failure(format!("id,email\n1,{long}")).await, @"line 2 of `t.csv` is longer than 16 MiB; a quote is not closed there, or the file is not what it seems to be");
}

#[tokio::test]
async fn an_encoding_that_is_not_utf8() {
    assert_snapshot!(failure(b"id,email\n1,canary\n2,canary\xe9\n").await, @"line 3 of `t.csv` is not in UTF-8, more likely in Latin-1 or Windows-1252; convert the file to UTF-8");
    let utf16: Vec<u8> = "id,email\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!(failure(&utf16).await, @"line 1 of `t.csv` holds NUL bytes, as UTF-16 does; convert the file to UTF-8");
    assert_snapshot!(failure([b"\xff\xfe".as_slice(), &utf16].concat()).await, @"`t.csv` is encoded in UTF-16; convert it to UTF-8");
}

#[tokio::test]
async fn a_file_of_another_format() {
    assert_snapshot!(failure(b"\x1f\x8b\x08canary").await, @"`t.csv` cannot be unpacked: it is damaged or was cut off; export it again");
    assert_snapshot!(failure(b"\x28\xb5\x2f\xfdcanary").await, @"`t.csv` cannot be unpacked: it is damaged or was cut off; export it again");
    assert_snapshot!(failure(b"PK\x03\x04canary").await, @"`t.csv` is a ZIP archive or an Excel workbook; export it as text");
    assert_snapshot!(failure(b"PAR1canary").await, @"`t.csv` is a Parquet file; name its format with `FileSegmentBuilder::format`");
}

/// What is read of a CSV file's phones.
async fn phones(content: &str, options: CsvOptions) -> Result<Vec<Row>, String> {
    let directory = Directory::new();
    directory.write("t.csv", content);
    let segment = directory.segment("t.csv").csv(options).build().unwrap();
    members(&segment, &["phone"]).await.map_err(|error| directory.text(&error))
}

#[tokio::test]
async fn a_last_line_that_is_not_ended_is_refused_where_line_ends_are_required() {
    let required = CsvOptions::default().with_line_end_required(true);
    for content in ["id,phone\n1,+49301\n2,+4930canary", "id,phone\n1,+49301\n2,\"+4930canary\""] {
        let refused = phones(content, required).await.unwrap_err().to_string();
        let said = "line 3 of `t.csv` is the last one and is not ended, so the file was cut off; export it again, or do not \
                    require line ends (`CsvOptions::with_line_end_required`)";
        assert_eq!(refused, said);
        assert_eq!(phones(content, CsvOptions::default()).await.unwrap().len(), 2);
    }
    for content in ["id,phone\n1,+49301\n", "id,phone\r\n1,+49301\r\n", "id,phone\n1,\"+49301\"\n\n"] {
        assert_eq!(phones(content, required).await.unwrap(), table(&[["+49301"]]));
    }
}

#[tokio::test]
async fn a_first_line_that_is_not_ended_is_refused_in_any_case() {
    let required = CsvOptions::default().with_line_end_required(true);
    assert_snapshot!(failure("id,email").await, @"line 1 of `t.csv` names the columns and is not ended: the file was cut off there; if it is to be empty, end the line");
    assert!(phones("id,phone", required).await.is_err());
    assert_eq!(phones("id,phone\n", required).await.unwrap(), table::<1>(&[]));
}
