//! A progress bar on a terminal; indicatif draws none in a pipe.

use indicatif::{ProgressBar, ProgressStyle};
use tikaud_core::activation::Progress;

pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new() -> Self {
        Self(ProgressBar::no_length().with_style(style("{spinner} {msg}")))
    }

    /// What a run is to tell its progress to.
    pub(crate) fn observer(&self) -> impl Fn(Progress) + Send + Sync + 'static {
        let bar = self.0.clone();
        move |progress| match progress {
            Progress::Reading { members } => bar.set_message(format!("reading: {members} members")),
            Progress::Applying { done, total } => {
                if bar.length() != Some(total) {
                    bar.set_length(total);
                    bar.set_style(style("sending {bar:40} {human_pos} of {human_len} identifiers, {eta} left"));
                }
                bar.set_position(done);
            }
            _ => {}
        }
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
