//! Makes uploaded files count.

use std::collections::BTreeSet;

use tikaud_core::destination::{DestinationError, DestinationErrorKind as Kind, Finished, Retry, Stage};
use tikaud_core::diff::Action;

use super::calls::{LOOK_AGAIN, Opened};
use super::file::CompleteFile;
use super::notes::Notes;
use super::sizes::{MINIMUM, Sizes, TooSmall};
use super::staging::{NOTHING, Staging, Uploaded};
use super::standing::Standing;
use super::{CustomerFileAudience, Past, Subject};
use crate::wire::{FileAction, MOST_FILES};

impl CustomerFileAudience {
    /// Creates the audience, or changes it, by what is staged.
    pub(super) async fn make_count(&self) -> Finished {
        let mut staging = self.staging.lock().await;
        if staging.is_empty() {
            return Finished::default();
        }
        let mut finished = Finished::default();
        let outcome = match &self.subject {
            Subject::ToBeMade(name) => self.create(name, &mut staging, &mut finished).await,
            Subject::There(opened) if self.past().replaces => self.replace(opened, &mut staging, &mut finished).await,
            Subject::There(opened) => self.change(opened, &mut staging, &mut finished).await,
        };
        finished.failure = outcome.err();
        finished
    }

    /// Uploads a file.
    pub(super) async fn upload(&self, staging: &mut Staging, file: &CompleteFile) -> Result<(), DestinationError> {
        let path = self.files.upload(self.calculate_type(), file).await?;
        staging.is_uploaded(file, path);
        Ok(())
    }

    /// Every file of an action, uploaded.
    async fn uploaded(&self, staging: &mut Staging, action: Action) -> Result<Vec<Uploaded>, DestinationError> {
        while let Some(file) = staging.next_open(action) {
            self.upload(staging, &file).await?;
        }
        Ok(staging.uploaded(action))
    }

    /// One request makes the audience of as many files as it may name; TikTok is at work on it then, so that the rest
    /// waits for a later run, and its id is known as soon as can be.
    async fn create(&self, name: &str, staging: &mut Staging, finished: &mut Finished) -> Result<(), DestinationError> {
        let adds = staging.identifiers(Action::Add);
        if adds < MINIMUM {
            return Err(self.too_small(TooSmall(adds)));
        }
        let files = self.uploaded(staging, Action::Add).await?;
        let (first, rest) = files.split_at(files.len().min(MOST_FILES));
        let created = self.files.create(self.calculate_type(), name, &paths(first)).await?;
        let message = format!(
            "audience {} of ad account {} has been created of {} files and is being processed, for 48 hours at most; the \
             next run carries on with the other {}",
            created.id,
            self.files.account,
            first.len(),
            rest.len()
        );
        finished.created = Some(created);
        finished.counted = stages(first);
        if staging.has_nothing() {
            // Nobody has to be taken out of an audience that was not there.
            finished.counted.insert(NOTHING);
        }
        finished.notes = Notes { changed: Some(self.files.now()), replaced: None }.to_text();
        if rest.is_empty() {
            return Ok(());
        }
        Err(DestinationError::new(Kind::Busy, message).with_retry(LOOK_AGAIN))
    }

    /// Leavers and entrants, each by as many requests as their files need, until TikTok takes no more for now.
    async fn change(
        &self,
        opened: &Opened,
        staging: &mut Staging,
        finished: &mut Finished,
    ) -> Result<(), DestinationError> {
        let [adds, removes] = [Action::Add, Action::Remove].map(|action| staging.identifiers(action));
        let order = Sizes { at_most: self.at_most(opened), adds, removes }.order();
        let mut refused = None;
        for action in order.map_err(|too_small| self.too_small(too_small))? {
            let files = self.uploaded(staging, action).await?;
            match self.change_by(opened, file_action(action), &files, finished).await {
                // Too few are left, as TikTok counts: that may be otherwise once the entrants are in.
                Err(error) if is_plain_refusal(&error) && action == Action::Remove && adds > 0 => {
                    tracing::warn!("the leavers wait for the entrants: {error}");
                    refused = Some(error);
                }
                outcome => outcome?,
            }
        }
        // The entrants are in, or will be, so that it is worth asking again.
        refused.map_or(Ok(()), |error| Err(error.with_retry(LOOK_AGAIN)))
    }

    /// All that the audience holds, by one request: half of it would be in its place for hours.
    async fn replace(
        &self,
        opened: &Opened,
        staging: &mut Staging,
        finished: &mut Finished,
    ) -> Result<(), DestinationError> {
        let adds = staging.identifiers(Action::Add);
        if adds < MINIMUM {
            return Err(self.too_small(TooSmall(adds)));
        }
        let files = self.uploaded(staging, Action::Add).await?;
        if files.len() > MOST_FILES {
            let message = format!(
                "{} files are too many to replace all that {} holds: one request names {MOST_FILES} at most; raise \
                 file_bytes, or apply the changes",
                files.len(),
                self.name()
            );
            return Err(DestinationError::new(Kind::InvalidInput, message));
        }
        self.change_by(opened, FileAction::Replace, &files, finished).await
    }

    /// Changes the audience by these files, as many in a request as TikTok takes.
    async fn change_by(
        &self,
        opened: &Opened,
        action: FileAction,
        files: &[Uploaded],
        finished: &mut Finished,
    ) -> Result<(), DestinationError> {
        for part in files.chunks(MOST_FILES) {
            let changed = self.past().notes.changed;
            let outcome = self.files.change(opened, action, &paths(part), changed).await;
            if outcome.as_ref().err().is_none_or(DestinationError::may_have_happened) {
                finished.notes = self.note(action).to_text();
            }
            outcome?;
            finished.counted.extend(stages(part));
        }
        Ok(())
    }

    /// Notes that the audience is being changed now.
    fn note(&self, action: FileAction) -> Notes {
        let now = Some(self.files.now());
        let notes = &mut self.past().notes;
        notes.changed = now;
        if action == FileAction::Replace {
            notes.replaced = now;
        }
        *notes
    }

    /// People that the audience holds at most, by what we have sent and by what TikTok shows, which others may have sent.
    fn at_most(&self, opened: &Opened) -> Option<u64> {
        let Past { identifiers, notes, .. } = *self.past();
        match opened.standing(notes.changed, self.files.now()) {
            // What TikTok shows lags behind what others may have sent.
            Standing::Unsettled if identifiers.is_none() => None,
            _ => identifiers.max(opened.audience.matched),
        }
    }

    fn too_small(&self, TooSmall(people): TooSmall) -> DestinationError {
        let message = format!(
            "{} would have {people} people at most, and TikTok takes no customer file audience of fewer than {MINIMUM}; \
             nothing was asked for",
            self.name()
        );
        DestinationError::new(Kind::InvalidInput, message).with_retry(Retry::Never)
    }
}

/// TikTok has refused it as wrong, and has certainly not carried it out.
fn is_plain_refusal(error: &DestinationError) -> bool {
    error.kind() == Kind::InvalidInput && !error.may_have_happened()
}

fn file_action(action: Action) -> FileAction {
    match action {
        Action::Add => FileAction::Append,
        Action::Remove => FileAction::Remove,
    }
}

fn paths(files: &[Uploaded]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

fn stages(files: &[Uploaded]) -> BTreeSet<Stage> {
    files.iter().map(|file| file.stage).collect()
}
