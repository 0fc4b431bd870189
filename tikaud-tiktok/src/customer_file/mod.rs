//! An open customer file audience: batches become files, files are uploaded, and one request for each action makes them
//! count.
//!
//! ```text
//! Batch ──▶ file in memory ──full──▶ upload ──path──▶ finish: create, or REMOVE and APPEND, or REPLACE
//! ```

mod calls;
mod capabilities;
mod file;
mod finish;
mod notes;
mod sizes;
mod staging;
mod standing;

pub(crate) use calls::Files;
pub(crate) use capabilities::capabilities;
pub(crate) use notes::REPLACEMENT_EVERY;
pub(crate) use sizes::MINIMUM;

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tikaud_core::destination::{
    Audience, AudienceWriter, Batch, DestinationError, DestinationErrorKind as Kind, Finished, Known, Receipt, Refusal,
    RefusalScope, Retry, Traffic,
};
use tikaud_core::diff::Action;

use calls::Opened;
use notes::Notes;
use staging::Staging;

use crate::wire::{CalculateType, Column};

/// An audience, open for changes.
#[derive(Debug)]
pub(crate) struct CustomerFileAudience {
    files: Files,
    subject: Subject,
    batch_limit: usize,
    /// Locked while a file is uploaded, so that no more than one file's worth is in memory.
    staging: tokio::sync::Mutex<Staging>,
    past: Mutex<Past>,
}

/// What is changed.
#[derive(Debug)]
enum Subject {
    There(Opened),
    /// Yet to be made, under this name.
    ToBeMade(String),
}

/// What is known from earlier runs, and what has been asked for.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    /// Identifiers that the audience holds at most.
    identifiers: Option<u64>,
    notes: Notes,
    /// The adds take the place of all that it holds.
    replaces: bool,
}

impl CustomerFileAudience {
    /// For an audience that is there.
    pub(crate) fn of(files: Files, opened: Opened, batch_limit: usize) -> Self {
        Self::new(files, Subject::There(opened), batch_limit)
    }

    /// For an audience that is yet to be made.
    pub(crate) fn to_be_made(files: Files, name: String, batch_limit: usize) -> Self {
        Self::new(files, Subject::ToBeMade(name), batch_limit)
    }

    fn new(files: Files, subject: Subject, batch_limit: usize) -> Self {
        let staging = tokio::sync::Mutex::new(Staging::new(files.file_bytes));
        Self { files, subject, batch_limit, staging, past: Mutex::default() }
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        // Nothing can panic while it is held.
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the audience's files hold: what it was made with, or will be.
    fn calculate_type(&self) -> CalculateType {
        match &self.subject {
            Subject::There(opened) => opened.calculate_type,
            Subject::ToBeMade(_) => self.files.new_type,
        }
    }

    /// How the batch's identifiers stand in a file, or why the batch cannot be taken, whatever happens.
    fn column(&self, batch: &Batch) -> Result<Column, Refusal> {
        let refusal = |scope, kind, message| Err(Refusal { scope, error: DestinationError::new(kind, message) });
        let (kind, own) = (batch.kind(), self.calculate_type());
        if batch.len() > self.batch_limit {
            let (len, limit) = (batch.len(), self.batch_limit);
            let message = format!("a batch of {len} identifiers is above the limit of {limit}; make smaller ones");
            return refusal(RefusalScope::Batch, Kind::InvalidInput, message);
        }
        if self.past().replaces && batch.action() == Action::Remove {
            let message = "what replaces all that an audience holds is adds only".to_owned();
            return refusal(RefusalScope::Batch, Kind::InvalidInput, message);
        }
        match own.column(kind) {
            Some(column) => Ok(column),
            None if CalculateType::of_kind(kind).is_none() => {
                let message = format!("TikTok has no customer files of {kind} identifiers; map another column");
                refusal(RefusalScope::Kind, Kind::Unsupported, message)
            }
            None => {
                let message = format!(
                    "the files of {} hold {} for good, and no {kind} identifiers; map a column of that kind, or begin a \
                     new audience",
                    self.name(),
                    own.as_str()
                );
                refusal(RefusalScope::Kind, Kind::Unsupported, message)
            }
        }
    }

    /// The audience in messages.
    fn name(&self) -> String {
        match &self.subject {
            Subject::There(opened) => format!("audience {} of ad account {}", opened.audience.id, self.files.account),
            Subject::ToBeMade(_) => format!("a new audience of ad account {}", self.files.account),
        }
    }

    /// Why TikTok takes no change of the audience, whatever it is.
    fn check_standing(&self) -> Result<(), DestinationError> {
        match &self.subject {
            Subject::There(opened) => {
                let changed = self.past().notes.changed;
                self.files.check_standing(&opened.audience.id, opened.standing(changed, self.files.now()))
            }
            Subject::ToBeMade(_) => Ok(()),
        }
    }
}

#[async_trait]
impl AudienceWriter for CustomerFileAudience {
    fn audience(&self) -> Option<&Audience> {
        match &self.subject {
            Subject::There(opened) => Some(&opened.audience),
            Subject::ToBeMade(_) => None,
        }
    }

    fn recall(&self, known: &Known) {
        let mut past = self.past();
        past.identifiers = known.identifiers;
        past.notes = Notes::read(known.notes.as_deref());
    }

    fn begin_replacement(&self) -> Result<(), DestinationError> {
        let mut past = self.past();
        if let Some(wait) = past.notes.replacement_wait(self.files.now()) {
            let message = format!(
                "all that {} holds was replaced within the last 24 hours, and TikTok takes no more than one replacement a \
                 day; apply the changes, or try again later",
                self.name()
            );
            return Err(DestinationError::new(Kind::Busy, message).with_retry(Retry::After(wait)));
        }
        past.replaces = true;
        Ok(())
    }

    async fn apply(&self, batch: &Batch) -> Result<Receipt, DestinationError> {
        let column = match self.column(batch) {
            Ok(column) => column,
            Err(refusal) => return Ok(Receipt::Refused(refusal)),
        };
        self.check_standing()?;
        let mut staging = self.staging.lock().await;
        if matches!(self.subject, Subject::ToBeMade(_)) && batch.action() == Action::Remove {
            return Ok(Receipt::Staged(staging.nothing()));
        }
        while let Some(file) = staging.make_room(batch) {
            self.upload(&mut staging, &file).await?;
        }
        Ok(Receipt::Staged(staging.write(batch, column)))
    }

    async fn finish(&self) -> Finished {
        self.make_count().await
    }

    fn traffic(&self) -> Traffic {
        self.files.traffic.so_far()
    }
}
