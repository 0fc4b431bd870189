//! Who may ask: the token, and, without one, whoever is on this machine.

use std::fs;

use reqwest::header::{AUTHORIZATION, HOST, ORIGIN};
use reqwest::{Method, StatusCode};

use super::running::{Service, command, run, send};
use super::world::World;

const TOKEN: &str = "canary-of-a-token-0123456789";

#[tokio::test(flavor = "multi_thread")]
async fn with_a_token_everything_but_the_page_and_health_needs_it() {
    let world = World::of_buyers(1_000).await;
    let service = Service::start_with(&world, Some(TOKEN));
    for path in ["/", "/health"] {
        assert_eq!(send(service.request(Method::GET, path)).await.status, StatusCode::OK, "{path}");
    }
    for (method, path) in [
        (Method::GET, "/metrics"),
        (Method::GET, "/api/activations"),
        (Method::GET, "/api/activations/buyers/runs"),
        (Method::POST, "/api/activations/buyers/trigger"),
        (Method::POST, "/api/pause"),
        (Method::GET, "/nothing"),
    ] {
        let missing = send(service.request(method.clone(), path)).await;
        assert_eq!(
            (missing.status, &missing.headers["www-authenticate"]),
            (StatusCode::UNAUTHORIZED, &"Bearer".parse().unwrap())
        );
        for wrong in ["canary-of-a-token-0123456780", "canary", "", &format!("{TOKEN}0")] {
            let wrong = send(service.request(method.clone(), path).bearer_auth(wrong)).await;
            assert_eq!(wrong.status, StatusCode::UNAUTHORIZED, "{path}");
        }
        let basic = service.request(method, path).header(AUTHORIZATION, format!("Basic {TOKEN}"));
        assert_eq!(send(basic).await.status, StatusCode::UNAUTHORIZED);
    }
    let in_address = send(service.request(Method::GET, &format!("/api/activations?token={TOKEN}"))).await;
    assert_eq!(in_address.status, StatusCode::UNAUTHORIZED);
    assert_eq!(service.get("/api/activations").await.status, StatusCode::OK);
    assert_eq!(service.run("buyers").await["standing"], "well");
    assert!(!fs::read_to_string(&service.log).unwrap().contains("canary-of-a-token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn away_from_loopback_it_does_not_start_without_a_token_that_is_long_enough() {
    let world = World::of_buyers(1_000).await;
    let start = |token: Option<&str>, listen: &str| {
        let mut command = command(&world, &["--check", "--listen", listen]);
        if let Some(token) = token {
            command.env("TIKAUD_SERVICE_TOKEN", token);
        }
        run(&mut command)
    };
    for everywhere in ["0.0.0.0:8090", "[::]:8090"] {
        let (code, text) = start(None, everywhere);
        assert_eq!(code, Some(2), "{text}");
        for expected in [everywhere, "TIKAUD_SERVICE_TOKEN", "openssl rand -hex 32", "127.0.0.1"] {
            assert!(text.contains(expected), "{expected} is not in {text}");
        }
        assert_eq!(start(Some(TOKEN), everywhere).0, Some(0));
    }
    let (code, text) = start(Some("canary"), "127.0.0.1:0");
    assert_eq!(code, Some(2));
    assert!(text.contains("shorter than 16") && !text.contains("canary"), "{text}");
    assert_eq!(start(Some("  "), "127.0.0.1:0").0, Some(0), "an empty token is none");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_other_sites_can_neither_read_nor_change_anything() {
    let world = World::of_buyers(1_000).await;
    let service = Service::start(&world);
    let status = async |method: Method, headers: &[(&str, &str)]| {
        let path = if method == Method::GET { "/api/activations" } else { "/api/pause" };
        let request = service.request(method, path);
        send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await.status
    };
    let port = service.address.rsplit(':').next().unwrap();
    // A name of somebody else's that leads here.
    for host in ["attacker.example", "127.0.0.1.attacker.example", "10.0.0.1", ""] {
        assert_eq!(status(Method::GET, &[(HOST.as_str(), host)]).await, StatusCode::FORBIDDEN, "{host}");
    }
    for host in ["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:8090"] {
        assert_eq!(status(Method::GET, &[(HOST.as_str(), host)]).await, StatusCode::OK, "{host}");
    }
    // A form of another site.
    let other_port = "http://127.0.0.1:1";
    for origin in ["https://attacker.example", "null", other_port, &format!("https://127.0.0.1:{port}")] {
        assert_eq!(status(Method::POST, &[(ORIGIN.as_str(), origin)]).await, StatusCode::FORBIDDEN, "{origin}");
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(status(Method::POST, &[("sec-fetch-site", site)]).await, StatusCode::FORBIDDEN);
    }
    let own = service.url();
    assert_eq!(
        status(Method::POST, &[(ORIGIN.as_str(), &own), ("sec-fetch-site", "same-origin")]).await,
        StatusCode::OK
    );
    assert_eq!(status(Method::POST, &[]).await, StatusCode::OK, "a program sends neither");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_whole_and_lets_nothing_else_in() {
    let world = World::of_buyers(1_000).await;
    let service = Service::start(&world);
    let page = service.get("/").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(page.headers[name], value);
    }
    for outside in ["src=", "@import", "<link rel=\"stylesheet", "https://"] {
        assert!(!page.text.contains(outside), "{outside}");
    }
    assert!(page.text.contains("<html lang=\"en\">") && page.text.ends_with("</html>\n"));
    assert!(!page.text.contains("{style}") && !page.text.contains("{script}") && !page.text.contains("{token}"));
}
