//! The databases that the engine runs in.

use adbc_core::{Connection, Statement};
use tikaud_sources::{AdbcDiffEngine, AdbcSegment, AdbcSegmentBuilder};

use crate::engines::{DuckDb, Postgres};
use crate::sail::{Protocol, Sail};
use crate::world::{COLUMNS, Row};

/// A test in each database: what works there takes the place.
macro_rules! in_each_database {
    ($name:ident, $work:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
            async fn in_duckdb() {
                Box::pin($work($crate::places::Place::duckdb())).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs a server and an ADBC driver: run it by .ci/with-postgres .ci/with-adbc"]
            async fn in_postgres() {
                Box::pin($work($crate::places::Place::postgres().await)).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs a server and an ADBC driver: run it by .ci/with-adbc"]
            async fn in_a_distributed_engine() {
                Box::pin($work($crate::places::Place::sail($crate::sail::Protocol::FlightSql))).await;
            }
        }
    };
}
pub(crate) use in_each_database;

/// A database with a table of customers and a schema for sets.
pub(crate) enum Place {
    DuckDb(DuckDb),
    Postgres(Box<Postgres>),
    Sail(Sail),
}

impl Place {
    pub(crate) fn duckdb() -> Self {
        let duckdb = DuckDb::new();
        duckdb.run(&["CREATE SCHEMA sets"]);
        Self::DuckDb(duckdb)
    }

    pub(crate) async fn postgres() -> Self {
        let server = Postgres::new().await;
        server.run(&format!("CREATE SCHEMA \"{} sets\"", server.schema)).await;
        Self::Postgres(Box::new(server))
    }

    pub(crate) fn sail(protocol: Protocol) -> Self {
        Self::Sail(Sail::new(protocol))
    }

    pub(crate) fn schema(&self) -> String {
        match self {
            Self::DuckDb(_) => "sets".to_owned(),
            Self::Postgres(server) => format!("{} sets", server.schema),
            Self::Sail(sail) => sail.schema.clone(),
        }
    }

    /// Puts these rows in the place of the table's.
    pub(crate) async fn fill(&self, rows: &[Row]) {
        let escape = |text: &str| match self {
            // There a backslash is one in pairs, and a quote after one.
            Self::Sail(_) => text.replace('\\', "\\\\").replace('\'', "\\'"),
            _ => text.replace('\'', "''"),
        };
        let text = |cell: &Option<String>| match cell {
            None => "NULL".to_owned(),
            Some(text) => format!("'{}'", escape(text)),
        };
        let of = |row: &Row| format!("({})", row.iter().map(text).collect::<Vec<_>>().join(", "));
        let kind = if matches!(self, Self::Sail(_)) { "STRING" } else { "VARCHAR" };
        let columns = COLUMNS.map(|column| format!("{column} {kind}")).join(", ");
        let table = match self {
            Self::DuckDb(_) => "people".to_owned(),
            Self::Postgres(server) => format!("\"{}\".people", server.schema),
            Self::Sail(sail) => format!("{}.people", sail.schema),
        };
        let mut statements = vec![format!("DROP TABLE IF EXISTS {table}"), format!("CREATE TABLE {table} ({columns})")];
        if !rows.is_empty() {
            let rows: Vec<String> = rows.iter().map(of).collect();
            statements.push(format!("INSERT INTO {table} VALUES {}", rows.join(", ")));
        }
        self.run(&statements).await;
    }

    pub(crate) async fn run(&self, statements: &[String]) {
        match self {
            Self::DuckDb(duckdb) => duckdb.run(statements),
            Self::Postgres(server) => server.run(&statements.join(";")).await,
            Self::Sail(sail) => statements.iter().for_each(|sql| sail.run(sql)),
        }
    }

    pub(crate) fn segment(&self) -> AdbcSegment {
        self.people().build().unwrap()
    }

    pub(crate) fn people(&self) -> AdbcSegmentBuilder {
        match self {
            Self::DuckDb(duckdb) => duckdb.relation("people"),
            Self::Postgres(server) => server.relation("people"),
            Self::Sail(sail) => sail.relation("people"),
        }
    }

    /// Those of whose rows this is true.
    pub(crate) fn some_people(&self, condition: &str) -> AdbcSegmentBuilder {
        let query = |table: &str| format!("SELECT * FROM {table} WHERE {condition}");
        match self {
            Self::DuckDb(duckdb) => duckdb.query(&query("people")),
            Self::Postgres(server) => server.query(&query(&format!("\"{}\".people", server.schema))),
            Self::Sail(sail) => AdbcSegment::query(sail.connection(), query(&format!("{}.people", sail.schema))),
        }
    }

    pub(crate) fn engine(&self) -> AdbcDiffEngine {
        AdbcDiffEngine::try_new(&self.segment(), [self.schema()]).unwrap()
    }

    /// The tables in the schema for sets.
    pub(crate) async fn tables(&self) -> Vec<String> {
        match self {
            Self::Postgres(server) => {
                let sql = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = $1";
                let rows = server.admin.query(sql, &[&self.schema()]).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
            Self::DuckDb(duckdb) => {
                let sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'sets'";
                first_column(&mut duckdb.raw(), sql, 0)
            }
            Self::Sail(sail) => {
                let tables = first_column(&mut sail.raw(), &format!("SHOW TABLES IN {}", sail.schema), 1);
                tables.into_iter().filter(|table| table != "people").collect()
            }
        }
    }
}

fn first_column(connection: &mut adbc_driver_manager::ManagedConnection, sql: &str, at: usize) -> Vec<String> {
    use tikaud_sources::arrow::arrow_array::cast::AsArray;
    let mut statement = connection.new_statement().unwrap();
    statement.set_sql_query(sql).unwrap();
    let batches: Vec<_> = statement.execute().unwrap().map(Result::unwrap).collect();
    let names = batches.iter().flat_map(|batch| {
        let column = batch.column(at);
        let text: Vec<String> = match column.as_string_opt::<i32>() {
            Some(text) => text.iter().flatten().map(str::to_owned).collect(),
            None => column.as_string::<i64>().iter().flatten().map(str::to_owned).collect(),
        };
        text
    });
    names.collect()
}
