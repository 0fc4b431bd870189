//! What the library warns of while it works, such as a request that has to wait before it is sent again: shown at once,
//! so that a wait of minutes does not look like a program that hangs.

use std::fmt::{Debug, Write};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber, subscriber};

use crate::progress::Bar;

/// Shows warnings from now on. A program with a log of its own installs its own subscriber in this place.
pub(crate) fn show(bar: Bar) {
    // It fails only where there is one already, which then does the job.
    let _ = subscriber::set_global_default(Notices(bar));
}

struct Notices(Bar);

impl Subscriber for Notices {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= Level::WARN && metadata.target().starts_with("tikaud")
    }

    fn event(&self, event: &Event<'_>) {
        let mut notice = Notice::default();
        event.record(&mut notice);
        self.0.tell(&notice.text());
    }

    // Spans are not shown, so they need no identity.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// An event's message, and its fields as they came.
#[derive(Default)]
struct Notice {
    message: String,
    wait: String,
    fields: String,
}

impl Visit for Notice {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a string does not fail. A wait comes first: it is what the user is to know.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            "wait" => write!(self.wait, "waiting {value:.1?}, then "),
            name => write!(self.fields, "{}{name} {value:?}", if self.fields.is_empty() { "" } else { ", " }),
        };
    }
}

impl Notice {
    fn text(&self) -> String {
        let fields = if self.fields.is_empty() { String::new() } else { format!(" ({})", self.fields) };
        format!("warning: {}{}{fields}", self.wait, self.message)
    }
}
