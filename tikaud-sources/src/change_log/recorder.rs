//! One run's file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use async_trait::async_trait;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use tempfile::NamedTempFile;
use tikaud_core::activation::{ChangeLogError, ChangeRecorder, LoggedRun};
use tikaud_core::diff::{Action, IdentifierSet};
use tikaud_core::identifier::IdentifierKind;

/// A file on its way. Dropped, it is gone.
pub(super) struct ParquetRecorder {
    /// `None` after an error: what broke off is not finished.
    open: Option<Open>,
}

struct Open {
    writer: ArrowWriter<NamedTempFile>,
    target: PathBuf,
    schema: Arc<Schema>,
    run: LoggedRun,
}

/// Does what blocks where it may.
pub(super) async fn off_task<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ChangeLogError> + Send + 'static,
) -> Result<T, ChangeLogError> {
    let died = |_| ChangeLogError::new("writing the change log has died");
    tokio::task::spawn_blocking(work).await.map_err(died)?
}

/// What could not be done to a file of the log.
fn cannot<E: std::error::Error + Send + Sync + 'static>(
    doing: &str,
    path: &Path,
) -> impl FnOnce(E) -> ChangeLogError + use<E> {
    let message = format!("cannot {doing} `{}`; check its permissions and the free space", path.display());
    move |error| ChangeLogError::new(message).with_source(error)
}

fn schema() -> Schema {
    let text = |name| Field::new(name, DataType::Utf8, false);
    let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    Schema::new(vec![
        text("digest"),
        text("kind"),
        text("action"),
        text("activation"),
        text("destination"),
        text("run"),
        Field::new("time", time, false),
    ])
}

impl ParquetRecorder {
    pub(super) fn create(directory: &Path, run: LoggedRun) -> Result<Self, ChangeLogError> {
        fs::create_dir_all(directory).map_err(cannot("create the directory", directory))?;
        let target = directory.join(format!("{}-{}.parquet", run.run, run.at.strftime("%Y%m%dT%H%M%SZ")));
        // Whatever reads `*.parquet` passes over it.
        let temporary = tempfile::Builder::new().prefix(".tikaud-").suffix(".tmp").tempfile_in(directory);
        let temporary = temporary.map_err(cannot("write into", directory))?;
        let schema = Arc::new(schema());
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
        let writer = ArrowWriter::try_new(temporary, Arc::clone(&schema), Some(properties));
        let writer = writer.map_err(cannot("write", &target))?;
        Ok(Self { open: Some(Open { writer, target, schema, run }) })
    }

    /// Does the next thing with the file. One that has failed once stays unfinished.
    async fn with_file<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(Open) -> Result<T, ChangeLogError> + Send + 'static,
    ) -> Result<T, ChangeLogError> {
        let open = self.open.take().ok_or_else(|| ChangeLogError::new("the file of the change log was given up"))?;
        off_task(move || work(open)).await
    }
}

impl Open {
    fn write(mut self, kind: IdentifierKind, action: Action, digests: &IdentifierSet) -> Result<Self, ChangeLogError> {
        let rows = digests.len();
        let all = |text: &str| Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, rows))) as ArrayRef;
        let digests = StringArray::from_iter_values(digests.iter().map(const_hex::encode));
        let time = TimestampMicrosecondArray::from_value(self.run.at.as_microsecond(), rows).with_timezone("UTC");
        let columns: Vec<ArrayRef> = vec![
            Arc::new(digests),
            all(&kind.to_string()),
            all(&action.to_string()),
            all(self.run.activation.as_str()),
            all(self.run.destination.as_str()),
            all(self.run.run.as_str()),
            Arc::new(time),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        let batch = batch.map_err(cannot("write", &self.target))?;
        self.writer.write(&batch).map_err(cannot("write", &self.target))?;
        Ok(self)
    }

    fn finish(self) -> Result<(), ChangeLogError> {
        let file = self.writer.into_inner().map_err(cannot("write", &self.target))?;
        file.as_file().sync_all().map_err(cannot("write", &self.target))?;
        file.persist(&self.target).map_err(|error| cannot("rename", &self.target)(error.error))?;
        match self.target.parent() {
            // The name is durable when the directory is. Elsewhere directories cannot be opened.
            Some(directory) if cfg!(unix) => {
                File::open(directory).and_then(|directory| directory.sync_all()).map_err(cannot("sync", directory))
            }
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl ChangeRecorder for ParquetRecorder {
    async fn record(
        &mut self,
        kind: IdentifierKind,
        action: Action,
        digests: &IdentifierSet,
    ) -> Result<(), ChangeLogError> {
        let digests = digests.clone();
        self.open = Some(self.with_file(move |open| open.write(kind, action, &digests)).await?);
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), ChangeLogError> {
        self.with_file(Open::finish).await
    }
}
