//! The SQL for the warehouses that do not run here, held to the letter, and for one that does, to be read beside it.

use insta::assert_snapshot;
use tikaud_core::identifier::{DeviceHash, EmailRule, Field};

use super::super::{ValueSql, value};
use crate::AdbcDialect;

fn text(dialect: AdbcDialect, field: &Field, rule: EmailRule) -> String {
    let ValueSql { folded, verdict, digest } = value(dialect, field, rule, "c", "raw", "folded").unwrap();
    format!("{folded}\n{verdict}\n{digest}").replace(" WHEN", "\n    WHEN").replace(" AND", "\n        AND")
}

#[test]
fn duckdb() {
    assert_snapshot!(text(AdbcDialect::DuckDb, &Field::Email, EmailRule::Current), @r#"
    CASE
        WHEN regexp_matches(raw, '[^!-~]') THEN regexp_replace(raw, '[ ' || chr(9) || '-' || chr(13) || ']+', '', 'g') ELSE raw END
    CASE
        WHEN strlen(folded) <= 64
            AND regexp_matches(folded, '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]+(-+[A-Za-z0-9]+)*[.])+[A-Za-z]+$')
            AND strlen(raw) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN strlen(raw) > 1024 THEN 4
        WHEN regexp_matches(folded, '[^ -~]') THEN 2
        WHEN strlen(folded) = 0 THEN 3
        WHEN strlen(folded) IN (32, 64, 128)
            AND NOT regexp_matches(folded, '[^0-9A-Fa-f]') THEN 6
        WHEN NOT (regexp_matches(folded, '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]+(-+[A-Za-z0-9]+)*[.])+[A-Za-z0-9]+(-+[A-Za-z0-9]+)*$')
            AND NOT regexp_matches(folded, '^[^@]{65}')
            AND NOT regexp_matches(folded, '@.{254}')
            AND NOT regexp_matches(folded, '@.*[^.]{64}')
            AND NOT regexp_matches(folded, '[.][0-9]+$')) THEN 5 ELSE 0 END END
    sha256(lower(folded))
    "#);
}

#[test]
fn snowflake() {
    assert_snapshot!(text(AdbcDialect::Snowflake, &Field::Email, EmailRule::Legacy), @r#"
    translate(COLLATE(raw, ''), ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13), '')
    CASE
        WHEN octet_length(folded) <= 64
            AND regexp_like(folded, '[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]+(-+[A-Za-z0-9]+)*[.])+[A-Za-z]+')
            AND NOT regexp_instr(folded, '^[+]') > 0
            AND octet_length(raw) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN octet_length(raw) > 1024 THEN 4
        WHEN regexp_instr(folded, '[^ -~]') > 0 THEN 2
        WHEN octet_length(folded) = 0 THEN 3
        WHEN octet_length(folded) IN (32, 64, 128)
            AND NOT regexp_instr(folded, '[^0-9A-Fa-f]') > 0 THEN 6
        WHEN NOT (regexp_like(folded, '[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]+(-+[A-Za-z0-9]+)*[.])+[A-Za-z0-9]+(-+[A-Za-z0-9]+)*')
            AND NOT regexp_instr(folded, '^[^@]{65}') > 0
            AND NOT regexp_instr(folded, '@.{254}') > 0
            AND NOT regexp_instr(folded, '@.*[^.]{64}') > 0
            AND NOT regexp_instr(folded, '[.][0-9]+$') > 0
            AND NOT regexp_instr(folded, '^[+]') > 0) THEN 5 ELSE 0 END END
    sha2_binary(lower(replace(split_part(split_part(folded, '@', 1), '+', 1), '.', '') || '@' || split_part(folded, '@', 2)), 256)
    "#);
    assert_snapshot!(text(AdbcDialect::Snowflake, &Field::IdfaMd5, EmailRule::Current), @r#"
    trim(COLLATE(raw, ''), ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13))
    CASE
        WHEN octet_length(folded) = 32
            AND NOT regexp_instr(folded, '[^0-9A-Fa-f]') > 0
            AND NOT lower(folded) = 'd41d8cd98f00b204e9800998ecf8427e'
            AND octet_length(raw) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN octet_length(raw) > 1024 THEN 4
        WHEN regexp_instr(folded, '[^ -~]') > 0 THEN 2
        WHEN octet_length(folded) = 0 THEN 3
        WHEN lower(folded) = 'd41d8cd98f00b204e9800998ecf8427e' THEN 3
        WHEN octet_length(folded) IN (32, 64, 128)
            AND NOT regexp_instr(folded, '[^0-9A-Fa-f]') > 0 THEN 8
        WHEN NOT (octet_length(folded) = 32
            AND NOT regexp_instr(folded, '[^0-9A-Fa-f]') > 0) THEN 7 ELSE 0 END END
    try_hex_decode_binary(folded)
    "#);
    assert_snapshot!(text(AdbcDialect::Snowflake, &Field::Aaid(DeviceHash::Md5), EmailRule::Current), @r#"
    trim(COLLATE(raw, ''), ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13))
    CASE
        WHEN regexp_like(folded, '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}')
            AND regexp_instr(folded, '[^0-]') > 0
            AND octet_length(raw) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN octet_length(raw) > 1024 THEN 4
        WHEN regexp_instr(folded, '[^ -~]') > 0 THEN 2
        WHEN octet_length(folded) = 0 THEN 3
        WHEN octet_length(folded) IN (32, 64, 128)
            AND NOT regexp_instr(folded, '[^0-9A-Fa-f]') > 0 THEN 6
        WHEN NOT (regexp_like(folded, '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}')) THEN 12
        WHEN NOT (regexp_instr(folded, '[^0-]') > 0) THEN 13 ELSE 0 END END
    md5_binary(lower(folded))
    "#);
}

#[test]
fn bigquery() {
    assert_snapshot!(text(AdbcDialect::BigQuery, &Field::Email, EmailRule::Legacy), @r#"
    translate(COLLATE(raw, ''), CODE_POINTS_TO_STRING([32, 9, 10, 11, 12, 13]), '')
    CASE
        WHEN byte_length(folded) <= 64
            AND regexp_contains(folded, r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]+(-+[A-Za-z0-9]+)*[.])+[A-Za-z]+$")
            AND NOT regexp_contains(folded, r"^[+]")
            AND byte_length(raw) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN byte_length(raw) > 1024 THEN 4
        WHEN regexp_contains(folded, r"[^ -~]") THEN 2
        WHEN byte_length(folded) = 0 THEN 3
        WHEN byte_length(folded) IN (32, 64, 128)
            AND NOT regexp_contains(folded, r"[^0-9A-Fa-f]") THEN 6
        WHEN NOT (regexp_contains(folded, r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]+(-+[A-Za-z0-9]+)*[.])+[A-Za-z0-9]+(-+[A-Za-z0-9]+)*$")
            AND NOT regexp_contains(folded, r"^[^@]{65}")
            AND NOT regexp_contains(folded, r"@.{254}")
            AND NOT regexp_contains(folded, r"@.*[^.]{64}")
            AND NOT regexp_contains(folded, r"[.][0-9]+$")
            AND NOT regexp_contains(folded, r"^[+]")) THEN 5 ELSE 0 END END
    sha256(lower(replace(split(split(folded, '@')[SAFE_OFFSET(0)], '+')[SAFE_OFFSET(0)], '.', '') || '@' || split(folded, '@')[SAFE_OFFSET(1)]))
    "#);
    assert_snapshot!(text(AdbcDialect::BigQuery, &Field::PhoneSha256, EmailRule::Current), @r#"
    trim(COLLATE(raw, ''), CODE_POINTS_TO_STRING([32, 9, 10, 11, 12, 13]))
    CASE
        WHEN byte_length(folded) = 64
            AND NOT regexp_contains(folded, r"[^0-9A-Fa-f]")
            AND NOT lower(folded) = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
            AND byte_length(raw) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN byte_length(raw) > 1024 THEN 4
        WHEN regexp_contains(folded, r"[^ -~]") THEN 2
        WHEN byte_length(folded) = 0 THEN 3
        WHEN lower(folded) = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' THEN 3
        WHEN byte_length(folded) IN (32, 64, 128)
            AND NOT regexp_contains(folded, r"[^0-9A-Fa-f]") THEN 8
        WHEN NOT (byte_length(folded) = 64
            AND NOT regexp_contains(folded, r"[^0-9A-Fa-f]")) THEN 7 ELSE 0 END END
    CASE
        WHEN byte_length(folded) = 64
            AND NOT regexp_contains(folded, r"[^0-9A-Fa-f]") THEN from_hex(folded) END
    "#);
    assert_snapshot!(text(AdbcDialect::BigQuery, &Field::PhoneE164, EmailRule::Current), @r#"
    trim(COLLATE(raw, ''), CODE_POINTS_TO_STRING([32, 9, 10, 11, 12, 13]))
    CASE
        WHEN regexp_contains(folded, r"^[+][1-9][0-9]{6,14}$")
            AND byte_length(raw) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN byte_length(raw) > 1024 THEN 4
        WHEN regexp_contains(folded, r"[^ -~]") THEN 2
        WHEN byte_length(folded) = 0 THEN 3
        WHEN byte_length(folded) IN (32, 64, 128)
            AND NOT regexp_contains(folded, r"[^0-9A-Fa-f]") THEN 6
        WHEN NOT (regexp_contains(folded, r"^[+][1-9][0-9]{6,14}$")) THEN 9 ELSE 0 END END
    sha256(folded)
    "#);
}

#[test]
fn redshift() {
    assert_snapshot!(text(AdbcDialect::Redshift, &Field::Email, EmailRule::Legacy), @r#"
    translate(COLLATE(raw, 'case_sensitive'), ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13), '')
    CASE
        WHEN octet_length(folded) <= 64
            AND len(folded) = octet_length(folded)
            AND folded ~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]+(-+[A-Za-z0-9]+)*[.])+[A-Za-z]+$'
            AND NOT folded ~ '^[+]'
            AND octet_length(raw) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN octet_length(raw) > 1024 THEN 4
        WHEN folded ~ '[^ -~]' THEN 2
        WHEN octet_length(folded) = 0 THEN 3
        WHEN octet_length(folded) IN (32, 64, 128)
            AND NOT folded ~ '[^0-9A-Fa-f]' THEN 6
        WHEN NOT (len(folded) = octet_length(folded)
            AND folded ~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]+(-+[A-Za-z0-9]+)*[.])+[A-Za-z0-9]+(-+[A-Za-z0-9]+)*$'
            AND NOT folded ~ '^[^@]{65}'
            AND NOT folded ~ '@.{254}'
            AND NOT folded ~ '@.*[^.]{64}'
            AND NOT folded ~ '[.][0-9]+$'
            AND NOT folded ~ '^[+]') THEN 5 ELSE 0 END END
    sha2(lower(replace(split_part(split_part(folded, '@', 1), '+', 1), '.', '') || '@' || split_part(folded, '@', 2)), 256)
    "#);
    assert_snapshot!(text(AdbcDialect::Redshift, &Field::EmailSha512, EmailRule::Current), @r#"
    btrim(COLLATE(raw, 'case_sensitive'), ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13))
    CASE
        WHEN octet_length(folded) = 128
            AND NOT folded ~ '[^0-9A-Fa-f]'
            AND NOT lower(folded) = 'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e'
            AND octet_length(raw) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN octet_length(raw) > 1024 THEN 4
        WHEN folded ~ '[^ -~]' THEN 2
        WHEN octet_length(folded) = 0 THEN 3
        WHEN lower(folded) = 'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e' THEN 3
        WHEN octet_length(folded) IN (32, 64, 128)
            AND NOT folded ~ '[^0-9A-Fa-f]' THEN 8
        WHEN NOT (octet_length(folded) = 128
            AND NOT folded ~ '[^0-9A-Fa-f]') THEN 7 ELSE 0 END END
    lower(folded)
    "#);
    assert_snapshot!(text(AdbcDialect::Redshift, &Field::Idfa(DeviceHash::Sha256), EmailRule::Current), @r#"
    btrim(COLLATE(raw, 'case_sensitive'), ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13))
    CASE
        WHEN len(folded) = octet_length(folded)
            AND folded ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
            AND folded ~ '[^0-]'
            AND octet_length(raw) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN octet_length(raw) > 1024 THEN 4
        WHEN folded ~ '[^ -~]' THEN 2
        WHEN octet_length(folded) = 0 THEN 3
        WHEN octet_length(folded) IN (32, 64, 128)
            AND NOT folded ~ '[^0-9A-Fa-f]' THEN 6
        WHEN NOT (len(folded) = octet_length(folded)
            AND folded ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$') THEN 12
        WHEN NOT (folded ~ '[^0-]') THEN 13 ELSE 0 END END
    sha2(lower(folded), 256)
    "#);
}

#[test]
fn trino() {
    assert_snapshot!(text(AdbcDialect::Trino, &Field::Email, EmailRule::Legacy), @r#"
    translate(CAST(raw AS VARCHAR), ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13), '')
    CASE
        WHEN length(to_utf8(folded)) <= 64
            AND length(folded) = length(to_utf8(folded))
            AND regexp_like(folded, '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]+(-+[A-Za-z0-9]+)*[.])+[A-Za-z]+$')
            AND NOT regexp_like(folded, '^[+]')
            AND length(to_utf8(raw)) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN length(to_utf8(raw)) > 1024 THEN 4
        WHEN regexp_like(folded, '[^ -~]') THEN 2
        WHEN length(to_utf8(folded)) = 0 THEN 3
        WHEN length(to_utf8(folded)) IN (32, 64, 128)
            AND NOT regexp_like(folded, '[^0-9A-Fa-f]') THEN 6
        WHEN NOT (length(folded) = length(to_utf8(folded))
            AND regexp_like(folded, '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]+(-+[A-Za-z0-9]+)*[.])+[A-Za-z0-9]+(-+[A-Za-z0-9]+)*$')
            AND NOT regexp_like(folded, '^[^@]{65}')
            AND NOT regexp_like(folded, '@.{254}')
            AND NOT regexp_like(folded, '@.*[^.]{64}')
            AND NOT regexp_like(folded, '[.][0-9]+$')
            AND NOT regexp_like(folded, '^[+]')) THEN 5 ELSE 0 END END
    sha256(to_utf8(lower(replace(split_part(split_part(folded, '@', 1), '+', 1), '.', '') || '@' || split_part(folded, '@', 2))))
    "#);
    assert_snapshot!(text(AdbcDialect::Trino, &Field::PhoneSha256, EmailRule::Current), @r#"
    trim(BOTH ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) FROM CAST(raw AS VARCHAR))
    CASE
        WHEN length(to_utf8(folded)) = 64
            AND NOT regexp_like(folded, '[^0-9A-Fa-f]')
            AND NOT lower(folded) = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
            AND length(to_utf8(raw)) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN length(to_utf8(raw)) > 1024 THEN 4
        WHEN regexp_like(folded, '[^ -~]') THEN 2
        WHEN length(to_utf8(folded)) = 0 THEN 3
        WHEN lower(folded) = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' THEN 3
        WHEN length(to_utf8(folded)) IN (32, 64, 128)
            AND NOT regexp_like(folded, '[^0-9A-Fa-f]') THEN 8
        WHEN NOT (length(to_utf8(folded)) = 64
            AND NOT regexp_like(folded, '[^0-9A-Fa-f]')) THEN 7 ELSE 0 END END
    CASE
        WHEN length(to_utf8(folded)) = 64
            AND NOT regexp_like(folded, '[^0-9A-Fa-f]') THEN from_hex(folded) END
    "#);
    assert_snapshot!(text(AdbcDialect::Trino, &Field::Aaid(DeviceHash::Md5), EmailRule::Current), @r#"
    trim(BOTH ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) FROM CAST(raw AS VARCHAR))
    CASE
        WHEN length(folded) = length(to_utf8(folded))
            AND regexp_like(folded, '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$')
            AND regexp_like(folded, '[^0-]')
            AND length(to_utf8(raw)) <= 1024 THEN 0 ELSE CASE
        WHEN raw IS NULL THEN 1
        WHEN length(to_utf8(raw)) > 1024 THEN 4
        WHEN regexp_like(folded, '[^ -~]') THEN 2
        WHEN length(to_utf8(folded)) = 0 THEN 3
        WHEN length(to_utf8(folded)) IN (32, 64, 128)
            AND NOT regexp_like(folded, '[^0-9A-Fa-f]') THEN 6
        WHEN NOT (length(folded) = length(to_utf8(folded))
            AND regexp_like(folded, '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$')) THEN 12
        WHEN NOT (regexp_like(folded, '[^0-]')) THEN 13 ELSE 0 END END
    md5(to_utf8(lower(folded)))
    "#);
}
