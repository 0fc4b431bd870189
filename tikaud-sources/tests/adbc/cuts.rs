//! A connection that ends at any of the server's messages, or within one, never makes a shorter segment.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use futures::TryStreamExt;
use tikaud_core::segment::{MemberBatch, Segment};
use tikaud_sources::{AdbcConnection, AdbcSegment, AdbcSegmentBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::engines::{Postgres, driver, owned, rows};
use crate::until_error::until_error;

const MEMBERS: usize = 40;

/// How long a member's text is: a driver's batch, of 1 MiB, is ten of them.
const LONG: usize = 100_000;

/// The driver connects twice, first to ask for the server's types.
const CONNECTIONS: usize = 2;

/// Where a connection is cut.
#[derive(Debug, Clone, Copy)]
struct Cut {
    connection: usize,
    /// So many of the server's messages come through.
    messages: usize,
    /// And so many bytes of the next.
    bytes: usize,
}

impl Cut {
    const NOWHERE: Self = Self { connection: CONNECTIONS, messages: 0, bytes: 0 };
}

/// What has come through.
#[derive(Debug, Default)]
struct Passed {
    /// By each connection.
    messages: [AtomicUsize; CONNECTIONS],
    members: AtomicUsize,
    /// Whether that was all of them, and the server waits for what comes next.
    has_ended: AtomicBool,
}

impl Passed {
    /// By the server's protocol: <https://www.postgresql.org/docs/current/protocol-message-formats.html>
    fn add(&self, message: &[u8]) {
        let is_member = matches!(message[0], b'd' | b'D') && message.len() > LONG;
        let members = self.members.fetch_add(usize::from(is_member), Relaxed);
        if message[0] == b'Z' && members > 0 {
            self.has_ended.store(true, Relaxed);
        }
    }

    /// How many batches are certain to come of it, when batches end with so many members, and how many can at the most.
    fn batches(&self, ends: &[usize]) -> RangeInclusive<usize> {
        if self.has_ended.load(Relaxed) {
            return ends.len()..=ends.len();
        }
        // The driver ends a batch when it sees that the next member has no room in it, or that there is none.
        let members = self.members.load(Relaxed);
        let ended_by = |members: usize| ends.iter().filter(|end| **end <= members).count();
        ended_by(members.saturating_sub(1))..=ended_by(members)
    }
}

/// Where the driver connects to.
struct Proxy {
    port: u16,
    passed: Arc<Passed>,
    _passing: JoinSet<()>,
}

/// Cuts a connection, once the reader has received all that came through as a whole, and lets nobody in again. The driver forgets
/// what it has not looked at when the connection ends, so nothing but the reader can tell when that may be.
async fn proxy(server: PathBuf, cut: Cut, ends: Vec<usize>, received: watch::Receiver<usize>) -> Proxy {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let passed = Arc::new(Passed::default());
    let mut passing = JoinSet::new();
    let counter = Arc::clone(&passed);
    passing.spawn(async move {
        let mut received = received;
        for (connection, messages) in counter.messages.iter().enumerate().take(cut.connection + 1) {
            let (client, _) = listener.accept().await.unwrap();
            let server = UnixStream::connect(&server).await.unwrap();
            let until = (connection == cut.connection).then_some(cut);
            pass((client, server), (&counter, messages), until, &ends, &mut received).await;
        }
    });
    Proxy { port, passed, _passing: passing }
}

/// One connection.
async fn pass(
    (client, server): (TcpStream, UnixStream),
    (passed, messages): (&Passed, &AtomicUsize),
    cut: Option<Cut>,
    ends: &[usize],
    received: &mut watch::Receiver<usize>,
) {
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
        if let Some(cut) = cut.filter(|cut| messages.load(Relaxed) == cut.messages) {
            let certain = *passed.batches(ends).start();
            received.wait_for(|received| *received >= certain).await.unwrap();
            let _ = to_client.write_all(&message[..cut.bytes.min(message.len() - 1)]).await;
            break;
        }
        // It may have hung up, having heard enough.
        let _ = to_client.write_all(&message).await;
        passed.add(&message);
        messages.fetch_add(1, Relaxed);
    }
    requests.abort();
}

/// Every member is read when nothing is cut, and wherever it is an error is the last thing that comes, after every batch that was
/// certain to. Answers how many cuts there were with so many batches delivered before them.
async fn cut_everywhere(server: &Postgres, segment: impl Fn(AdbcConnection) -> AdbcSegmentBuilder) -> Vec<usize> {
    // By the socket no password is asked for, and nothing is encrypted.
    let directory: String = server.admin.query_one("SHOW unix_socket_directories", &[]).await.unwrap().get(0);
    let behind = PathBuf::from(format!("{directory}/.s.PGSQL.{}", server.port()));
    let through = |port: u16| {
        let uri = format!("postgresql://tikaud@127.0.0.1:{port}/postgres?sslmode=disable&gssencmode=disable");
        segment(AdbcConnection::new(driver("POSTGRESQL")).uri(uri)).build().unwrap()
    };
    let whole = proxy(behind.clone(), Cut::NOWHERE, Vec::new(), watch::channel(0).1).await;
    let batches: Vec<MemberBatch> =
        through(whole.port).members(&owned(&["email"])).await.unwrap().try_collect().await.unwrap();
    let all_members: Vec<_> = batches.iter().flat_map(rows).collect();
    assert_eq!(all_members.len(), MEMBERS);
    let sizes = batches.iter().map(MemberBatch::len);
    let ends: Vec<usize> = sizes
        .scan(0, |end, size| {
            *end += size;
            Some(*end)
        })
        .collect();
    let [first, second] = whole.passed.messages.each_ref().map(|messages| messages.load(Relaxed));
    assert!(second > MEMBERS, "{second}");

    let mut cuts_after = vec![0; ends.len() + 1];
    // There are hundreds of types, and one cut among them is as good as another; there may be more or fewer by then, for other
    // tests make tables meanwhile.
    let of_first = (0..first - first / 4).step_by(100).map(|messages| (0, messages));
    // Each is cut before its first byte, and within: its head, its first field, its text.
    let within = [3, 9, LONG / 2];
    let cuts = of_first.chain((0..second).map(|messages| (1, messages))).flat_map(|(connection, messages)| {
        [0, within[messages % within.len()]].map(|bytes| Cut { connection, messages, bytes })
    });
    for cut in cuts {
        let (sender, received) = watch::channel(0);
        let cutting = proxy(behind.clone(), cut, ends.clone(), received).await;
        let what = format!("{cut:?}");
        let delivered = until_error(&through(cutting.port), &["email"], &what, |batches| {
            sender.send_replace(batches);
        })
        .await;
        assert!(all_members.starts_with(&delivered.members), "{what}");
        assert!(cutting.passed.batches(&ends).contains(&delivered.batches), "{what}: {}", delivered.batches);
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

/// That cuts came after no, one, two and three batches, and after all.
fn came_everywhere(cuts_after: &[usize]) {
    assert!(cuts_after.len() > 4 && cuts_after.iter().all(|cuts| *cuts > 0), "{cuts_after:?}");
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
    assert!(cuts_after.len() == 2 && cuts_after[0] > 2 * MEMBERS && cuts_after[1] > 0, "{cuts_after:?}");
}
