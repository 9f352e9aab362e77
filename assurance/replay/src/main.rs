//! Replays a national service of 6 million enrolled people and 12.5 million authentications, divided
//! by a scale, with real messages through the services' own routers, against a PostgreSQL that it
//! starts in a temporary folder and ends. See PERFORMANCE.md.
//!
//! ```sh
//! cargo run --release -p pairnym-replay -- --scale 1000 --json replay.json
//! ```

mod commits;
mod latency;
mod life;
mod people;
mod processor;
mod report;
mod servers;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use commits::Commits;
use report::Report;
use servers::Servers;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the press reported in 2025 of the service's pilot.
const ENROLLED: u64 = 6_000_000;

#[derive(Parser)]
#[command(about = "Replays a national service, scaled down, against PostgreSQL")]
struct Arguments {
    /// By what its size is divided.
    #[arg(long, default_value_t = 1_000)]
    scale: u64,
    /// How many people are busy at once.
    #[arg(long, default_value_t = 64)]
    together: u64,
    /// A file for the numbers.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("replay: {error}");
            let mut source = error.source();
            while let Some(error) = source {
                eprintln!("  {error}");
                source = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let people = ENROLLED / arguments.scale.max(1);
    let postgres = pairnym_servers::postgres().ok_or("no PostgreSQL on this machine")?;
    let main = std::fs::read_to_string(postgres.folder.path().join("data/postmaster.pid"))?;
    let main = main.lines().next().unwrap_or_default().trim().parse()?;
    let servers = Arc::new(Servers::start(postgres.port)?);
    let devices = servers::runtime("device", "device")?;
    let progress = ProgressBar::new(people);
    progress.set_style(ProgressStyle::with_template(
        "{bar:30} {pos} of {len} people, {elapsed}, {eta} left",
    )?);

    let bare = devices.block_on(commits::bare(postgres.port))?;
    let empty = devices.block_on(report::sizes(postgres.port))?;
    let committed = devices.block_on(commits::so_far(postgres.port))?;
    let (before, began) = (processor::spent(main), Instant::now());
    let next = Arc::new(AtomicU64::new(0));
    let busy = (0..arguments.together.max(1)).map(|_| {
        let (servers, next, progress) = (servers.clone(), next.clone(), progress.clone());
        devices.spawn(async move {
            let mut authentications = 0;
            loop {
                let person = next.fetch_add(1, Ordering::Relaxed);
                if person >= people {
                    return Ok::<u64, Failure>(authentications);
                }
                authentications += life::live(&servers, person).await?;
                progress.inc(1);
            }
        })
    });
    let busy: Vec<_> = busy.collect();
    let mut authentications = 0;
    for busy in busy {
        authentications += devices.block_on(busy)??;
    }
    let (took, after) = (began.elapsed(), processor::spent(main));
    progress.finish_and_clear();
    let spent = after.into_iter().map(|(part, spent)| {
        let before = before.get(&part).copied().unwrap_or(0.0);
        (part, spent - before)
    });
    let bytes = devices.block_on(report::sizes(postgres.port))?;
    let committed = devices.block_on(commits::so_far(postgres.port))? - committed;
    let report = Report {
        scale: arguments.scale,
        together: arguments.together,
        people,
        authentications,
        seconds: took.as_secs_f64(),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        processor_seconds: spent.collect(),
        commits: Commits { in_the_run: committed, bare_a_second: bare },
        latencies_ms: servers.latencies.percentiles(),
        database_bytes: bytes
            .into_iter()
            .map(|(name, bytes)| (name.clone(), bytes - empty.get(&name).unwrap_or(&0)))
            .collect(),
    };
    println!("{report}");
    if let Some(file) = &arguments.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)? + "\n")?;
    }
    // What the databases say, beside what the mix says.
    let registrations: usize = (0..people)
        .map(|person| life::visits(person).iter().filter(|(_, ask)| *ask == "register").count())
        .sum();
    let kept = devices.block_on(report::kept(postgres.port))?;
    if kept == (people, registrations as u64) {
        Ok(())
    } else {
        Err(format!("{kept:?} people and accounts, not {people} and {registrations}").into())
    }
}
