//! The audience: found again, or created once.

use crate::destination::{
    Audience, AudienceSpec, AudienceWriter, Creation, Destination, DestinationError, DestinationErrorKind,
};
use crate::plan::Plan;
use crate::state::{AudienceRecord, Claim, CreateIntent, Generation, Journal};

use super::ActivationError;

/// An audience that is open for changes.
#[derive(Debug)]
pub(super) struct OpenAudience {
    pub(super) writer: Box<dyn AudienceWriter>,
    /// `None` while the audience is yet to be made with its first batches.
    pub(super) record: Option<AudienceRecord>,
    /// What has to be durable before it is made with its first batches.
    pub(super) create: Option<CreateIntent>,
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
            let open = open(destination, record.clone(), false, Vec::new()).await?;
            Ok((Some(open), Vec::new()))
        }
    }
}

/// The audience of an activation that has none yet: found again where an earlier create lost its reply, created, or yet
/// to be made with its first batches.
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
    if let Some(record) = lost {
        let warning =
            format!("an earlier run asked for the audience and lost the reply: {} is taken to be it", record.id);
        journal.audience_created(&record).await?;
        return open(destination, record, false, vec![warning]).await;
    }
    let (intent, warnings) = create_intent(destination, plan).await?;
    if destination.capabilities().creation == Creation::WithFirstBatches {
        let spec = AudienceSpec { name: intent.name.clone(), description: intent.description.clone() };
        let writer = destination.open_new_audience(&spec).await.map_err(refused(destination))?;
        return Ok(OpenAudience { writer, record: None, create: Some(intent), created: false, warnings });
    }
    let (record, more) = create(destination, &intent, journal, claim).await?;
    journal.audience_created(&record).await?;
    open(destination, record, true, [warnings, more].concat()).await
}

/// Gives the audience the activation's present name. A name is no reason to stop a run, so what fails is a warning, and
/// the next run tries again.
pub(super) async fn carry_name_over(
    destination: &dyn Destination,
    record: &mut AudienceRecord,
    name: &str,
) -> Option<String> {
    if record.name == name || !destination.capabilities().renames {
        return None;
    }
    match destination.rename_audience(&record.id, name).await {
        Ok(()) => {
            name.clone_into(&mut record.name);
            None
        }
        Err(error) => Some(format!("the audience could not be renamed and is still called `{}`: {error}", record.name)),
    }
}

/// The audience that an unanswered create has made: one of that name that was not there before.
pub(super) async fn find_lost(
    destination: &dyn Destination,
    pending: &CreateIntent,
) -> Result<Option<AudienceRecord>, DestinationError> {
    let found = destination.find_audiences(&pending.name).await?;
    // Of several, somebody else has made the others, in the same moment and by the same name: no telling which.
    let ours = found.into_iter().find(|audience| !pending.there_before.contains(&audience.id));
    Ok(ours.map(|audience| AudienceRecord::new(audience.id, &pending.name, pending.description.as_deref())))
}

/// What has to be durable before an audience is asked for, the audiences that have the name already among it.
async fn create_intent(
    destination: &dyn Destination,
    plan: &Plan,
) -> Result<(CreateIntent, Vec<String>), ActivationError> {
    let there = destination.find_audiences(&plan.name).await.map_err(refused(destination))?;
    let warnings = namesake_warning(&plan.name, &there).into_iter().collect();
    let there_before = there.into_iter().map(|audience| audience.id).collect();
    if let Some(shown) = destination.capabilities().shown_name(&plan.name) {
        // The report says it too, but only when it can no longer be helped.
        tracing::warn!(shown, "the audience is about to be created, and the destination will cut its name");
    }
    let (name, description) = (plan.name.clone(), plan.description.clone());
    Ok((CreateIntent { name, description, there_before }, warnings))
}

/// Creates the audience. That is not idempotent and names are not unique, so the intent is durable before the request.
async fn create(
    destination: &dyn Destination,
    intent: &CreateIntent,
    journal: &Journal,
    claim: &Claim,
) -> Result<(AudienceRecord, Vec<String>), ActivationError> {
    let spec = AudienceSpec { name: intent.name.clone(), description: intent.description.clone() };
    journal.create_intended(intent).await?;
    claim.check()?;
    let created = match destination.create_audience(&spec).await {
        Ok(created) => created,
        Err(error) => {
            if !error.may_have_happened() {
                journal.create_refused().await?;
            }
            return Err(refused(destination)(error));
        }
    };
    Ok((AudienceRecord::new(created.id, &spec.name, spec.description.as_deref()), created.warnings))
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

pub(super) async fn open(
    destination: &dyn Destination,
    record: AudienceRecord,
    created: bool,
    warnings: Vec<String>,
) -> Result<OpenAudience, ActivationError> {
    let writer = destination.open_audience(&record.id).await.map_err(|source| match source.kind() {
        DestinationErrorKind::NotFound => {
            ActivationError::AudienceGone { audience: record.id.clone(), destination: destination.id().clone(), source }
        }
        _ => refused(destination)(source),
    })?;
    Ok(OpenAudience { writer, record: Some(record), create: None, created, warnings })
}

pub(super) fn refused(destination: &dyn Destination) -> impl Fn(DestinationError) -> ActivationError {
    let id = destination.id().clone();
    move |source| ActivationError::Destination { destination: id.clone(), source }
}
