//! A connection that ends at any message never makes a torn object, and nobody is told that their own was another's.

use bytes::Bytes;
use tikaud_core::state::{StateError, StateStore};

use super::proxy::{Lost, Proxy};
use super::{content, key, told};
use crate::server::Server;

const LOSSES: [Lost; 2] = [Lost::Reply, Lost::Request];
/// Three parts and a bit.
const LARGE: usize = (3 << 20) + 17;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn an_object_is_created_though_the_connection_ends_anywhere() {
    let server = Server::new().await;
    let (proxy, direct) = (Proxy::start(&server).await, server.state().await);
    let state = server.state_over(proxy.connection()).await;
    let whole = Bytes::from(content(1000));
    for lost in LOSSES {
        let mut cuts = 0;
        loop {
            let name = key(&format!("created/{lost:?}-{cuts}"));
            proxy.lose(lost, cuts);
            state.create(&name, whole.clone()).await.unwrap();
            assert_eq!(direct.read(&name, 0..1000).await.unwrap(), whole, "{lost:?} {cuts}");
            let again = direct.create(&name, Bytes::new()).await.unwrap_err();
            assert!(matches!(again, StateError::AlreadyExists { .. }), "{again:?}");
            if !proxy.has_lost() {
                break;
            }
            cuts += 1;
        }
        // BEGIN, the part, the object, COMMIT.
        assert!(cuts >= 4, "{lost:?}: {cuts}");
    }
    let parts = format!(r#"SELECT count(*) FROM "{}".tikaud_object_parts"#, server.schema);
    let objects = i64::try_from(direct.list(None).await.unwrap().len()).unwrap();
    assert_eq!(server.admin.query_one(&parts, &[]).await.unwrap().get::<_, i64>(0), objects, "nothing is left over");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_large_object_whose_connection_ends_anywhere_is_there_whole_or_not_at_all() {
    let server = Server::new().await;
    let (proxy, direct) = (Proxy::start(&server).await, server.state().await);
    let state = server.state_over(proxy.connection()).await;
    let whole = Bytes::from(content(LARGE));
    let write = async |name: &str| {
        let mut writer = state.writer(&key(name)).await?;
        writer.write(whole.slice(..LARGE / 2)).await?;
        writer.write(whole.slice(LARGE / 2..)).await?;
        writer.finish().await
    };
    for lost in LOSSES {
        let (mut cuts, mut created) = (0, 0);
        loop {
            let name = format!("written/{lost:?}-{cuts}");
            proxy.lose(lost, cuts);
            let outcome = write(&name).await;
            let found = direct.read(&key(&name), 0..LARGE as u64).await;
            match outcome {
                Ok(()) => assert!(found.unwrap() == whole, "{name}"),
                Err(error) => {
                    assert!(matches!(error, StateError::Io { .. }), "{name}: {error:?}");
                    assert!(matches!(found, Err(StateError::NotFound { .. })), "{name}: {found:?}");
                    told(&error);
                }
            }
            if !proxy.has_lost() {
                break;
            }
            created += u32::from(direct.list(Some(&key("written"))).await.unwrap().iter().any(|e| e.key == key(&name)));
            cuts += 1;
        }
        // The last request is COMMIT: its reply is two messages, and without either the object is there.
        let expected = if lost == Lost::Reply { 2 } else { 0 };
        assert_eq!(created, expected, "{lost:?}: of {cuts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn what_is_read_listed_and_deleted_is_so_though_the_connection_ends_anywhere() {
    let server = Server::new().await;
    let (proxy, direct) = (Proxy::start(&server).await, server.state().await);
    let state = server.state_over(proxy.connection()).await;
    let whole = Bytes::from(content(LARGE));
    direct.create(&key("a/large"), whole.clone()).await.unwrap();
    let listed = direct.list(None).await.unwrap();
    for lost in LOSSES {
        for cuts in 0.. {
            direct.create(&key("b/object"), Bytes::new()).await.unwrap();
            proxy.lose(lost, cuts);
            assert!(state.read(&key("a/large"), 1..LARGE as u64 - 1).await.unwrap() == whole.slice(1..LARGE - 1));
            state.delete(&key("b/object")).await.unwrap();
            assert_eq!(state.list(None).await.unwrap(), listed, "{lost:?} {cuts}");
            if !proxy.has_lost() {
                assert!(cuts >= 3, "{lost:?}: {cuts}");
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn connections_that_the_server_has_ended_are_replaced() {
    let server = Server::new().await;
    let name = format!("application_name={}", server.schema.replace(' ', "-"));
    let connection = tikaud_sources::PostgresConnection::from_url(&format!("{}?{name}", server.url)).unwrap();
    let state = server.state_over(connection).await;
    let end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = $1";
    for round in 0..3 {
        let created = key(&format!("a/{round}"));
        state.create(&created, Bytes::from_static(b"content")).await.unwrap();
        let ended: i64 = server.admin.query_one(end, &[&server.schema.replace(' ', "-")]).await.unwrap().get(0);
        assert!(ended > 0);
        assert_eq!(state.read(&created, 0..7).await.unwrap(), "content");
    }
}
