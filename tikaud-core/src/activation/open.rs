//! The audience: found again, or created once.

use crate::destination::{
    Audience, AudienceId, AudienceSpec, AudienceWriter, Destination, DestinationError, DestinationErrorKind,
};
use crate::plan::Plan;
use crate::state::{AudienceRecord, Claim, CreateIntent, Generation, Journal};

use super::ActivationError;

/// An audience that is open for changes.
#[derive(Debug)]
pub(super) struct OpenAudience {
    pub(super) writer: Box<dyn AudienceWriter>,
    pub(super) record: AudienceRecord,
    /// Whether this run has made it.
    pub(super) created: bool,
    pub(super) warnings: Vec<String>,
}

/// Proves that the destination can be used: by opening the audience where there is one, by a check where there is none.
pub(super) async fn connect(
    destination: &dyn Destination,
    generation: &Generation,
) -> Result<(Option<OpenAudience>, Vec<String>), ActivationError> {
    match &generation.audience {
        None => {
            let connection = destination.check().await.map_err(refused(destination))?;
            Ok((None, connection.warnings))
        }
        Some(record) => {
            let writer = open(destination, &record.id).await?;
            let open = OpenAudience { writer, record: record.clone(), created: false, warnings: Vec::new() };
            Ok((Some(open), Vec::new()))
        }
    }
}

/// The audience of an activation that has none yet: found again where an earlier create lost its reply, or created.
pub(super) async fn find_or_create(
    destination: &dyn Destination,
    generation: &Generation,
    plan: &Plan,
    journal: &Journal,
    claim: &Claim,
) -> Result<OpenAudience, ActivationError> {
    let lost = match &generation.pending_create {
        Some(pending) => find_lost(destination, pending).await.map_err(refused(destination))?,
        None => None,
    };
    let (record, created, warnings) = match lost {
        Some(record) => {
            let warning =
                format!("an earlier run asked for the audience and lost the reply: {} is taken to be it", record.id);
            (record, false, vec![warning])
        }
        None => {
            let (record, warnings) = create(destination, plan, journal, claim).await?;
            (record, true, warnings)
        }
    };
    journal.audience_created(&record).await?;
    let writer = open(destination, &record.id).await?;
    Ok(OpenAudience { writer, record, created, warnings })
}

/// The audience that an unanswered create has made: one of that name that was not there before.
async fn find_lost(
    destination: &dyn Destination,
    pending: &CreateIntent,
) -> Result<Option<AudienceRecord>, DestinationError> {
    let found = destination.find_audiences(&pending.name).await?;
    // Of several, somebody else has made the others, and each is as new and as empty as ours.
    let ours = found.into_iter().find(|audience| !pending.there_before.contains(&audience.id));
    Ok(ours.map(|audience| AudienceRecord::new(audience.id, &pending.name, pending.description.as_deref())))
}

/// Creates the audience. That is not idempotent and names are not unique, so the intent, with the audiences that have the
/// name already, is durable before the request.
async fn create(
    destination: &dyn Destination,
    plan: &Plan,
    journal: &Journal,
    claim: &Claim,
) -> Result<(AudienceRecord, Vec<String>), ActivationError> {
    let refused = refused(destination);
    let there = destination.find_audiences(&plan.name).await.map_err(&refused)?;
    let mut warnings: Vec<String> = namesake_warning(&plan.name, &there).into_iter().collect();
    let there_before = there.into_iter().map(|audience| audience.id).collect();
    let spec = AudienceSpec { name: plan.name.clone(), description: plan.description.clone() };
    if let Some(shown) = destination.capabilities().shown_name(&spec.name) {
        // The report says it too, but only when it can no longer be helped.
        tracing::warn!(shown, "the audience is about to be created, and the destination will cut its name");
    }
    let intent = CreateIntent { name: spec.name.clone(), description: spec.description.clone(), there_before };
    journal.create_intended(&intent).await?;
    claim.check()?;
    let created = match destination.create_audience(&spec).await {
        Ok(created) => created,
        Err(error) => {
            if !error.may_have_happened() {
                journal.create_refused().await?;
            }
            return Err(refused(error));
        }
    };
    warnings.extend(created.warnings);
    Ok((AudienceRecord::new(created.id, &spec.name, spec.description.as_deref()), warnings))
}

fn namesake_warning(name: &str, there: &[Audience]) -> Option<String> {
    let ids: Vec<&str> = there.iter().map(|audience| audience.id.as_str()).collect();
    (!ids.is_empty()).then(|| {
        format!(
            "the destination has an audience called `{name}` already ({}), which this activation does not know and \
             leaves alone: a new one of the same name is created. If it was made by this activation, its state is lost; \
             restore it rather than going on",
            ids.join(", ")
        )
    })
}

async fn open(destination: &dyn Destination, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, ActivationError> {
    destination.open_audience(id).await.map_err(|source| match source.kind() {
        DestinationErrorKind::NotFound => {
            ActivationError::AudienceGone { audience: id.clone(), destination: destination.id().clone(), source }
        }
        _ => refused(destination)(source),
    })
}

fn refused(destination: &dyn Destination) -> impl Fn(DestinationError) -> ActivationError {
    let id = destination.id().clone();
    move |source| ActivationError::Destination { destination: id.clone(), source }
}
