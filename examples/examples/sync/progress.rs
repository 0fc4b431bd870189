//! A progress bar on a terminal; indicatif draws none in a pipe.

use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use tikaud_core::activation::{RunEvent, RunEventKind};

use crate::output;

/// How often the spinner turns, and the time beside it goes on, while nothing else happens.
const TICK: Duration = Duration::from_millis(200);

/// How far the run has come.
#[derive(Clone)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::no_length().with_style(style("{spinner} {msg}")).with_message("asking TikTok");
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// What a run is to tell its progress to.
    pub(crate) fn observer(&self) -> impl Fn(&RunEvent) + Send + Sync + 'static {
        let bar = self.0.clone();
        move |event| match event.kind {
            RunEventKind::Reading { members } => bar.set_message(format!("members read: {}", HumanCount(members))),
            RunEventKind::Batch { done, total } => {
                if bar.length() != Some(total) {
                    bar.set_length(total);
                    bar.set_style(style(
                        "{spinner} {bar:40} {human_pos} of {human_len} identifiers sent, {elapsed} so far",
                    ));
                }
                bar.set_position(done);
            }
            _ => {}
        }
    }

    /// Prints a line above the bar.
    pub(crate) fn tell(&self, text: &str) {
        self.0.suspend(|| output::tell(text));
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
