//! What one core can do: every operation of the protocol in microseconds, beside one ed25519
//! verification and beside the least that the same arithmetic could cost, and how verification
//! grows with batch size and threads.
//!
//! `cargo run --release -p pairnym-performance --bin throughput`, on a machine that has nothing
//! else to do. README.md beside this folder documents names, fields and exit codes.

mod floor;
mod goals;
mod joint;
mod measure;
mod operations;
mod plot;
mod report;
mod scaling;
mod world;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use indicatif::{ProgressBar, ProgressStyle};

use report::{Machine, Report};
use world::World;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What is no measurement: an operation failed, or a file could not be written.
const BROKEN: u8 = 4;

const EXIT_CODES: &str = "Exit codes:
  0  measured, and every goal that was asked for is met
  1  a goal is not met
  2  wrong usage
  3  the machine is too noisy to judge: see `noise`
  4  no measurement: an operation failed, or a file could not be written";

fn command() -> Command {
    Command::new("throughput")
        .about("Measures every operation of pairnym beside an ed25519 verification")
        .after_help(EXIT_CODES)
        .arg(
            Arg::new("seconds")
                .long("seconds")
                .value_name("SECONDS")
                .help(
                    "How long to measure; less than a minute does not see every place on the stack",
                )
                .value_parser(value_parser!(u64).range(1..=86_400))
                .default_value("100"),
        )
        .arg(
            Arg::new("operations")
                .long("operations")
                .value_name("NAME")
                .help("Measures these alone, and not how verification scales")
                .num_args(1..)
                .value_parser(PossibleValuesParser::new(operations::ALL.map(|(name, _)| name))),
        )
        .arg(
            Arg::new("goals")
                .long("goals")
                .help("Compares with the goals in PERFORMANCE.md")
                .action(ArgAction::SetTrue),
        )
        .arg(
            Arg::new("plot")
                .long("plot")
                .value_name("FILE")
                .help("Draws the cost over batch size and threads, as SVG")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with("operations"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .help("Prints JSON instead of tables")
                .action(ArgAction::SetTrue),
        )
}

/// The names of the operations to measure.
fn chosen(arguments: &ArgMatches) -> Option<Vec<&str>> {
    let names = arguments.get_many::<String>("operations")?;
    Some(names.map(String::as_str).collect())
}

fn main() -> ExitCode {
    let mut command = command();
    let arguments = command.get_matches_mut();
    if let Some(names) = chosen(&arguments)
        && arguments.get_flag("goals")
        && !goals::about(&names)
    {
        command.error(ErrorKind::ArgumentConflict, "no goal is about these operations").exit();
    }
    match measure(&arguments) {
        Ok(report) => report.verdict().into(),
        Err(error) => {
            eprintln!("error: {error}");
            BROKEN.into()
        }
    }
}

/// Measures, and prints the report.
fn measure(arguments: &ArgMatches) -> Result<Report> {
    let machine = Machine::new();
    let seconds = arguments.get_one::<u64>("seconds").copied().unwrap_or_default();
    let time = Duration::from_secs(seconds);
    let names = chosen(arguments);
    let scales = names.is_none();

    let bar = &ProgressBar::new(1000)
        .with_style(ProgressStyle::with_template("{msg:40} {wide_bar} {percent:>3} % {elapsed}")?);
    bar.set_message("preparing");
    let world = World::new()?;
    let progress = |from: f64, to: f64| {
        move |what: String, part: f64| {
            bar.set_message(what);
            bar.set_position((1000.0 * (from + part * (to - from))) as u64);
        }
    };
    let operations = operations::ALL
        .into_iter()
        .filter(|(name, _)| names.as_ref().is_none_or(|names| names.contains(name)))
        .map(|(name, make)| Ok((name, make(&world)?)))
        .collect::<Result<Vec<_>>>()?;
    let (part, share) = if scales { (time / 2, 0.5) } else { (time, 1.0) };
    let rounds = measure::operations(operations, &world.yardstick, part, progress(0.0, share))?;
    let scaling =
        if scales { scaling::measure(&world, part, progress(share, 1.0))? } else { Vec::new() };
    bar.finish_and_clear();

    let goals =
        if arguments.get_flag("goals") { goals::judge(&rounds.measured) } else { Vec::new() };
    let report = Report::new(machine, seconds, rounds, scaling, goals);
    if let Some(path) = arguments.get_one::<PathBuf>("plot") {
        plot::draw(&report.scaling, path)?;
    }
    let text = if arguments.get_flag("json") {
        serde_json::to_string_pretty(&report)?
    } else {
        report.to_string()
    };
    writeln!(std::io::stdout(), "{}", text.trim_end())?;
    Ok(report)
}
