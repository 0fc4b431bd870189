//! The simulator as a process of its own, controlled over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::support::{Ended, Sync, data, example};
use super::two_days::COLUMNS;

/// A simulator that ends with the test.
pub(super) struct Process {
    child: Child,
    address: String,
}

impl Process {
    pub(super) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(example("tiktok_simulator"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("TikTok Ads simulator at http://").unwrap().to_owned();
        Self { child, address }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Status and body.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: simulator\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn get(&self, path: &str) -> String {
        let (status, body) = self.ask("GET", path, "");
        assert_eq!(status, 200, "{body}");
        body
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path)).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_control_endpoints_show_fill_break_and_reset_it() {
    let simulator = Process::start(&[]);
    let sync = Sync::at(format!("http://{}", simulator.address));
    sync.run(&COLUMNS, data("customers_day1.csv")).expect(0);

    let audiences = simulator.json("/simulator/audiences");
    assert_eq!(audiences[0]["name"], "customers_day1");
    assert_eq!(audiences[0]["identifiers"]["EMAIL_SHA256"], 1_509);
    let id = audiences[0]["id"].as_str().unwrap();
    let phones = simulator.get(&format!("/simulator/audiences/{id}/identifiers?kind=PHONE_SHA256"));
    assert!(phones == std::fs::read_to_string(data("expected_day1_phone_sha256.txt")).unwrap());
    let requests = simulator.json("/simulator/requests");
    let mappings = requests.as_array().unwrap().iter().filter(|request| request["action"] == "add");
    assert_eq!(mappings.map(|request| request["users"].as_u64().unwrap()).sum::<u64>(), 1_509 + 1_200);

    let fault = r#"{"rules": [{"match": {"path": "/segment/mapping/"}, "times": 99, "do": "permission_error"}]}"#;
    assert_eq!(simulator.ask("POST", "/simulator/faults", fault).0, 200);
    let ended = sync.run(&COLUMNS, data("customers_day2.csv")).expect(4);
    assert!(ended.stdout.contains("Admin or Operator"), "{}", ended.stdout);

    assert_eq!(simulator.ask("POST", "/simulator/reset", "").0, 200);
    assert_eq!(simulator.json("/simulator/audiences"), Value::Array(vec![]));
    assert_eq!(simulator.json("/simulator/requests"), Value::Array(vec![]));
    let gone = sync.run(&COLUMNS, data("customers_day2.csv")).expect(4);
    assert!(gone.stderr.contains(id), "{}", gone.stderr);
    let anew = sync.run(&[&COLUMNS[..], &["--create-anew"]].concat(), data("customers_day2.csv")).expect(0);
    assert!(anew.stdout.contains("takes the place of one that is gone"), "{}", anew.stdout);
}

#[test]
fn a_clock_that_stands_still_moves_when_it_is_told_to() {
    let simulator = Process::start(&["--clock", "2026-11-23T10:00:00Z"]);
    let hour = r#"{"advance_seconds": 3600}"#;
    assert_eq!(simulator.json("/simulator/clock")["now"], "2026-11-23T10:00:00Z");
    assert_eq!(simulator.ask("POST", "/simulator/clock", hour).0, 200);
    assert_eq!(simulator.json("/simulator/clock")["now"], "2026-11-23T11:00:00Z");
    assert!(fails(&["--clock", "noon"]).contains("--clock"));
}

fn fails(arguments: &[&str]) -> String {
    let ended = Ended::from(Command::new(example("tiktok_simulator")).args(arguments).output().unwrap()).expect(2);
    assert_eq!(ended.stdout, "");
    ended.stderr
}

#[test]
fn an_address_that_is_in_use_or_none_is_named() {
    let simulator = Process::start(&[]);
    let error = fails(&["--listen", &simulator.address]);
    assert!(error.contains(&simulator.address) && error.contains("--listen"), "{error}");
    assert!(fails(&["--listen", "nowhere"]).contains("nowhere"));
}

#[test]
fn a_world_file_is_used_and_a_bad_one_is_named_with_what_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("world.json");
    let world = file.to_str().unwrap();
    assert!(fails(&["--world", world]).contains("world.json"));
    std::fs::write(&file, r#"{"limit": {}}"#).unwrap();
    let error = fails(&["--world", world]);
    assert!(error.contains("world.json") && error.contains("unknown field `limit`"), "{error}");

    std::fs::write(&file, r#"{"limits": {"users_per_request": 400}}"#).unwrap();
    let simulator = Process::start(&["--world", world]);
    let sync = Sync::at(format!("http://{}", simulator.address));
    sync.run(&["--email", "email"], sync.table(1_000)).expect(0);
    let requests = simulator.json("/simulator/requests");
    let refused = requests.as_array().unwrap().iter().filter(|request| request["code"] == 40061).count();
    assert!(refused > 0, "{requests}");
}
