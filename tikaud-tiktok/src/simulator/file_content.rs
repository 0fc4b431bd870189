//! What a customer file holds.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::IdType;
use super::calculate_type::CalculateType;
use super::identifier_set::IdentifierSet;
use super::refusal::{FILE_EMPTY, FILE_INVALID, Refusal};

/// Identifiers by type.
pub(crate) type Identifiers = BTreeMap<IdType, IdentifierSet>;

/// How often a title may be in one header.
const TITLE_TIMES: usize = 3;

/// A column of a file of several types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Digests(IdType),
    /// Device ids that are not hashed: the one raw value that a file may hold.
    RawMaid,
}

impl Column {
    /// The column of this title, in whatever case.
    fn of_title(title: &str) -> Option<Self> {
        Some(match title.to_ascii_lowercase().as_str() {
            "maid" => Self::RawMaid,
            "phone_sha256" => Self::Digests(IdType::PhoneSha256),
            "email_sha256" => Self::Digests(IdType::EmailSha256),
            "maid_sha256" => Self::Digests(IdType::MaidSha256),
            "maid_md5" => Self::Digests(IdType::MaidMd5),
            _ => return None,
        })
    }
}

/// Reads a file, and says how many rows it has. A value is never repeated in a refusal.
pub(crate) fn read(content: &[u8], calculate_type: CalculateType) -> Result<(Identifiers, u64), Refusal> {
    let text = std::str::from_utf8(content).map_err(|_| invalid("it is not UTF-8"))?;
    let mut lines = text.lines().enumerate().peekable();
    let columns = match calculate_type {
        CalculateType::Single(id_type) => vec![Column::Digests(id_type)],
        CalculateType::Multiple => header(lines.next().map(|(_, line)| line).unwrap_or_default())?,
    };
    let (mut identifiers, mut rows) = (Identifiers::new(), 0);
    for (at, line) in lines {
        let fields: Vec<&str> = line.split(',').collect();
        if fields.len() != columns.len() {
            return Err(invalid(&format!("line {} has not as many fields as there are columns", at + 1)));
        }
        if fields.iter().all(|field| field.is_empty()) {
            return Err(invalid(&format!("line {} is empty", at + 1)));
        }
        for (column, field) in columns.iter().zip(fields).filter(|(_, field)| !field.is_empty()) {
            put(&mut identifiers, *column, field)
                .ok_or_else(|| invalid(&format!("line {}: not of its type", at + 1)))?;
        }
        rows += 1;
    }
    if rows == 0 {
        return Err(Refusal::new(FILE_EMPTY, "file: The file is empty."));
    }
    Ok((identifiers, rows))
}

fn header(line: &str) -> Result<Vec<Column>, Refusal> {
    let columns: Option<Vec<Column>> = line.split(',').map(Column::of_title).collect();
    let columns = columns.ok_or_else(|| {
        invalid("the header may have the titles MAID, phone_SHA256, email_SHA256, MAID_SHA256 and MAID_MD5")
    })?;
    let too_often = |column| columns.iter().filter(|other| *other == column).count() > TITLE_TIMES;
    if columns.iter().any(too_often) {
        return Err(invalid("a title is in the header more than three times"));
    }
    Ok(columns)
}

/// Puts one value in; `None` when it is not of its type.
fn put(identifiers: &mut Identifiers, column: Column, field: &str) -> Option<()> {
    let (id_type, digest) = match column {
        Column::Digests(id_type) => {
            let digest = const_hex::decode(field).ok().filter(|digest| digest.len() == id_type.digest_len())?;
            // `0x` in front is hex to the decoder and none to TikTok.
            (id_type, (field.len() == 2 * digest.len()).then_some(digest)?)
        }
        Column::RawMaid => {
            let hyphens = [8, 13, 18, 23];
            let in_place = |(at, byte): (usize, u8)| hyphens.contains(&at) == (byte == b'-');
            let good = field.len() == 36 && field.bytes().enumerate().all(in_place);
            let hex = field.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
            (IdType::MaidSha256, (good && hex).then(|| Sha256::digest(field.to_ascii_lowercase()).to_vec())?)
        }
    };
    identifiers.entry(id_type).or_insert_with(|| IdentifierSet::new(id_type)).insert(&digest);
    Some(())
}

fn invalid(why: &str) -> Refusal {
    Refusal::new(FILE_INVALID, format!("file: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69";

    fn counts(content: &str, calculate_type: CalculateType) -> Result<Vec<(IdType, usize)>, i64> {
        let (identifiers, _) = read(content.as_bytes(), calculate_type).map_err(|refusal| refusal.code)?;
        Ok(identifiers.iter().map(|(id_type, set)| (*id_type, set.len())).collect())
    }

    fn emails(content: &str) -> Result<Vec<(IdType, usize)>, i64> {
        counts(content, CalculateType::Single(IdType::EmailSha256))
    }

    #[test]
    fn a_file_of_one_type_has_no_header_and_an_id_a_line() {
        let two = format!("{DIGEST}\n{}\r\n{DIGEST}", DIGEST.to_uppercase().replace('D', "E"));
        assert_eq!(emails(&two), Ok(vec![(IdType::EmailSha256, 2)]));
        assert_eq!(emails(&format!("email_SHA256\n{DIGEST}\n")), Err(FILE_INVALID));
        for broken in [&DIGEST[..63], &format!("0x{}", &DIGEST[..62]), "ada@example.com", &format!("{DIGEST},")] {
            assert_eq!(emails(&format!("{DIGEST}\n{broken}\n")), Err(FILE_INVALID), "{broken}");
        }
        assert_eq!(emails(&format!("{DIGEST}\n\n{DIGEST}\n")), Err(FILE_INVALID));
        assert_eq!(emails(""), Err(FILE_EMPTY));
    }

    #[test]
    fn a_file_of_several_types_has_a_header_and_as_many_fields_in_each_row() {
        let of_several = |content: &str| counts(content, CalculateType::Multiple);
        let device = "5F3A2B18-9c4d-4e7f-b8e2-17d3a1e69b25";
        let file = format!("EMAIL_sha256,phone_SHA256,maid\n{DIGEST},,\n,{DIGEST},{device}\n");
        let expected = vec![(IdType::EmailSha256, 1), (IdType::PhoneSha256, 1), (IdType::MaidSha256, 1)];
        assert_eq!(of_several(&file), Ok(expected));
        assert_eq!(of_several(&format!("email_SHA256\n{DIGEST}\n")), Ok(vec![(IdType::EmailSha256, 1)]));
        for broken in [
            format!("{DIGEST}\n"),
            format!("email\n{DIGEST}\n"),
            format!("email_SHA256,phone_SHA256\n{DIGEST}\n"),
            format!("email_SHA256\n{DIGEST},{DIGEST}\n"),
            "email_SHA256,phone_SHA256\n,\n".to_owned(),
            "MAID\n5f3a2b18-9c4d-4e7f-b8e2\n".to_owned(),
            format!("{0},{0},{0},{0}\n{DIGEST},,,\n", "email_SHA256"),
        ] {
            assert_eq!(of_several(&broken), Err(FILE_INVALID), "{broken}");
        }
        assert_eq!(of_several("email_SHA256\n"), Err(FILE_EMPTY));
    }

    #[test]
    fn a_raw_device_id_is_the_one_that_its_hash_is_of() {
        let (identifiers, rows) =
            read(b"MAID\n5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25\n", CalculateType::Multiple).unwrap();
        assert_eq!(rows, 1);
        let expected = "83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd";
        assert_eq!(identifiers[&IdType::MaidSha256].sorted_hex(), [expected]);
    }
}
