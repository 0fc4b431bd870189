//! The simulator in front of wiremock's server, for tests that use wiremock anyway.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tikaud_tiktok::simulator::{Delivery, Request, Simulator};
use wiremock::{Mock, MockServer, Respond, ResponseTemplate, matchers};

/// Longer than any client waits: wiremock cannot close a connection for one answer among many.
const FOR_EVER: Duration = Duration::from_secs(3_600);

/// Answers every request of a wiremock server from a simulator that can be looked at meanwhile.
struct SimulatorResponder {
    simulator: Arc<Mutex<Simulator>>,
    clock: fn() -> Timestamp,
}

impl Respond for SimulatorResponder {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        let mut translated = Request::new(request.method.as_str(), request.url.path())
            .with_query(request.url.query().unwrap_or_default())
            .with_body(request.body.clone());
        for (name, value) in &request.headers {
            translated = translated.with_header(name.as_str(), String::from_utf8_lossy(value.as_bytes()));
        }
        let response = self.simulator.lock().unwrap().handle(&translated, (self.clock)());
        let mut template = ResponseTemplate::new(response.status).set_body_raw(response.body, response.content_type);
        if let Some(location) = response.location {
            template = template.insert_header("Location", location);
        }
        match response.delivery {
            Delivery::DropConnection => template.set_delay(FOR_EVER),
            Delivery::DeliverAfter(time) => template.set_delay(time),
            _ => template,
        }
    }
}

/// A wiremock server that answers everything from this simulator, at the times that the clock tells.
pub(crate) async fn serve(simulator: Arc<Mutex<Simulator>>, clock: fn() -> Timestamp) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(matchers::any()).respond_with(SimulatorResponder { simulator, clock }).mount(&server).await;
    server
}
