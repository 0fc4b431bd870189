//! Object stores, and the clients of those that a URL alone names.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use tikaud_core::segment::SegmentError;
use tikaud_core::state::object_store::ObjectStore;

use super::Url;
use crate::error::configuration;

/// An object store, and the URL of its root.
#[derive(Clone)]
pub(in super::super) struct Store {
    root: String,
    client: Arc<dyn ObjectStore>,
}

/// A URL has one store.
impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
    }
}

impl Eq for Store {}

impl Hash for Store {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.root.hash(state);
    }
}

/// The client's own shows its credentials.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Store {
    pub(in super::super) fn new(root: &str, client: Arc<dyn ObjectStore>) -> Self {
        Self { root: root.trim_end_matches('/').to_owned(), client }
    }

    /// The store that a URL's scheme and bucket name, with what the environment says of credentials, region and endpoint.
    ///
    /// # Errors
    ///
    /// `Configuration` when this program has no client for the scheme, or the client lacks something.
    pub(in super::super) fn from_env(url: &Url<'_>) -> Result<Self, SegmentError> {
        if url.authority.is_empty() {
            return Err(configuration(format!("`{}` names no bucket; write `{}://bucket/…`", url.text, url.scheme)));
        }
        let root = format!("{}://{}", url.scheme, url.authority);
        let client = match url.scheme {
            "s3" | "s3a" => s3(&root)?,
            "gs" => gcs(&root)?,
            "az" | "azure" | "adl" | "abfs" | "abfss" => azure(&root)?,
            scheme => {
                return Err(configuration(format!(
                    "no store is known for the scheme `{scheme}` (s3, gs, az and file are); give one with \
                     `FileSegmentBuilder::object_store`"
                )));
            }
        };
        Ok(Self::new(&root, client))
    }

    pub(in super::super) fn client(&self) -> &dyn ObjectStore {
        &*self.client
    }

    /// What follows the root in a URL; `None` when the URL is of another store.
    pub(in super::super) fn key_in<'a>(&self, url: &Url<'a>) -> Option<&'a str> {
        match url.text.strip_prefix(&self.root)? {
            "" => Some(""),
            rest => rest.strip_prefix('/'),
        }
    }

    /// The URL of a key, or of a pattern of keys.
    pub(in super::super) fn name_of(&self, key: &str) -> String {
        format!("{}/{key}", self.root)
    }

    /// The URL of the root.
    pub(in super::super) fn root(&self) -> &str {
        &self.root
    }
}

type Client = Result<Arc<dyn ObjectStore>, SegmentError>;

#[cfg(any(feature = "aws", feature = "gcp", feature = "azure"))]
fn built<S: ObjectStore>(root: &str, built: tikaud_core::state::object_store::Result<S>) -> Client {
    use tikaud_core::state::ObjectStoreCause;

    match built {
        Ok(store) => Ok(Arc::new(store)),
        Err(error) => {
            let message =
                format!("no client can be made for `{root}`; look at the cause, and the environment's variables");
            Err(configuration(message).with_source(ObjectStoreCause::of(&error)))
        }
    }
}

#[cfg(not(all(feature = "aws", feature = "gcp", feature = "azure")))]
fn without(root: &str, feature: &str) -> Client {
    Err(configuration(format!("`{root}` needs the feature `{feature}` of tikaud-sources, or a store of your own")))
}

#[cfg(feature = "aws")]
fn s3(root: &str) -> Client {
    built(root, tikaud_core::state::object_store::aws::AmazonS3Builder::from_env().with_url(root).build())
}

#[cfg(not(feature = "aws"))]
fn s3(root: &str) -> Client {
    without(root, "aws")
}

#[cfg(feature = "gcp")]
fn gcs(root: &str) -> Client {
    built(root, tikaud_core::state::object_store::gcp::GoogleCloudStorageBuilder::from_env().with_url(root).build())
}

#[cfg(not(feature = "gcp"))]
fn gcs(root: &str) -> Client {
    without(root, "gcp")
}

#[cfg(feature = "azure")]
fn azure(root: &str) -> Client {
    built(root, tikaud_core::state::object_store::azure::MicrosoftAzureBuilder::from_env().with_url(root).build())
}

#[cfg(not(feature = "azure"))]
fn azure(root: &str) -> Client {
    without(root, "azure")
}
