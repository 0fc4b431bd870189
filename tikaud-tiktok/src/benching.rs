//! The inside, as far as the project's own benchmarks measure it. No part of the public interface: it may change at any time.

use bytes::Bytes;
use tikaud_core::destination::Batch;

use crate::wire::{Payload, Request, SegmentMapping};

/// The body of the request that carries out a batch, as the client sends it; `None` when TikTok does not take its kind.
#[must_use]
pub fn segment_mapping_body(advertiser_id: &str, audience_id: &str, batch: &Batch) -> Option<Bytes> {
    match SegmentMapping::try_new(advertiser_id, audience_id, batch, 0..batch.len())?.payload() {
        Payload::Body(body) => Some(body),
        Payload::Query(_) | Payload::Form(_) => None,
    }
}
