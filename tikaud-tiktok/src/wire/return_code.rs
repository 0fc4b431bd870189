//! What TikTok's return codes mean and what to do about them.
//!
//! Codes and names are those of TikTok's SDK
//! (<https://github.com/tiktok/tiktok-business-api-sdk/blob/main/python_sdk/business_api_client/tiktok_business/tiktok_code.py>),
//! meanings those of <https://business-api.tiktok.com/portal/docs?id=1737172488964097>.

use tikaud_core::destination::DestinationErrorKind::{self as Kind, *};

/// The request was carried out.
pub(super) const OK: i64 = 0;
/// Part of it was.
pub(super) const PARTIALLY_SUCCESSFUL: i64 = 20001;

/// Whether and how to send the request again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryClass {
    /// Sending it again changes nothing.
    Never,
    /// After an exponential back-off.
    Soon,
    /// Likewise, but twice at most: sources disagree on whether it is worth it.
    Twice,
    /// After a minute or more.
    Slowly,
    /// A quota is used up: the next second, after five minutes, or the next day.
    Throttled,
    /// In smaller requests.
    Split,
}

/// Whether a request that was answered so was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Certainly not.
    NotDone,
    /// Nobody says.
    Unclear,
    /// There was nothing to do.
    NothingToDo,
}
use Outcome::{NotDone, NothingToDo, Unclear};
use RetryClass::{Never, Slowly, Soon, Split, Throttled, Twice};

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReturnCode {
    first: i64,
    last: i64,
    pub(crate) kind: Kind,
    pub(crate) retry: RetryClass,
    pub(crate) outcome: Outcome,
    /// What TikTok says it means.
    pub(crate) meaning: &'static str,
    /// What to do about it.
    pub(crate) advice: &'static str,
}

impl ReturnCode {
    /// A wrong hash, a missing audience and a busy audience all come as this code.
    pub(crate) const PARAMETER_ERROR: i64 = 40002;
    /// The request's fields are wrong.
    pub(crate) const INVALID_PARAMETERS: i64 = 40000;
    /// A value is not of the form of the hash that the id schema names.
    pub(crate) const NOT_HASHED: i64 = 40062;

    /// A file did not arrive as it was sent.
    pub(crate) const SIGNATURE_MISMATCH: i64 = 40900;
    /// An uploaded file is not there any more.
    pub(crate) const FILE_MISSING: i64 = 40905;
    /// An uploaded file has been kept long enough.
    pub(crate) const FILE_EXPIRED: i64 = 40910;

    /// What this code means. A code that the table does not have is judged by its range.
    pub(crate) fn of(code: i64) -> &'static Self {
        let at = |line: &&Self| (line.first..=line.last).contains(&code);
        TABLE.iter().find(at).or_else(|| RANGES.iter().find(at)).unwrap_or(&UNKNOWN)
    }

    /// Whether the token itself is refused, so that another one may help: expired, empty, wrong or revoked, of a user
    /// who is gone, or of another company than the ad account's.
    pub(crate) fn is_stale_token(code: i64) -> bool {
        matches!(code, 40102 | 40104 | 40105 | 40106 | 40119)
    }

    /// Whether a quota that is used up is the app's, and not that of one ad account or of one value.
    pub(crate) fn is_quota_of_app(code: i64) -> bool {
        !matches!(code, 40132 | 40133)
    }
}

const CONNECT: &str = "connect again to get a new access token";
const CHECK_APP: &str = "check the app id, secret and authorization flow of the developer app";
const ROLE: &str = "have an Admin of the account or its Business Center grant the role Admin or Operator and the \
                    scope Audience Management, then connect again";
const ASK_TIKTOK: &str = "ask your TikTok representative to open the Streaming API to this app and ad account";
const APP_REVIEW: &str = "have TikTok approve the developer app for the scope Audience Management";
const MEND: &str = "mend the input that TikTok's message names";
const SMALLER: &str = "send fewer identifiers in one request: lower the batch size";
const LATER: &str = "try again later";
const PACE: &str = "lower requests_per_second, or have TikTok raise the app's quota";
const UPLOAD: &str = "upload the file again";
const SDK: &str = "this version of tikaud does not suit TikTok's API: look for a newer one";
const NO_SANDBOX: &str = "use TikTok's production host: its sandbox has no audiences";
const ACCOUNT: &str = "check the ad account's id";

const fn code(code: i64, kind: Kind, retry: RetryClass, meaning: &'static str, advice: &'static str) -> ReturnCode {
    range(code, code, kind, retry, meaning, advice)
}

const fn range(
    first: i64,
    last: i64,
    kind: Kind,
    retry: RetryClass,
    meaning: &'static str,
    advice: &'static str,
) -> ReturnCode {
    // A request that was turned away for its quota, its token or its fields was not carried out. What broke half-way
    // may have been.
    let outcome = match retry {
        Never | Throttled | Split => NotDone,
        Soon | Twice | Slowly => Unclear,
    };
    ReturnCode { first, last, kind, retry, outcome, meaning, advice }
}

impl ReturnCode {
    const fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }
}

/// Every code that TikTok's documents and SDK name and that an audience call can meet.
#[rustfmt::skip]
static TABLE: [ReturnCode; 88] = [
    code(40000, InvalidInput, Never, "invalid parameters", MEND),
    code(40001, Permission, Never, "no permission for the operation or the object", ROLE),
    code(40002, InvalidInput, Never, "a parameter is wrong, or the audience cannot be edited now", MEND),
    code(40003, Permission, Never, "forbidden", ROLE),
    code(40006, Unsupported, Never, "the API version is incompatible", SDK),
    code(40007, NotFound, Never, "the object, URL or file does not exist", "check the audience's and the ad account's id"),
    code(40008, Unsupported, Never, "not implemented", NO_SANDBOX),
    code(40009, Unsupported, Never, "not supported in the sandbox", NO_SANDBOX),
    code(40010, Configuration, Never, "wrong domain", "use the host business-api.tiktok.com"),
    code(40011, InvalidInput, Split, "too many ids in one request", SMALLER),
    code(40012, InvalidInput, Never, "nothing to update", "nothing needs to be done").with_outcome(NothingToDo),
    code(40013, Unsupported, Never, "the sandbox account is missing", NO_SANDBOX),
    code(40014, Unsupported, Never, "unsupported in the sandbox", NO_SANDBOX),
    code(40016, RateLimited, Throttled, "requests too frequent for this endpoint and app", PACE),
    code(40050, InvalidInput, Never, "duplicated request", "look whether the first one was carried out").with_outcome(Unclear),
    code(40051, Unsupported, Never, "the API version is invalid", SDK),
    code(40061, InvalidInput, Split, "invalid batch size", SMALLER),
    code(40062, InvalidInput, Never, "personal data is not hashed", "check how the field mapping declares the column"),
    code(40063, InvalidInput, Never, "invalid partner name", MEND),
    code(40100, RateLimited, Throttled, "requests too frequent for this app", PACE),
    code(40101, Authorization, Never, "invalid authorization parameters", CHECK_APP),
    code(40102, Authorization, Never, "the access token has expired", CONNECT),
    code(40103, Authorization, Never, "the refresh token has expired", CONNECT),
    code(40104, Authorization, Never, "the access token is empty", CONNECT),
    code(40105, Authorization, Never, "the access token is wrong or was revoked", CONNECT),
    code(40106, Authorization, Never, "the token's user is invalid", CONNECT),
    code(40107, Authorization, Never, "invalid refresh token", CONNECT),
    code(40108, Authorization, Never, "invalid grant type", CHECK_APP),
    code(40109, Authorization, Never, "a value could not be deciphered", CHECK_APP),
    code(40110, Authorization, Never, "the authorization code is invalid, used or expired", CONNECT),
    code(40112, Authorization, Never, "wrong password", CHECK_APP),
    code(40113, Authorization, Never, "the app is blocked or missing, or the token belongs to another app", CHECK_APP),
    code(40115, Authorization, Never, "the timestamp has expired", "set the machine's clock"),
    code(40116, Authorization, Never, "wrong signature", CHECK_APP),
    code(40117, Authorization, Never, "wrong authorization method", CHECK_APP),
    code(40118, AccessNeeded, Never, "the app or ad account is not on the allowlist, or the feature is not in its region", ASK_TIKTOK),
    code(40119, Authorization, Never, "developer and advertiser are not of one company", "use the token that was granted for this ad account"),
    code(40124, AccessNeeded, Never, "the developer's profile is not approved", APP_REVIEW),
    code(40125, Permission, Never, "the developer lacks the permission", APP_REVIEW),
    code(40130, Permission, Never, "the scope is not authorized", ROLE),
    code(40131, Permission, Never, "the TikTok user's authorization failed", ROLE),
    code(40132, RateLimited, Throttled, "requests too frequent for one value of a field", PACE),
    code(40133, RateLimited, Throttled, "requests too frequent for this ad account", PACE),
    code(40200, InvalidInput, Twice, "the task failed", MEND),
    code(40201, Busy, Soon, "the task is not ready", LATER),
    code(40202, Busy, Soon, "two writes conflict", LATER),
    code(40300, NotFound, Never, "the ad account does not exist or was deleted", ACCOUNT),
    code(40301, NotFound, Never, "the ad account cannot be matched", ACCOUNT),
    code(40309, Authorization, Never, "login required", CONNECT),
    code(40400, NotFound, Never, "there is no such route", SDK),
    code(40502, InvalidInput, Never, "a limit of the ad account is reached", "delete what is not needed any more"),
    code(40700, InvalidInput, Twice, "internal validation error", MEND),
    code(40900, InvalidInput, Never, "the file's signature does not match", UPLOAD),
    code(40905, InvalidInput, Never, "the file is missing", UPLOAD),
    code(40906, InvalidInput, Never, "the file is empty", MEND),
    code(40907, InvalidInput, Never, "the file is too large", "send smaller files"),
    code(40908, InvalidInput, Never, "the file's type is wrong", MEND),
    code(40909, InvalidInput, Never, "unsupported calculate_type", MEND),
    code(40910, InvalidInput, Never, "the file has expired", UPLOAD),
    code(40914, InvalidInput, Never, "the file is invalid", MEND),
    code(40915, InvalidInput, Never, "the file is out of specification", MEND),
    code(41000, Permission, Never, "requests from this country are banned", "send from an address in another country"),
    code(41001, Unsupported, Never, "the endpoint is offline", SDK),
    code(41002, Unsupported, Never, "a field is offline", SDK),
    code(50000, Unavailable, Soon, "system error", LATER),
    code(50002, Unavailable, Soon, "error on TikTok's side", LATER),
    code(51001, Unavailable, Soon, "internal service error", LATER),
    code(51002, Unavailable, Soon, "internal service error", LATER),
    code(51003, Unavailable, Soon, "error of the audience service", LATER),
    code(51008, Unavailable, Soon, "error of the advertiser service", LATER),
    code(51010, Unavailable, Soon, "internal time-out", LATER),
    code(51037, Unavailable, Soon, "error of the task service", LATER),
    code(51039, Unavailable, Soon, "error of the authorization service", LATER),
    code(51040, Unavailable, Soon, "error of the advertiser service", LATER),
    code(51045, Unavailable, Soon, "error of the file service", LATER),
    code(51056, Unavailable, Soon, "error of the advertiser service", LATER),
    code(51060, Unavailable, Soon, "error of the Business Center service", LATER),
    code(51063, Unavailable, Soon, "error of the segment gateway", LATER),
    range(51000, 51099, Unavailable, Soon, "internal service error", LATER),
    code(51305, Unavailable, Soon, "error of the satellite service", LATER),
    range(52000, 52204, Unavailable, Soon, "error of a database or store", LATER),
    code(53102, Unavailable, Soon, "serialization error", LATER),
    code(53103, Unavailable, Soon, "deserialization error", LATER),
    code(60001, Unavailable, Slowly, "maintenance", LATER),
    code(61000, RateLimited, Throttled, "too many requests", PACE),
    code(70001, Authorization, Never, "invalid type of business authorization", CONNECT),
    // Successes never get here; the lines answer whoever asks.
    code(OK, Protocol, Never, "OK", "nothing needs to be done").with_outcome(NothingToDo),
    code(PARTIALLY_SUCCESSFUL, Protocol, Never, "partially successful", "read TikTok's message").with_outcome(Unclear),
];

/// Codes that the table does not have, by the families that it shows.
#[rustfmt::skip]
static RANGES: [ReturnCode; 5] = [
    range(40100, 40199, Authorization, Never, "an unlisted refusal of the authorization", CONNECT),
    range(40000, 41999, InvalidInput, Never, "an unlisted refusal of the request", MEND),
    range(50000, 59999, Unavailable, Soon, "an unlisted error on TikTok's side", LATER),
    range(60000, 60999, Unavailable, Slowly, "an unlisted kind of maintenance", LATER),
    range(61000, 61999, RateLimited, Throttled, "an unlisted limit", PACE),
];

static UNKNOWN: ReturnCode =
    code(-1, Protocol, Never, "a code that TikTok's documents do not list", SDK).with_outcome(Unclear);

#[cfg(test)]
mod tests;
