//! The spans of a run in OpenTelemetry: here they are printed, and no collector is needed. For a real one, put the exporter of
//! the crate `opentelemetry-otlp` in the place of the one that prints.
//!
//! ```text
//! cargo run --example opentelemetry
//! ```
//!
//! Names and fields of spans are listed in `tikaud-core/docs/reports.md`. None of them holds an identifier.

use std::error::Error;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tikaud_core::activation::{Activation, RunEventKind, RunOptions, SegmentActivation};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::MemoryStateStore;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(opentelemetry_stdout::SpanExporter::default())
        .with_resource(Resource::builder_empty().with_service_name("audiences").build())
        .build();
    // Spans of info are a run and its stages; those of debug are batches and requests too.
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("tikaud"));
    tracing_subscriber::registry().with(LevelFilter::DEBUG).with(spans).init();

    let segment =
        MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")], [Some("grace@example.com")]])?;
    let activation = SegmentActivation::builder("buyers", segment, MemoryDestination::new(), MemoryStateStore::new())
        .mapping(FieldMapping::try_new([("email", Field::Email)])?)
        .on_event(|event| {
            // What alerts are made of: one message per change of state. Here it joins the span of its run.
            if let RunEventKind::StateChanged(change) = &event.kind {
                tracing::warn!("{change}");
            }
        })
        .build()?;
    activation.run(&RunOptions::new()).await?;

    provider.shutdown()?;
    Ok(())
}
