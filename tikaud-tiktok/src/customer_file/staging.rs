//! Batches on their way into files: a bounded part in memory, the rest uploaded.

use tikaud_core::destination::{Batch, Stage};
use tikaud_core::diff::Action;

use super::file::{CompleteFile, FileWriter, row_len};
use crate::wire::Column;

/// Bytes that a header may take.
const HEADER: usize = 16;

/// The stage of removals from an audience that is yet to be made: it counts once the audience has been made without them.
pub(super) const NOTHING: Stage = Stage::new(0);

/// The files of one writer. A file is a stage: it counts as a whole.
#[derive(Debug)]
pub(super) struct Staging {
    /// Bytes of a file at most, and of all files that are being written together.
    limit: usize,
    open: Vec<FileWriter>,
    uploaded: Vec<Uploaded>,
    stages: u64,
    has_nothing: bool,
}

/// A file that TikTok has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Uploaded {
    pub(super) action: Action,
    pub(super) stage: Stage,
    pub(super) identifiers: u64,
    pub(super) path: String,
}

/// Bytes that a batch takes in a file of its own.
pub(super) fn file_len(batch: &Batch) -> usize {
    batch.len() * row_len(batch.kind()) + HEADER
}

impl Staging {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, open: Vec::new(), uploaded: Vec::new(), stages: 0, has_nothing: false }
    }

    /// A file that has to be uploaded before there is room for the batch: the fullest one.
    pub(super) fn make_room(&mut self, batch: &Batch) -> Option<CompleteFile> {
        let held: usize = self.open.iter().map(FileWriter::len).sum();
        if held + file_len(batch) <= self.limit {
            return None;
        }
        let (fullest, _) = self.open.iter().enumerate().max_by_key(|(_, file)| file.len())?;
        Some(self.open.swap_remove(fullest).complete())
    }

    /// Writes a batch, for which there is room, into the file of its action and kind.
    pub(super) fn write(&mut self, batch: &Batch, column: Column) -> Stage {
        let of_batch = |file: &FileWriter| (file.action, file.kind) == (batch.action(), batch.kind());
        let at = self.open.iter().position(of_batch).unwrap_or_else(|| {
            self.stages += 1;
            let stage = Stage::new(self.stages);
            self.open.push(FileWriter::new(batch.action(), batch.kind(), column, stage));
            self.open.len() - 1
        });
        self.open[at].write(batch);
        self.open[at].stage
    }

    /// Notes removals from an audience that is yet to be made.
    pub(super) fn nothing(&mut self) -> Stage {
        self.has_nothing = true;
        NOTHING
    }

    pub(super) fn has_nothing(&self) -> bool {
        self.has_nothing
    }

    /// The next file of an action that is still to be uploaded.
    pub(super) fn next_open(&mut self, action: Action) -> Option<CompleteFile> {
        let at = self.open.iter().position(|file| file.action == action)?;
        Some(self.open.remove(at).complete())
    }

    pub(super) fn is_uploaded(&mut self, file: &CompleteFile, path: String) {
        let (action, stage, identifiers) = (file.action, file.stage, file.identifiers);
        self.uploaded.push(Uploaded { action, stage, identifiers, path });
    }

    /// The files of an action that TikTok has.
    pub(super) fn uploaded(&self, action: Action) -> Vec<Uploaded> {
        self.uploaded.iter().filter(|file| file.action == action).cloned().collect()
    }

    /// Identifiers of an action in all files.
    pub(super) fn identifiers(&self, action: Action) -> u64 {
        let open = self.open.iter().filter(|file| file.action == action).map(FileWriter::identifiers);
        let uploaded = self.uploaded.iter().filter(|file| file.action == action).map(|file| file.identifiers);
        open.chain(uploaded).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.uploaded.is_empty() && !self.has_nothing
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tikaud_core::identifier::IdentifierKind;

    use super::*;
    use crate::wire::CalculateType;

    const KINDS: [IdentifierKind; 2] = [IdentifierKind::EmailSha256, IdentifierKind::IdfaMd5];

    fn batch((remove, kind, len): (bool, usize, usize)) -> Batch {
        let action = if remove { Action::Remove } else { Action::Add };
        Batch::new(action, KINDS[kind], vec![7; len * KINDS[kind].digest_len()].into()).unwrap()
    }

    proptest! {
        #[test]
        fn every_batch_is_in_one_file_of_its_own_action_and_no_more_is_held_than_the_limit(
            batches in prop::collection::vec((any::<bool>(), 0..2_usize, 0..20_usize), 0..40),
        ) {
            let limit = file_len(&batch((false, 0, 20)));
            let mut staging = Staging::new(limit);
            for shape in &batches {
                let batch = batch(*shape);
                while let Some(file) = staging.make_room(&batch) {
                    prop_assert!(file.content.len() <= limit);
                    staging.is_uploaded(&file, "path".to_owned());
                }
                staging.write(&batch, CalculateType::MultipleTypes.column(batch.kind()).unwrap());
                prop_assert!(staging.open.iter().map(FileWriter::len).sum::<usize>() <= limit);
            }
            for (remove, action) in [(false, Action::Add), (true, Action::Remove)] {
                let expected: usize = batches.iter().filter(|shape| shape.0 == remove).map(|shape| shape.2).sum();
                prop_assert_eq!(staging.identifiers(action), expected as u64);
                while let Some(file) = staging.next_open(action) {
                    staging.is_uploaded(&file, "path".to_owned());
                }
                let uploaded = staging.uploaded(action);
                prop_assert_eq!(uploaded.iter().map(|file| file.identifiers).sum::<u64>(), expected as u64);
                let mut stages: Vec<Stage> = uploaded.iter().map(|file| file.stage).collect();
                stages.sort_unstable();
                stages.dedup();
                prop_assert_eq!(stages.len(), uploaded.len());
            }
        }
    }
}
