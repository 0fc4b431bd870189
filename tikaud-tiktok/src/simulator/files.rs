//! The files that were uploaded.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::calculate_type::CalculateType;
use super::file_content::Identifiers;
use super::refusal::{FILE_EXPIRED, FILE_MISSING, Refusal};

/// How long a file can be referred to. That it expires is known from its code; after how long is a guess.
const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// Every file that was ever uploaded, in order; the position gives the path.
#[derive(Debug, Default)]
pub(crate) struct Files(Vec<UploadedFile>);

/// One of them.
pub(crate) struct UploadedFile {
    path: String,
    advertiser_id: String,
    pub(crate) calculate_type: CalculateType,
    uploaded: Timestamp,
    /// Empty once it has expired.
    pub(crate) identifiers: Identifiers,
}

impl Files {
    /// Keeps a file and gives its path: 16 characters, as TikTok's have.
    pub(crate) fn keep(
        &mut self,
        advertiser_id: &str,
        calculate_type: CalculateType,
        identifiers: Identifiers,
        now: Timestamp,
    ) -> &str {
        for old in self.0.iter_mut().filter(|old| old.is_expired(now)) {
            old.identifiers = Identifiers::new();
        }
        let path = format!("SIM{:013}", self.0.len() + 1);
        let at = self.0.len();
        let advertiser_id = advertiser_id.to_owned();
        self.0.push(UploadedFile { path, advertiser_id, calculate_type, uploaded: now, identifiers });
        &self.0[at].path
    }

    /// The files of these paths, which the account must have uploaded itself, and not too long ago.
    pub(crate) fn of_paths(
        &self,
        advertiser_id: &str,
        paths: &[String],
        now: Timestamp,
    ) -> Result<Vec<&UploadedFile>, Refusal> {
        let file = |(at, path): (usize, &String)| {
            let found = self.0.iter().find(|file| file.path == *path && file.advertiser_id == advertiser_id);
            let message = |problem: &str| format!("file_paths[{at}]: {problem}.");
            match found {
                None => Err(Refusal::new(FILE_MISSING, message("The file does not exist"))),
                Some(file) if file.is_expired(now) => Err(Refusal::new(FILE_EXPIRED, message("The file has expired"))),
                Some(file) => Ok(file),
            }
        };
        paths.iter().enumerate().map(file).collect()
    }
}

impl UploadedFile {
    fn is_expired(&self, now: Timestamp) -> bool {
        now.duration_since(self.uploaded) >= LIFE
    }
}

/// Shows no identifier.
impl fmt::Debug for UploadedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadedFile").field("path", &self.path).finish_non_exhaustive()
    }
}
