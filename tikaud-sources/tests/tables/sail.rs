//! The distributed engine, by either of its protocols.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use adbc_core::{Connection, Statement};
use adbc_driver_manager::ManagedConnection;
use tikaud_sources::{AdbcConnection, AdbcSegment, AdbcSegmentBuilder};

use crate::engines::{flight, raw, spark, spark_session, told};

/// How it is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    FlightSql,
    SparkConnect,
}

/// A schema in it. Its tables are files that its workers write and read.
pub(crate) struct Sail {
    protocol: Protocol,
    pub(crate) schema: String,
}

impl Sail {
    pub(crate) fn new(protocol: Protocol) -> Self {
        static SCHEMAS: AtomicU32 = AtomicU32::new(0);
        let schema = format!("t{}_{}", process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        let sail = Self { protocol, schema };
        sail.run(&format!("CREATE SCHEMA {}", sail.schema));
        sail
    }

    pub(crate) fn connection(&self) -> AdbcConnection {
        match self.protocol {
            Protocol::FlightSql => flight(),
            Protocol::SparkConnect => spark(),
        }
    }

    pub(crate) fn relation(&self, name: &str) -> AdbcSegmentBuilder {
        AdbcSegment::relation(self.connection(), [self.schema.as_str(), name])
    }

    pub(crate) fn raw(&self) -> ManagedConnection {
        match self.protocol {
            Protocol::FlightSql => raw("FLIGHTSQL", None, &[("uri", &told("FLIGHT"))]),
            Protocol::SparkConnect => {
                raw("SPARK", None, &[("uri", &told("CONNECT")), ("adbc.spark.session_id", &spark_session())])
            }
        }
    }

    pub(crate) fn run(&self, sql: &str) {
        let mut statement = self.raw().new_statement().unwrap();
        statement.set_sql_query(sql).unwrap();
        // By Flight SQL it takes no updates as such.
        statement.execute().unwrap().for_each(|batch| drop(batch.unwrap()));
    }
}
