//! How much of a processor's time for evidence is evidence: an authority as a process of its own,
//! with SQLite, and devices that fetch from it over HTTP; beside what the library alone spends.
//!
//! ```sh
//! cargo run --release -p pairnym-service --example evidence
//! ```
//!
//! Ratios of processor times say something about the program; calls a second on a machine that also
//! runs the devices do not.

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use clap::Parser;
use pairnym::Message as _;
use pairnym::message::{EvidenceChallenges, EvidenceRequest};
use pairnym_service::AuthorityStore;
use pairnym_service::authority::Sessions;
use pairnym_store::Sqlite;
use pairnym_testkit::{NOW, seeded};

#[path = "../tests/support/authority.rs"]
#[allow(dead_code)]
mod authority;
#[path = "../tests/support/device.rs"]
#[allow(dead_code)]
mod device;
#[path = "../tests/support/http.rs"]
#[allow(dead_code)]
mod http;
use authority::{BATCHES, SEED, World, first_list};
use device::Device;

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Parser)]
struct Arguments {
    /// How many devices fetch at the same time.
    #[arg(long, default_value_t = 16)]
    devices: u8,
    /// How often each does.
    #[arg(long, default_value_t = 50)]
    times: usize,
    /// Is the authority, of the process that measures.
    #[arg(long, hide = true)]
    serve: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let run = async {
        match arguments.serve {
            true => serve(arguments.devices).await,
            false => measure(&arguments).await,
        }
    };
    match runtime.map(|runtime| runtime.block_on(run)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Says where it is and gives everybody a code, until its input ends.
async fn serve(devices: u8) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let store = AuthorityStore::new(Sqlite::open(folder.path().join("store"))?);
    let change = |options: &mut pairnym_service::authority::Options| {
        options.sessions = u32::MAX;
        options.device_limit.per_minute = u32::MAX;
        options.device_limit.burst = u32::MAX;
    };
    let world = World::with(store, Sessions::default(), change).await;
    println!("{}", world.server);
    for number in 1..=devices {
        println!("{}", world.code(number).await);
    }
    std::io::stdout().flush()?;
    tokio::task::spawn_blocking(|| std::io::stdin().lines().count()).await?;
    Ok(())
}

async fn measure(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { devices, times, .. } = *arguments;
    if !(1..=20).contains(&devices) || times == 0 {
        return Err("1 to 20 devices".into());
    }
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--serve", "--devices", &devices.to_string()]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut said = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let mut next = || said.next().ok_or("the authority ended").map_err(Failure::from);
    let server = next()??.parse()?;
    let list = first_list(NOW);
    let mut ready = Vec::new();
    for number in 1..=devices {
        let mut device = Device::new(number, server, &list, NOW);
        let ticket = device.begin(&next()??).await.ok_or("no ticket")?;
        device.enroll(&ticket).await;
        let issued = device.credential().await;
        ready.push((device, issued));
    }

    let (before, began) = (processor_time(child.id())?, Instant::now());
    let mut fetching = tokio::task::JoinSet::new();
    for (mut device, issued) in ready {
        fetching.spawn(async move {
            for _ in 0..times {
                let opened = device.open(&issued, BATCHES.into()).await;
                assert_eq!(opened.response.status, 201, "{}", opened.response.text());
                let answered = device.answer(&opened).await;
                assert_eq!(answered.status, 200, "{}", answered.text());
            }
        });
    }
    fetching.join_all().await;
    let (took, spent) = (began.elapsed(), processor_time(child.id())? - before);
    let batches = f64::from(devices) * times as f64 * f64::from(BATCHES);
    drop(child.stdin.take());
    child.wait()?;

    let library = library()?;
    let over_http = spent.as_secs_f64() * 1e6 / batches;
    println!("{batches} batches over HTTP, {:.0} a second", batches / took.as_secs_f64());
    println!("processor time of the authority for a batch: {over_http:.0} µs");
    println!("that of the library: {library:.0} µs; ratio {:.2}", library / over_http);
    Ok(())
}

/// The processor time of the authority's part of a batch, decoding and encoding included.
fn library() -> Result<f64, Failure> {
    use pairnym::authority::{Authority, AuthorityKey};
    let list = first_list(NOW);
    let authority = Authority::open(AuthorityKey::from_seed(&SEED)?, list.clone())?;
    let (holder, rng) = (pairnym_testkit::holder(1, &list), &mut seeded(1));
    let issued = pairnym_testkit::issued(&authority, &holder, pairnym_testkit::values(), NOW, rng);
    let mut spent = Duration::ZERO;
    let (mut count, end) = (0, Instant::now() + Duration::from_secs(3));
    while count == 0 || Instant::now() < end {
        let mut asked = Vec::new();
        for _ in 0..16 {
            let (request, waiting) = holder.request_evidence(&issued, rng)?;
            asked.push((request.to_bytes(), waiting));
        }
        let mut open = Vec::new();
        // One thread, which does nothing else: its time is the processor's.
        let began = Instant::now();
        for (request, waiting) in asked {
            let request = EvidenceRequest::from_bytes(&request)?;
            let (session, commitments) = authority.open_evidence(&request, rng)?;
            open.push((session, commitments.to_bytes(), commitments, waiting));
        }
        spent += began.elapsed();
        let mut answered = Vec::new();
        for (session, _, commitments, waiting) in open {
            let (challenges, _) = waiting.challenge(&commitments, rng)?;
            answered.push((session, challenges.to_bytes()));
        }
        let began = Instant::now();
        for (session, challenges) in answered {
            let challenges = EvidenceChallenges::from_bytes(&challenges)?;
            count += authority.respond(session, &challenges)?.to_bytes().len().min(1);
        }
        spent += began.elapsed();
    }
    Ok(spent.as_secs_f64() * 1e6 / count as f64)
}

/// The processor time that a process has spent, in steps of 10 ms (Linux).
fn processor_time(process: u32) -> Result<Duration, Failure> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, rest) = text.rsplit_once(')').ok_or("no process")?;
    let fields: Vec<u64> =
        rest.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect();
    let ticks = fields.get(11).ok_or("no time")? + fields.get(12).ok_or("no time")?;
    Ok(Duration::from_millis(ticks * 10))
}
