//! The cases: each is a clause of what [`Segment`](crate::segment::Segment) promises.

use futures::StreamExt;

use super::read::{assert_same, open, read, rest, rows_of};
use super::{SegmentFixture, Table};
use crate::conformance::outcome::{must, must_fail, shown};
use crate::segment::SegmentErrorKind;

cases! {
    $
    /// One `#[test]` for each clause of what [`Segment`](crate::segment::Segment) promises, over the segments that a
    /// [`SegmentFixture`](crate::conformance::SegmentFixture) makes; see [`conformance`](crate::conformance).
    segment_conformance over SegmentFixture in segment;

    /// The segment has a name.
    async fn the_name_is_not_empty(fixture) {
        let (segment, _kept) = fixture.segment(&Table::small()).await;
        assert!(!segment.name().is_empty(), "the name is never empty");
    }

    /// `columns` lists every column once.
    async fn every_column_is_listed_once(fixture) {
        let (segment, _kept) = fixture.segment(&Table::small()).await;
        let mut columns = must(segment.columns().await, "`columns` lists every column");
        columns.sort_unstable();
        let mut expected = Table::COLUMNS;
        expected.sort_unstable();
        assert_eq!(columns, expected, "`columns` lists every column that `members` can deliver, each name once");
    }

    /// What the segment is read from is told with every column, and is the same while nothing changes.
    async fn the_schema_has_every_column_and_stays_the_same(fixture) {
        let (segment, _kept) = fixture.segment(&Table::small()).await;
        let schema = must(segment.schema().await, "`schema` tells what the segment is read from");
        let columns = must(segment.columns().await, "`columns` lists every column");
        assert_eq!(schema.names(), columns, "`schema` has the columns that `columns` lists");
        let again = must(segment.schema().await, "`schema` tells what the segment is read from");
        assert_eq!(again, schema, "`schema` is the same while the segment is read from the same");
    }

    /// All members come, each once.
    async fn every_member_is_delivered_once(fixture) {
        let table = Table::small();
        let (segment, _kept) = fixture.segment(&table).await;
        let found = read(&*segment, &Table::COLUMNS).await;
        assert_same(found, table.project(&Table::COLUMNS), "`members` delivers all members, each once");
    }

    /// Many members come too, each once.
    async fn more_members_than_a_batch_holds_are_all_delivered(fixture) {
        let table = Table::large();
        let (segment, _kept) = fixture.segment(&table).await;
        let found = read(&*segment, &["id", "phone"]).await;
        assert_same(found, table.project(&["id", "phone"]), "`members` delivers all members, however many");
    }

    /// A segment without members is one.
    async fn a_segment_without_members_delivers_none_and_no_error(fixture) {
        let (segment, _kept) = fixture.segment(&Table::new([])).await;
        let found = read(&*segment, &["email", "id"]).await;
        assert_same(found, Vec::new(), "a segment without members delivers none, and no error");
    }

    /// Columns come in the order asked for, and no others.
    async fn columns_come_in_the_order_asked_for(fixture) {
        let table = Table::small();
        let (segment, _kept) = fixture.segment(&table).await;
        let mut reversed = Table::COLUMNS;
        reversed.reverse();
        let asked: [&[&str]; 5] =
            [&reversed, &["phone", "email"], &["email", "phone"], &["Full Name", "id"], &["email", "id", "phone"]];
        for columns in asked {
            let found = read(&*segment, columns).await;
            assert_same(found, table.project(columns), "the columns come in the order asked for");
        }
    }

    /// Each column comes alone when it is asked for alone.
    async fn one_column_can_be_asked_for_alone(fixture) {
        let table = Table::small();
        let (segment, _kept) = fixture.segment(&table).await;
        for column in Table::COLUMNS {
            let found = read(&*segment, &[column]).await;
            assert_same(found, table.project(&[column]), "each batch has exactly the columns that were asked for");
        }
    }

    /// A null is a cell without a value, and its member comes all the same.
    async fn a_null_is_an_empty_cell(fixture) {
        let table = Table::new([
            [Some("m1"), None, None, None],
            [Some("m2"), Some("ada@example.com"), None, None],
            [Some("m3"), None, Some("+442071838750"), Some("Ada")],
        ]);
        let (segment, _kept) = fixture.segment(&table).await;
        for columns in [&Table::COLUMNS[..], &["phone"], &["Full Name", "email"]] {
            let found = read(&*segment, columns).await;
            assert_same(found, table.project(columns), "a null is a cell without a value, in its member's place");
        }
    }

    /// Text arrives as it was written.
    async fn text_is_delivered_as_it_is(fixture) {
        let table = Table::new([
            [Some("ü"), Some("jürgen@müller.example"), Some("٠١٢٣"), Some("Jürgen Müller-Lüdenscheidt")],
            [Some("日"), Some("用户@例子.example"), Some("+81 (3) 1234-5678"), Some("山田 太郎 👩‍👩‍👧")],
            [Some("a\u{301}"), Some("\"a,b\"@example.com"), Some("1;2|3\t4"), Some("O'Brien, \"Bo\" \\N {x} %s")],
            [Some("\u{e1}"), Some(" padded "), Some("two\nlines"), Some("<b>&amp;</b> $1 -- # /* ' */")],
        ]);
        let (segment, _kept) = fixture.segment(&table).await;
        let found = read(&*segment, &Table::COLUMNS).await;
        assert_same(
            found,
            table.project(&Table::COLUMNS),
            "text is delivered as it is, of any script and with any sign",
        );
    }

    /// What looks like a number, a date or a null arrives as it was written.
    async fn text_that_looks_like_something_else_stays_text(fixture) {
        let table = Table::new([
            [Some("007"), Some("1e5"), Some("00442071838750"), Some("null")],
            [Some("7"), Some("0x1F"), Some("+442071838750"), Some("NULL")],
            [Some("7.0"), Some("NaN"), Some("442071838750123456789"), Some("true")],
            [Some("-0"), Some("1,5"), Some("0"), Some("2026-01-31")],
        ]);
        let (segment, _kept) = fixture.segment(&table).await;
        let found = read(&*segment, &Table::COLUMNS).await;
        assert_same(
            found,
            table.project(&Table::COLUMNS),
            "columns are text: digits, words and dates stay as they are",
        );
    }

    /// An unknown column is an error that names it.
    async fn an_unknown_column_is_refused_by_its_name(fixture) {
        let (segment, _kept) = fixture.segment(&Table::small()).await;
        let clause = "an unknown column is refused";
        for columns in [&["no_such_column"][..], &["id", "no_such_column"], &["no_such_column", "email"]] {
            let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
            let error = must_fail(segment.members(&columns).await, clause);
            assert_eq!(error.kind(), SegmentErrorKind::UnknownColumn, "{clause} as `UnknownColumn`: {error}");
            assert!(error.to_string().contains("no_such_column"), "{clause} by its name: {error}");
        }
    }

    /// Each read starts from the beginning.
    async fn a_second_read_starts_from_the_beginning(fixture) {
        let table = Table::small();
        let (segment, _kept) = fixture.segment(&table).await;
        for columns in [&["id", "email"][..], &["id", "email"], &["phone", "id"]] {
            let found = read(&*segment, columns).await;
            assert_same(found, table.project(columns), "each call of `members` starts from the beginning");
        }
    }

    /// Two streams at once, and a third that is dropped, do not disturb each other.
    async fn two_streams_do_not_disturb_each_other(fixture) {
        let (table, clause) = (Table::large(), "two streams do not disturb each other");
        let (segment, _kept) = fixture.segment(&table).await;
        let (columns, others) = (["id", "email"], ["Full Name", "id"]);

        let mut dropped = open(&*segment, &others).await;
        let mut first = open(&*segment, &columns).await;
        drop(dropped.next().await);
        let begun = first.next().await.map(|batch| rows_of(&must(batch, clause), &columns));
        let second = open(&*segment, &others).await;
        drop(dropped);
        assert_same(rest(second, &others).await, table.project(&others), clause);

        let mut found = begun.unwrap_or_default();
        found.extend(rest(first, &columns).await);
        assert_same(found, table.project(&columns), clause);
    }

    /// A source that breaks off is an error, and the last item of the stream.
    async fn a_read_that_breaks_off_yields_an_error(fixture) {
        let Some((segment, _kept)) = fixture.breaking_segment(&Table::large()).await else { return };
        let columns = ["id".to_owned(), "email".to_owned()];
        // Noticing it before the first member is as good.
        let Ok(mut members) = segment.members(&columns).await else { return };
        let mut failed = false;
        while let Some(batch) = members.next().await {
            assert!(!failed, "the first error ends the stream");
            if let Err(error) = batch {
                let text = shown(&error);
                assert!(!text.contains("@example.com"), "an error never holds a cell's value; this one does: {text}");
                failed = true;
            }
        }
        assert!(failed, "a read that fails part of the way yields an error; a stream that just ends has all members");
    }

    /// No error shows a cell's value.
    async fn errors_hold_no_cell_value(fixture) {
        let canaries = ["canary-id-4711", "canary-4711@example.com", "+4930471100815", "Canary Fourseven"];
        let (segment, _kept) = fixture.segment(&Table::new([canaries.map(Some)])).await;
        let columns = ["email".to_owned(), "no_such_column".to_owned()];
        let error = must_fail(segment.members(&columns).await, "an unknown column is refused");
        let text = shown(&error);
        let leaked = canaries.iter().find(|canary| text.contains(**canary));
        assert!(leaked.is_none(), "an error never holds a cell's value; this one holds {leaked:?}: {text}");
    }
}
