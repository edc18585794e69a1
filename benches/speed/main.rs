//! How close verifying and signing come to what the cryptography alone costs.
//!
//! `cargo bench --bench speed [-- FILTER]`; `benches/README.md` says how to read the table.

#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(
    clippy::panic,
    reason = "a measurement of what went wrong must not be read"
)]

#[path = "../material/mod.rs"]
mod material;
mod pairs;
mod shapes;

use std::time::Duration;

use criterion::Criterion;

use pairs::Pairs;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let mut rows = Vec::new();
    for shape in shapes::SHAPES {
        // Made only if the shape is among those that were asked for.
        let mut mail = None;
        let mut pairs = Pairs::default();
        criterion.bench_function(shape.name, |bencher| {
            let mail = mail.get_or_insert_with(|| match (shape.mail)() {
                Ok(mail) => mail,
                Err(error) => panic!("{}: {error}", shape.name),
            });
            bencher.iter_custom(|count| {
                pairs.measure(count, || shape.work.floor(mail), || shape.work.ours(mail))
            });
        });
        rows.extend(pairs.row(shape.name));
    }
    criterion.final_summary();
    println!("\n{}", pairs::HEADING);
    for row in rows {
        println!("{row}");
    }
}
