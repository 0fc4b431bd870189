//! Keys, contents and looks at them.

use bytes::Bytes;

use crate::conformance::outcome::{must, must_fail};
use crate::state::{ObjectKey, StateError, StateStore};

pub(super) fn key(text: &str) -> ObjectKey {
    must(text.parse(), "the key is valid")
}

/// Bytes that differ from place to place and from seed to seed.
pub(super) fn content(seed: u8, len: usize) -> Bytes {
    (0..len).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1].wrapping_mul(31) ^ seed).collect()
}

pub(super) async fn create(store: &dyn StateStore, name: &str, content: &Bytes) {
    must(store.create(&key(name), content.clone()).await, "an object whose key is free is created");
}

/// Writes an object piece by piece.
pub(super) async fn write(store: &dyn StateStore, name: &str, pieces: &[Bytes]) -> Result<(), StateError> {
    let mut writer = must(store.writer(&key(name)).await, "an object can be started");
    for piece in pieces {
        must(writer.write(piece.clone()).await, "bytes can be appended to an object on its way");
    }
    writer.finish().await
}

/// Checks that an object is there, whole, in `read` and in `list`.
pub(super) async fn assert_there(store: &dyn StateStore, name: &str, content: &Bytes, clause: &str) {
    let len = content.len() as u64;
    let found = must(store.read(&key(name), 0..len).await, clause);
    assert!(found == *content, "{clause}; `read` gives other bytes of `{name}` than were written");
    let listed = listed(store, None).await;
    assert!(listed.contains(&(name.to_owned(), len)), "{clause}; `list` has no `{name}` of {len} bytes: {listed:?}");
}

/// Checks that there is no such object, neither in `read` nor in `list`.
pub(super) async fn assert_not_there(store: &dyn StateStore, name: &str, clause: &str) {
    let error = must_fail(store.read(&key(name), 0..0).await, clause);
    assert!(is_not_found(&error, name), "{clause}; reading it gives `NotFound` with its key, not {error:?}");
    let listed = listed(store, None).await;
    assert!(listed.iter().all(|(listed, _)| listed != name), "{clause}; `list` has `{name}`: {listed:?}");
}

/// Keys and lengths, as they are listed.
pub(super) async fn listed(store: &dyn StateStore, prefix: Option<&str>) -> Vec<(String, u64)> {
    let prefix = prefix.map(key);
    let entries = must(store.list(prefix.as_ref()).await, "objects can be listed");
    entries.into_iter().map(|entry| (entry.key.to_string(), entry.len)).collect()
}

pub(super) fn is_not_found(error: &StateError, name: &str) -> bool {
    matches!(error, StateError::NotFound { key } if key.as_str() == name)
}

pub(super) fn is_taken(error: &StateError, name: &str) -> bool {
    matches!(error, StateError::AlreadyExists { key } if key.as_str() == name)
}

pub(super) fn is_damaged(error: &StateError, name: &str) -> bool {
    matches!(error, StateError::Truncated { key } if key.as_str() == name)
}
