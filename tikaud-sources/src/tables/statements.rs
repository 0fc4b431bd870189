//! What a run would execute: a dry run's answer.

use std::fmt;

use tikaud_core::diff::{CompareRequest, DiffEngineError, Fate, SetsId};

use super::compare::Prepared;
use super::settle::{self, Settling};
use super::suppression::List;
use super::{AdbcDiffEngine, compare, held, keep};
use crate::adbc::session::Session;

/// A statement that a run executes, and what for.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineStatement {
    /// What it is for, in a few words.
    pub purpose: &'static str,
    /// Whether it writes.
    pub writes: bool,
    /// The statement. The values of its parameters are not in it; a query of the segment's own is.
    pub sql: String,
}

/// Does not show the statement: a query of the segment's own may hold values.
impl fmt::Debug for EngineStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { purpose, writes, .. } = self;
        f.debug_struct("EngineStatement").field("purpose", purpose).field("writes", writes).finish_non_exhaustive()
    }
}

impl AdbcDiffEngine {
    /// What a run would execute that compares so, and makes the sets `next` of what comes of it: a dry run. The segment's
    /// columns are looked up, and nothing is written.
    ///
    /// In the order of a run. The statement that brings fates is shown without any, and is executed as often as there are 5,000
    /// of them; where the driver brings them itself (DuckDB, PostgreSQL), it does so into this table and by no statement; the one
    /// that drops a table is shown for the sets that were held. Transactions' begin and end, where there are some, and the few
    /// statements that look up columns and views, and identifiers of members who are judged in this process, are left out.
    ///
    /// # Errors
    ///
    /// As [`compare`](tikaud_core::diff::DiffEngine::compare), before it reads the segment.
    pub async fn statements(
        &self,
        request: &CompareRequest<'_>,
        next: &SetsId,
    ) -> Result<Vec<EngineStatement>, DiffEngineError> {
        let (request, next) = (self.request(request), next.clone());
        self.only(move |definition, running, place| {
            let mut session = Session::open(definition, running)?;
            let Prepared { lists, changes, .. } = compare::prepare(definition, &mut session, place, &request)?;
            session.finish()?;
            let reads = |purpose, sql| EngineStatement { purpose, writes: false, sql };
            let writes = |purpose, sql| EngineStatement { purpose, writes: true, sql };
            let mut statements = Vec::new();
            let held = request.held.as_ref().map(|sets| place.tables(sets)).transpose()?;
            let check = |of: &str| reads("say whose the table is, and count what is in it", held::count_statement(of));
            statements.extend(held.iter().map(|held| check(&held.sets)));
            let of_list = |list: List<'_>| reads("count a suppression segment's values", list.totals.sql);
            statements.extend(lists.into_iter().map(of_list));
            statements.push(reads("compare the segment with what is held", changes.sql));
            statements.extend(held.iter().map(|held| check(&held.sets)));
            let left = settle::clear(place, &next)?;
            statements.extend(left.map(|sql| writes("clear away what a run that broke off has left", sql)));
            statements.push(writes("make a table for the fates of the changes", settle::create_fates(place, &next)?));
            statements.push(writes("bring the fates", settle::insert_fates(place, &next, &["…".to_owned()])?));
            let settling = Settling { before: request.held.clone(), sets: next.clone(), rest: Fate::UNCHANGED };
            statements.push(writes("make the next sets", settle::create_sets(place, &settling)?));
            let tables = place.tables(&next)?;
            statements.push(writes("drop the fates", format!("DROP TABLE {}", tables.fates)));
            statements.push(check(&tables.sets));
            statements.push(reads("list the tables in the schema", keep::list_statement(place)?.0));
            let drop = |sets: &str| writes("drop sets that nobody needs", format!("DROP TABLE IF EXISTS {sets}"));
            statements.extend(held.iter().map(|held| drop(&held.sets)));
            Ok(statements)
        })
        .await
    }
}
