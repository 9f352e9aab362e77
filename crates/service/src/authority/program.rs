//! The program `pairnym-authority`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::middleware::from_fn_with_state;
use clap::{Parser, Subcommand};
use pairnym::UnixTime;
use tokio::sync::watch;

use super::config::Config;
use super::list_commands::ListCommand;
use super::permit::Permit;
use super::person_commands::PersonCommand;
use super::registrar::Registrar;
use super::signer::{LocalSigner, signer_api};
use super::{Node, Nodes, Service, counter, keys};
use crate::admin::Watched;
use crate::http::not_found;
use crate::listen::Listener;
use crate::program::{self, Configured, Failure, no_core_dumps, stop_signal};
use crate::{AuthorityStore, Limits, Metrics, admin, system_clock};

/// How long calls may take to end once no evidence session is open any more.
const CALLS: Duration = Duration::from_secs(10);

#[derive(Parser)]
#[command(
    name = "pairnym-authority",
    version,
    about = "An authority that enrolls people, issues credentials and makes evidence"
)]
struct Arguments {
    #[command(flatten)]
    configured: Configured,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until SIGTERM or SIGINT.
    Serve,
    /// Says what is wrong with the configuration.
    CheckConfig,
    /// Brings the store's tables to this version.
    Migrate,
    /// Writes the description of the endpoints (OpenAPI 3.1).
    Openapi,
    /// Asks a running server whether it is ready.
    Health,
    /// Draws a key (32 bytes) and writes it into a new file: a seed, a key of stored forms, a list
    /// key, a registrar's key, a token. No file is for two of these.
    GenerateKey {
        /// The file.
        file: PathBuf,
    },
    /// Shows the public key of a list key or of a registrar's key.
    PublicKey {
        /// The file.
        file: PathBuf,
    },
    /// Signs what a platform may ask, from a file as a registrar's folder has them: `HOST.toml`.
    Permit(Box<Permit>),
    #[command(flatten)]
    Lists(ListCommand),
    /// Does what a counter does, on the store of this configuration.
    #[command(subcommand)]
    Person(PersonCommand),
}

/// Runs it with these arguments, of which the first is the program's name.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> ExitCode {
    program::run(arguments, carry_out)
}

fn carry_out(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Openapi => {
            println!("{}", crate::openapi());
            return Ok(());
        }
        Command::GenerateKey { file } => return Ok(keys::generate(file)?),
        Command::PublicKey { file } => {
            let key = pairnym_transport::PublicKey::from(&keys::signing(file)?);
            println!("{}", serde_json::to_string(&key)?.trim_matches('"'));
            return Ok(());
        }
        Command::Permit(permit) => return permit.carry_out(),
        Command::Lists(command) => return command.carry_out(),
        _ => {}
    }
    let (config, folder) = arguments.configured.read::<Config>()?;
    config.check_sections()?;
    let run = async {
        match &arguments.command {
            Command::Serve => serve(config, folder).await,
            Command::CheckConfig => check(&config, &folder).await,
            Command::Migrate => config.store.migrate::<AuthorityStore>(&folder).await,
            Command::Health => config.admin.as_ref().ok_or("there is no admin listener")?.health(),
            Command::Person(command) => person(&config, &folder, command).await,
            // Carried out above.
            _ => Ok(()),
        }
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run)
}

/// What a process is made of, by its role.
struct Parts {
    signer: Option<LocalSigner>,
    service: Option<Service>,
    /// What officials call.
    counter: Option<Router>,
    registrar: Option<Registrar>,
}

impl Parts {
    async fn new(
        config: &Config,
        folder: &Path,
        store: Option<AuthorityStore>,
    ) -> Result<Self, Failure> {
        let clock = system_clock();
        let mut parts = Self { signer: None, service: None, counter: None, registrar: None };
        if config.lists.is_some() {
            let lists = config.folder(folder)?.read()?;
            if config.signer.is_some() {
                parts.signer = Some(config.local(folder, &lists, clock.clone())?);
            }
            if let Some(store) = store {
                let nodes = match &parts.signer {
                    Some(signer) => {
                        let name = signer.describe().node;
                        Nodes::new(vec![Node { name, signer: Arc::new(signer.clone()) }])?
                    }
                    None => config.remote(folder)?,
                };
                let now = clock();
                let (identities, counter) = config.people(folder, lists.present(now), now)?;
                let options = config.options(lists)?;
                let service = Service::start(options, nodes, identities, store, clock.clone());
                parts.counter =
                    counter.map(|options| counter::router(&service, options)).transpose()?;
                parts.service = Some(service);
            }
        }
        if config.registrar.is_some() {
            let registrar = config.registrar(folder, clock)?;
            for unfit in registrar.renew() {
                tracing::error!("{unfit}");
            }
            parts.registrar = Some(registrar);
        }
        Ok(parts)
    }

    fn stop(&self) {
        self.signer.iter().for_each(LocalSigner::stop);
        self.service.iter().for_each(Service::stop);
    }

    /// Whether an evidence session waits for its answer.
    fn has_open_sessions(&self) -> bool {
        match (&self.signer, &self.service) {
            (Some(signer), _) => signer.open_sessions() > 0,
            (None, Some(service)) => service.has_open_sessions(),
            (None, None) => false,
        }
    }
}

/// Everything but the listeners and the store.
async fn check(config: &Config, folder: &Path) -> Result<(), Failure> {
    let front = config.front.is_some();
    let nothing = front.then(|| AuthorityStore::new(pairnym_store::Memory::new(1)));
    let parts = Parts::new(config, folder, nothing).await?;
    if let Some(signer) = &config.signer
        && signer.listen.is_some()
    {
        signer.token(folder)?;
    }
    if let Some(unfit) = parts.registrar.iter().flat_map(Registrar::renew).next() {
        return Err(unfit.into());
    }
    println!("the configuration is good");
    Ok(())
}

async fn person(config: &Config, folder: &Path, command: &PersonCommand) -> Result<(), Failure> {
    let store = config.store.open(folder).await?;
    let parts = Parts::new(config, folder, Some(store)).await?;
    let service = parts.service.ok_or("this role has no store")?;
    command.carry_out(&service).await
}

async fn serve(config: Config, folder: PathBuf) -> Result<(), Failure> {
    config.log.start();
    no_core_dumps()?;
    let store: Option<AuthorityStore> = match config.front {
        Some(_) => Some(config.store.open(&folder).await?),
        None => None,
    };
    let parts = Arc::new(Parts::new(&config, &folder, store).await?);
    let config = Arc::new(config);
    let mut listeners = Vec::new();
    if let (Some(service), Some(public)) = (&parts.service, &config.public) {
        service.nodes().look().await;
        let limits = Limits::new(public.limit, public.trusted_proxies.clone());
        let limits = Arc::new(limits.counted(service.metrics().clone()));
        let router = service
            .router(public.trusted_proxies.clone())
            .fallback(not_found)
            .layer(from_fn_with_state(limits, Limits::layer));
        listeners.push((public.listen, public.tls.as_ref(), router, public.connections));
    }
    let counted = Arc::new(Metrics::default());
    if let (Some(signer), Some(section)) = (&parts.signer, &config.signer)
        && let Some(listen) = section.listen
    {
        let api = signer_api(signer, section.token(&folder)?, counted.clone());
        listeners.push((listen, None, api, 1_000));
    }
    if let (Some(counter), Some(section)) = (&parts.counter, &config.counter) {
        listeners.push((section.listen, section.tls.as_ref(), counter.clone(), 1_000));
    }
    if let (Some(registrar), Some(section)) = (&parts.registrar, &config.registrar) {
        listeners.push((section.listen, None, registrar.router(), 1_000));
    }
    if let Some(admin) = &config.admin {
        let watched = All { parts: parts.clone(), counted };
        listeners.push((admin.listen, None, admin::router(watched), 100));
    }
    tokio::spawn(follow(config.clone(), folder.clone(), parts.clone()));
    let stopping = watch::Sender::new(false);
    let mut serving = tokio::task::JoinSet::new();
    for (address, tls, router, most) in listeners {
        let listener = Listener::open(address, tls, &folder, most).await?;
        serving.spawn(listener.serve(router, stopping.subscribe(), CALLS));
    }
    tracing::info!(role = ?config.role, "serving");
    stop_signal().await?;
    tracing::info!("stopping");
    parts.stop();
    let deadline = Instant::now() + Duration::from_secs(config.drain_seconds);
    while parts.has_open_sessions() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stopping.send_replace(true);
    while let Some(finished) = serving.join_next().await {
        if !finished? {
            return Err("calls were cut off, since they did not end in time".into());
        }
    }
    tracing::info!("stopped");
    Ok(())
}

/// Reads lists and permissions again and again, and takes what is new. What does not fit is logged,
/// and what was in use stays.
async fn follow(config: Arc<Config>, folder: PathBuf, parts: Arc<Parts>) {
    let seconds = config.lists.as_ref().map_or(60, |lists| lists.check_seconds.max(1));
    let mut clock = tokio::time::interval(Duration::from_secs(seconds));
    clock.tick().await;
    loop {
        clock.tick().await;
        let (config, folder, parts) = (config.clone(), folder.clone(), parts.clone());
        let looking = tokio::task::spawn_blocking(move || look_again(&config, &folder, &parts));
        if looking.await.is_err() {
            tracing::error!("reading lists and permissions again: a panic");
        }
    }
}

fn look_again(config: &Config, folder: &Path, parts: &Parts) {
    for unfit in parts.registrar.iter().flat_map(Registrar::renew) {
        tracing::error!("{unfit}");
    }
    if config.lists.is_none() {
        return;
    }
    let lists = match config.folder(folder).and_then(|folder| folder.read()) {
        Ok(lists) => lists,
        Err(error) => {
            tracing::error!("the lists in use stay: {error}");
            return;
        }
    };
    if let Some(signer) = &parts.signer {
        let serial = signer.describe().serial;
        for list in lists.after(serial, UnixTime::now()) {
            match signer.adopt(list.clone()) {
                Ok(true) => tracing::info!(serial = list.serial(), "another parameter list"),
                Ok(false) => {}
                Err(error) => tracing::error!("the parameter list in use stays: {error}"),
            }
        }
    }
    if let Some(service) = &parts.service
        && service.lists().differs(&lists)
    {
        tracing::info!("other parameter lists are published");
        service.publish(lists);
    }
}

/// All parts of a process, for those who run it.
#[derive(Clone)]
struct All {
    parts: Arc<Parts>,
    /// The calls of fronts.
    counted: Arc<Metrics>,
}

impl Watched for All {
    async fn ready(&self) -> Result<(), &'static str> {
        if let Some(service) = &self.parts.service {
            return service.ready().await;
        }
        match &self.parts.signer {
            Some(signer) if !signer.describe().ready => Err("stopping"),
            _ => Ok(()),
        }
    }

    fn counts(&self) -> String {
        let mut out = match (&self.parts.service, &self.parts.registrar) {
            (Some(service), _) => service.counts(),
            (None, Some(registrar)) => registrar.counts(),
            (None, None) => self.counted.render(0),
        };
        if let Some(signer) = &self.parts.signer {
            let (open, waiting) = (signer.open_sessions(), signer.waiting());
            out.push_str(&format!(
                "# TYPE pairnym_evidence_sessions gauge\npairnym_evidence_sessions {open}\n\
                 # TYPE pairnym_waiting_for_signer gauge\npairnym_waiting_for_signer {waiting}\n"
            ));
        }
        out
    }
}
