//! The endpoints: what they are called, who may call them, and what every answer says to browsers.

mod activations;
mod error;
mod orders;
mod plans;
mod runs;
mod view;

pub(crate) use error::ApiError;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use crate::access::{self, Access};
use crate::service::Service;
use crate::{metrics, page};

/// All endpoints. Whatever changes something is POST.
pub(crate) fn router(service: Service, access: Access) -> Router {
    let needs_token = access.asks_for_token();
    Router::new()
        .route("/", get(async move || page::answer(needs_token)))
        .route("/health", get(health))
        .route("/metrics", get(prometheus))
        .route("/api/activations", get(activations::list))
        .route("/api/pause", post(orders::pause_all))
        .route("/api/resume", post(orders::resume_all))
        .route("/api/activations/{id}", get(activations::one))
        .route("/api/activations/{id}/runs", get(runs::list))
        .route("/api/activations/{id}/sizes", get(runs::sizes))
        .route("/api/activations/{id}/trigger", post(orders::trigger))
        .route("/api/activations/{id}/pause", post(orders::pause))
        .route("/api/activations/{id}/resume", post(orders::resume))
        .route("/api/activations/{id}/plans", get(plans::list).post(plans::prepare))
        .route("/api/activations/{id}/plans/{plan}/approve", post(plans::approve))
        .route("/api/activations/{id}/plans/{plan}/discard", post(plans::discard))
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "there is no such endpoint"))
        .method_not_allowed_fallback(async || {
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "changes are POST, everything else is GET")
        })
        .with_state(service)
        .layer(middleware::from_fn_with_state(access, access::check))
        .layer(middleware::from_fn(say_to_browsers))
}

/// `GET /health`: 200 while runs can start, 503 otherwise.
async fn health(State(service): State<Service>) -> Response {
    match service.readiness().trouble() {
        None => Json(json!({ "status": "ok" })).into_response(),
        Some(trouble) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": trouble }))).into_response(),
    }
}

/// `GET /metrics`, for Prometheus.
async fn prometheus(State(service): State<Service>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics::render(service.metrics())).into_response()
}

/// Nothing is kept by a browser or a proxy, shown in a frame, taken for another type, or read by another site.
async fn say_to_browsers(request: Request, next: Next) -> Response {
    const HEADERS: [(HeaderName, HeaderValue); 6] = [
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    let mut response = next.run(request).await;
    response.headers_mut().extend(HEADERS);
    response
}
