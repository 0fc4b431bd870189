//! The simulator's page for its users, `SIMULATOR.md`: its commands are run, and print what the page says.

use std::process::Command;

use super::simulator::Process;

const PAGE: &str = include_str!("../../../tikaud-tiktok/SIMULATOR.md");
/// Where the page has its simulator.
pub(super) const ADDRESS: &str = "127.0.0.1:8080";

/// A command of the page, and the lines below it.
struct Step {
    command: String,
    output: String,
}

/// Everything in blocks of the language `console`: a command begins with `$ ` and goes on with `> `.
fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for line in PAGE.lines() {
        match (inside, line) {
            (false, "```console") => inside = true,
            (true, "```") => inside = false,
            (true, line) => match (line.strip_prefix("$ "), line.strip_prefix("> "), steps.last_mut()) {
                (Some(command), ..) => steps.push(Step { command: command.to_owned(), output: String::new() }),
                (_, Some(more), Some(step)) => step.command += &format!("\n{more}"),
                (_, _, Some(step)) => step.output += &format!("{line}\n"),
                _ => panic!("a block begins with output: {line}"),
            },
            (false, _) => {}
        }
    }
    steps
}

/// What is in the page's one block of a language.
pub(super) fn block(language: &str) -> String {
    let (_, rest) = PAGE.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// What a command prints, with a line end, and with the page's address in the place of the true one.
fn printed(command: &str, address: &str) -> String {
    let run = Command::new("bash")
        .args(["-c", command])
        .env("SIM", format!("http://{address}"))
        .env("API", format!("http://{address}/open_api/v1.3"))
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let output = String::from_utf8(run.stdout).unwrap().replace(address, ADDRESS);
    if output.is_empty() || output.ends_with('\n') { output } else { output + "\n" }
}

#[test]
fn every_command_of_the_simulators_page_prints_what_the_page_says() {
    let simulator = Process::start(&["--clock", "2026-11-23T10:00:00Z"]);
    let steps = steps();
    assert!(steps.len() > 10, "the page has {} commands", steps.len());
    for Step { command, output } in steps {
        assert_eq!(printed(&command, simulator.address()), output, "$ {command}");
    }
}

#[test]
fn the_world_of_the_simulators_page_is_one_and_is_as_the_page_says() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), block("json")).unwrap();
    let simulator = Process::start(&["--world", file.path().to_str().unwrap(), "--clock", "2026-11-23T10:00:00Z"]);
    let code = |command: &str| printed(&format!("{command} | grep -o '\"code\":[0-9]*'"), simulator.address());
    let analyst = "-H 'Access-Token: act.analyst'";
    let list = format!("curl -sG $API/dmp/custom_audience/list/ {analyst} -d advertiser_id=7000000000000000001");
    assert_eq!(code(&list), "\"code\":0\n");
    let delete = r#"{"advertiser_id": "7000000000000000001", "custom_audience_ids": ["1"]}"#;
    let delete =
        format!("curl -s $API/dmp/custom_audience/delete/ {analyst} -H 'Content-Type: application/json' -d '{delete}'");
    assert_eq!(code(&delete), "\"code\":40001\n");
    let ten = "for i in $(seq 11); do curl -s $API/user/info/ -H 'Access-Token: act.simulator'; done";
    assert_eq!(code(ten), "\"code\":0\n".repeat(10) + "\"code\":40100\n");
}
