//! What one core can do: every operation of the protocol in microseconds, beside one ed25519
//! verification and beside the least that the same arithmetic could cost, and how verification
//! grows with batch size and threads.
//!
//! `cargo run --release -p pairnym-performance --bin throughput`, on a machine that has nothing else to do.

mod floor;
mod measure;
mod operations;
mod plot;
mod report;
mod scaling;
mod world;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, Command, value_parser};
use indicatif::{ProgressBar, ProgressStyle};

use report::{Machine, Report};
use world::World;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Result<()> {
    let arguments = Command::new("throughput")
        .about("Measures every operation, batch sizes and threads")
        .arg(
            Arg::new("seconds")
                .long("seconds")
                .help(
                    "How long to measure; less than a minute does not see every place on the stack",
                )
                .value_parser(value_parser!(u64))
                .default_value("100"),
        )
        .arg(
            Arg::new("plot")
                .long("plot")
                .help("Where the plot of cost over batch size and threads goes")
                .value_parser(value_parser!(PathBuf))
                .default_value("target/throughput.svg"),
        )
        .arg(Arg::new("json").long("json").help("Prints JSON").action(ArgAction::SetTrue))
        .get_matches();
    let seconds = arguments.get_one::<u64>("seconds").copied().unwrap_or_default();
    let half = Duration::from_secs(seconds) / 2;

    let bar = &ProgressBar::new(1000)
        .with_style(ProgressStyle::with_template("{msg:40} {wide_bar} {percent:>3} % {elapsed}")?);
    bar.set_message("preparing");
    let world = World::new()?;
    let progress = |done: f64| {
        move |what: String, part: f64| {
            bar.set_message(what);
            bar.set_position((500.0 * (done + part)) as u64);
        }
    };
    let operations = operations::all(&world)?;
    let operations = measure::operations(operations, &world.yardstick, half, progress(0.0))?;
    let scaling = scaling::measure(&world, half, progress(1.0))?;
    bar.finish_and_clear();

    let report = Report { machine: Machine::new(), operations, scaling };
    if let Some(path) = arguments.get_one::<PathBuf>("plot") {
        plot::draw(&report.scaling, path)?;
        eprintln!("plot: {}", path.display());
    }
    if arguments.get_flag("json") {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{report}");
    }
    Ok(())
}
