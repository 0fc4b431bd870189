//! Chromium without a window, driven by its WebDriver: <https://www.w3.org/TR/webdriver2/>.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long the page may take for what it is to show.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with one page. It ends with the test.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    client: reqwest::Client,
    _data: TempDir,
}

impl Browser {
    /// `.ci/with-chromium` says where browser and driver are.
    pub(crate) async fn start() -> Self {
        let path = |variable| {
            env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: run it by .ci/with-chromium"))
        };
        let mut driver = Command::new(path("TIKAUD_TEST_CHROMEDRIVER"));
        let mut driver = driver.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines().map(Result::unwrap);
        let port = lines.filter_map(|line| {
            line.rsplit_once("started successfully on port ").map(|(_, port)| port.trim_end_matches('.').to_owned())
        });
        let url = format!("http://127.0.0.1:{}", { port }.next().unwrap());
        let data = tempfile::tempdir().unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let arguments = [
            "--headless=new".to_owned(),
            // Root, as in a container, has no sandbox.
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-background-networking".to_owned(),
            "--no-first-run".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--lang=en-GB".to_owned(),
            // There is no internet, whatever the page asks for.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1".to_owned(),
            format!("--user-data-dir={}", data.path().display()),
        ];
        let options = json!({ "binary": path("TIKAUD_TEST_CHROMIUM"), "args": arguments });
        let logs = json!({ "browser": "ALL", "performance": "ALL" });
        let wanted =
            json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options, "goog:loggingPrefs": logs } } });
        let answer: Value =
            client.post(format!("{url}/session")).json(&wanted).send().await.unwrap().json().await.unwrap();
        let id = answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("{answer}"));
        Self { driver, session: format!("{url}/session/{id}"), client, _data: data }
    }

    async fn command(&self, path: &str, parameters: Value) -> Value {
        let request = self.client.post(format!("{}/{path}", self.session)).json(&parameters);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(answer["value"]["error"].is_null(), "{path}: {}", answer["value"]["message"]);
        answer["value"].clone()
    }

    /// A command of the protocol of Chromium's developer tools.
    async fn tools(&self, command: &str, parameters: Value) -> Value {
        self.command("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// How the page is looked at: a colour scheme, and the window's width in pixels.
    pub(crate) async fn look(&self, scheme: &str, width: u32) {
        let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.tools("Emulation.setEmulatedMedia", scheme).await;
        self.tools("Emulation.setTimezoneOverride", json!({ "timezoneId": "Europe/Berlin" })).await;
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.tools("Emulation.setDeviceMetricsOverride", size).await;
    }

    pub(crate) async fn open(&self, url: &str) {
        self.command("url", json!({ "url": url })).await;
    }

    /// What a function body of JavaScript returns.
    pub(crate) async fn script(&self, body: &str) -> Value {
        self.command("execute/sync", json!({ "script": body, "args": [] })).await
    }

    /// Waits until a JavaScript expression is true.
    pub(crate) async fn until(&self, expression: &str) {
        let start = Instant::now();
        while self.script(&format!("return Boolean({expression})")).await != json!(true) {
            let page = self.script("return document.body.innerText").await;
            assert!(start.elapsed() < PATIENCE, "waited in vain until {expression}; the page says: {page}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Clicks with the mouse, as a person does: what is hidden or covered is an error.
    pub(crate) async fn click(&self, xpath: &str) {
        let element = self.find(xpath).await;
        self.command(&format!("element/{element}/click"), json!({})).await;
    }

    /// Types into an element. Keys without a letter are in <https://www.w3.org/TR/webdriver2/#keyboard-actions>.
    pub(crate) async fn keys(&self, xpath: &str, text: &str) {
        let element = self.find(xpath).await;
        self.command(&format!("element/{element}/value"), json!({ "text": text })).await;
    }

    async fn find(&self, xpath: &str) -> String {
        let found = self.command("element", json!({ "using": "xpath", "value": xpath })).await;
        found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }

    /// The whole page as a picture, in `target/service-page/`.
    pub(crate) async fn screenshot(&self, name: &str) -> PathBuf {
        let size = self.script("return [innerWidth, document.documentElement.scrollHeight]").await;
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        let wanted = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let picture = self.tools("Page.captureScreenshot", wanted).await;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("service-page");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, STANDARD.decode(picture["data"].as_str().unwrap()).unwrap()).unwrap();
        path
    }

    /// What the console has complained of since the last look.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.command("se/log", json!({ "type": "browser" })).await;
        let entries =
            log.as_array().unwrap().iter().filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING");
        entries.map(|entry| entry["message"].to_string()).collect()
    }

    /// Where requests went since the last look, addresses in full.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let log = self.command("se/log", json!({ "type": "performance" })).await;
        let messages = log.as_array().unwrap().iter().map(|entry| entry["message"].as_str().unwrap());
        let events = messages.map(|message| serde_json::from_str::<Value>(message).unwrap()["message"].clone());
        // The browser's own start page is none of the page's doing.
        let own = |event: &Value| !event["params"]["documentURL"].as_str().unwrap().starts_with("chrome://");
        let sent = events.filter(|event| event["method"] == "Network.requestWillBeSent").filter(own);
        sent.map(|event| event["params"]["request"]["url"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Browser {
    /// The browser is ended by its driver, and before it: a driver that is killed leaves it behind.
    fn drop(&mut self) {
        let (address, path) = self.session.trim_start_matches("http://").split_once('/').unwrap();
        if let Ok(mut driver) = TcpStream::connect(address) {
            let end = format!("DELETE /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
            let _ = driver.set_read_timeout(Some(PATIENCE));
            let _ = driver.write_all(end.as_bytes()).and_then(|()| driver.read(&mut [0; 64]));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
