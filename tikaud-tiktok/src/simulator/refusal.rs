//! A refusal by TikTok's application logic: HTTP 200 with a code other than 0 in the body.
//!
//! Codes and their names are those of TikTok's own SDK (`tiktok_code.py` in `tiktok/tiktok-business-api-sdk`). The texts
//! are the simulator's: TikTok publishes few of them, and a client must not branch on them. They name fields and
//! positions and never repeat a value, since a value may be an identifier that was put in the wrong place.

/// The code of success.
pub(crate) const OK: i64 = 0;
/// The request as a whole is not what the endpoint takes.
pub(crate) const INVALID_PARAMETERS: i64 = 40000;
/// The user has no permission, or the token lacks the scope.
pub(crate) const NO_PERMISSION: i64 = 40001;
/// A field is missing or wrong; the message says which.
pub(crate) const PARAMETER_ERROR: i64 = 40002;
/// The object is not there.
pub(crate) const NOT_FOUND: i64 = 40007;
/// More ids than one request may name.
pub(crate) const TOO_MANY_IDS: i64 = 40011;
/// Too many requests by this app to one endpoint.
pub(crate) const TOO_MANY_REQUESTS_TO_ENDPOINT: i64 = 40016;
/// More users than one request may hold.
pub(crate) const INVALID_BATCH_SIZE: i64 = 40061;
/// An identifier is not hashed.
pub(crate) const PII_NOT_HASHED: i64 = 40062;
/// The file's signature is not that of the file.
pub(crate) const SIGNATURE_MISMATCH: i64 = 40900;
/// The file is not there.
pub(crate) const FILE_MISSING: i64 = 40905;
/// The file holds nothing.
pub(crate) const FILE_EMPTY: i64 = 40906;
/// The file is too large.
pub(crate) const FILE_TOO_LARGE: i64 = 40907;
/// The file's name does not end as it must.
pub(crate) const FILE_NAME: i64 = 40908;
/// The file's type is not one of the enum.
pub(crate) const UNSUPPORTED_CALCULATE_TYPE: i64 = 40909;
/// The file was uploaded too long ago.
pub(crate) const FILE_EXPIRED: i64 = 40910;
/// The file does not hold what its type says.
pub(crate) const FILE_INVALID: i64 = 40914;
/// Too many requests by this app.
pub(crate) const TOO_MANY_REQUESTS: i64 = 40100;
/// The app's id and secret do not belong together.
pub(crate) const INVALID_APP: i64 = 40101;
/// An authorization code that is wrong, used or older than an hour.
pub(crate) const WRONG_AUTH_CODE: i64 = 40110;
/// Too many requests for one ad account.
pub(crate) const TOO_MANY_REQUESTS_FOR_ACCOUNT: i64 = 40133;
/// No access token.
pub(crate) const EMPTY_TOKEN: i64 = 40104;
/// An access token that is wrong or revoked.
pub(crate) const WRONG_TOKEN: i64 = 40105;

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A field that must be there is not.
    pub(crate) fn missing(field: &str) -> Self {
        Self::new(PARAMETER_ERROR, format!("{field}: Missing data for required field."))
    }

    /// A field is not what it must be.
    pub(crate) fn invalid(field: &str, expected: &str) -> Self {
        Self::new(PARAMETER_ERROR, format!("{field}: {expected}."))
    }

    /// A field has none of the values that it may have.
    pub(crate) fn not_one_of(field: &str, allowed: &[&str]) -> Self {
        Self::invalid(field, &format!("Must be one of {}", allowed.join(", ")))
    }

    /// An audience that is not there, not any more, or of another ad account.
    pub(crate) fn audience_not_found(field: &str) -> Self {
        Self::new(NOT_FOUND, format!("{field}: Audience does not exist."))
    }

    /// An audience that is being processed, is too small, or has expired: TikTok's text for all three.
    pub(crate) fn not_editable() -> Self {
        Self::new(PARAMETER_ERROR, "Audience is not editable, please check audience status.")
    }

    pub(crate) fn too_many_requests() -> Self {
        Self::new(TOO_MANY_REQUESTS, "Too many requests. Please retry in some time.")
    }

    pub(crate) fn wrong_app() -> Self {
        Self::new(INVALID_APP, "app_id and secret do not belong together.")
    }

    pub(crate) fn wrong_token() -> Self {
        Self::new(WRONG_TOKEN, "Access token is incorrect or has been revoked.")
    }

    pub(crate) fn no_permission() -> Self {
        Self::new(NO_PERMISSION, "No permission to operate advertiser.")
    }
}
