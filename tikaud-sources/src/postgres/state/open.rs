//! Opening: the tables are made where there are none, and are fit to be used.

use tikaud_core::state::{ObjectKey, StateError};
use tokio_postgres::types::Type;

use super::error::Failure;
use super::link::Link;
use super::range::check_format;
use super::shared::Shared;
use super::tables::{BEGIN, FORMAT, LOCK_TRANSACTION, LOOK};
use crate::postgres::error::PostgresError;

/// What there is of the two tables.
enum Found {
    Both,
    Neither,
}

impl Shared {
    /// Makes the tables where there are none, and makes sure that they can be used.
    pub(super) async fn prepare(&self) -> Result<(), StateError> {
        let failed = |failure: Failure| failure.while_doing("open", self.place());
        let mut link = self.pool.open().await.map_err(failed)?;
        if matches!(self.look(&mut link).await.map_err(failed)?, Found::Neither) {
            self.make(&mut link).await.map_err(failed)?;
        }
        let later = link.rows(&self.tables.later_format, &[(&FORMAT, Type::INT4)]).await;
        for row in later.map_err(|error| failed(error.into()))? {
            let misread = |error| failed(PostgresError::of(error).into());
            // A key that cannot be one is not the state's.
            if let Ok(key) = row.try_get::<_, String>(0).map_err(misread)?.parse::<ObjectKey>() {
                check_format(&key, row.try_get(1).map_err(misread)?)?;
            }
        }
        self.pool.keep(link);
        Ok(())
    }

    /// What is opened, as errors name it.
    fn place(&self) -> String {
        format!("{} at {}", self.tables.schema, self.pool.server().connection)
    }

    async fn make(&self, link: &mut Link) -> Result<(), Failure> {
        link.run(BEGIN).await?;
        // Of several that find no tables, one makes them, and the others look again.
        link.rows(LOCK_TRANSACTION, &[(&self.tables.schema, Type::TEXT)]).await?;
        if matches!(self.look(link).await?, Found::Neither) {
            link.run(&self.tables.make).await?;
        }
        Ok(link.run("COMMIT").await?)
    }

    /// What there is, when the role may do with it what it will have to.
    async fn look(&self, link: &mut Link) -> Result<Found, Failure> {
        let rows = link.rows(LOOK, &[(&self.tables.schema, Type::TEXT)]).await?;
        let (schema, user) = (&self.tables.schema, self.pool.server().connection.user());
        let unfit = |advice: String| Err(Failure::Unfit(advice));
        let Some(row) = rows.first() else {
            return unfit(format!(
                "there is no schema `{schema}`; create it (CREATE SCHEMA … AUTHORIZATION …) for the role `{user}`"
            ));
        };
        let is = |at| row.try_get::<_, bool>(at).map_err(PostgresError::of);
        let (usable, extensible, granted) = (is(0)?, is(1)?, is(3)?);
        if is(4)? {
            return unfit(
                "the server only reads, as a standby does; connect to the one that writes \
                 (`target_session_attrs=read-write` in a URL finds it)"
                    .to_owned(),
            );
        }
        match row.try_get::<_, i64>(2).map_err(PostgresError::of)? {
            0 if !usable || !extensible => unfit(format!(
                "the schema `{schema}` has no tables of tikaud's yet, and the role `{user}` may not make them; grant it \
                 USAGE and CREATE on the schema"
            )),
            0 => Ok(Found::Neither),
            1 => unfit(format!(
                "the schema `{schema}` has one of the tables `tikaud_objects` and `tikaud_object_parts` without the \
                 other; restore both from a back-up"
            )),
            _ if !usable || !granted => unfit(format!(
                "the role `{user}` may not use the state in the schema `{schema}`; grant it USAGE on the schema, and \
                 SELECT, INSERT and DELETE on `tikaud_objects` and `tikaud_object_parts`"
            )),
            _ => Ok(Found::Both),
        }
    }
}
