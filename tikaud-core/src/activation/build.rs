//! From settings to an activation: what does not fit is said here.

use std::sync::Arc;

use super::suppression::Suppression;
use super::{SegmentActivation, SegmentActivationBuilder, SettingsError};
use crate::destination::{AudienceSpec, Destination};
use crate::diff::{MINIMUM_MEMORY_BUDGET, Resources};
use crate::identifier::{Extractor, FieldMapping, PhoneParser, phone_parser_for};
use crate::state::Ledger;

impl SegmentActivationBuilder {
    /// The activation. Reads and sends nothing.
    ///
    /// # Errors
    ///
    /// [`SettingsError`], which says what is wrong with the settings.
    pub fn build(self) -> Result<SegmentActivation, SettingsError> {
        let mapping = self.mapping.ok_or(SettingsError::NoMapping)?;
        check_kinds(&mapping, &*self.destination)?;
        self.guards.check()?;
        if self.engine.is_some() {
            check_elsewhere(!self.suppressions.is_empty(), self.hold_out.is_some())?;
        }
        let name = self.name.unwrap_or_else(|| self.segment.name().to_owned());
        if name.trim().is_empty() {
            return Err(SettingsError::EmptyName);
        }
        let description = self.description.or_else(|| self.segment.description().map(str::to_owned));
        let parser: Arc<dyn PhoneParser> = match self.phone_parser {
            Some(parser) => parser,
            None => phone_parser_for(self.suppressions.iter().map(|(_, other)| other).chain([&mapping]))?,
        };
        let suppressions = self.suppressions.into_iter();
        let suppressions = suppressions.map(|(segment, other)| Suppression::try_new(segment, other, &mapping, &parser));
        let suppressions = suppressions.collect::<Result<_, _>>()?;
        if self.memory_budget < MINIMUM_MEMORY_BUDGET {
            return Err(SettingsError::MemoryBudget { given: self.memory_budget });
        }
        let scratch = self.scratch.or_else(|| self.store.scratch()).unwrap_or_else(std::env::temp_dir);
        let ledger = Ledger {
            store: self.store,
            resources: Resources { memory_budget: self.memory_budget, scratch },
            clock: self.clock,
            activation: self.id.parse()?,
            destination: self.destination.id().clone(),
            engine: self.engine,
        };
        Ok(SegmentActivation {
            segment: self.segment,
            destination: self.destination,
            ledger,
            extractor: Arc::new(Extractor::new(&mapping, parser)),
            mapping,
            guards: self.guards,
            #[cfg(feature = "scheduler")]
            schedule: self.schedule,
            when_gone: self.when_gone,
            watch: self.watch,
            suppressions,
            erasure_key: self.erasure_key,
            hold_out: self.hold_out.map(Arc::new),
            spec: AudienceSpec { name, description: description.filter(|text| !text.trim().is_empty()) },
        })
    }
}

/// With a diff engine nobody is read here.
fn check_elsewhere(suppresses: bool, holds_out: bool) -> Result<(), SettingsError> {
    if suppresses {
        let remedy = "give it to the engine, by its `suppress`, or leave out the engine";
        return Err(SettingsError::NotElsewhere { what: "a suppression segment", remedy });
    }
    if holds_out {
        let remedy = "leave out one of them, or hold out in the segment's query";
        return Err(SettingsError::NotElsewhere { what: "the column by which members are held out", remedy });
    }
    Ok(())
}

/// Whether the destination takes what the mapping makes.
fn check_kinds(mapping: &FieldMapping, destination: &dyn Destination) -> Result<(), SettingsError> {
    let (kinds, capabilities) = (mapping.kinds(), destination.capabilities());
    let undocumented = |kind| capabilities.undocumented_kinds.iter().any(|(known, _)| *known == kind);
    for mapped in mapping.fields() {
        let kind = mapped.field.kind();
        if !capabilities.kinds.contains(&kind) && !undocumented(kind) {
            let (column, destination) = (mapped.column.clone(), destination.id().clone());
            return Err(SettingsError::UnsupportedKind { column, kind, destination });
        }
    }
    for group in &capabilities.exclusive_kinds {
        let mut used = group.iter().filter(|kind| kinds.contains(kind));
        if let (Some(&first), Some(&second)) = (used.next(), used.next()) {
            return Err(SettingsError::ExclusiveKinds { first, second, destination: destination.id().clone() });
        }
    }
    Ok(())
}
