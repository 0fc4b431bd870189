//! Where the activations stand.

use axum::Json;
use axum::extract::{Path, State};
use futures::future::join_all;

use super::ApiError;
use super::view::{ActivationView, Overview};
use crate::service::Service;

/// `GET /api/activations`: all of them, in the order in which the configuration has them.
pub(super) async fn list(State(service): State<Service>) -> Json<Overview> {
    let status = service.scheduler().status();
    let views = service.activations().map(|kept| ActivationView::of(kept, &status));
    let activations = join_all(views).await;
    let trouble = service.readiness().trouble();
    Json(Overview { activations, paused: service.scheduler().is_paused(), trouble, now: jiff::Timestamp::now() })
}

/// `GET /api/activations/{id}`: one of them.
pub(super) async fn one(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<Json<ActivationView>, ApiError> {
    let kept = service.activation(&id).ok_or_else(ApiError::no_activation)?;
    Ok(Json(ActivationView::of(kept, &service.scheduler().status()).await))
}
