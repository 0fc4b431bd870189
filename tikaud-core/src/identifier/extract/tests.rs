use super::*;
use crate::identifier::DefaultPhoneParser;

/// What becomes of a column's cells, each with its values.
fn extracted(field: &Field, delimiter: Option<char>, cells: &[&[&str]]) -> (Vec<u8>, ColumnTally) {
    let mut column = TextColumn::default();
    cells.iter().for_each(|cell| column.push_list(cell.iter().copied()).unwrap());
    let mapping = FieldMapping::try_new([("values", field.clone())]).unwrap();
    let mapping = delimiter.into_iter().fold(mapping, |mapping, sign| mapping.with_delimiter("values", sign).unwrap());
    let extractor = Extractor::new(&mapping, Arc::new(DefaultPhoneParser::try_new().unwrap()));
    let extracted = extractor.extract(&MemberBatch::try_new(vec![column]).unwrap(), 1).unwrap();
    let (mut digests, mut tally) = extracted.into_digests();
    (digests.remove(&field.kind()).unwrap(), tally.columns.remove(0))
}

fn rejects(tally: &ColumnTally) -> Vec<(RejectReason, u64, &[u64])> {
    tally.rejects.iter().map(|(reason, rejects)| (*reason, rejects.count, rejects.members.as_slice())).collect()
}

#[test]
fn values_between_delimiters_are_the_same_as_values_in_a_list() {
    let plain = [
        (Field::Email, "ada@example.com; lovelace@example.com ;;\tada@example.org;"),
        (Field::Phone(PhoneRegion::International), "+442071838750;+49 30 12345678"),
        (Field::PhoneE164, "+442071838750; +493012345678"),
    ];
    let hashed = (Field::PhoneSha256, ["a1", "B2", "c3"].map(|byte| byte.repeat(32)).join(" ; "));
    let hashed_email = (Field::EmailSha512, ["0a", "B2"].map(|byte| byte.repeat(64)).join(";"));
    let plain = plain.map(|(field, cell)| (field, cell.to_owned()));
    for (field, cell) in plain.into_iter().chain([hashed, hashed_email]) {
        let parts: Vec<&str> = cell.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
        let (of_list, list) = extracted(&field, None, &[&parts]);
        let (of_text, text) = extracted(&field, Some(';'), &[&[&cell]]);
        assert_eq!((of_list, &list), (of_text, &text));
        assert_eq!((text.values, text.accepted), (parts.len() as u64, parts.len() as u64), "{cell}");
    }
}

#[test]
fn without_a_declaration_a_cell_is_one_value() {
    let (digests, tally) = extracted(&Field::Email, None, &[&["ada@example.com;grace@example.com"]]);
    assert_eq!((digests.len(), tally.values), (0, 1));
    assert_eq!(rejects(&tally), [(RejectReason::NotAnEmail, 1, &[1][..])]);
}

#[test]
fn each_part_is_judged_by_itself() {
    let cells: [&[&str]; 2] = [&["ada@example.com|no address|grace@example.com"], &["|", "x"]];
    let (digests, tally) = extracted(&Field::Email, Some('|'), &cells);
    assert_eq!((digests.len(), tally.values, tally.accepted), (64, 4, 2));
    assert_eq!(rejects(&tally), [(RejectReason::NotAnEmail, 2, &[1, 2][..])]);
}

#[test]
fn nulls_and_empty_cells_are_counted_apart() {
    let cells: [&[&str]; 6] = [&[], &[""], &[" \t"], &["", "ada@example.com"], &["", " "], &["ada@example.com"]];
    let (_, tally) = extracted(&Field::Email, None, &cells);
    assert_eq!((tally.null_cells, tally.empty_cells, tally.values, tally.accepted), (1, 3, 7, 2));
    assert_eq!(rejects(&tally), [(RejectReason::Empty, 6, &[1, 2, 3, 4, 5][..])]);

    let (_, delimited) = extracted(&Field::Email, Some(';'), &[&[], &[" ; ;"], &[""], &["a@example.com;"]]);
    assert_eq!((delimited.null_cells, delimited.empty_cells, delimited.values, delimited.accepted), (1, 2, 1, 1));
    assert_eq!(rejects(&delimited), [(RejectReason::Empty, 3, &[1, 2, 3][..])]);
}

#[test]
fn a_batch_tells_whom_the_segment_has_left_out() {
    let mapping = FieldMapping::try_new([("email", Field::Email)]).unwrap();
    let extractor = Extractor::new(&mapping, Arc::new(DefaultPhoneParser::try_new().unwrap()));
    let batch = || MemberBatch::try_new(vec![TextColumn::default()]).unwrap().with_members_without_consent(3);
    let (_, mut tally) = extractor.extract(&batch(), 1).unwrap().into_digests();
    tally.extend(extractor.extract(&batch(), 1).unwrap().into_digests().1);
    assert_eq!((tally.members, tally.without_consent), (0, 6));
}
