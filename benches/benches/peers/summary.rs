//! The measurements as a table: the median, and in brackets the least and the most.

use tikaud_benches::{Shape, Spread};

use crate::measurement::{Measured, Measurement};
use crate::peer::Peer;

const MIB: f64 = (1 << 20) as f64;

/// Prints every shape of one size, peer by peer.
pub(crate) fn print(members: u32, peers: &[Peer], measurements: &[Measurement]) {
    println!("\n{members} members\n");
    println!(
        "| shape | peer | read + plan s | M members/s | read | plan | apply | commit | whole s | CPU s | peak MiB | start s |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for shape in Shape::ALL {
        for &peer in peers {
            let of_peer = |run: &&Measurement| (run.shape, run.peer) == (shape, peer);
            let runs: Vec<&Measurement> = measurements.iter().filter(of_peer).collect();
            println!("| `{}` | {peer} | {} |", shape.as_str(), row(members, &runs));
        }
    }
}

fn row(members: u32, runs: &[&Measurement]) -> String {
    let spread = |value: fn(&Measured) -> f64| Spread::of(runs.iter().map(|run| value(&run.measured)));
    let to_changes = spread(|run| run.read + run.plan);
    let cells = [
        to_changes.seconds(),
        format!("{:.1}", f64::from(members) / to_changes.median / 1e6),
        spread(|run| run.read).seconds(),
        spread(|run| run.plan).seconds(),
        spread(|run| run.apply).seconds(),
        spread(|run| run.commit).seconds(),
        spread(|run| run.wall).seconds(),
        spread(|run| run.cpu).seconds(),
        spread(|run| run.peak_memory as f64 / MIB).whole(),
        Spread::of(runs.iter().map(|run| run.start)).seconds(),
    ];
    cells.join(" | ")
}
