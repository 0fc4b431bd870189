//! An open audience in memory.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{MemoryAudience, MemoryDestination};
use crate::destination::{
    Acknowledgement, Audience, AudienceId, AudienceSpec, AudienceWriter, Batch, DestinationError, DestinationErrorKind,
    Finished, Receipt, Refusal, RefusalScope, Retry, Stage, Traffic,
};

#[derive(Debug)]
pub(super) struct MemoryWriter {
    destination: MemoryDestination,
    subject: Subject,
    course: Mutex<Course>,
}

/// What is written to.
#[derive(Debug)]
enum Subject {
    There(Audience),
    ToBeMade(AudienceSpec),
}

#[derive(Debug, Default)]
struct Course {
    /// A stage each, by its position.
    staged: Vec<Batch>,
    replaces: bool,
    traffic: Traffic,
}

impl MemoryWriter {
    /// For an audience that is there.
    pub(super) fn of(destination: MemoryDestination, audience: Audience) -> Self {
        Self { destination, subject: Subject::There(audience), course: Mutex::default() }
    }

    /// For an audience that is yet to be made.
    pub(super) fn to_be_made(destination: MemoryDestination, spec: AudienceSpec) -> Self {
        Self { destination, subject: Subject::ToBeMade(spec), course: Mutex::default() }
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        // Nothing in here panics half-way through a change.
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the capabilities do not allow the batch.
    fn refusal(&self, batch: &Batch) -> Option<Refusal> {
        let capabilities = &self.destination.capabilities;
        let undocumented = capabilities.undocumented_kinds.iter().any(|(kind, _)| *kind == batch.kind());
        if !capabilities.kinds.contains(&batch.kind()) && !undocumented {
            let message = format!("identifiers of kind {} are not taken here", batch.kind());
            let error = DestinationError::new(DestinationErrorKind::Unsupported, message);
            return Some(Refusal { scope: RefusalScope::Kind, error });
        }
        if batch.len() > capabilities.batch_limit {
            let message = format!("a batch holds {} identifiers, {} at most", batch.len(), capabilities.batch_limit);
            let error = DestinationError::new(DestinationErrorKind::InvalidInput, message);
            return Some(Refusal { scope: RefusalScope::Batch, error });
        }
        None
    }

    /// Changes an audience that has to be there.
    fn change(&self, id: &AudienceId, change: impl FnOnce(&mut MemoryAudience)) -> Result<(), DestinationError> {
        let mut account = self.destination.lock();
        let audience = account.audiences.get_mut(id.as_str()).ok_or_else(|| MemoryDestination::gone(id))?;
        change(audience);
        Ok(())
    }

    /// How long the audience's last replacement still keeps others waiting.
    fn wait(&self, every: Duration) -> Option<Duration> {
        let account = self.destination.lock();
        let audience = account.audiences.get(self.audience()?.id.as_str())?;
        every.checked_sub(audience.replaced?.elapsed()).filter(|wait| !wait.is_zero())
    }
}

#[async_trait]
impl AudienceWriter for MemoryWriter {
    fn audience(&self) -> Option<&Audience> {
        match &self.subject {
            Subject::There(audience) => Some(audience),
            Subject::ToBeMade(_) => None,
        }
    }

    fn begin_replacement(&self) -> Result<(), DestinationError> {
        let Some(every) = self.destination.capabilities.replacement_every else {
            let message = "the capabilities have no replacement of all that an audience holds";
            return Err(DestinationError::new(DestinationErrorKind::Unsupported, message));
        };
        if let Some(wait) = self.wait(every) {
            let message = "what the audience holds was replaced not long ago";
            return Err(DestinationError::new(DestinationErrorKind::Busy, message).with_retry(Retry::After(wait)));
        }
        self.course().replaces = true;
        Ok(())
    }

    async fn apply(&self, batch: &Batch) -> Result<Receipt, DestinationError> {
        self.course().traffic.requests += 1;
        if let Some(refusal) = self.refusal(batch) {
            return Ok(Receipt::Refused(refusal));
        }
        match (&self.subject, self.destination.capabilities.acknowledgement) {
            (Subject::There(audience), Acknowledgement::PerBatch) => {
                self.change(&audience.id, |audience| audience.apply(batch))?;
                Ok(Receipt::Accepted)
            }
            _ => {
                let mut course = self.course();
                course.staged.push(batch.clone());
                Ok(Receipt::Staged(Stage::new(course.staged.len() as u64)))
            }
        }
    }

    async fn finish(&self) -> Finished {
        let (staged, replaces) = {
            let mut course = self.course();
            (std::mem::take(&mut course.staged), course.replaces)
        };
        if staged.is_empty() {
            return Finished::default();
        }
        let (id, created) = match &self.subject {
            Subject::There(audience) => (audience.id.clone(), None),
            Subject::ToBeMade(spec) => {
                let created = self.destination.create(spec);
                (created.id.clone(), Some(created))
            }
        };
        let change = |audience: &mut MemoryAudience| {
            if replaces {
                audience.identifiers.clear();
                audience.replaced = Some(Instant::now());
            }
            staged.iter().for_each(|batch| audience.apply(batch));
        };
        if let Err(gone) = self.change(&id, change) {
            return gone.into();
        }
        let counted = (1..=staged.len() as u64).map(Stage::new).collect();
        Finished { created, counted, ..Finished::default() }
    }

    fn traffic(&self) -> Traffic {
        self.course().traffic
    }
}
