//! The databases that the engine runs in.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use adbc_core::{Connection, Statement};
use tikaud_sources::{AdbcDiffEngine, AdbcSegment, AdbcSegmentBuilder};

use crate::engines::{DuckDb, Postgres, flight, raw, told};
use crate::world::{COLUMNS, Row};

/// A database with a table of customers and a schema for sets.
pub(crate) enum Place {
    DuckDb(DuckDb),
    Postgres(Box<Postgres>),
    Sail(String),
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

    pub(crate) fn sail() -> Self {
        static SCHEMAS: AtomicU32 = AtomicU32::new(0);
        let schema = format!("t{}_{}", process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        let place = Self::Sail(schema);
        place.sail_run(&format!("CREATE SCHEMA {}", place.schema()));
        place
    }

    fn sail_run(&self, sql: &str) {
        let mut statement = raw("FLIGHTSQL", None, &[("uri", &told("FLIGHT"))]).new_statement().unwrap();
        statement.set_sql_query(sql).unwrap();
        // It takes no updates as such.
        statement.execute().unwrap().for_each(|batch| drop(batch.unwrap()));
    }

    pub(crate) fn schema(&self) -> String {
        match self {
            Self::DuckDb(_) => "sets".to_owned(),
            Self::Postgres(server) => format!("{} sets", server.schema),
            Self::Sail(schema) => schema.clone(),
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
            Self::Sail(schema) => format!("{schema}.people"),
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
            Self::Sail(_) => statements.iter().for_each(|sql| self.sail_run(sql)),
        }
    }

    pub(crate) fn segment(&self) -> AdbcSegment {
        self.people().build().unwrap()
    }

    pub(crate) fn people(&self) -> AdbcSegmentBuilder {
        match self {
            Self::DuckDb(duckdb) => duckdb.relation("people"),
            Self::Postgres(server) => server.relation("people"),
            Self::Sail(schema) => AdbcSegment::relation(flight(), [schema.as_str(), "people"]),
        }
    }

    /// Those of whose rows this is true.
    pub(crate) fn some_people(&self, condition: &str) -> AdbcSegmentBuilder {
        let query = |table: &str| format!("SELECT * FROM {table} WHERE {condition}");
        match self {
            Self::DuckDb(duckdb) => duckdb.query(&query("people")),
            Self::Postgres(server) => server.query(&query(&format!("\"{}\".people", server.schema))),
            Self::Sail(schema) => AdbcSegment::query(flight(), query(&format!("{schema}.people"))),
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
            Self::Sail(schema) => {
                let mut connection = raw("FLIGHTSQL", None, &[("uri", &told("FLIGHT"))]);
                let tables = first_column(&mut connection, &format!("SHOW TABLES IN {schema}"), 1);
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
