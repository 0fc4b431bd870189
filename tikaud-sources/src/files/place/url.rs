//! Paths that are URLs.

use std::fmt;
use std::path::PathBuf;

use tikaud_core::segment::SegmentError;

use crate::error::configuration;

/// A path as it was given.
#[derive(Clone)]
pub(in super::super) struct Given(pub(in super::super) PathBuf);

/// Of a URL that may hold a secret, the scheme only.
impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Url::of(self) {
            Some(url) if url.holds_more().is_some() => write!(f, "\"{}://…\"", url.scheme),
            _ => self.0.fmt(f),
        }
    }
}

/// A URL. Nothing in it is decoded: what stands after the bucket is a key, or a pattern of keys, as it is.
#[derive(Clone, Copy)]
pub(in super::super) struct Url<'a> {
    pub(super) text: &'a str,
    pub(in super::super) scheme: &'a str,
    /// The bucket or container.
    pub(super) authority: &'a str,
    /// What follows, without the slash before it.
    pub(in super::super) path: &'a str,
}

impl<'a> Url<'a> {
    /// The path as a URL; `None` when it is a path of this machine.
    pub(in super::super) fn of(given: &'a Given) -> Option<Self> {
        let text = given.0.to_str()?;
        let (scheme, rest) = text.split_once("://")?;
        let is_scheme = scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+');
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        is_scheme.then_some(Self { text, scheme, authority, path })
    }

    /// The path of this machine that a `file` URL stands for.
    pub(in super::super) fn local(&self) -> Option<PathBuf> {
        let is_local = self.scheme.eq_ignore_ascii_case("file") && matches!(self.authority, "" | "localhost");
        is_local.then(|| PathBuf::from(format!("/{}", self.path)))
    }

    /// # Errors
    ///
    /// When it has a user, a password or a query. They are not shown.
    pub(in super::super) fn check(&self) -> Result<(), SegmentError> {
        self.holds_more().map_or(Ok(()), |what| {
            Err(configuration(format!(
                "a URL of the scheme `{}` has {what} (not shown here); a URL names a place only, credentials come from the \
                 environment or with a store of your own (`FileSegmentBuilder::object_store`)",
                self.scheme
            )))
        })
    }

    fn holds_more(&self) -> Option<&'static str> {
        // `abfss://container@account.dfs.core.windows.net` is how Azure writes a place.
        let is_place = self.scheme.starts_with("abfs") && !self.authority.contains(':');
        if self.authority.contains('@') && !is_place {
            return Some("a user or a password");
        }
        self.text.contains(['?', '#']).then_some("a query or a fragment")
    }
}
