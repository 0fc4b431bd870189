//! A segment that is shared is a segment.

use std::sync::Arc;

use async_trait::async_trait;

use super::{IdentifierStream, MemberStream, Segment, SegmentError, SegmentSchema};
use crate::identifier::FieldMapping;

#[async_trait]
impl<S: Segment + ?Sized> Segment for Arc<S> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn description(&self) -> Option<&str> {
        (**self).description()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        (**self).columns().await
    }

    async fn schema(&self) -> Result<SegmentSchema, SegmentError> {
        (**self).schema().await
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        (**self).members(columns).await
    }

    async fn identifiers(&self, mapping: &FieldMapping) -> Result<Option<IdentifierStream>, SegmentError> {
        (**self).identifiers(mapping).await
    }
}
