//! Creating an object where none is, and knowing who did.
//!
//! A store's answer alone does not tell. When the reply to a conditional request is lost, or a server fails after having
//! carried it out, the client repeats the request by itself, and the store answers truthfully that the object is there:
//! it is the one that we made. S3 may also answer that writers collided (409, after which it [asks to be tried
//! again](https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html)), which the client reports as an
//! object that is there, when there is none. And a request that was given up may have been carried out. So every attempt
//! has an identity of its own, which goes with the object as metadata: whatever the answer was, the object itself says
//! whether it is ours. Two writers of the same bytes cannot be mistaken for each other.
//!
//! Where the object cannot say so, the store is taken at its word. That is so for stores without metadata, such as a
//! directory, whose client repeats nothing; and for objects of several parts that S3 has copied as parts
//! (`S3CopyIfNotExists::Multipart`), which lose their metadata: a reply lost there can make an object of ours look like
//! another's. That stops the run, and the next one goes on from it; never do two writers both succeed.

use std::time::Duration;

use object_store::path::Path;
use object_store::{Error as ClientError, GetOptions, Result as ClientResult};
use tokio::time::sleep;

use super::error::failed;
use super::identity::WriterId;
use super::{ObjectStateStore, location};
use crate::state::{ObjectKey, StateError};

/// How often to try while the answer is that the object is there, and it is not.
const ATTEMPTS: u32 = 5;

/// How long to wait before the second attempt; longer before each that follows.
const PAUSE: Duration = Duration::from_millis(100);

/// Who has made an object.
enum Maker {
    Nobody,
    Ourselves,
    Another,
    Unknown,
}

impl ObjectStateStore {
    /// Carries out a request that creates an object where none is, and finds out what has come of it.
    pub(super) async fn exclusively<A>(
        &self,
        key: &ObjectKey,
        writer: &WriterId,
        request: impl Fn() -> A + Send + Sync,
    ) -> Result<(), StateError>
    where
        A: Future<Output = ClientResult<()>> + Send,
    {
        for attempt in 1.. {
            let Err(error) = request().await else { break };
            let refused = matches!(error, ClientError::AlreadyExists { .. });
            match (self.maker(&location(key), writer).await, refused) {
                (Ok(Maker::Ourselves), _) => break,
                (Ok(Maker::Another), _) | (Ok(Maker::Unknown), true) => {
                    return Err(StateError::AlreadyExists { key: key.clone() });
                }
                // Writers collided and none has won, or the winner's object is gone again.
                (Ok(Maker::Nobody), true) if attempt < ATTEMPTS => sleep(PAUSE * attempt).await,
                (Err(look), true) => return Err(failed("create", &self.shown(key), &look)),
                _ => return Err(failed("create", &self.shown(key), &error)),
            }
        }
        Ok(())
    }

    async fn maker(&self, location: &Path, writer: &WriterId) -> ClientResult<Maker> {
        match self.objects.get_opts(location, GetOptions::new().with_head(true)).await {
            Err(ClientError::NotFound { .. }) => Ok(Maker::Nobody),
            found => Ok(match writer.made(&found?.attributes) {
                Some(true) => Maker::Ourselves,
                Some(false) => Maker::Another,
                None => Maker::Unknown,
            }),
        }
    }
}
