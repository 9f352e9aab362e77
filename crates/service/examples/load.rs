//! How much a platform bears. In one terminal a platform, in the other the load:
//!
//! ```sh
//! cargo run --release -p pairnym-service --example load -- platform
//! cargo run --release -p pairnym-service --example load
//! ```
//!
//! The first writes a configuration, with an authority for tests, into a folder (`--folder`, or one
//! below the system's for temporary files) and serves it, with SQLite; `--set store.engine=memory`
//! and the like change that. For PostgreSQL a file has the URL of an empty database:
//! `--set store.engine=postgres --set store.url_file=FILE`. The second registers people there:
//! percentiles of each step, the processor time that the server spent on an answer beside what the
//! library spends in batches of 64, the latency of an idle server, and the memory of open requests.

use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use pairnym::message::Presentation;
use pairnym::platform::Platform;
use pairnym::{Message, Request, UnixTime};
use pairnym_testkit::{Person, Service, host};
use pairnym_transport::authority::SignedList;
use pairnym_transport::ed25519_dalek::SigningKey;
use pairnym_transport::envelope::{Answer, Content, Envelope, Question};
use pairnym_transport::{Attempt, PublicKey};

#[path = "../tests/support/http.rs"]
#[allow(dead_code)]
mod http;
use http::{Call, Connection};

/// As in the programs.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Parser)]
struct Arguments {
    /// Where the platform's configuration is.
    #[arg(long, global = true)]
    folder: Option<PathBuf>,
    /// How many people register.
    #[arg(long, default_value_t = 16_384)]
    people: usize,
    /// How many of them at the same time.
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// How many requests are left open, to see what each takes.
    #[arg(long, default_value_t = 100_000)]
    open: usize,
    #[command(subcommand)]
    command: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// Serves.
    Platform {
        /// A key of its configuration, with another value.
        #[arg(long)]
        set: Vec<String>,
    },
}

const PUBLIC: &str = "127.0.0.1:18080";
const BACKEND: &str = "127.0.0.1:18081";
const ADMIN: &str = "127.0.0.1:18082";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let default = || std::env::temp_dir().join("pairnym-load");
    let folder = arguments.folder.clone().unwrap_or_else(default);
    match &arguments.command {
        Some(Role::Platform { set }) => platform(&folder, set).unwrap_or_else(|error| {
            eprintln!("{error}");
            ExitCode::FAILURE
        }),
        None => match load(&arguments, &folder) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}: is the platform running?");
                ExitCode::FAILURE
            }
        },
    }
}

/// The platform, in this process.
fn platform(folder: &Path, set: &[String]) -> Result<ExitCode, Failure> {
    std::fs::create_dir_all(folder)?;
    let now = UnixTime::now();
    let key = SigningKey::from_bytes(&[1; 32]);
    let list = SignedList::new(Service::new(now).list(), std::slice::from_ref(&key)).to_json()?;
    let key = serde_json::to_string(&PublicKey::from(&key))?;
    std::fs::write(folder.join("list.json"), list)?;
    std::fs::write(folder.join("time"), now.0.to_string())?;
    std::fs::write(folder.join("process"), std::process::id().to_string())?;
    std::fs::write(folder.join("token"), "load")?;
    let configuration = format!(
        "host = 'shop.example'
wallet = 'wallet.example'
[list]
file = 'list.json'
keys = [{key}]
threshold = 1
[public]
listen = '{PUBLIC}'
limit = {{ burst = 1000000000, per_minute = 1000000000 }}
[backend]
listen = '{BACKEND}'
token_file = 'token'
[admin]
listen = '{ADMIN}'
[store]
engine = 'sqlite'
[log]
level = 'warn'
[asks.register]
purpose = 'registration'
wanted = 'presentation'
disclose = ['age_over_18']
require = {{ age_over_18 = true }}
seconds = 3600
return_to = '/welcome'
"
    );
    let file = folder.join("platform.toml");
    std::fs::write(&file, configuration)?;
    println!("serving at {PUBLIC}, from {}", folder.display());
    let mut arguments = vec!["pairnym-platform".into(), "--config".into(), file.into_os_string()];
    for set in set {
        arguments.extend(["--set".into(), set.into()]);
    }
    let run = |command: &str| {
        let arguments = arguments.iter().cloned().chain([command.into()]);
        pairnym_service::platform::program::run(arguments)
    };
    // The tables, where the store does not make them itself.
    let migrated = run("migrate");
    Ok(if migrated == ExitCode::SUCCESS { run("serve") } else { migrated })
}

/// One person's registration.
struct Visit {
    transaction: String,
    request: Vec<u8>,
    presentation: Vec<u8>,
    call: Vec<u8>,
}

fn load(arguments: &Arguments, folder: &Path) -> Result<(), Failure> {
    let read = |name: &str| std::fs::read_to_string(folder.join(name));
    let (began, process) = (UnixTime(read("time")?.parse()?), read("process")?.parse()?);
    let authority = Service::new(began);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let people = arguments.people;
        let mut table = Vec::new();

        let begin = r#"{"ask":"register","flow":"same-device"}"#;
        let begin = Arc::new(vec![api("/v1/transactions", begin).to_bytes(); people]);
        let (begun, row) = all(BACKEND, begin, arguments.connections).await?;
        table.push(row.named("begin"));
        let mut transactions = Vec::new();
        let mut questions = Vec::new();
        for response in begun {
            let begun = response.json();
            let text = |name: &str| begun[name].as_str().unwrap_or_default().to_owned();
            let handle = text("uri").rsplit('/').next().unwrap_or_default().to_owned();
            let path = format!("/.well-known/pairnym/{handle}");
            questions.push(Call::get(&path).to_bytes());
            transactions.push((text("transaction"), path));
        }
        let (asked, row) = all(PUBLIC, Arc::new(questions), arguments.connections).await?;
        table.push(row.named("question"));
        let mut requests = Vec::new();
        for response in &asked {
            requests.push(Question::from_json(&response.body)?.request);
        }
        let visits = answers(&authority, transactions, requests)?;
        let library = library(&authority, &visits)?;

        // Idle: one answer after the other.
        let idle = (people / 16).clamp(1, 256).min(people / 2);
        let calls = |visits: &[Visit]| visits.iter().map(|visit| visit.call.clone()).collect();
        let (_, row) = all(PUBLIC, Arc::new(calls(&visits[..idle])), 1).await?;
        table.push(row.named("answer, idle"));
        // Until the server has the memory that it needs under load, the system's work of handing it
        // over counts among the rest.
        let warm = idle + (visits.len() - idle) / 2;
        let (mut receipts, row) =
            all(PUBLIC, Arc::new(calls(&visits[idle..warm])), arguments.connections).await?;
        table.push(row.named("answer, first"));
        let (before, busy) = (processor_time(process)?, visits.len() - warm);
        let batches = batches().await?;
        let (rest, row) =
            all(PUBLIC, Arc::new(calls(&visits[warm..])), arguments.connections).await?;
        receipts.extend(rest);
        let spent = (processor_time(process)? - before).as_secs_f64() * 1e6 / busy as f64;
        table.push(row.named("answer"));
        let together = busy as u64 / (self::batches().await? - batches).max(1);
        let redeem = visits[idle..].iter().zip(receipts).map(|(visit, receipt)| {
            let path = format!("/v1/transactions/{}/redeem", visit.transaction);
            let code = receipt.json()["code"].as_str().unwrap_or_default().to_owned();
            api(&path, &format!(r#"{{"code":"{code}"}}"#)).to_bytes()
        });
        let redeem = Arc::new(redeem.collect());
        let (_, row) = all(BACKEND, redeem, arguments.connections).await?;
        table.push(row.named("redeem"));

        println!(
            "{:<14}{:>8}{:>10}  {:>8}{:>8}{:>8}{:>8}",
            "", "calls", "a second", "p50 ms", "p90", "p99", "p99.9"
        );
        for row in table {
            println!("{row}");
        }
        println!("\nanswers in a batch under load: {together}");
        println!("processor time of the server for an answer under load: {spent:.0} µs");
        println!(
            "that of the library in batches of 64: {library:.0} µs; ratio {:.2}",
            library / spent
        );

        if arguments.open > 0 {
            let begin = r#"{"ask":"register","flow":"same-device"}"#;
            let begin = Arc::new(vec![api("/v1/transactions", begin).to_bytes(); arguments.open]);
            let before = resident(process)?;
            all(BACKEND, begin, arguments.connections).await?;
            let each = (resident(process)?.saturating_sub(before)) / arguments.open as u64;
            println!(
                "memory of the server for each of {} open requests: {each} bytes",
                arguments.open
            );
        }
        Ok(())
    })
}

fn api(path: &str, body: &str) -> Call {
    Call::post(path, "application/json", body).header("authorization", "Bearer load")
}

/// Makes the answers, before anything is measured.
fn answers(
    authority: &Service,
    transactions: Vec<(String, String)>,
    requests: Vec<Vec<u8>>,
) -> Result<Vec<Visit>, Failure> {
    let (now, shop) = (UnixTime::now(), host("shop.example"));
    let mut person: Option<Person> = None;
    let mut visits = Vec::new();
    for (number, ((transaction, path), request)) in
        transactions.into_iter().zip(requests).enumerate()
    {
        if number % 32 == 0 {
            let who = (number / 32 % 250) as u8;
            person = Some(authority.person(who + 1, [("age_over_18", true.into())], now));
        }
        let person = person.as_mut().ok_or("nobody")?;
        let presentation = person.answer(&shop, &request, now)?;
        let mut attempt = [0; 32];
        attempt[..8].copy_from_slice(&(number as u64).to_be_bytes());
        let content = Content::Presentation(presentation.clone());
        let body = Answer { attempt: Attempt(attempt), content }.to_json()?;
        let call = Call::post(&path, Answer::MEDIA_TYPE, body).to_bytes();
        visits.push(Visit { transaction, request, presentation, call });
    }
    Ok(visits)
}

/// The processor time that the library spends on one answer, in batches of 64, in microseconds: while
/// it keeps every processor busy, as the server and this program do under load.
fn library(authority: &Service, visits: &[Visit]) -> Result<f64, Failure> {
    let now = UnixTime::now();
    let platform = Platform::new(authority.list().clone(), host("shop.example"));
    let platform = platform.prepare(&[], &platform.slots(now));
    let (process, processors) = (std::process::id(), std::thread::available_parallelism()?);
    let (before, end) = (processor_time(process)?, Instant::now() + Duration::from_secs(2));
    let verify = || -> Result<usize, Failure> {
        let mut count = 0;
        while count == 0 || Instant::now() < end {
            for batch in visits.chunks(64) {
                let decode = |visit: &Visit| {
                    let request = Request::from_bytes(&visit.request)?;
                    Ok((request, Presentation::from_bytes(&visit.presentation)?))
                };
                let decoded: Vec<_> =
                    batch.iter().map(decode).collect::<Result<_, pairnym::Error>>()?;
                let pairs: Vec<_> = decoded.iter().map(|(asked, answer)| (asked, answer)).collect();
                if platform.check_batch(&pairs, now).iter().any(Result::is_err) {
                    return Err("an answer does not verify".into());
                }
                count += batch.len();
            }
        }
        Ok(count)
    };
    let counts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..processors.get()).map(|_| scope.spawn(verify)).collect();
        let joined = threads.into_iter().map(|thread| thread.join().map_err(|_| "a panic")?);
        joined.collect::<Result<Vec<_>, Failure>>()
    })?;
    let spent = processor_time(process)? - before;
    Ok(spent.as_secs_f64() * 1e6 / counts.iter().sum::<usize>() as f64)
}

/// How many batches the server has verified.
async fn batches() -> Result<u64, Failure> {
    let metrics = Call::get("/metrics").send(ADMIN.parse()?).await.text();
    let count = metrics.lines().find_map(|line| line.strip_prefix("pairnym_batch_size_count "));
    Ok(count.ok_or("no batches are counted")?.parse()?)
}

/// Sends all calls over so many connections; each must succeed.
async fn all(
    server: &str,
    calls: Arc<Vec<Vec<u8>>>,
    connections: usize,
) -> Result<(Vec<http::Response>, Row), Failure> {
    let server: SocketAddr = server.parse()?;
    let (next, began) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut tasks = Vec::new();
    for _ in 0..connections.min(calls.len()) {
        let (calls, next) = (calls.clone(), next.clone());
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(server).await?;
            let mut answered = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(call) = calls.get(number) else { return Ok(answered) };
                let sent = Instant::now();
                let response = connection.send(call).await?;
                if response.status >= 300 {
                    return Err(Failure::from(format!("{}: {}", response.status, response.text())));
                }
                answered.push((number, sent.elapsed(), response));
            }
        }));
    }
    let mut answered = Vec::new();
    for task in tasks {
        answered.extend(task.await??);
    }
    let took = began.elapsed();
    answered.sort_by_key(|(number, ..)| *number);
    let mut times: Vec<_> = answered.iter().map(|(_, time, _)| *time).collect();
    times.sort();
    let responses = answered.into_iter().map(|(.., response)| response).collect();
    Ok((responses, Row { name: "", took, times }))
}

/// The times of one step.
struct Row {
    name: &'static str,
    took: Duration,
    times: Vec<Duration>,
}

impl Row {
    fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let calls = self.times.len();
        let rate = calls as f64 / self.took.as_secs_f64();
        write!(f, "{:<14}{calls:>8}{rate:>10.0}  ", self.name)?;
        for share in [0.5, 0.9, 0.99, 0.999] {
            let place = ((calls as f64 * share) as usize).min(calls.saturating_sub(1));
            let time = self.times.get(place).copied().unwrap_or_default();
            write!(f, "{:>8.2}", time.as_secs_f64() * 1e3)?;
        }
        Ok(())
    }
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

/// The memory that a process has, in bytes (Linux).
fn resident(process: u32) -> Result<u64, Failure> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no memory")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? * 1_024)
}
