//! Plans that a person looks at before anything is sent.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use tikaud_core::activation::Activation;
use tikaud_core::state::PlanId;

use super::ApiError;
use super::view::PlanView;
use crate::activations::Kept;
use crate::service::Service;

/// `GET /api/activations/{id}/plans`: those that can still be applied.
pub(super) async fn list(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<Json<Vec<PlanView>>, ApiError> {
    let kept = kept(&service, &id)?;
    Ok(Json(PlanView::all(&kept.activation).await?))
}

/// `POST /api/activations/{id}/plans`: reads the segment and makes a plan of what would be done now, in the place of
/// those made before. Sends nothing.
pub(super) async fn prepare(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<PlanView>), ApiError> {
    let kept = kept(&service, &id)?;
    let plan = kept.activation.prepare().await?;
    Ok((StatusCode::CREATED, Json(PlanView::of(&kept.activation, plan))))
}

/// `POST /api/activations/{id}/plans/{plan}/approve`: a run applies exactly this plan as soon as there is room,
/// whatever guards have against it, or finds that it does not fit any more.
pub(super) async fn approve(
    State(service): State<Service>,
    Path((id, plan)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let kept = kept(&service, &id)?;
    kept.activation.approve(&parse(&plan)?).await?;
    service.scheduler().trigger(kept.activation.id()).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "approved": plan }))))
}

/// `POST /api/activations/{id}/plans/{plan}/discard`: forgets the plan.
pub(super) async fn discard(
    State(service): State<Service>,
    Path((id, plan)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    kept(&service, &id)?.activation.discard(&parse(&plan)?).await?;
    Ok(Json(json!({ "discarded": plan })))
}

fn kept<'a>(service: &'a Service, id: &str) -> Result<&'a Kept, ApiError> {
    service.activation(id).ok_or_else(ApiError::no_activation)
}

fn parse(plan: &str) -> Result<PlanId, ApiError> {
    plan.parse().map_err(|_| ApiError::new(StatusCode::NOT_FOUND, "there is no such plan"))
}
