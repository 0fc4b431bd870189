//! What was measured, as a table.

use tikaud_benches::Spread;

use crate::Outcome;
use crate::database::Engine;
use crate::ways::{Measurement, Way};

pub(crate) fn print(engine: Engine, members: u64, churn: u64, measured: &[(Way, Measurement)]) -> Outcome<()> {
    let of = |way: Way| measured.iter().filter(move |(of, _)| *of == way).map(|(_, measured)| measured);
    let seconds = |way| Spread::of(of(way).map(|measured| measured.seconds));
    println!("{}, {members} members, {churn} % churn", engine.as_str());
    println!("{:<12}{:>24}{:>14}{:>10}{:>12}{:>14}", "", "s", "of by-hand", "cpu s", "rows", "bytes");
    for way in Way::ALL {
        let ratio = seconds(way).median / seconds(Way::ByHand).median;
        let cpu = Spread::of(of(way).map(|measured| measured.cpu_seconds)).median;
        let first = of(way).next().ok_or("nothing was measured")?;
        let (seconds, rows, bytes) = (seconds(way).seconds(), first.changes, first.bytes);
        println!("{:<12}{seconds:>24}{ratio:>14.2}{cpu:>10.2}{rows:>12}{bytes:>14}", way.as_str());
    }
    Ok(())
}
