//! PostgreSQL with just the grants that the guide lists, and with one of them missing.

use std::error::Error;

use futures::{StreamExt, stream};
use tikaud_core::diff::{CompareRequest, DiffEngine, DiffEngineError, Fate, SetsId, SettleRequest};
use tikaud_core::identifier::{Field, FieldMapping};

use crate::engines::Postgres;
use crate::places::Place;
use crate::runs::agree_in;
use crate::world::settle;

/// A server whose engine asks as a user with these grants, and the user's name.
async fn server() -> (Postgres, String) {
    let mut server = Postgres::new().await;
    let (schema, user) = (server.schema.clone(), server.schema.replace(' ', "_"));
    let setup = [
        format!("CREATE SCHEMA \"{schema} sets\""),
        format!("CREATE ROLE {user} LOGIN PASSWORD 'user'"),
        format!("GRANT USAGE ON SCHEMA \"{schema}\" TO {user}"),
        // The tests make the table anew: GRANT SELECT on whatever is made there.
        format!("ALTER DEFAULT PRIVILEGES IN SCHEMA \"{schema}\" GRANT SELECT ON TABLES TO {user}"),
        format!("GRANT USAGE, CREATE ON SCHEMA \"{schema} sets\" TO {user}"),
    ];
    server.run(&setup.join("; ")).await;
    server.url = format!("postgresql://{user}:user@127.0.0.1:{}/postgres", server.port());
    (server, user)
}

fn told(error: &DiffEngineError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(" <- {error}");
        cause = error.source();
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_user_with_the_grants_of_the_guide_runs_a_whole_history() {
    let (server, _) = server().await;
    Box::pin(agree_in(Place::Postgres(Box::new(server)))).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-postgres .ci/with-adbc"]
async fn each_grant_that_is_missing_is_named() {
    let mapping = FieldMapping::try_new([("email", Field::Email)]).unwrap();
    for (revoked, says, compares) in [
        ("SELECT ON TABLE \"{}\".people", "may not read `{}.people`", true),
        ("USAGE ON SCHEMA \"{}\"", "may not read `{}.people`", true),
        ("CREATE ON SCHEMA \"{} sets\"", "`GRANT USAGE, CREATE ON SCHEMA \"{} sets\" TO …`", false),
        ("USAGE ON SCHEMA \"{} sets\"", "`GRANT USAGE, CREATE ON SCHEMA \"{} sets\" TO …`", false),
        ("USAGE ON SCHEMA \"{} sets\"", "`GRANT USAGE, CREATE ON SCHEMA \"{} sets\" TO …`", true),
    ] {
        let (server, user) = server().await;
        let schema = server.schema.clone();
        let place = Place::Postgres(Box::new(server));
        place.fill(&[]).await;
        let (engine, sets) = (place.engine(), SetsId::of(&"a".parse().unwrap(), 1, 1));
        settle(&engine, None, &sets, Fate::UNCHANGED, Vec::new()).await;
        place.run(&[format!("REVOKE {} FROM {user}", revoked.replace("{}", &schema))]).await;
        let error = if compares {
            engine.compare(&CompareRequest::new(Some(&sets), &mapping)).await.unwrap_err()
        } else {
            let next = SetsId::of(&"a".parse().unwrap(), 2, 1);
            let none = stream::empty().boxed();
            engine.settle(SettleRequest::new(None, next, Fate::UNCHANGED, none)).await.unwrap_err()
        };
        let (told, says) = (told(&error), says.replace("{}", &schema));
        assert!(told.contains(&says) && told.contains("grant"), "{revoked}: {told}");
    }
}
