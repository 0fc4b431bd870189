//! The measurements as a table: the median, and in brackets the least and the most.

use tikaud_benches::Spread;

use crate::step::{Measurement, Step};

const MIB: f64 = (1 << 20) as f64;

/// Prints every step of one size.
pub(crate) fn print(members: u64, measurements: &[Measurement]) {
    println!("\n{members} members\n");
    println!(
        "| step | read + plan s | M members/s | read | plan | apply | commit | CPU s | peak MiB | of all MiB | spilled MiB | allocations |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for step in Step::ALL {
        let of_step: Vec<&Measurement> =
            measurements.iter().filter(|measurement| measurement.step == step.as_str()).collect();
        let spread = |value: fn(&Measurement) -> f64| Spread::of(of_step.iter().map(|measurement| value(measurement)));
        let to_disk = spread(|step| if step.read > 0.0 { step.read + step.plan } else { step.wall });
        println!(
            "| `{}` | {} | {:.1} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            step.as_str(),
            to_disk.seconds(),
            members as f64 / to_disk.median / 1e6,
            spread(|step| step.read).seconds(),
            spread(|step| step.plan).seconds(),
            spread(|step| step.apply).seconds(),
            spread(|step| step.commit).seconds(),
            spread(|step| step.cpu).seconds(),
            spread(|step| step.peak_memory as f64 / MIB).whole(),
            spread(|step| step.resident as f64 / MIB).whole(),
            spread(|step| step.spilled as f64 / MIB).whole(),
            spread(|step| step.allocations as f64).whole(),
        );
    }
}
