//! Why a request is not answered, as JSON: `{"error": ["what failed", "why", …]}`.

use std::error::Error;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tikaud_core::activation::ActivationError;
use tikaud_core::schedule::SchedulerError;
use tikaud_core::state::StateError;

use crate::error::chain;
use crate::reviewed::ReviewError;

/// Why a request is not answered.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    error: Vec<String>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, error: vec![message.into()] }
    }

    /// There is no activation of this id.
    pub(crate) fn no_activation() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is no such activation")
    }

    fn of(status: StatusCode, error: &dyn Error) -> Self {
        Self { status, error: chain(error) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.error }))).into_response()
    }
}

impl From<StateError> for ApiError {
    fn from(error: StateError) -> Self {
        let busy = matches!(error, StateError::Busy { .. });
        Self::of(if busy { StatusCode::CONFLICT } else { StatusCode::INTERNAL_SERVER_ERROR }, &error)
    }
}

impl From<ActivationError> for ApiError {
    fn from(error: ActivationError) -> Self {
        match error {
            ActivationError::State(error) => error.into(),
            ActivationError::Destination { .. } | ActivationError::AudienceGone { .. } => {
                Self::of(StatusCode::BAD_GATEWAY, &error)
            }
            // The segment and its mapping are the caller's to mend.
            ActivationError::Segment { .. } | ActivationError::Mapping { .. } => {
                Self::of(StatusCode::UNPROCESSABLE_ENTITY, &error)
            }
            _ => Self::of(StatusCode::INTERNAL_SERVER_ERROR, &error),
        }
    }
}

impl From<ReviewError> for ApiError {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::NoSuchPlan => Self::of(StatusCode::CONFLICT, &error),
            ReviewError::Activation(error) => error.into(),
        }
    }
}

impl From<SchedulerError> for ApiError {
    fn from(error: SchedulerError) -> Self {
        match error {
            SchedulerError::Unknown { .. } => Self::of(StatusCode::NOT_FOUND, &error),
            _ => Self::of(StatusCode::SERVICE_UNAVAILABLE, &error),
        }
    }
}
