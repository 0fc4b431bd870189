//! Whether a store can hold state: what it promises, tried.
//!
//! A server that knows nothing of conditions ignores them without a word, and two runs undo each other's work. It is found
//! out by a few small requests before the first object is created, once for each [`ObjectStateStore`].

use std::io::{self, ErrorKind};
use std::time::{Duration, SystemTime};

use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, Error as ClientError, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions,
    Result as ClientResult,
};

use super::error::failed;
use super::identity::WriterId;
use super::upload::UPLOADS;
use crate::state::StateError;

/// An upload is copied in minutes; clocks may differ by hours where time zones are set wrongly.
const ABANDONED_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// What a store can do beyond what it must.
#[derive(Debug, Clone, Copy)]
pub(super) struct Abilities {
    /// Whether an object can have metadata.
    pub(super) attributes: bool,
}

/// Makes sure that a store creates and copies an object only where none is.
pub(super) async fn prove(objects: &dyn ObjectStore, prefix: &str) -> Result<Abilities, StateError> {
    let shown = format!("{prefix}/{UPLOADS}");
    let id = WriterId::draw().map_err(StateError::io("create", shown.as_str()))?;
    let object = Path::from_iter([UPLOADS, &format!("{}-test", id.as_str())]);
    let copy = Path::from_iter([UPLOADS, &format!("{}-copy", id.as_str())]);

    let outcome = attempt(objects, &id, &object, &copy).await;
    for location in [&object, &copy] {
        // What stays is listed nowhere, and removed once it is old.
        drop(objects.delete(location).await);
    }
    match outcome {
        Ok(Some(abilities)) => Ok(abilities),
        Ok(None) => Err(StateError::io("create", shown)(io::Error::new(
            ErrorKind::Unsupported,
            "the store has overwritten an object that it was to create only where none is, so that two runs could undo \
             each other's work; use a store, or a version of it, that honours `If-None-Match: *`",
        ))),
        Err(error) => Err(failed("create", &shown, &error)),
    }
}

/// `None` when the store overwrites. That an object of this key is there already can only be our own doing.
async fn attempt(
    objects: &dyn ObjectStore,
    id: &WriterId,
    object: &Path,
    copy: &Path,
) -> ClientResult<Option<Abilities>> {
    let create = |attributes| {
        let options = PutOptions { mode: PutMode::Create, attributes, ..PutOptions::default() };
        objects.put_opts(object, "tikaud".into(), options)
    };
    let attributes = match create(id.attributes()).await {
        Err(ClientError::NotImplemented { .. } | ClientError::NotSupported { .. }) => {
            create(Default::default()).await?;
            false
        }
        outcome => created(outcome).map(|_| true)?,
    };
    if created(create(Default::default()).await)? {
        return Ok(None);
    }
    let copied = || objects.copy_opts(object, copy, CopyOptions::new().with_mode(CopyMode::Create));
    created(copied().await)?;
    let overwritten = created(copied().await)?;
    Ok((!overwritten).then_some(Abilities { attributes }))
}

/// Whether a request was carried out, and not refused because an object is there.
fn created<T>(outcome: ClientResult<T>) -> ClientResult<bool> {
    match outcome {
        Err(ClientError::AlreadyExists { .. }) => Ok(false),
        outcome => outcome.map(|_| true),
    }
}

/// Removes uploads that nobody can be working on any more.
pub(super) async fn remove_abandoned(objects: &dyn ObjectStore) -> ClientResult<()> {
    let old = objects.list(Some(&Path::from(UPLOADS))).try_filter(|upload| std::future::ready(is_abandoned(upload)));
    let locations = old.map_ok(|upload| upload.location).boxed();
    let mut removed = objects.delete_stream(locations);
    while let Some(removal) = removed.next().await {
        match removal {
            // Another process removes them too.
            Ok(_) | Err(ClientError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_abandoned(upload: &ObjectMeta) -> bool {
    let age = SystemTime::now().duration_since(upload.last_modified.into());
    age.is_ok_and(|age| age > ABANDONED_AFTER)
}
