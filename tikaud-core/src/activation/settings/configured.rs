//! A destination with the settings that its activations have unless told otherwise.

use std::fmt;
use std::sync::Arc;

use super::super::{SegmentActivation, SegmentActivationBuilder, SettingsError};
use super::ActivationSettings;
use crate::destination::Destination;
use crate::segment::Segment;
use crate::state::StateStore;

/// A destination, where the state of its activations is kept, and the settings that they have unless told otherwise: with it, a
/// segment is activated by one call.
///
/// ```
/// use tikaud_core::activation::{Activation, ActivationSettings, ConfiguredDestination, RunOptions};
/// use tikaud_core::destination::MemoryDestination;
/// use tikaud_core::identifier::{Field, FieldMapping};
/// use tikaud_core::segment::MemorySegment;
/// use tikaud_core::state::MemoryStateStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let defaults = ActivationSettings {
///     name: Some("Shop: {segment}".parse()?),
///     mapping: Some(FieldMapping::try_new([("email", Field::Email)])?),
///     ..ActivationSettings::default()
/// };
/// let tiktok = ConfiguredDestination::new(MemoryDestination::new(), MemoryStateStore::new()).with_defaults(defaults);
///
/// let buyers = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")]])?;
/// let report = tiktok.activate("buyers", buyers)?.run(&RunOptions::new()).await?;
/// assert_eq!(report.audience.unwrap().name, "Shop: Buyers");
///
/// // Every setting can still be another one.
/// let vips = MemorySegment::try_new("VIPs", ["mail"], [[Some("ada@example.com")]])?;
/// let vips = tiktok
///     .builder("vips", vips, ActivationSettings::default())?
///     .mapping(FieldMapping::try_new([("mail", Field::Email)])?)
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// The same segment goes to several accounts by one call at each: `Arc<dyn Segment>` is a segment, and every activation has its
/// own state, schedule and failures.
#[derive(Clone)]
pub struct ConfiguredDestination {
    destination: Arc<dyn Destination>,
    store: Arc<dyn StateStore>,
    defaults: ActivationSettings,
}

impl ConfiguredDestination {
    /// A destination without defaults. The state of all its activations is kept in one store.
    pub fn new(destination: impl Destination + 'static, store: impl StateStore + 'static) -> Self {
        Self::new_shared(Arc::new(destination), Arc::new(store))
    }

    /// The same of parts that are shared with others.
    #[must_use]
    pub fn new_shared(destination: Arc<dyn Destination>, store: Arc<dyn StateStore>) -> Self {
        Self { destination, store, defaults: ActivationSettings::default() }
    }

    /// The same with these settings for activations that are not told otherwise.
    #[must_use]
    pub fn with_defaults(mut self, defaults: ActivationSettings) -> Self {
        self.defaults = defaults;
        self
    }

    /// The settings of activations that are not told otherwise.
    #[must_use]
    pub fn defaults(&self) -> &ActivationSettings {
        &self.defaults
    }

    /// The activation of a segment, by the defaults. `id` is its name in the state store, for ever.
    ///
    /// # Errors
    ///
    /// [`SettingsError`], which says what is missing or wrong.
    pub fn activate(
        &self,
        id: impl Into<String>,
        segment: impl Segment + 'static,
    ) -> Result<SegmentActivation, SettingsError> {
        self.builder(id, segment, ActivationSettings::default())?.build()
    }

    /// The same with settings of its own over the defaults, still to be adjusted.
    ///
    /// # Errors
    ///
    /// [`SettingsError::AudienceKind`] when the destination has no audiences of that kind.
    pub fn builder(
        &self,
        id: impl Into<String>,
        segment: impl Segment + 'static,
        settings: ActivationSettings,
    ) -> Result<SegmentActivationBuilder, SettingsError> {
        let (settings, segment): (_, Arc<dyn Segment>) = (settings.over(&self.defaults), Arc::new(segment));
        let destination = match &settings.audience_kind {
            None => Arc::clone(&self.destination),
            Some(kind) => self.destination.with_audience_kind(kind).map_err(SettingsError::AudienceKind)?,
        };
        let builder = SegmentActivation::builder_shared(id, Arc::clone(&segment), destination, Arc::clone(&self.store));
        Ok(builder.settings(settings))
    }
}

impl fmt::Debug for ConfiguredDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfiguredDestination")
            .field("destination", &self.destination)
            .field("store", &self.store)
            .field("defaults", &self.defaults)
            .finish()
    }
}
