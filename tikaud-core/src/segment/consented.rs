//! The members of another segment who have consented.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};

use super::chosen::{Chosen, chosen};
use super::{MemberStream, Segment, SegmentError, SegmentSchema};

/// The members of another segment who have consented, by a column that says so.
///
/// The column is read for that, and need not be mapped. `true`, `t`, `yes`, `y` and `1` are a consent, in either case;
/// `false`, `f`, `no`, `n`, `0` and a null are none. Anything else is an error: whether somebody has consented is not guessed,
/// either way. Who withdraws consent is no member any more, and the next run removes their identifiers from the audience. Plans
/// and reports count those who were left out.
///
/// ```
/// use std::sync::Arc;
/// use tikaud_core::segment::{ConsentedSegment, MemorySegment};
///
/// let buyers = MemorySegment::try_new("Buyers", ["email", "marketing"], [
///     [Some("ada@example.com"), Some("yes")],
///     [Some("grace@example.com"), None],
/// ])?;
/// let consented = ConsentedSegment::new(Arc::new(buyers), "marketing");
/// # Ok::<(), tikaud_core::segment::SegmentError>(())
/// ```
#[derive(Clone)]
pub struct ConsentedSegment {
    segment: Arc<dyn Segment>,
    column: String,
}

impl ConsentedSegment {
    /// The members of `segment` who have consented, as `column` says.
    #[must_use]
    pub fn new(segment: Arc<dyn Segment>, column: impl Into<String>) -> Self {
        Self { segment, column: column.into() }
    }
}

/// Whether a cell is a consent; `None` when it does not say.
fn consent(values: &[&str]) -> Option<bool> {
    const YES: [&str; 5] = ["true", "t", "yes", "y", "1"];
    const NO: [&str; 5] = ["false", "f", "no", "n", "0"];
    let [value] = values else { return values.is_empty().then_some(false) };
    let is_among = |words: [&str; 5]| words.iter().any(|word| word.eq_ignore_ascii_case(value.trim_ascii()));
    match (is_among(YES), is_among(NO)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

#[async_trait]
impl Segment for ConsentedSegment {
    fn name(&self) -> &str {
        self.segment.name()
    }

    fn description(&self) -> Option<&str> {
        self.segment.description()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        self.segment.columns().await
    }

    async fn schema(&self) -> Result<SegmentSchema, SegmentError> {
        let mut schema = self.segment.schema().await?;
        schema.define("consent column", &self.column);
        Ok(schema)
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let name = self.column.clone();
        let is_member = move |values: &[&str], number: u64| {
            consent(values).ok_or_else(|| {
                SegmentError::malformed(format!(
                    "the cell of member {number} in the column `{name}` is neither a consent nor none; write `true` or \
                     `false`, or leave it empty"
                ))
            })
        };
        let members = chosen(&*self.segment, columns, &self.column, is_member).await?;
        // All that were not chosen have not consented.
        Ok(members.map_ok(|Chosen { batch, left_out }| batch.with_members_without_consent(left_out)).boxed())
    }
}

impl fmt::Debug for ConsentedSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentedSegment").field("segment", &self.segment.name()).field("column", &self.column).finish()
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::super::{MemberBatch, MemorySegment};
    use super::*;

    fn read(consents: &[Option<&str>], columns: &[&str]) -> Result<Vec<MemberBatch>, SegmentError> {
        let rows = consents.iter().enumerate().map(|(id, consent)| [Some(id.to_string()), consent.map(str::to_owned)]);
        let people = MemorySegment::try_new("People", ["id", "consent"], rows).unwrap();
        let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        let consented = ConsentedSegment::new(Arc::new(people), "consent");
        block_on(async { consented.members(&columns).await?.try_collect().await })
    }

    fn ids(consents: &[Option<&str>]) -> Vec<String> {
        let batches = read(consents, &["id"]).unwrap();
        let ids = batches.iter().flat_map(|batch| {
            assert_eq!(batch.columns().len(), 1, "the consent is delivered to nobody who has not asked for it");
            (0..batch.len()).map(|row| batch.columns()[0].cell(row).collect())
        });
        ids.collect()
    }

    #[test]
    fn only_a_consent_is_one() {
        let cells = [Some("true"), Some(" YES "), Some("1"), Some("false"), None, Some("No"), Some("0"), Some("t")];
        assert_eq!(ids(&cells), ["0", "1", "2", "7"]);
        assert_eq!(read(&cells, &["consent", "id"]).unwrap()[0].columns().len(), 2);
        assert_eq!(read(&cells, &["id"]).unwrap().iter().map(MemberBatch::without_consent).sum::<u64>(), 4);
    }

    #[test]
    fn what_says_neither_is_an_error() {
        for cell in ["", "maybe-canary", "2", "truee", "ja"] {
            let error = read(&[Some("true"), Some(cell)], &["id"]).unwrap_err();
            assert!(error.to_string().starts_with("the cell of member 2 in the column `consent`"), "{error}");
            assert!(!error.to_string().contains("canary"));
        }
    }
}
