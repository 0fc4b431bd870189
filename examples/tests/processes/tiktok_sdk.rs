//! TikTok's own SDK against the simulator: a client that knows nothing of this project.

use std::env;
use std::process::Command;

use super::simulator::Process;
use super::simulator_page;
use super::support::Ended;

/// The Python that has the SDK, such as a virtual environment's: `TIKTOK_SDK_PYTHON`, or `python3`.
fn python() -> String {
    env::var("TIKTOK_SDK_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

#[test]
#[ignore = "needs Python with the package tiktok-business-api-sdk-official: run it with `-- --ignored`"]
fn every_audience_endpoint_of_tiktoks_python_sdk_works_against_the_simulator() {
    let simulator = Process::start(&["--clock", "2026-11-23T10:00:00Z"]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tiktok_sdk");
    let address = format!("http://{}", simulator.address());
    // The sources stay as they are.
    let run = Command::new(python()).args(["-B", script, &address]).output();
    let ended = Ended::from(run.unwrap()).expect(0);
    // The script takes the endpoints from the SDK, and fails on one that no call covers.
    assert_eq!(ended.stdout, "all 18 audience endpoints of the SDK answered and refused as they should\n");
}

#[test]
#[ignore = "needs Python with the package tiktok-business-api-sdk-official: run it with `-- --ignored`"]
fn the_snippet_of_the_simulators_page_lists_no_audience() {
    let simulator = Process::start(&[]);
    let snippet = simulator_page::block("python").replace(simulator_page::ADDRESS, simulator.address());
    let ended = Ended::from(Command::new(python()).args(["-B", "-c", &snippet]).output().unwrap()).expect(0);
    assert!(ended.stdout.contains("'total_number': 0"), "{}", ended.stdout);
}
