//! The measurements as tables: the median, and in brackets the least and the most.

use tikaud_benches::Spread;

use crate::measurement::{Measurement, Stage};

/// Prints every step of every scenario, then the stages of the runs.
pub(crate) fn print(measurements: &[Measurement]) {
    let steps = steps(measurements);
    println!("\n| scenario | step | wall s | CPU s | simulator's CPU s | requests | MB sent | peak MiB |");
    println!("|---|---|---|---|---|---|---|---|");
    for step in &steps {
        let (first, spread) = (step[0], |value: fn(&Measurement) -> f64| Spread::of(step.iter().copied().map(value)));
        println!(
            "| {} | {} | {} | {} | {} | {} | {:.1} | {} |",
            first.scenario,
            first.step,
            spread(|run| run.wall).seconds(),
            spread(|run| run.cpu).seconds(),
            spread(|run| run.simulator_cpu).seconds(),
            first.requests,
            first.bytes as f64 / 1e6,
            spread(|run| run.peak_memory as f64 / f64::from(1 << 20)).whole(),
        );
    }
    println!("\n| scenario | step | stage | wall s | CPU s |");
    println!("|---|---|---|---|---|");
    for step in &steps {
        for (at, stage) in step[0].stages.iter().enumerate() {
            let spread = |value: fn(&Stage) -> f64| Spread::of(step.iter().map(|run| value(&run.stages[at])));
            let (wall, cpu) = (spread(|stage| stage.wall).seconds(), spread(|stage| stage.cpu).seconds());
            println!("| {} | {} | {} | {wall} | {cpu} |", step[0].scenario, step[0].step, stage.name);
        }
    }
}

/// The measurements of each step, steps in the order in which they first came.
fn steps(measurements: &[Measurement]) -> Vec<Vec<&Measurement>> {
    let mut steps: Vec<Vec<&Measurement>> = Vec::new();
    for run in measurements {
        let same = |step: &&mut Vec<&Measurement>| (&step[0].scenario, &step[0].step) == (&run.scenario, &run.step);
        match steps.iter_mut().find(same) {
            Some(step) => step.push(run),
            None => steps.push(vec![run]),
        }
    }
    steps
}
