//! What past runs did, and how large the audience was.

use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::Timestamp;
use serde::Deserialize;
use tikaud_core::activation::{HistoryQuery, PastRun};

use super::ApiError;
use super::view::SizeView;
use crate::service::Service;

/// So many runs unless another number is asked for.
const RUNS: usize = 20;
/// A chart has no more pixels than that.
const SIZES: usize = 2_000;

/// Which runs are asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    limit: Option<usize>,
    since: Option<Timestamp>,
}

/// `GET /api/activations/{id}/runs?limit=20&since=2026-01-01T00:00:00Z`: newest first.
pub(super) async fn list(
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Vec<PastRun>>, ApiError> {
    Ok(Json(history(&service, &id, &asked, RUNS).await?))
}

/// `GET /api/activations/{id}/sizes?since=…`: the audience's size at each run, oldest first.
pub(super) async fn sizes(
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Vec<SizeView>>, ApiError> {
    let runs = history(&service, &id, &asked, SIZES).await?;
    Ok(Json(runs.iter().rev().map(SizeView::of).collect()))
}

async fn history(service: &Service, id: &str, asked: &Asked, limit: usize) -> Result<Vec<PastRun>, ApiError> {
    let kept = service.activation(id).ok_or_else(ApiError::no_activation)?;
    let query = HistoryQuery::new().limit(asked.limit.unwrap_or(limit).min(SIZES));
    let query = asked.since.map_or(query.clone(), |since| query.since(since));
    Ok(kept.activation.inner().history(&query).await?)
}
