//! The server's rows, made into batches.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use tikaud_core::segment::{MemberBatch, SegmentError, TextColumn};
use tokio::sync::mpsc;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{CopyOutStream, RowStream};

use super::cells::Unfit;
use super::column::Asked;
use super::copy::{CopyRows, Flaw, ROW_LIMIT};
use super::definition::Definition;
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
    pub(super) async fn copy(&mut self, rows: CopyOutStream) -> Result<bool, SegmentError> {
        let mut pieces = pin!(rows);
        let mut rows = CopyRows::default();
        while let Some(piece) = pieces.next().await {
            rows.push(&piece.map_err(|error| self.definition.statement_error(error))?);
            while let Some((bytes, fields)) = rows.next().map_err(|flaw| self.flaw(flaw))? {
                let fields = fields.iter().map(|field| field.clone().map(|range| &bytes[range]));
                if let Some(batch) = self.take(fields, bytes.len())?
                    && self.sender.send(batch).await.is_err()
                {
                    return Ok(false);
                }
            }
        }
        if rows.is_complete() { Ok(true) } else { Err(self.flaw(Flaw::Format)) }
    }

    /// The same for a statement with parameters.
    pub(super) async fn query(&mut self, rows: RowStream) -> Result<bool, SegmentError> {
        let mut rows = pin!(rows);
        while let Some(row) = rows.try_next().await.map_err(|error| self.definition.statement_error(error))? {
            if row.raw_size_bytes() > ROW_LIMIT {
                return Err(self.flaw(Flaw::RowLimit));
            }
            let fields: Vec<Option<Field<'_>>> = (0..row.len())
                .map(|at| row.try_get(at))
                .collect::<Result<_, _>>()
                .map_err(|error| self.definition.statement_error(error))?;
            let fields = fields.iter().map(|field| field.as_ref().map(|Field(bytes)| *bytes));
            if let Some(batch) = self.take(fields, row.raw_size_bytes())?
                && self.sender.send(batch).await.is_err()
            {
                return Ok(false);
            }
        }
        if rows.rows_affected() == Some(self.members) { Ok(true) } else { Err(self.flaw(Flaw::Format)) }
    }

    /// Adds a member of so many bytes; the batch, when it is full.
    fn take<'a>(
        &mut self,
        fields: impl ExactSizeIterator<Item = Option<&'a [u8]>>,
        bytes: usize,
    ) -> Result<Option<MemberBatch>, SegmentError> {
        self.members += 1;
        if fields.len() != self.columns.len() {
            return Err(self.flaw(Flaw::Format));
        }
        push(self.batches.columns(), &self.columns, fields).map_err(|(column, unfit)| self.unfit(column, unfit))?;
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

/// Appends a row's fields to the columns.
fn push<'a, 'c>(
    columns: &mut [TextColumn],
    asked: &'c [Asked],
    fields: impl Iterator<Item = Option<&'a [u8]>>,
) -> Result<(), (&'c Asked, Unfit)> {
    for ((column, asked), field) in columns.iter_mut().zip(asked).zip(fields) {
        asked.cells.push(field, column).map_err(|unfit| (asked, unfit))?;
    }
    Ok(())
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
