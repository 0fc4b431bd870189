//! What types do not say about the configuration. What the library checks by itself is left to it.

use std::collections::BTreeSet;

use tikaud_core::state::ActivationId;

use super::{ActivationEntry, Configuration, SegmentEntry};
use crate::error::StartError;

impl Configuration {
    pub(super) fn check(&self) -> Result<(), StartError> {
        if self.activations.is_empty() {
            return Err(StartError::field("activations", "there is none; add an [[activations]] table"));
        }
        if self.grace.is_negative() {
            return Err(StartError::field("grace", "it is negative; give a time such as \"20 seconds\""));
        }
        for (name, account) in &self.accounts {
            let empty = account.advertiser.trim().is_empty();
            if empty {
                return Err(StartError::field(format!("accounts.{name}.advertiser"), "it is empty; give the id"));
            }
        }
        let mut seen = BTreeSet::new();
        for (number, entry) in self.activations.iter().enumerate() {
            // An id that is none cannot tell where it is.
            let id: Result<ActivationId, _> = entry.id.parse();
            id.map_err(|error| StartError::field(format!("activations[{number}].id"), error.to_string()))?;
            if !seen.insert(&entry.id) {
                let problem = format!("`{}` is there twice; give each activation an id of its own", entry.id);
                return Err(StartError::field(format!("activations[{number}].id"), problem));
            }
            self.check_entry(entry)?;
        }
        Ok(())
    }

    fn check_entry(&self, entry: &ActivationEntry) -> Result<(), StartError> {
        let id = &entry.id;
        if !self.accounts.contains_key(&entry.account) {
            let known: Vec<&str> = self.accounts.keys().map(String::as_str).collect();
            let problem = format!("there is no account `{}`; there are: {}", entry.account, known.join(", "));
            return Err(StartError::field(format!("activations.{id}.account"), problem));
        }
        check_files(&entry.segment, || format!("activations.{id}.segment.files"))?;
        entry.suppression.iter().enumerate().try_for_each(|(number, suppression)| {
            check_files(&suppression.segment, || format!("activations.{id}.suppression[{number}].segment.files"))
        })
    }
}

fn check_files(segment: &SegmentEntry, field: impl Fn() -> String) -> Result<(), StartError> {
    if segment.files.is_empty() {
        return Err(StartError::field(field(), "there is none; give paths or patterns such as \"buyers-*.csv\""));
    }
    Ok(())
}
