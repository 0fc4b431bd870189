//! What a user has to be granted for the sets, in each database's words: what an error says when it is not.

use std::error::Error;

use tikaud_core::segment::SegmentError;

use super::names::Place;
use crate::AdbcDialect;
use crate::adbc::error::{AdbcError, AdbcErrorKind};

/// Whether it is for want of a grant that something failed.
pub(super) fn is_denied(error: &SegmentError) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<AdbcError>());
    cause.is_some_and(|cause| cause.kind() == AdbcErrorKind::PermissionDenied)
}

/// What to grant, so that sets can be kept in the schema. The guide `docs/tables.md` has where each database's own documents say
/// so.
pub(super) fn to_keep_sets(place: &Place) -> String {
    let quoted: Result<Vec<String>, _> = place.schema.iter().map(|name| place.dialect.quote(name)).collect();
    let schema = quoted.unwrap_or_default().join(".");
    match place.dialect {
        AdbcDialect::Snowflake => {
            format!(
                "`GRANT USAGE, CREATE TABLE ON SCHEMA {schema} TO ROLE …`, and USAGE on its database and on a warehouse"
            )
        }
        AdbcDialect::BigQuery => {
            format!(
                "the role `roles/bigquery.dataEditor` on the dataset {schema}, and `roles/bigquery.jobUser` on a project"
            )
        }
        AdbcDialect::Spark => {
            format!("`GRANT USE SCHEMA, CREATE TABLE ON SCHEMA {schema} TO …`, and USE CATALOG on its catalog")
        }
        AdbcDialect::Trino => {
            format!("the right to create, fill and drop tables in the schema {schema}, by the cluster's access control")
        }
        AdbcDialect::DuckDb => "the right to write the file and its directory".to_owned(),
        _ => format!("`GRANT USAGE, CREATE ON SCHEMA {schema} TO …`"),
    }
}
