//! Members by number, each with an e-mail address of 25 bytes.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tikaud_core::segment::{MemberBatch, MemberStream, Segment, SegmentError, TextColumn};

/// The address of a member, written over the digits of a template.
pub(crate) struct Address([u8; 25]);

impl Address {
    pub(crate) const fn new() -> Self {
        Self(*b"person0000000@example.com")
    }

    /// The address of this member; numbers below ten million times ten have one of their own.
    pub(crate) fn of(&mut self, mut member: u64) -> &str {
        // The eighth digit, if there is one, makes the name another one.
        self.0[5] = b'n' + u8::try_from(member / 10_000_000 % 10).unwrap_or_default();
        self.0[4] = b'a' + u8::try_from(member / 100_000_000 % 26).unwrap_or_default();
        for at in (6..13).rev() {
            self.0[at] = b'0' + u8::try_from(member % 10).unwrap_or_default();
            member /= 10;
        }
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn batch(members: Range<u64>) -> Result<MemberBatch, SegmentError> {
    let cells = usize::try_from(members.end - members.start).unwrap_or_default();
    let (mut column, mut address) = (TextColumn::with_capacity(cells, 25 * cells), Address::new());
    for member in members {
        column.push(Some(address.of(member)))?;
    }
    MemberBatch::try_new(vec![column])
}

fn ranges(members: Range<u64>) -> impl Iterator<Item = Range<u64>> + Send {
    let end = members.end;
    members.step_by(MemberBatch::MEMBERS).map(move |start| start..end.min(start + MemberBatch::MEMBERS as u64))
}

/// Members by number: columns in memory, or made while they are read.
pub(crate) enum Members {
    InMemory(Arc<Vec<MemberBatch>>),
    Generated(Range<u64>),
}

impl Members {
    pub(crate) fn in_memory(members: Range<u64>) -> Result<Self, SegmentError> {
        Ok(Self::InMemory(Arc::new(ranges(members).map(batch).collect::<Result<_, _>>()?)))
    }
}

#[async_trait]
impl Segment for Members {
    fn name(&self) -> &str {
        "Members"
    }

    fn description(&self) -> Option<&str> {
        None
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        Ok(vec!["email".to_owned()])
    }

    async fn members(&self, _: &[String]) -> Result<MemberStream, SegmentError> {
        Ok(match self {
            Self::InMemory(batches) => {
                let batches = Arc::clone(batches);
                stream::iter((0..batches.len()).map(move |at| Ok(batches[at].clone()))).boxed()
            }
            Self::Generated(members) => stream::iter(ranges(members.clone()).map(batch)).boxed(),
        })
    }
}
