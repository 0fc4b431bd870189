//! Which host is talked to.

use std::fmt;

use tikaud_core::destination::{DestinationError, DestinationErrorKind};
use url::{Host, Url};

use crate::wire::PATH_PREFIX;

/// TikTok's production host. There is no other for audiences: the sandbox has none.
pub(crate) const PRODUCTION: &str = "https://business-api.tiktok.com";

/// The host that is talked to, and a path before TikTok's own, if any.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint(Url);

impl Endpoint {
    /// # Errors
    ///
    /// `Configuration` when it is no URL of a host, or when a token would travel in clear.
    pub(crate) fn try_new(text: &str) -> Result<Self, DestinationError> {
        // The text is not quoted before it is known to hold no password.
        let wrong = |why: &str| {
            let message = format!("the endpoint is no usable URL: {why}; give one such as {PRODUCTION}");
            DestinationError::new(DestinationErrorKind::Configuration, message)
        };
        let url = Url::parse(text).map_err(|error| wrong("it cannot be parsed").with_source(error))?;
        let Some(host) = url.host() else { return Err(wrong("it names no host")) };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user name or password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it holds a query or fragment"));
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&host) => Ok(Self(url)),
            "http" => Err(DestinationError::new(
                DestinationErrorKind::Configuration,
                format!("the endpoint http://{host} would have the access token travel in clear: use https"),
            )),
            _ => Err(wrong("its scheme is not https")),
        }
    }

    /// The URL of an endpoint's path.
    pub(super) fn url(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{PATH_PREFIX}{path}", self.0.path().trim_end_matches('/')));
        url
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Nothing leaves the machine: the test servers' case.
fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(domain) => *domain == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_end_in_a_slash_whatever_the_endpoint_ends_in() {
        for endpoint in ["https://business-api.tiktok.com", "https://business-api.tiktok.com/"] {
            let url = Endpoint::try_new(endpoint).unwrap().url("segment/mapping/");
            assert_eq!(url.as_str(), "https://business-api.tiktok.com/open_api/v1.3/segment/mapping/");
        }
        let url = Endpoint::try_new("https://proxy.example/tiktok/").unwrap().url("user/info/");
        assert_eq!(url.as_str(), "https://proxy.example/tiktok/open_api/v1.3/user/info/");
    }

    #[test]
    fn clear_text_is_for_this_machine_only() {
        for endpoint in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080"] {
            assert!(Endpoint::try_new(endpoint).is_ok(), "{endpoint}");
        }
        insta::assert_snapshot!(
            Endpoint::try_new("http://localhost.example.com").unwrap_err(),
            @"the endpoint http://localhost.example.com would have the access token travel in clear: use https"
        );
    }

    #[test]
    fn what_is_no_host_is_refused_without_quoting_it() {
        for endpoint in ["", "business-api.tiktok.com", "ftp://x", "https://u:canary@x", "https://x?a=canary", "data:x"]
        {
            let error = Endpoint::try_new(endpoint).unwrap_err();
            assert_eq!(error.kind(), DestinationErrorKind::Configuration);
            assert!(!format!("{error} {error:?}").contains("canary"), "{endpoint}");
        }
    }
}
