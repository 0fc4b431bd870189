//! What the rows come from: the query, the rule, and the views that the table's name leads to.

use tikaud_core::segment::{SchemaColumn, SegmentError, SegmentSchema};
use tokio_postgres::Error;

use super::column::Column;
use super::definition::Definition;
use super::session::Session;
use super::source::Source;

/// A name's number, by the role's search path.
const RELATION: &str = "SELECT pg_catalog.to_regclass($1)::pg_catalog.oid::pg_catalog.text";

/// Definitions then name what they are about in full, whatever the role's settings.
const NO_SEARCH_PATH: &str = "SELECT pg_catalog.set_config('search_path', '', true)";

/// The view of a number, those that it is over, and so on, but for the server's own.
const VIEWS: &str = "\
    WITH RECURSIVE relation (oid) AS ( \
        SELECT $1::pg_catalog.text::pg_catalog.oid \
        UNION \
        SELECT depend.refobjid \
        FROM relation \
        JOIN pg_catalog.pg_rewrite rewrite ON rewrite.ev_class = relation.oid \
        JOIN pg_catalog.pg_depend depend \
            ON depend.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND depend.objid = rewrite.oid \
            AND depend.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass \
    ) \
    SELECT namespace.nspname::pg_catalog.text, class.relname::pg_catalog.text, \
           class.relkind = 'm', pg_catalog.pg_get_viewdef(class.oid) \
    FROM relation \
    JOIN pg_catalog.pg_class class ON class.oid = relation.oid \
    JOIN pg_catalog.pg_namespace namespace ON namespace.oid = class.relnamespace \
    WHERE class.relkind IN ('v', 'm') AND namespace.nspname NOT IN ('pg_catalog', 'information_schema')";

/// What a segment is read from. Columns that hold no text are among them, so that asking for one is told apart from asking for
/// one that is not there.
pub(super) async fn schema(
    definition: &Definition,
    session: &mut Session,
    columns: &[Column],
) -> Result<SegmentSchema, SegmentError> {
    let mut schema = SegmentSchema::default();
    let is_one = |column: &&Column| columns.iter().filter(|other| other.name == column.name).count() == 1;
    let told =
        |column: &Column| SchemaColumn { name: column.name.clone(), data_type: Some(column.type_name().to_owned()) };
    schema.columns = columns.iter().filter(is_one).map(told).collect();
    match &definition.source {
        Source::Query { sql, .. } => schema.define("query", sql),
        Source::Relation(_) => {
            let name = definition.source.relation_name()?;
            let views = views(session, &name).await.map_err(|error| definition.statement_error(error))?;
            for (name, sql) in views {
                schema.define(name, sql);
            }
        }
    }
    for (what, rule) in [("rule", &definition.rule), ("consent", &definition.consent)] {
        if let Some(rule) = rule.as_ref().and_then(|rule| serde_json::to_vec(rule).ok()) {
            schema.define(what, rule);
        }
    }
    Ok(schema)
}

/// Each view that the name leads to, as a report calls it, and its definition.
async fn views(session: &mut Session, name: &str) -> Result<Vec<(String, String)>, Error> {
    let found = session.rows(RELATION, &[name.into()]).await?;
    let Some(oid) = found.first().map(|row| row.try_get::<_, Option<String>>(0)).transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    session.rows(NO_SEARCH_PATH, &[]).await?;
    let views = session.rows(VIEWS, &[oid.into()]).await?;
    let view = |row: &tokio_postgres::Row| {
        let (schema, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let kind = if row.try_get(2)? { "materialized view" } else { "view" };
        Ok((format!("{kind} `{schema}.{name}`"), row.try_get(3)?))
    };
    views.iter().map(view).collect()
}
