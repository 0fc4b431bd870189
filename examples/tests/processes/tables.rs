//! The same table in other formats, and in pieces.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use tikaud_tiktok::simulator::{IdType, World};

use super::support::{Sync, TikTok, data};
use super::two_days::COLUMNS;

/// The table of the first day, every column as text.
fn table() -> RecordBatch {
    let columns = ["customer_id", "email", "phone", "country", "note"];
    let schema = Arc::new(Schema::new(columns.map(|name| Field::new(name, DataType::Utf8, true)).to_vec()));
    let file = BufReader::new(File::open(data("customers_day1.csv")).unwrap());
    let mut reader =
        arrow_csv::ReaderBuilder::new(schema).with_header(true).with_batch_size(10_000).build(file).unwrap();
    reader.next().unwrap().unwrap()
}

fn write_json_lines(path: &Path) {
    let table = table();
    let cell = |column: usize, row: usize| {
        let values = table.column(column).as_any().downcast_ref::<StringArray>().unwrap();
        values.is_valid(row).then(|| values.value(row))
    };
    let mut text = String::new();
    for row in 0..table.num_rows() {
        let [email, phone, country] = [1, 2, 3].map(|column| cell(column, row));
        text += &serde_json::json!({ "country": country, "phone": phone, "id": row, "email": email }).to_string();
        text.push('\n');
    }
    fs::write(path, text).unwrap();
}

fn write_parquet(path: &Path) {
    let table = table();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), table.schema(), None).unwrap();
    writer.write(&table).unwrap();
    writer.close().unwrap();
}

#[test]
fn json_lines_and_parquet_give_the_same_sets_as_csv() {
    for (name, write) in
        [("buyers.jsonl", write_json_lines as fn(&Path)), ("buyers.parquet", write_parquet as fn(&Path))]
    {
        let tiktok = TikTok::start();
        let sync = Sync::with(&tiktok);
        let path = sync.directory.path().join(name);
        write(&path);
        sync.run(&COLUMNS, &path).expect(0);
        tiktok.assert_holds("day1");
    }
}

#[test]
fn a_table_in_two_files_is_found_by_a_pattern() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let text = fs::read_to_string(data("customers_day1.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let middle = rows[..rows.len() / 3].rfind('\n').unwrap() + 1;
    sync.file("part-1.csv", format!("{header}\n{}", &rows[..middle]));
    sync.file("part-2.csv", format!("{header}\n{}", &rows[middle..]));
    sync.run(&COLUMNS, sync.directory.path().join("part-*.csv")).expect(0);
    tiktok.assert_holds("day1");
}

#[test]
fn a_fixed_region_reads_national_numbers() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let national = sync.file("national.csv", "phone\n01520 0000123\n");
    let international = sync.file("international.csv", "phone\n+49 1520 0000123\n");
    let small = ["--name", "Buyers", "--allow", "minimum-size", "--phone", "phone"];
    sync.run(&[&small[..], &["--phone-region", "DE"]].concat(), national).expect(0);
    let second = sync.run(&small, international).expect(0);
    assert!(second.stdout.contains("phone_sha256: 0 added, 0 removed, 1 unchanged"), "{}", second.stdout);
}

#[test]
fn emails_hashed_with_sha_512_arrive_as_they_are() {
    let tiktok = TikTok::with_world(World::from_json(r#"{"accept_email_sha512": true}"#).unwrap());
    let sync = Sync::with(&tiktok);
    let digests: Vec<String> = (1..=1_000).map(|member| format!("{member:0128x}\n")).collect();
    let table = sync.file("hashed.csv", "digest\n".to_owned() + &digests.concat().to_uppercase());
    let ended = sync.run(&["--email-sha512", "digest"], table).expect(0);
    assert_eq!(tiktok.identifiers(IdType::EmailSha512), digests.concat());
    assert!(ended.stdout.contains("warning: column `digest`: TikTok's published v1.3"), "{}", ended.stdout);
}

#[test]
fn name_and_description_go_with_the_audience() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let labels = ["--email", "email", "--name", "Best buyers", "--description", "Bought twice this year"];
    let ended = sync.run(&labels, sync.table(1_000)).expect(0);
    assert!(ended.stdout.starts_with("Audience \"Best buyers\" ("), "{}", ended.stdout);
    assert_eq!(tiktok.labels(), [("Best buyers".to_owned(), Some("Bought twice this year".to_owned()))]);
}

#[test]
fn a_table_with_semicolons_is_read_when_it_is_told_and_else_asked_about() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let table = sync.file("buyers.csv", "email;country\nada@example.com;GB\n");
    let small = ["--email", "email", "--allow", "minimum-size"];
    let untold = sync.run(&small, &table).expect(2);
    assert!(untold.stderr.contains("set it as the delimiter"), "{}", untold.stderr);
    sync.run(&[&small[..], &["--delimiter", ";"]].concat(), &table).expect(0);
    assert_eq!(tiktok.identifiers(IdType::EmailSha256).lines().count(), 1);
}
