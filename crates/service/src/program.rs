//! What the programs have in common: their arguments, parts of their configuration, the log, signals.

use std::error::Error;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::signal::unix::{SignalKind, signal};

use crate::settings::BadSettings;
use crate::{Limit, Network, TlsFiles, settings};

/// Why a program ends.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// Reads a program's arguments, of which the first is its name, and does what they say.
pub(crate) fn run<A: Parser>(
    arguments: impl IntoIterator<Item = OsString>,
    carry_out: impl FnOnce(&A) -> Result<(), Failure>,
) -> ExitCode {
    let arguments = match A::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match carry_out(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", A::command().get_name());
            ExitCode::FAILURE
        }
    }
}

/// Where a program's configuration is.
#[derive(clap::Args)]
pub(crate) struct Configured {
    /// The configuration.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A key of the configuration, with another value: `store.path=/var/lib/x.sqlite`.
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Configured {
    /// The configuration, and the folder from which it names files.
    pub(crate) fn read<C: DeserializeOwned>(&self) -> Result<(C, PathBuf), BadSettings> {
        let file = self.config.as_deref();
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let config = settings::read(file, variables, &self.set)?;
        Ok((config, file.and_then(Path::parent).unwrap_or(Path::new("")).to_path_buf()))
    }
}

/// The public listener.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Public {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<Network>,
    /// How often each client may call.
    #[serde(default)]
    pub limit: Limit,
    /// How many connections are open at most.
    #[serde(default = "ten_thousand")]
    pub connections: usize,
    /// TLS of its own, without a reverse proxy that ends it.
    #[serde(default)]
    pub tls: Option<TlsFiles>,
}

fn ten_thousand() -> usize {
    10_000
}

/// The listener for those who run it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// Where it listens.
    pub listen: SocketAddr,
}

/// The log, on standard error.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// The least severe that is written.
    #[serde(default)]
    pub level: Level,
}

/// How severe something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nothing works.
    Error,
    /// Something does not.
    Warn,
    /// Each call.
    #[default]
    Info,
    /// More than that.
    Debug,
    /// Everything.
    Trace,
}

impl Log {
    pub(crate) fn start(&self) {
        let level = match self.level {
            Level::Error => tracing::Level::ERROR,
            Level::Warn => tracing::Level::WARN,
            Level::Info => tracing::Level::INFO,
            Level::Debug => tracing::Level::DEBUG,
            Level::Trace => tracing::Level::TRACE,
        };
        let subscriber = tracing_subscriber::fmt().with_max_level(level).with_ansi(false);
        // Unless the program that runs this has one of its own.
        let _ = subscriber.with_writer(std::io::stderr).try_init();
    }
}

/// The memory of this process is written into no file when it crashes (SPEC §16.2).
pub(crate) fn no_core_dumps() -> Result<(), Failure> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    Ok(setrlimit(Resource::Core, none)?)
}

pub(crate) async fn stop_signal() -> Result<(), Failure> {
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

impl Admin {
    /// Asks a running server for `/readyz`.
    pub(crate) fn health(&self) -> Result<(), Failure> {
        let patience = Duration::from_secs(5);
        let mut stream = TcpStream::connect_timeout(&self.listen, patience)?;
        stream.set_read_timeout(Some(patience))?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n")?;
        let mut response = String::new();
        stream.take(4_096).read_to_string(&mut response)?;
        match response.strip_prefix("HTTP/1.1 200") {
            Some(_) => Ok(()),
            None => Err(response.lines().last().unwrap_or("no response").to_owned().into()),
        }
    }
}

/// The bytes of 64 hex digits.
pub(crate) fn hex32(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(bytes)
}
