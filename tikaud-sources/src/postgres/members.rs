//! The server's rows, made into batches.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;

use tikaud_core::segment::{MemberBatch, SegmentError};
use tokio::sync::mpsc;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{CopyOutStream, RowStream};

use super::cells::Unfit;
use super::column::Asked;
use super::copy::{CopyRows, Flaw, ROW_LIMIT};
use super::definition::Definition;
use super::session::Session;
use crate::batches::Batches;

/// Members on their way.
pub(super) struct Members {
    definition: Arc<Definition>,
    columns: Vec<Asked>,
    batches: Batches,
    sender: mpsc::Sender<MemberBatch>,
    /// How many members have been read.
    members: u64,
}

impl Members {
    pub(super) fn new(definition: Arc<Definition>, columns: Vec<Asked>, sender: mpsc::Sender<MemberBatch>) -> Self {
        let batches = Batches::new(columns.len(), definition.batch_size);
        Self { definition, columns, batches, sender, members: 0 }
    }

    /// Reads to the end; `false` when nobody wants more.
    pub(super) async fn copy(&mut self, session: &mut Session, rows: CopyOutStream) -> Result<bool, SegmentError> {
        let mut pieces = pin!(rows);
        let mut rows = CopyRows::default();
        while let Some(piece) = session.next(&mut pieces).await {
            rows.push(piece.map_err(|error| self.definition.statement_error(error))?);
            while let Some((bytes, fields)) = rows.next().map_err(|flaw| self.flaw(flaw))? {
                let field = |at: usize| Ok(fields[at].clone().map(|range| &bytes[range]));
                if let Some(batch) = self.take(fields.len(), bytes.len(), field)?
                    && self.sender.send(batch).await.is_err()
                {
                    return Ok(false);
                }
            }
        }
        if rows.is_complete() { Ok(true) } else { Err(self.flaw(Flaw::Format)) }
    }

    /// The same for a statement with parameters.
    pub(super) async fn query(&mut self, session: &mut Session, rows: RowStream) -> Result<bool, SegmentError> {
        let mut rows = pin!(rows);
        while let Some(row) = session.next(&mut rows).await {
            let row = row.map_err(|error| self.definition.statement_error(error))?;
            if row.raw_size_bytes() > ROW_LIMIT {
                return Err(self.flaw(Flaw::RowLimit));
            }
            let field = |at: usize| Ok(row.try_get::<_, Option<Field<'_>>>(at)?.map(|Field(bytes)| bytes));
            if let Some(batch) = self.take(row.len(), row.raw_size_bytes(), field)?
                && self.sender.send(batch).await.is_err()
            {
                return Ok(false);
            }
        }
        if rows.rows_affected() == Some(self.members) { Ok(true) } else { Err(self.flaw(Flaw::Format)) }
    }

    /// Adds a member of so many fields and bytes; the batch, when it is full.
    fn take<'a>(
        &mut self,
        fields: usize,
        bytes: usize,
        field: impl Fn(usize) -> Result<Option<&'a [u8]>, tokio_postgres::Error>,
    ) -> Result<Option<MemberBatch>, SegmentError> {
        self.members += 1;
        if fields != self.columns.len() {
            return Err(self.flaw(Flaw::Format));
        }
        for (at, (column, asked)) in self.batches.columns().iter_mut().zip(&self.columns).enumerate() {
            let field = field(at).map_err(|error| self.definition.statement_error(error))?;
            if let Err(unfit) = asked.cells.push(field, column) {
                return Err(self.unfit(&self.columns[at], unfit));
            }
        }
        self.batches.end_member(bytes)
    }

    /// Sends the members that are left.
    pub(super) async fn send_rest(&mut self) -> Result<(), SegmentError> {
        if let Some(batch) = self.batches.take()? {
            // Nobody wants it: that is no failure.
            let _ = self.sender.send(batch).await;
        }
        tracing::debug!(source = %self.definition.place(), members = self.members, "PostgreSQL read");
        Ok(())
    }

    fn flaw(&self, flaw: Flaw) -> SegmentError {
        let place = self.definition.place();
        SegmentError::malformed(match flaw {
            Flaw::Format => format!(
                "what comes for {place} after {} members is not what PostgreSQL sends; look for a proxy between",
                self.members
            ),
            Flaw::RowLimit => format!(
                "a row of {place}, after {} members, is longer than {} MiB; shorten its cells in a view",
                self.members,
                ROW_LIMIT >> 20
            ),
        })
    }

    fn unfit(&self, column: &Asked, unfit: Unfit) -> SegmentError {
        let (name, member, place) = (&column.name, self.members, self.definition.place());
        let (what, advice) = match unfit {
            Unfit::NotUtf8 => ("is not UTF-8", "correct it, or convert the column in a view"),
            Unfit::NotInteger => {
                ("is no whole number", "cast the column to numeric(20, 0) in a view, or make it a text column")
            }
            Unfit::NotIso => ("is a date or time outside the years 1 to 9999", "make it null in a view"),
            Unfit::NotArray => ("is no array of PostgreSQL's", "look for a proxy between"),
            Unfit::Full(full) => return SegmentError::from(full),
        };
        SegmentError::malformed(format!("the cell `{name}` of member {member} of {place} {what}; {advice}"))
    }
}

/// A field as its bytes, whatever its type.
struct Field<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Field<'a> {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(bytes))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
