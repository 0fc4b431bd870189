//! Parts of objects.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use tikaud_core::state::{ObjectKey, StateError};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::error::Failure;
use super::shared::Shared;
use super::tables::FORMAT;
use crate::postgres::error::PostgresError;

impl Shared {
    /// Exactly the bytes of a range. One statement, so that all of it is one object's; it gives the pieces only when the
    /// object does not end before the range does.
    pub(super) async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError> {
        let failed = |failure: Failure| failure.while_doing("read", self.tables.shown(key));
        // No object is as long as what does not fit.
        let [start, end] = [range.start, range.end].map(|at| i64::try_from(at).unwrap_or(i64::MAX));
        let values = [(&key.as_str() as _, Type::TEXT), (&start as _, Type::INT8), (&end as _, Type::INT8)];
        let rows = self.rows(&self.tables.read, &values).await.map_err(failed)?;
        let first = rows.first().ok_or_else(|| StateError::NotFound { key: key.clone() })?;
        let misread = |error| failed(PostgresError::of(error).into());
        check_format(key, first.try_get(0).map_err(misread)?)?;
        let len: i64 = first.try_get(1).map_err(misread)?;
        let content = join(&rows).map_err(misread)?;
        let expected = end.checked_sub(start).and_then(|len| usize::try_from(len).ok());
        if end > len || expected != Some(content.len()) {
            return Err(StateError::Truncated { key: key.clone() });
        }
        Ok(content)
    }
}

/// Refuses an object that a later version has written.
pub(super) fn check_format(key: &ObjectKey, found: i32) -> Result<(), StateError> {
    if found <= FORMAT {
        return Ok(());
    }
    Err(StateError::Newer { key: key.clone(), found: found.unsigned_abs(), supported: FORMAT.unsigned_abs() })
}

fn join(rows: &[Row]) -> Result<Bytes, tokio_postgres::Error> {
    let mut content = BytesMut::new();
    for row in rows {
        content.extend_from_slice(row.try_get::<_, Option<&[u8]>>(2)?.unwrap_or_default());
    }
    Ok(content.freeze())
}
