//! What a store needs, what it says when it does not get it, and what it takes no notice of.

use bytes::Bytes;
use insta::assert_snapshot;
use tikaud_core::state::{StateError, StateStore};
use tikaud_sources::{PostgresConnection, PostgresStateStore};
use tokio::net::TcpListener;

use super::{key, told};
use crate::server::{CANARY, Server, own};

/// The error of opening it, without what differs between runs.
async fn refusal(server: &Server, connection: PostgresConnection) -> String {
    let told = told(&PostgresStateStore::open(connection, &server.schema).await.unwrap_err());
    let port = server.config().get_ports()[0].to_string();
    told.replace(&server.schema, "SCHEMA").replace(&port, "PORT").replace(&own(""), "")
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_role_is_told_what_it_needs() {
    let server = Server::new().await;
    let role = own("keeper");
    let connection = server.role("keeper").await;
    let schema = &server.schema;
    assert_snapshot!(refusal(&server, connection.clone()).await, @"cannot open the state object `SCHEMA at 127.0.0.1:PORT/postgres`; check its permissions and the free space <- the schema `SCHEMA` has no tables of tikaud's yet, and the role `keeper` may not make them; grant it USAGE and CREATE on the schema");
    server.run(&format!(r#"GRANT USAGE, CREATE ON SCHEMA "{schema}" TO {role}"#)).await;
    let state = server.state_over(connection.clone()).await;
    state.create(&key("a/object"), Bytes::from_static(b"content")).await.unwrap();
    assert!(!format!("{state:?}{state:#?}").contains(CANARY));

    // Another role, whose tables they are not.
    let (role, connection) = (own("other"), server.role("other").await);
    assert_snapshot!(refusal(&server, connection.clone()).await, @"cannot open the state object `SCHEMA at 127.0.0.1:PORT/postgres`; check its permissions and the free space <- the role `other` may not use the state in the schema `SCHEMA`; grant it USAGE on the schema, and SELECT, INSERT and DELETE on `tikaud_objects` and `tikaud_object_parts`");
    let grant = format!(r#"GRANT SELECT, INSERT, DELETE ON tikaud_objects, tikaud_object_parts TO {role}"#);
    server.run(&format!(r#"{grant}; GRANT USAGE ON SCHEMA "{schema}" TO {role}"#)).await;
    let other = server.state_over(connection).await;
    assert_eq!(other.read(&key("a/object"), 0..7).await.unwrap(), "content");
    other.delete(&key("a/object")).await.unwrap();

    server.run(&format!("REVOKE DELETE ON tikaud_objects FROM {role}")).await;
    assert_snapshot!(told(&other.delete(&key("a/object")).await.unwrap_err()).replace(schema, "SCHEMA"), @"cannot delete the state object `SCHEMA/a/object`; check its permissions and the free space <- the role may not do it; grant it USAGE on the schema, and SELECT, INSERT and DELETE on its tables `tikaud_objects` and `tikaud_object_parts` <- PostgreSQL reports SQLSTATE 42501");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_schema_that_cannot_hold_state_is_refused() {
    let server = Server::new().await;
    let missing = PostgresStateStore::open(server.connection(), "no such schema").await.unwrap_err();
    assert!(told(&missing).contains("there is no schema `no such schema`; create it"), "{}", told(&missing));
    server.run("CREATE TABLE tikaud_objects (key text)").await;
    assert_snapshot!(refusal(&server, server.connection()).await, @"cannot open the state object `SCHEMA at 127.0.0.1:PORT/postgres`; check its permissions and the free space <- the schema `SCHEMA` has one of the tables `tikaud_objects` and `tikaud_object_parts` without the other; restore both from a back-up");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_of_at_once() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let connection = PostgresConnection::new("127.0.0.1", "shop", "tikaud").port(port).password(CANARY);
    let error = PostgresStateStore::open(connection, "state").await.unwrap_err();
    assert_snapshot!(told(&error).replace(&port.to_string(), "PORT"), @"cannot open the state object `state at 127.0.0.1:PORT/shop`; check its permissions and the free space <- PostgreSQL at `127.0.0.1:PORT/shop` cannot be reached; check host and port, that the server runs, and the firewall between <- the connection to PostgreSQL failed <- Connection refused (os error 111)");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn what_a_later_version_has_written_is_refused() {
    let server = Server::new().await;
    let state = server.state().await;
    state.create(&key("a/object"), Bytes::new()).await.unwrap();
    server.run("UPDATE tikaud_objects SET format = 7").await;
    let opened = PostgresStateStore::open(server.connection(), &server.schema).await.map(drop);
    for outcome in [opened, state.read(&key("a/object"), 0..0).await.map(drop)] {
        assert!(matches!(outcome, Err(StateError::Newer { found: 7, supported: 1, .. })), "{outcome:?}");
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn an_object_whose_parts_are_gone_is_cut_short() {
    let server = Server::new().await;
    let state = server.state().await;
    state.create(&key("a/object"), Bytes::from_static(b"content")).await.unwrap();
    server.run("DELETE FROM tikaud_object_parts").await;
    let error = state.read(&key("a/object"), 0..7).await.unwrap_err();
    assert!(matches!(error, StateError::Truncated { .. }), "{error:?}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_key_is_a_text_and_never_a_pattern() {
    let server = Server::new().await;
    let state = server.state().await;
    for name in ["a_b/1", "a_b/2", "axb/1", "a_b-c/1", "a_b0/1", "a_b"] {
        state.create(&key(name), Bytes::new()).await.unwrap();
    }
    // What no key can be is nobody's object.
    for foreign in ["a_b/../x", "a_b/%", "a_b/"] {
        server.run(&format!("INSERT INTO tikaud_objects VALUES ('{foreign}', '', 0, 1, 1)")).await;
    }
    let below: Vec<_> = state.list(Some(&key("a_b"))).await.unwrap().into_iter().map(|entry| entry.key).collect();
    assert_eq!(below, [key("a_b/1"), key("a_b/2")]);
}

/// The server runs with `synchronous_commit` off, and the role only reads by default.
#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn what_is_created_and_deleted_is_durable_whatever_the_default_is() {
    let server = Server::new().await;
    let (role, connection) = (own("durable"), server.role("durable").await);
    server.run(&format!("ALTER ROLE {role} SET default_transaction_read_only = on")).await;
    server.run(&format!(r#"GRANT USAGE, CREATE ON SCHEMA "{}" TO {role}"#, server.schema)).await;
    let state = server.state_over(connection).await;
    server
        .run(&format!(
            "CREATE TABLE noted (setting text); GRANT INSERT ON noted TO {role};
             CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 INSERT INTO \"{}\".noted VALUES (current_setting('synchronous_commit')); RETURN NULL;
             END $$;
             CREATE TRIGGER note AFTER INSERT OR DELETE ON tikaud_objects FOR EACH ROW EXECUTE FUNCTION note()",
            server.schema
        ))
        .await;
    state.create(&key("a/object"), Bytes::new()).await.unwrap();
    state.delete(&key("a/object")).await.unwrap();
    let noted = server.admin.query("SELECT setting FROM noted", &[]).await.unwrap();
    assert_eq!(noted.iter().map(|row| row.get::<_, &str>(0)).collect::<Vec<_>>(), ["on", "on"]);
    let default: String = server.admin.query_one("SHOW synchronous_commit", &[]).await.unwrap().get(0);
    assert_eq!(default, "off", "the server promises durability by itself, and the test tells nothing");
}
