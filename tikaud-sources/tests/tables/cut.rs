//! A connection that ends anywhere in the answer never makes fewer identifiers.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::StreamExt;
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::segment::Segment;
use tikaud_sources::{AdbcConnection, AdbcSegment};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::engines::{Postgres, driver, text};

const MEMBERS: usize = 30_000;

/// How large the driver makes its batches, in bytes of the server's answer at the least.
const BATCH: usize = 1 << 20;

/// Where the driver connects to.
struct Proxy {
    port: u16,
    /// How many bytes of the second connection have come through.
    passed: Arc<AtomicUsize>,
    _passing: JoinSet<()>,
}

/// Lets the first connection through, by which the driver asks for types, and so many bytes of the second one's answers. Where the
/// driver has a whole batch by then, the cut waits until somebody has received it.
async fn proxy(server: PathBuf, bytes: usize, received: watch::Receiver<usize>) -> Proxy {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let passed = Arc::new(AtomicUsize::new(0));
    let mut passing = JoinSet::new();
    let counter = Arc::clone(&passed);
    passing.spawn(async move {
        let mut received = received;
        for is_second in [false, true] {
            let (client, _) = listener.accept().await.unwrap();
            client.set_nodelay(true).unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = UnixStream::connect(&server).await.unwrap().into_split();
            let requests = tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
            let mut left = if is_second { bytes } else { usize::MAX };
            let mut part = vec![0; 64 << 10];
            while left > 0 {
                let most = part.len().min(left);
                let length = from_server.read(&mut part[..most]).await.unwrap_or_default();
                // It may have hung up, having heard enough.
                if length == 0 || to_client.write_all(&part[..length]).await.is_err() {
                    break;
                }
                left -= length;
                counter.fetch_add(if is_second { length } else { 0 }, Ordering::Relaxed);
            }
            if left == 0 && bytes > 2 * BATCH {
                received.wait_for(|parts| *parts > 1).await.unwrap();
            }
            requests.abort();
        }
    });
    Proxy { port, passed, _passing: passing }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-postgres .ci/with-adbc"]
async fn an_answer_that_is_cut_anywhere_is_an_error_however_much_of_it_has_come() {
    let server = Postgres::new().await;
    let series = format!("SELECT 'canary' || n || '@example.com' AS email FROM generate_series(1, {MEMBERS}) AS n");
    server.run(&format!("CREATE TABLE people AS {series}")).await;
    // By the socket no password is asked for, and nothing is encrypted.
    let directory: String = server.admin.query_one("SHOW unix_socket_directories", &[]).await.unwrap().get(0);
    let behind = PathBuf::from(format!("{directory}/.s.PGSQL.{}", server.port()));
    let mapping = FieldMapping::try_new([("email", Field::Email)]).unwrap();
    let read = async |bytes: usize| {
        let (sender, received) = watch::channel(0);
        let proxy = proxy(behind.clone(), bytes, received).await;
        let uri = format!("postgresql://tikaud@127.0.0.1:{}/postgres?sslmode=disable&gssencmode=disable", proxy.port);
        let connection = AdbcConnection::new(driver("POSTGRESQL")).uri(uri);
        let segment = AdbcSegment::relation(connection, [&server.schema, "people"]).hash_in_database(true);
        let mut parts = match segment.build().unwrap().identifiers(&mapping).await {
            Ok(parts) => parts.unwrap(),
            Err(error) => return (Err(text(&error)), 0, 0),
        };
        let (mut digests, mut received) = (0, 0);
        let end = loop {
            match parts.next().await {
                Some(Ok(part)) => {
                    digests += part.into_digests().0.values().map(|digests| digests.len() / 32).sum::<usize>()
                }
                Some(Err(error)) => break Err(text(&error)),
                None => break Ok(proxy.passed.load(Ordering::Relaxed)),
            }
            received += 1;
            sender.send_replace(received);
        };
        assert!(end.is_ok() || parts.next().await.is_none(), "the first error is the last item");
        (end, digests, received)
    };
    let (whole, digests, parts) = read(usize::MAX).await;
    let whole = whole.unwrap();
    assert!(digests == MEMBERS && parts > 3 && whole > 3 * BATCH, "{digests} {parts} {whole}");
    let (mut nothing, mut some) = (0, 0);
    let last = [whole - 1, whole - 5, whole - 20, whole - 60];
    for bytes in (0..16).map(|part| whole / 16 * part).chain(last) {
        let (end, digests, parts) = read(bytes).await;
        assert!(end.is_err(), "{bytes} of {whole}: it has ended well, with {digests} of {MEMBERS} identifiers");
        *if parts > 1 { &mut some } else { &mut nothing } += 1;
    }
    assert!(nothing > 3 && some > 3, "{nothing} {some}");
}
