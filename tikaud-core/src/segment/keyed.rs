//! Two segments that are compared by a key: what being in both and being in one only have in common.

use std::fmt;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};

use super::chosen::chosen;
use super::keys::Keys;
use super::union::within;
use super::{MemberStream, Segment, SegmentError, SegmentSchema};

/// A segment, another one, and the column of each that has the key.
#[derive(Clone)]
pub(super) struct Keyed {
    pub(super) segment: Arc<dyn Segment>,
    pub(super) key: String,
    pub(super) other: Arc<dyn Segment>,
    pub(super) other_key: String,
}

impl Keyed {
    /// The members of the first who are in the other, or those who are not.
    pub(super) async fn members(&self, columns: &[String], in_other: bool) -> Result<MemberStream, SegmentError> {
        let keys = Keys::of(&*self.other, &self.other_key).await;
        let keys = keys.map_err(|error| within(self.other.name(), error))?;
        let is_member = move |values: &[&str], _: u64| Ok(keys.contain_any(values) == in_other);
        let members = chosen(&*self.segment, columns, &self.key, is_member).await?;
        Ok(members.map_ok(|chosen| chosen.batch).boxed())
    }

    /// What both are read from; `what` they are, by which keys.
    pub(super) async fn schema(&self, what: &str) -> Result<SegmentSchema, SegmentError> {
        let mut schema = self.segment.schema().await?;
        let (name, other) = (self.other.name(), self.other.schema().await);
        schema.define(what, format!("{}\0{name}\0{}", self.key, self.other_key));
        schema.define_as(name, other.map_err(|error| within(name, error))?);
        Ok(schema)
    }

    pub(super) fn debug(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        f.debug_struct(name)
            .field("segment", &self.segment.name())
            .field("key", &self.key)
            .field("other", &self.other.name())
            .field("other_key", &self.other_key)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::stream;
    use proptest::prelude::*;

    use super::super::{ExceptSegment, IntersectSegment, MemberBatch, MemorySegment, SegmentErrorKind, TextColumn};
    use super::*;

    /// Members with a number each, and a cell with any number of keys.
    #[derive(Clone)]
    struct Lists(&'static str, Vec<Vec<String>>, bool);

    #[async_trait::async_trait]
    impl Segment for Lists {
        fn name(&self) -> &str {
            self.0
        }

        fn description(&self) -> Option<&str> {
            None
        }

        async fn columns(&self) -> Result<Vec<String>, SegmentError> {
            Ok(vec!["n".to_owned(), "key".to_owned()])
        }

        async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
            let batch = |(first, cells): (usize, &[Vec<String>])| {
                let column = |name: &String| {
                    let mut column = TextColumn::default();
                    for (at, keys) in cells.iter().enumerate() {
                        match name.as_str() {
                            "n" => column.push(Some(&(first * 3 + at).to_string()))?,
                            _ => column.push_list(keys.iter().map(String::as_str))?,
                        }
                    }
                    Ok(column)
                };
                MemberBatch::try_new(columns.iter().map(column).collect::<Result<_, SegmentError>>()?)
            };
            let failure = self.2.then(|| Err(SegmentError::new(SegmentErrorKind::Unreadable, "the line was cut")));
            let batches: Vec<_> = self.1.chunks(3).enumerate().map(batch).chain(failure).collect();
            Ok(stream::iter(batches).boxed())
        }
    }

    fn numbers(segment: &dyn Segment) -> Vec<usize> {
        let batches: Vec<MemberBatch> =
            block_on(async { segment.members(&["n".to_owned()]).await.unwrap().try_collect().await.unwrap() });
        let numbers = batches.iter().flat_map(|batch| {
            assert_eq!(batch.columns().len(), 1, "the key is delivered to nobody who has not asked for it");
            (0..batch.len()).map(|row| batch.columns()[0].cell(row).collect::<String>().parse().unwrap())
        });
        numbers.collect()
    }

    fn cells() -> impl Strategy<Value = Vec<Vec<String>>> {
        let key =
            prop::sample::select(vec!["", "1", "01", "1 ", "a", "A", "é", "e\u{301}", "longer than sixteen bytes"]);
        prop::collection::vec(prop::collection::vec(key.prop_map(str::to_owned), 0..3), 0..12)
    }

    proptest! {
        #[test]
        fn members_are_chosen_by_their_keys_text_and_a_null_matches_nobody(first in cells(), second in cells()) {
            let is_in_both = |keys: &Vec<String>| keys.iter().any(|key| second.iter().flatten().any(|other| key == other));
            let (both, rest): (Vec<usize>, Vec<usize>) = (0..first.len()).partition(|at| is_in_both(&first[*at]));
            let [segment, other] =
                [("First", &first), ("Second", &second)].map(|(name, cells)| Arc::new(Lists(name, cells.clone(), false)));
            let intersect = IntersectSegment::new(segment.clone(), "key", other.clone(), "key");
            prop_assert_eq!(numbers(&intersect), both);
            prop_assert_eq!(numbers(&ExceptSegment::new(segment, "key", other, "key")), rest);
        }
    }

    #[test]
    fn another_segment_that_breaks_off_excludes_too_few_and_is_an_error() {
        let list = |name, breaks| Arc::new(Lists(name, vec![vec!["1".to_owned()]], breaks));
        let except = ExceptSegment::new(list("Buyers", false), "key", list("Staff", true), "key");
        let error = block_on(except.members(&["n".to_owned()])).err().unwrap();
        insta::assert_snapshot!(error, @"the segment `Staff` cannot be read");
        assert_eq!(error.kind(), SegmentErrorKind::Unreadable);
    }

    #[test]
    fn a_key_that_is_no_column_is_refused() {
        let people = Arc::new(MemorySegment::try_new("People", ["id"], [[Some("1")]]).unwrap());
        let other = Arc::new(MemorySegment::try_new("Other", ["number"], [[Some("1")]]).unwrap());
        for (key, other_key) in [("number", "number"), ("id", "id")] {
            let intersect = IntersectSegment::new(people.clone(), key, other.clone(), other_key);
            let error = block_on(intersect.members(&["id".to_owned()])).err().unwrap();
            assert_eq!(error.kind(), SegmentErrorKind::UnknownColumn);
        }
    }
}
