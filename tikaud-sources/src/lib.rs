//! Segments from data that a company already has: CSV, JSON lines and Parquet files, tables and queries of PostgreSQL
//! and of whatever has an ADBC driver.
//!
//! In: files and tables, and [rules](rule) that say which of their rows count. Out:
//! [`MemberBatch`](tikaud_core::segment::MemberBatch)es of the columns that were asked for, through the
//! [`Segment`](tikaud_core::segment::Segment) trait; from there on everything is `tikaud-core`'s.
//!
//! * *My customers are in files*, here or in S3, Google Cloud Storage or Azure → [`FileSegment`]; the latter with the
//!   feature `aws`, `gcp` or `azure`, or `object-store` for a store of your own.
//! * *Only some of them are to be members* → a [`rule`], in [`FileSegmentBuilder::filter`].
//! * *My customers are in PostgreSQL* → [`PostgresSegment`], with the feature `postgres`.
//! * *What the audience holds is to be kept in PostgreSQL, too* → [`PostgresStateStore`], with the same feature.
//! * *My customers are in another database or warehouse* → [`AdbcSegment`], with the feature `adbc`.
//! * *My table is too large to be read each time* → [`AdbcDiffEngine`], with the feature `adbc`; the guide is `docs/tables.md`.
//! * *I want to know who went in and out, in my own warehouse* → [`ParquetChangeLog`].
//! * *My customers are in Arrow record batches of my own* → [`arrow::member_batch`], in a
//!   [`Segment`](tikaud_core::segment::Segment) of your own.
//! * *They are somewhere else* → a [`Segment`](tikaud_core::segment::Segment) of your own; the guide is `docs/custom-sources.md`.
//!
//! This is the only crate of the workspace that knows Arrow. [`arrow`] re-exports the major that it uses.

pub mod arrow;
pub mod rule;

#[cfg(feature = "adbc")]
mod adbc;
mod batches;
mod change_log;
mod error;
mod files;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "adbc")]
mod tables;

#[cfg(feature = "adbc")]
pub use adbc::{
    AdbcConnection, AdbcDialect, AdbcDriver, AdbcError, AdbcErrorKind, AdbcParameter, AdbcSegment, AdbcSegmentBuilder,
    EngineStatement,
};
pub use change_log::ParquetChangeLog;
pub use files::{CsvOptions, FileFormat, FileSegment, FileSegmentBuilder};
#[cfg(feature = "postgres")]
pub use postgres::{
    PostgresConnection, PostgresError, PostgresErrorKind, PostgresParameter, PostgresSegment, PostgresSegmentBuilder,
    PostgresStateStore, PostgresTls,
};
#[cfg(feature = "adbc")]
pub use tables::AdbcDiffEngine;
#[cfg(feature = "object-store")]
/// The crate whose stores [`FileSegmentBuilder::object_store`] takes, in the version that fits.
pub use tikaud_core::state::object_store;

/// The guides' examples compile.
#[cfg(doctest)]
#[doc = include_str!("../docs/files.md")]
struct FilesGuide;

#[cfg(doctest)]
#[doc = include_str!("../docs/custom-sources.md")]
struct CustomSourcesGuide;

#[cfg(all(doctest, feature = "postgres"))]
#[doc = include_str!("../docs/postgres.md")]
struct PostgresGuide;

/// So do those of the guides for databases with an ADBC driver.
#[cfg(all(doctest, feature = "adbc"))]
#[doc = include_str!("../docs/adbc.md")]
#[doc = include_str!("../docs/snowflake.md")]
#[doc = include_str!("../docs/bigquery.md")]
#[doc = include_str!("../docs/tables.md")]
struct AdbcGuides;
