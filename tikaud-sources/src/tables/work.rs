//! What the engine does is done on a thread of its own, whose errors are items.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use tikaud_core::diff::DiffEngineError;

use super::AdbcDiffEngine;
use super::names::Place;
use crate::adbc::definition::Definition;
use crate::adbc::reading::Reading;
use crate::adbc::running::Running;

/// What a thread does, whose errors are items.
pub(super) type Work<T> = Reading<Result<T, DiffEngineError>>;

impl AdbcDiffEngine {
    pub(super) fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Definition, &Running, &Place, &mut dyn FnMut(T) -> bool) -> Result<(), DiffEngineError>
        + Send
        + 'static,
    ) -> Result<Work<T>, DiffEngineError> {
        let place = Arc::clone(&self.place);
        Ok(Reading::start_observed(&self.definition, self.observer.clone(), move |definition, running, emit| {
            let outcome = work(definition, running, &place, &mut |item| emit(Ok(item)));
            if let Err(error) = outcome {
                emit(Err(error));
            }
            Ok(())
        })?)
    }

    pub(super) async fn only<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Definition, &Running, &Place) -> Result<T, DiffEngineError> + Send + 'static,
    ) -> Result<T, DiffEngineError> {
        let work = self.work(move |definition, running, place, emit| {
            emit(work(definition, running, place)?);
            Ok(())
        })?;
        work.only().await?
    }
}

/// The rest of the items, as a stream that ends at the first error: the thread does nothing more once it has told of one.
pub(super) fn items<T: Send + 'static>(work: Work<T>) -> BoxStream<'static, Result<T, DiffEngineError>> {
    work.items().map(|item| item?).boxed()
}
