//! What a person has the scheduler do. What is ordered is written down before it is answered, and survives a restart.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use tikaud_core::activation::Activation;
use tikaud_core::state::ActivationId;

use super::ApiError;
use crate::service::Service;

/// `POST /api/activations/{id}/trigger`: a run, as soon as there is room.
pub(super) async fn trigger(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    service.scheduler().trigger(id_of(&service, &id)?).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "triggered": id }))))
}

/// `POST /api/activations/{id}/pause`: no run of it starts by itself. One that goes on goes on.
pub(super) async fn pause(State(service): State<Service>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    service.scheduler().pause(id_of(&service, &id)?).await?;
    Ok(Json(json!({ "paused": id })))
}

/// `POST /api/activations/{id}/resume`: it goes on.
pub(super) async fn resume(State(service): State<Service>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    service.scheduler().resume(id_of(&service, &id)?).await?;
    Ok(Json(json!({ "resumed": id })))
}

/// `POST /api/pause`: no run at all starts by itself.
pub(super) async fn pause_all(State(service): State<Service>) -> Result<Json<Value>, ApiError> {
    service.scheduler().pause_all().await?;
    Ok(Json(json!({ "paused": true })))
}

/// `POST /api/resume`: everything goes on but what is paused by itself.
pub(super) async fn resume_all(State(service): State<Service>) -> Result<Json<Value>, ApiError> {
    service.scheduler().resume_all().await?;
    Ok(Json(json!({ "paused": false })))
}

fn id_of<'a>(service: &'a Service, id: &str) -> Result<&'a ActivationId, ApiError> {
    Ok(service.activation(id).ok_or_else(ApiError::no_activation)?.activation.id())
}
