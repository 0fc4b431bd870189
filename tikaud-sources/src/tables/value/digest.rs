//! What a digest looks like in each engine.

use crate::AdbcDialect;

/// What digests are kept and compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DigestForm {
    /// Bytes: 16, 32 or 64 of them. Its own functions make them.
    Bytes,
    /// Twice as many hex digits, in lower case: what the engine's own functions make. Taking them apart would cost more
    /// than the longer keys do: measured, half as much as hashing in DuckDB and more than hashing in Sail.
    Hex,
}

/// What digests are in this dialect.
pub(crate) fn digest_form(dialect: AdbcDialect) -> DigestForm {
    match dialect {
        AdbcDialect::Postgres | AdbcDialect::Snowflake | AdbcDialect::BigQuery | AdbcDialect::Trino => {
            DigestForm::Bytes
        }
        _ => DigestForm::Hex,
    }
}

impl DigestForm {
    /// The type of a column of digests of this length in bytes.
    pub(crate) fn column_type(dialect: AdbcDialect, len: usize) -> String {
        match dialect {
            AdbcDialect::Postgres => "bytea".to_owned(),
            AdbcDialect::Snowflake => format!("BINARY({len})"),
            AdbcDialect::BigQuery => "BYTES".to_owned(),
            AdbcDialect::Trino => "VARBINARY".to_owned(),
            AdbcDialect::Redshift => format!("VARCHAR({})", 2 * len),
            AdbcDialect::Spark => "STRING".to_owned(),
            _ => "VARCHAR".to_owned(),
        }
    }

    /// A digest as a constant.
    pub(crate) fn literal(dialect: AdbcDialect, digest: &[u8]) -> String {
        let hex = const_hex::encode(digest);
        match dialect {
            // `'\x…'` would be read in two ways, by a setting.
            AdbcDialect::Postgres => format!("decode('{hex}', 'hex')"),
            AdbcDialect::Snowflake | AdbcDialect::Trino => format!("X'{hex}'"),
            AdbcDialect::BigQuery => format!("FROM_HEX('{hex}')"),
            _ => format!("'{hex}'"),
        }
    }

    /// The digest of this length in a cell of this form: bytes as they are, or as text; nothing where it holds none.
    pub(crate) fn read(self, cell: &[u8], len: usize, out: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Bytes => (cell.len() == len).then(|| out.extend_from_slice(cell)),
            Self::Hex => {
                // The decoder would take a prefix and capitals, which no digest of ours has.
                let is_hex = cell.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                if cell.len() != 2 * len || !is_hex {
                    return None;
                }
                let before = out.len();
                out.resize(before + len, 0);
                const_hex::decode_to_slice(cell, &mut out[before..]).ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_as_it_is_written() {
        let digest: Vec<u8> = (200..216).collect();
        assert_eq!(DigestForm::literal(AdbcDialect::DuckDb, &digest), "'c8c9cacbcccdcecfd0d1d2d3d4d5d6d7'");
        assert_eq!(DigestForm::literal(AdbcDialect::Snowflake, &digest), "X'c8c9cacbcccdcecfd0d1d2d3d4d5d6d7'");
        let mut out = vec![7];
        assert_eq!(DigestForm::Hex.read(b"c8c9cacbcccdcecfd0d1d2d3d4d5d6d7", 16, &mut out), Some(()));
        assert_eq!(DigestForm::Bytes.read(&digest, 16, &mut out), Some(()));
        assert_eq!(out, [&[7], &*digest, &*digest].concat());
    }

    #[test]
    fn what_is_no_digest_is_not_read() {
        let read = |form: DigestForm, cell: &str| form.read(cell.as_bytes(), 2, &mut Vec::new());
        for cell in ["", "abc", "abcde", "ABCD", "0xab", "abcg"] {
            assert_eq!(read(DigestForm::Hex, cell), None, "{cell}");
        }
        assert_eq!(read(DigestForm::Hex, "abcd"), Some(()));
        assert_eq!((read(DigestForm::Bytes, "abc"), read(DigestForm::Bytes, "ab")), (None, Some(())));
    }
}
