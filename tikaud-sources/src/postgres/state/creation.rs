//! A transaction in which an object comes into being, and how it is known that it did.

use tikaud_core::state::{ObjectKey, StateError};
use tokio_postgres::types::Type;

use super::error::Failure;
use super::link::{Link, Value};
use super::tables::{BEGIN, FORMAT, PART, Tables};
use crate::postgres::error::PostgresError;

/// One attempt at creating one object: it goes into the object's row, and no other attempt, of this process or another,
/// has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt([u8; 16]);

impl Attempt {
    /// A new one, from the operating system: a forked process must not repeat it.
    pub(super) fn draw() -> Result<Self, Failure> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| Failure::Random(error.into()))?;
        Ok(Self(random))
    }

    pub(super) fn made(self, row: &[u8]) -> bool {
        self.0 == row
    }
}

/// What has become of an attempt.
pub(super) enum Fate {
    /// The object is there, durably.
    Created,
    /// The key has an object of another attempt's; there is nothing of this one.
    Taken,
    /// There is nothing of this one.
    Nothing,
}

impl Fate {
    /// What the creator is told, who has nothing to try again with.
    pub(super) fn told(self, tables: &Tables, key: &ObjectKey) -> Result<(), StateError> {
        match self {
            Self::Created => Ok(()),
            Self::Taken => Err(StateError::AlreadyExists { key: key.clone() }),
            Self::Nothing => {
                let failure = Failure::Unfit("the server has not carried it out; run again".to_owned());
                Err(failure.while_doing("create", tables.shown(key)))
            }
        }
    }
}

/// Why it did not come to an end.
pub(super) enum Broken {
    /// Before anything could become of it: there is nothing.
    Before(Failure),
    /// In the last step, whose reply did not come: this transaction may have taken place, or not.
    InDoubt { transaction: String, cause: Failure },
}

impl<E: Into<Failure>> From<E> for Broken {
    fn from(error: E) -> Self {
        Self::Before(error.into())
    }
}

/// Parts of an object that nobody else can see. Dropping it leaves nothing of them.
pub(super) struct Creation {
    link: Link,
    attempt: Attempt,
    parts: i32,
    len: i64,
}

impl Creation {
    pub(super) async fn begin(mut link: Link, attempt: Attempt) -> Result<Self, PostgresError> {
        link.run(BEGIN).await?;
        Ok(Self { link, attempt, parts: 0, len: 0 })
    }

    /// Adds a part; all but the last are as long as parts are.
    pub(super) async fn add(&mut self, tables: &Tables, key: &ObjectKey, part: &[u8]) -> Result<(), PostgresError> {
        let attempt = self.attempt.0.as_slice();
        let values: [Value<'_>; 4] =
            [(&key.as_str(), Type::TEXT), (&attempt, Type::BYTEA), (&self.parts, Type::INT4), (&part, Type::BYTEA)];
        self.link.execute(&tables.add_part, &values).await?;
        self.parts += 1;
        self.len += part.len().cast_signed() as i64;
        Ok(())
    }

    /// Makes it an object, unless the key is taken. Gives the connection back in working order.
    pub(super) async fn finish(mut self, tables: &Tables, key: &ObjectKey) -> Result<(Fate, Link), Broken> {
        let attempt = self.attempt.0.as_slice();
        let part_len = i32::try_from(PART).unwrap_or(i32::MAX);
        let values: [Value<'_>; 5] = [
            (&key.as_str(), Type::TEXT),
            (&attempt, Type::BYTEA),
            (&self.len, Type::INT8),
            (&part_len, Type::INT4),
            (&FORMAT, Type::INT4),
        ];
        // Another that is about to make it is waited for here.
        let added = self.link.rows(&tables.add_object, &values).await?;
        let Some(row) = added.first() else {
            self.link.run("ROLLBACK").await?;
            return Ok((Fate::Taken, self.link));
        };
        let transaction: String = row.try_get(0).map_err(PostgresError::of)?;
        match self.link.run("COMMIT").await {
            Ok(()) => Ok((Fate::Created, self.link)),
            Err(cause) => Err(Broken::InDoubt { transaction, cause: cause.into() }),
        }
    }
}
