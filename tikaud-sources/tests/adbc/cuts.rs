//! A connection that ends at any of the server's messages, or within one, never makes a shorter segment.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tikaud_sources::{AdbcConnection, AdbcSegment, AdbcSegmentBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::engines::{Postgres, driver, members};
use crate::until_error::until_error;

const MEMBERS: usize = 40;

/// How long a member's text is: a driver's batch, of 1 MiB, is ten of them.
const LONG: usize = 100_000;

/// How long the driver has to look at what came before the cut.
const PAUSE: Duration = Duration::from_millis(50);

/// Where the driver connects to: it does so twice, first to ask for the server's types.
struct Proxy {
    port: u16,
    passed: Arc<AtomicUsize>,
    /// How many messages the first connection had, which asks for the types.
    first: Arc<AtomicUsize>,
    _passing: JoinSet<()>,
}

/// Lets so many of the server's messages through, and some bytes of the next; then hangs up, and lets nobody in again.
async fn proxy(server: PathBuf, messages: usize, bytes: usize) -> Proxy {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let passed = Arc::new(AtomicUsize::new(0));
    let mut passing = JoinSet::new();
    let first = Arc::new(AtomicUsize::new(0));
    let (counter, of_first) = (Arc::clone(&passed), Arc::clone(&first));
    passing.spawn(async move {
        while counter.load(Relaxed) <= messages {
            let (client, _) = listener.accept().await.unwrap();
            pass(client, UnixStream::connect(&server).await.unwrap(), &counter, messages, bytes).await;
            let _ = of_first.compare_exchange(0, counter.load(Relaxed), Relaxed, Relaxed);
        }
    });
    Proxy { port, passed, first, _passing: passing }
}

/// One connection.
async fn pass(client: TcpStream, server: UnixStream, passed: &AtomicUsize, messages: usize, bytes: usize) {
    client.set_nodelay(true).unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let requests = tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
    // A tag, and a length that counts itself.
    let mut head = [0; 5];
    while from_server.read_exact(&mut head).await.is_ok() {
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let mut message = vec![0; usize::try_from(length).unwrap() - 4];
        from_server.read_exact(&mut message).await.unwrap();
        let message = [&head, message.as_slice()].concat();
        if passed.fetch_add(1, Relaxed) == messages {
            // The driver forgets what it has not looked at when the connection ends: this lets it look.
            sleep(PAUSE).await;
            let _ = to_client.write_all(&message[..bytes.min(message.len() - 1)]).await;
            break;
        }
        // It may have hung up, having heard enough.
        let _ = to_client.write_all(&message).await;
    }
    requests.abort();
}

/// Every member is read when nothing is cut, and wherever it is an error is the last thing that comes. Answers how many cuts
/// there were with so many batches delivered before them.
async fn cut_everywhere(server: &Postgres, segment: impl Fn(AdbcConnection) -> AdbcSegmentBuilder) -> Vec<usize> {
    // By the socket no password is asked for, and nothing is encrypted.
    let directory: String = server.admin.query_one("SHOW unix_socket_directories", &[]).await.unwrap().get(0);
    let behind = PathBuf::from(format!("{directory}/.s.PGSQL.{}", server.port()));
    let through = |port: u16| {
        let uri = format!("postgresql://tikaud@127.0.0.1:{port}/postgres?sslmode=disable&gssencmode=disable");
        segment(AdbcConnection::new(driver("POSTGRESQL")).uri(uri)).build().unwrap()
    };
    let whole = proxy(behind.clone(), usize::MAX, 0).await;
    let all_members = members(&through(whole.port), &["email"]).await.unwrap();
    assert_eq!(all_members.len(), MEMBERS);
    let (first, all) = (whole.first.load(Relaxed), whole.passed.load(Relaxed));
    assert!(all - first > MEMBERS, "{first} {all}");

    let mut cuts_after = Vec::new();
    // There are hundreds of types, and one cut among them is as good as another.
    let cuts = (0..first).step_by(100).chain(first..all);
    // Each is cut before its first byte, and within: its head, its first field, its text.
    let within = [3, 9, LONG / 2];
    for (messages, bytes) in cuts.flat_map(|messages| [(messages, 0), (messages, within[messages % within.len()])]) {
        let cut = proxy(behind.clone(), messages, bytes).await;
        let what = format!("cut {bytes} bytes after message {messages}");
        let delivered = until_error(&through(cut.port), &["email"], &what).await;
        assert!(all_members.starts_with(&delivered.members), "{what}");
        cuts_after.resize(cuts_after.len().max(delivered.batches + 1), 0);
        cuts_after[delivered.batches] += 1;
    }
    cuts_after
}

/// A server with a table of people, whose texts are long.
async fn people() -> Postgres {
    let server = Postgres::new().await;
    let series = format!(
        "SELECT 'canary-' || n || '@example.com' || repeat('x', {LONG}) FROM generate_series(1, {MEMBERS}) AS n"
    );
    server.run(&format!("CREATE TABLE people (email text); INSERT INTO people {series}")).await;
    server
}

/// That every message was cut. How many batches come before a cut depends on how soon the driver looks at what has come, for it
/// forgets the rest when the connection ends: `rows_that_fail.rs` has errors after batches that are certain to come.
fn came_everywhere(cuts_after: &[usize]) {
    assert!(cuts_after.iter().sum::<usize>() > 2 * MEMBERS, "{cuts_after:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_table_whose_connection_ends_anywhere_is_an_error_however_many_batches_have_come() {
    let server = people().await;
    let cuts_after =
        cut_everywhere(&server, |connection| AdbcSegment::relation(connection, [&server.schema, "people"])).await;
    came_everywhere(&cuts_after);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_query_whose_connection_ends_anywhere_is_an_error_however_many_batches_have_come() {
    let server = people().await;
    let sql = format!(r#"SELECT email FROM "{}".people"#, server.schema);
    let cuts_after = cut_everywhere(&server, |connection| AdbcSegment::query(connection, &sql).name("Query")).await;
    came_everywhere(&cuts_after);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_query_with_a_parameter_whose_connection_ends_anywhere_is_an_error() {
    let server = people().await;
    let sql = format!(r#"SELECT email FROM "{}".people WHERE email <> $1"#, server.schema);
    let segment = |connection| AdbcSegment::query(connection, &sql).name("Query").parameter("nobody");
    let cuts_after = cut_everywhere(&server, segment).await;
    // With a parameter, its driver gathers the whole answer into one batch, as the guide says; after it, only the
    // transaction's end can be cut.
    assert!(cuts_after.len() <= 2 && cuts_after[0] > 2 * MEMBERS, "{cuts_after:?}");
}
