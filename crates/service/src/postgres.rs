//! The connection to PostgreSQL, encrypted if there is a root certificate for it.

use std::path::Path;

use pairnym_store::postgres::{NoTls, Postgres, migrate};
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::program::Failure;
use crate::settings::{BadSettings, secret};
use crate::tls;

/// The URL of a file. With TLS it says so itself, since otherwise connections could begin without.
fn url(file: &Path, encrypted: bool) -> Result<String, BadSettings> {
    let url = secret(file)?;
    let shown = file.display();
    // What is wrong may be the password: it is not repeated.
    let config: Config = url.parse().map_err(|_| BadSettings(format!("{shown}: no URL")))?;
    match (config.get_ssl_mode() == SslMode::Require, encrypted) {
        (true, false) => {
            Err(BadSettings(format!("{shown}: sslmode=require needs a root_certificate_file")))
        }
        (false, true) => {
            Err(BadSettings(format!("{shown}: with a root_certificate_file, sslmode=require")))
        }
        _ => Ok(url),
    }
}

/// Opens the database at the URL of a file. With a file of root certificates, the connections are
/// encrypted, and the server's certificate is for the URL's host.
pub(crate) async fn open(
    url_file: &Path,
    roots: Option<&Path>,
    connections: usize,
) -> Result<Postgres, Failure> {
    let url = url(url_file, roots.is_some())?;
    Ok(match roots {
        None => Postgres::open(&url, NoTls, connections).await?,
        Some(roots) => {
            let tls = MakeRustlsConnect::new(tls::client(roots)?);
            Postgres::open(&url, tls, connections).await?
        }
    })
}

/// Brings its tables to this version.
pub(crate) async fn update(url_file: &Path, roots: Option<&Path>) -> Result<(), Failure> {
    let url = url(url_file, roots.is_some())?;
    match roots {
        None => migrate(&url, NoTls).await?,
        Some(roots) => migrate(&url, MakeRustlsConnect::new(tls::client(roots)?)).await?,
    }
    Ok(())
}
