//! A connection that ends at any of the server's messages, or within one, never makes a shorter segment.

use std::path::PathBuf;

use futures::StreamExt;
use tikaud_core::segment::Segment;
use tikaud_sources::{PostgresConnection, PostgresSegment, PostgresSegmentBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, UnixStream};
use tokio::task::JoinHandle;

use crate::server::{Server, members, rows, text};

const MEMBERS: usize = 40;
const BATCH: usize = 10;

/// Lets so many of the server's messages through, and some bytes of the next; then hangs up. Gives the port, and how
/// many messages came through.
async fn proxy(server: PathBuf, messages: usize, bytes: usize) -> (u16, JoinHandle<usize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let passing = tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        client.set_nodelay(true).unwrap();
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = UnixStream::connect(server).await.unwrap().into_split();
        let requests = tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
        let mut passed = 0;
        // A tag, and a length that counts itself.
        let mut head = [0; 5];
        while from_server.read_exact(&mut head).await.is_ok() {
            let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
            let mut message = vec![0; usize::try_from(length).unwrap() - 4];
            from_server.read_exact(&mut message).await.unwrap();
            let message = [&head, message.as_slice()].concat();
            if passed == messages {
                to_client.write_all(&message[..bytes.min(message.len() - 1)]).await.unwrap();
                break;
            }
            to_client.write_all(&message).await.unwrap();
            passed += 1;
        }
        requests.abort();
        passed
    });
    (port, passing)
}

/// What is read from it: every member, or an error as the last thing that comes.
async fn cut_everywhere(server: &Server, segment: impl Fn(PostgresConnection) -> PostgresSegmentBuilder) {
    // By the socket no password is asked for: deriving keys would take most of the time.
    let directory: String = server.admin.query_one("SHOW unix_socket_directories", &[]).await.unwrap().get(0);
    let behind = PathBuf::from(format!("{directory}/.s.PGSQL.{}", server.config().get_ports()[0]));
    let through = |port: u16| {
        let connection = PostgresConnection::new("127.0.0.1", "postgres", "tikaud").port(port);
        segment(connection).batch_size(BATCH).build().unwrap()
    };
    let (port, passing) = proxy(behind.clone(), usize::MAX, 0).await;
    assert_eq!(members(&through(port), &["email"]).await.unwrap().len(), MEMBERS);
    let all = passing.await.unwrap();
    assert!(all > MEMBERS, "{all}");

    let mut counts = [0; MEMBERS + 1];
    for (messages, bytes) in (0..all).flat_map(|messages| [(messages, 0), (messages, 3), (messages, 9)]) {
        let (port, _passing) = proxy(behind.clone(), messages, bytes).await;
        let found = read(&through(port)).await;
        counts[found] += 1;
    }
    // The cuts have come after each batch but the last, which waits for the end.
    let batches: Vec<usize> = (0..=MEMBERS).filter(|&found| counts[found] > 0).collect();
    assert_eq!(batches, [0, BATCH, 2 * BATCH, 3 * BATCH, MEMBERS]);
}

/// How many members came before the error, which must come.
async fn read(segment: &PostgresSegment) -> usize {
    let mut stream = match segment.members(&["email".to_owned()]).await {
        Ok(stream) => stream,
        Err(error) => {
            text(&error);
            return 0;
        }
    };
    let mut found = 0;
    loop {
        match stream.next().await.expect("a stream that was cut ends in an error") {
            Ok(batch) => found += rows(&batch).len(),
            Err(error) => {
                text(&error);
                assert!(stream.next().await.is_none(), "nothing comes after the error");
                return found;
            }
        }
    }
}

async fn people() -> Server {
    let server = Server::new().await;
    server.run("CREATE TABLE people (email text)").await;
    server
        .run(&format!(
            "INSERT INTO people SELECT 'canary-' || n || '@example.com' FROM generate_series(1, {MEMBERS}) AS n"
        ))
        .await;
    server
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_table_whose_connection_ends_anywhere_is_an_error() {
    let server = people().await;
    cut_everywhere(&server, |connection| PostgresSegment::relation(connection, [&server.schema, "people"])).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_query_with_a_parameter_whose_connection_ends_anywhere_is_an_error() {
    let server = people().await;
    let sql = format!(r#"SELECT email FROM "{}".people WHERE email <> $1"#, server.schema);
    cut_everywhere(&server, |connection| PostgresSegment::query(connection, &sql).name("Query").parameter("nobody"))
        .await;
}
