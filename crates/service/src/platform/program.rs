//! The program `pairnym-platform`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware::from_fn_with_state;
use clap::{Parser, Subcommand};
use pairnym::ParametersId;
use pairnym_store::{Account, Accounts as _};
use tokio::sync::watch;

use super::config::Config;
use super::{Service, api};
use crate::http::not_found;
use crate::listen::Listener;
use crate::program::{self, Configured, Failure, Public, hex32, no_core_dumps, stop_signal};
use crate::{AnyStore, Limits, admin, system_clock};

#[derive(Parser)]
#[command(
    name = "pairnym-platform",
    version,
    about = "A platform that uses pairnym, as a process beside the platform's own programs"
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
    /// Shows the accounts whose last presentation was under some parameters, such as those of a
    /// stolen key; one in a line: 网号, label or `-`, Unix time since when it is there.
    AdmittedUnder {
        /// The parameters, 64 hex digits.
        parameters: String,
    },
}

/// Runs it with these arguments, of which the first is the program's name.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> ExitCode {
    program::run(arguments, carry_out)
}

fn carry_out(arguments: &Arguments) -> Result<(), Failure> {
    if let Command::Openapi = arguments.command {
        println!("{}", crate::openapi());
        return Ok(());
    }
    let (config, folder) = arguments.configured.read::<Config>()?;
    let run = async {
        match &arguments.command {
            Command::AdmittedUnder { parameters } => {
                admitted_under(&config, &folder, parameters).await
            }
            Command::Serve => serve(config, folder).await,
            Command::CheckConfig => check(&config, &folder).await,
            Command::Migrate => config.store.migrate::<AnyStore>(&folder).await,
            Command::Health => config.admin.as_ref().ok_or("there is no admin listener")?.health(),
            Command::Openapi => Ok(()),
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(run);
    // Without waiting for a list that is being fetched.
    runtime.shutdown_background();
    outcome
}

async fn admitted_under(config: &Config, folder: &Path, digits: &str) -> Result<(), Failure> {
    let parameters = hex32(digits).map(ParametersId).ok_or("parameters: not 64 hex digits")?;
    let store: AnyStore = config.store.open(folder).await?;
    let mut after = None;
    loop {
        let accounts = store.admitted_under(parameters, after, 1_000).await?;
        for Account { id, since, .. } in &accounts {
            let label = id.label.as_ref().map_or("-", |label| label.as_str());
            println!("{} {label} {}", id.pseudonym, since.0);
        }
        let Some(last) = accounts.last() else { return Ok(()) };
        after = Some(last.id.clone());
    }
}

/// Everything but the listeners and the store.
async fn check(config: &Config, folder: &Path) -> Result<(), Failure> {
    let options = config.options(folder)?;
    if let Some(backend) = &config.backend {
        backend.token(folder)?;
    }
    let backend = config.backend.as_ref().and_then(|backend| backend.tls.as_ref());
    for tls in config.public.tls.iter().chain(backend) {
        tls.acceptor(folder)?;
    }
    let nothing = AnyStore::new(pairnym_store::Memory::new(1));
    Service::start(options, nothing, system_clock())?;
    println!("the configuration of {} is good", config.host);
    Ok(())
}

async fn serve(config: Config, folder: PathBuf) -> Result<(), Failure> {
    config.log.start();
    no_core_dumps()?;
    let options = config.options(&folder)?;
    let store = config.store.open(&folder).await?;
    let service = Service::start(options, store, system_clock())?;
    let config = Arc::new(config);
    tokio::spawn(config.clone().follow(folder.clone(), service.clone()));
    let limits = Limits::new(config.public.limit, config.public.trusted_proxies.clone());
    let limits = Arc::new(limits.counted(service.metrics().clone()));
    let public =
        service.router().fallback(not_found).layer(from_fn_with_state(limits, Limits::layer));
    let Public { listen, tls, connections, .. } = &config.public;
    let mut listeners = vec![(*listen, tls.as_ref(), public, *connections)];
    if let Some(backend) = &config.backend {
        let api = api(&service, backend.token(&folder)?);
        listeners.push((backend.listen, backend.tls.as_ref(), api, 1_000));
    }
    if let Some(admin) = &config.admin {
        listeners.push((admin.listen, None, admin::router(service.clone()), 100));
    }
    let stopping = watch::Sender::new(false);
    let deadline = Duration::from_secs(config.drain_seconds);
    let mut serving = tokio::task::JoinSet::new();
    for (address, tls, router, most) in listeners {
        let listener = Listener::open(address, tls, &folder, most).await?;
        serving.spawn(listener.serve(router, stopping.subscribe(), deadline));
    }
    tracing::info!(host = %config.host, public = %config.public.listen, "serving");
    stop_signal().await?;
    tracing::info!("stopping");
    service.stop();
    stopping.send_replace(true);
    while let Some(finished) = serving.join_next().await {
        if !finished? {
            return Err("calls were cut off, since they did not end in time".into());
        }
    }
    tracing::info!("stopped");
    Ok(())
}
