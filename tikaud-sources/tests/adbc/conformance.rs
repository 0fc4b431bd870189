//! The suite for segments over each database; whole, and breaking off.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use parquet::arrow::ArrowWriter;
use tikaud_core::conformance::{SegmentFixture, Table};
use tikaud_core::segment::Segment;
use tikaud_sources::arrow::arrow_array::{ArrayRef, RecordBatch, StringArray};
use tikaud_sources::{AdbcConnection, AdbcSegment, AdbcSegmentBuilder};

use crate::engines::{DuckDb, Postgres, Sqlite, flight, literal, spark};

type Made = (Box<dyn Segment>, Box<dyn Any + Send>);

const COLUMNS: &str = r#"id text, email text, phone text, "Full Name" text"#;

fn made(database: impl Any + Send, segment: AdbcSegmentBuilder) -> Made {
    (Box::new(segment.batch_size(1000).build().unwrap()), Box::new(database))
}

/// Statements that make the table, some rows each.
fn inserts(table: &Table) -> Vec<String> {
    let row = |row: &tikaud_core::conformance::Row| {
        let cells: Vec<String> = row.iter().map(|cell| literal(cell.as_deref())).collect();
        format!("({})", cells.join(", "))
    };
    let mut statements = vec![format!("CREATE TABLE people ({COLUMNS})")];
    for rows in table.rows().chunks(2000) {
        let rows: Vec<String> = rows.iter().map(row).collect();
        statements.push(format!("INSERT INTO people VALUES {}", rows.join(", ")));
    }
    statements
}

mod sqlite {
    use super::*;

    fn filled(table: &Table) -> Sqlite {
        let database = Sqlite::new();
        database.run(&format!("BEGIN; {}; COMMIT", inserts(table).join("; ")));
        database
    }

    struct Relation;

    #[async_trait]
    impl SegmentFixture for Relation {
        async fn segment(&self, table: &Table) -> Made {
            let database = filled(table);
            let segment = database.relation("people");
            made(database, segment)
        }

        async fn breaking_segment(&self, table: &Table) -> Option<Made> {
            let database = filled(table);
            // Whatever follows a blob in a column of text is not delivered either.
            database.run(
                "CREATE VIEW breaking AS SELECT CASE WHEN id = 'm9000' THEN json('canary') ELSE id END AS id, email \
                 FROM people",
            );
            let segment = database.relation("breaking");
            Some(made(database, segment))
        }
    }

    tikaud_core::segment_conformance!(Relation, ignore = "needs drivers: run it by .ci/with-adbc");
}

mod duckdb {
    use super::*;

    fn filled(table: &Table) -> DuckDb {
        let database = DuckDb::new();
        database.run(&inserts(table));
        database
    }

    struct Relation;

    #[async_trait]
    impl SegmentFixture for Relation {
        async fn segment(&self, table: &Table) -> Made {
            let database = filled(table);
            let segment = database.relation("people");
            made(database, segment)
        }

        async fn breaking_segment(&self, table: &Table) -> Option<Made> {
            let database = filled(table);
            database.run(&[
                "CREATE VIEW breaking AS SELECT CASE WHEN id = 'm9000' THEN error('canary') ELSE id END AS id, email \
                 FROM people",
            ]);
            let segment = database.relation("breaking");
            Some(made(database, segment))
        }
    }

    tikaud_core::segment_conformance!(Relation, ignore = "needs drivers: run it by .ci/with-adbc");
}

mod duckdb_hashed {
    use super::*;

    struct Relation;

    #[async_trait]
    impl SegmentFixture for Relation {
        async fn segment(&self, table: &Table) -> Made {
            let database = DuckDb::new();
            database.run(&inserts(table));
            let segment = database.relation("people").hash_in_database(true);
            made(database, segment)
        }
    }

    tikaud_core::segment_conformance!(Relation, ignore = "needs drivers: run it by .ci/with-adbc");
}

mod duckdb_query_with_parameter {
    use super::*;

    struct Query;

    #[async_trait]
    impl SegmentFixture for Query {
        async fn segment(&self, table: &Table) -> Made {
            let database = DuckDb::new();
            database.run(&inserts(table));
            let segment = database.query("SELECT * FROM people WHERE id <> $1").parameter("nobody");
            made(database, segment)
        }
    }

    tikaud_core::segment_conformance!(Query, ignore = "needs drivers: run it by .ci/with-adbc");
}

mod postgres {
    use super::*;

    async fn filled(table: &Table) -> Postgres {
        let server = Postgres::new().await;
        server.run(&inserts(table).join("; ")).await;
        server
    }

    struct Relation;

    #[async_trait]
    impl SegmentFixture for Relation {
        async fn segment(&self, table: &Table) -> Made {
            let server = filled(table).await;
            let segment = server.relation("people");
            made(server, segment)
        }

        async fn breaking_segment(&self, table: &Table) -> Option<Made> {
            let server = filled(table).await;
            server
                .run(
                    "CREATE VIEW breaking AS SELECT CASE WHEN id = 'm9000' THEN email::integer::text ELSE id END AS id, \
                     email FROM people",
                )
                .await;
            let segment = server.relation("breaking");
            Some(made(server, segment))
        }
    }

    tikaud_core::segment_conformance!(
        Relation,
        ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"
    );
}

/// The distributed engine, which reads the table from a file.
mod distributed {
    use super::*;

    fn file(table: &Table) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        let column = |at: usize| -> ArrayRef {
            Arc::new(StringArray::from_iter(table.rows().iter().map(|row| row[at].as_deref())))
        };
        let columns = ["id", "email", "phone", "Full Name"].into_iter().enumerate();
        let columns = columns.map(|(at, name)| (name, column(at), true));
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let out = std::fs::File::create(directory.path().join("people.parquet")).unwrap();
        let mut writer = ArrowWriter::try_new(out, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        directory
    }

    fn segment(connection: AdbcConnection, table: &Table) -> Made {
        let directory = file(table);
        let sql = format!("SELECT * FROM parquet.`{}`", directory.path().join("people.parquet").display());
        made(directory, AdbcSegment::query(connection, sql).name("People"))
    }

    fn breaking_segment(connection: AdbcConnection, table: &Table) -> Made {
        let directory = file(table);
        let sql = format!(
            "SELECT CASE WHEN id = 'm9000' THEN raise_error('canary') ELSE id END AS id, email FROM parquet.`{}`",
            directory.path().join("people.parquet").display()
        );
        made(directory, AdbcSegment::query(connection, sql).name("People"))
    }

    mod flight_sql {
        use super::*;

        struct Query;

        #[async_trait]
        impl SegmentFixture for Query {
            async fn segment(&self, table: &Table) -> Made {
                super::segment(flight(), table)
            }

            async fn breaking_segment(&self, table: &Table) -> Option<Made> {
                Some(super::breaking_segment(flight(), table))
            }
        }

        tikaud_core::segment_conformance!(Query, ignore = "needs drivers: run it by .ci/with-adbc");
    }

    mod spark_connect {
        use super::*;

        struct Query;

        #[async_trait]
        impl SegmentFixture for Query {
            async fn segment(&self, table: &Table) -> Made {
                super::segment(spark(), table)
            }

            async fn breaking_segment(&self, table: &Table) -> Option<Made> {
                Some(super::breaking_segment(spark(), table))
            }
        }

        tikaud_core::segment_conformance!(Query, ignore = "needs drivers: run it by .ci/with-adbc");
    }
}
