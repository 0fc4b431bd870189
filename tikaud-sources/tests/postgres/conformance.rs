//! The suite for segments, over a table, a query, and a query with a parameter; whole, and breaking off.

use std::any::Any;

use async_trait::async_trait;
use tikaud_core::conformance::{SegmentFixture, Table};
use tikaud_core::segment::Segment;
use tikaud_sources::PostgresSegmentBuilder;

use crate::server::Server;

type Made = (Box<dyn Segment>, Box<dyn Any + Send>);

/// A server with the table.
async fn filled(table: &Table) -> Server {
    let server = Server::new().await;
    server.run(r#"CREATE TABLE people (id text, email text, phone text, "Full Name" text)"#).await;
    let column = |at: usize| table.rows().iter().map(|row| row[at].clone()).collect::<Vec<_>>();
    let insert = "INSERT INTO people SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])";
    server.admin.execute(insert, &[&column(0), &column(1), &column(2), &column(3)]).await.unwrap();
    server
}

/// The same with a view that fails at a member far behind, with a message that quotes the member's address.
async fn breaking(table: &Table) -> Server {
    let server = filled(table).await;
    server
        .run(
            "CREATE VIEW breaking AS SELECT CASE WHEN id = 'm9000' THEN email::integer::text ELSE id END AS id, email \
             FROM people",
        )
        .await;
    server
}

fn made(server: Server, segment: PostgresSegmentBuilder) -> Made {
    (Box::new(segment.batch_size(1000).build().unwrap()), Box::new(server))
}

fn query(server: &Server, table: &str) -> String {
    format!(r#"SELECT * FROM "{}".{table}"#, server.schema)
}

mod relation {
    use super::*;

    struct Relation;

    #[async_trait]
    impl SegmentFixture for Relation {
        async fn segment(&self, table: &Table) -> Made {
            let server = filled(table).await;
            let segment = server.relation("people");
            made(server, segment)
        }

        async fn breaking_segment(&self, table: &Table) -> Option<Made> {
            let server = breaking(table).await;
            let segment = server.relation("breaking");
            Some(made(server, segment))
        }
    }

    tikaud_core::segment_conformance!(Relation, ignore = "needs PostgreSQL: run it by .ci/with-postgres");
}

mod plain_query {
    use super::*;

    struct Query;

    #[async_trait]
    impl SegmentFixture for Query {
        async fn segment(&self, table: &Table) -> Made {
            let server = filled(table).await;
            let segment = server.query(&query(&server, "people"));
            made(server, segment)
        }

        async fn breaking_segment(&self, table: &Table) -> Option<Made> {
            let server = breaking(table).await;
            let segment = server.query(&query(&server, "breaking"));
            Some(made(server, segment))
        }
    }

    tikaud_core::segment_conformance!(Query, ignore = "needs PostgreSQL: run it by .ci/with-postgres");
}

mod query_with_parameter {
    use super::*;

    struct Query;

    #[async_trait]
    impl SegmentFixture for Query {
        async fn segment(&self, table: &Table) -> Made {
            let server = filled(table).await;
            let segment = server.query(&(query(&server, "people") + " WHERE id <> $1")).parameter("nobody");
            made(server, segment)
        }

        async fn breaking_segment(&self, table: &Table) -> Option<Made> {
            let server = breaking(table).await;
            let segment = server.query(&(query(&server, "breaking") + " WHERE email <> $1")).parameter("nobody");
            Some(made(server, segment))
        }
    }

    tikaud_core::segment_conformance!(Query, ignore = "needs PostgreSQL: run it by .ci/with-postgres");
}
