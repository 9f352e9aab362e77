//! The parameter list: signed by enough of the keys that the platform pins, from a file, which is
//! kept up to date from the authority's directory if that is known.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pairnym::{Error, ParameterList};
use pairnym_transport::authority::{Directory, SignedList};
use pairnym_transport::envelope::Envelope;
use pairnym_transport::{MAX_BODY, PublicKey};
use serde::Deserialize;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::Service;
use crate::tls;

/// For how long a list is fetched at most.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the parameter list comes from (TRANSPORT.md §10).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSource {
    /// A file with a `list` envelope, as the authority publishes it. With `url` this program writes
    /// it; otherwise whatever does so need not be trusted, since it is signed.
    pub file: PathBuf,
    /// The authority's directory, such as `https://id.example/.well-known/pairnym-authority`:
    /// without a file its present list is taken, and then each list after it, one by one.
    #[serde(default)]
    pub url: Option<String>,
    /// Certificates in PEM which have signed that of the directory's server; without it, those that
    /// the system trusts.
    #[serde(default = "of_the_system")]
    pub root_certificate_file: PathBuf,
    /// The list keys that are pinned.
    pub keys: Vec<PublicKey>,
    /// How many of them must have signed.
    pub threshold: usize,
    /// How often the file is read again, or the next list asked for.
    #[serde(default = "ten_minutes")]
    pub reload_seconds: u64,
}

fn of_the_system() -> PathBuf {
    "/etc/ssl/certs/ca-certificates.crt".into()
}

fn ten_minutes() -> u64 {
    600
}

/// Why a list is not taken.
#[derive(Debug)]
pub(super) struct NoList(String);

impl fmt::Display for NoList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoList {}

impl ListSource {
    /// The list to begin with. Blocks.
    pub(super) fn first(&self, folder: &Path) -> Result<ParameterList, NoList> {
        match &self.url {
            Some(url) if !folder.join(&self.file).exists() => {
                let Some(body) = self.fetch(folder, url)? else {
                    return Err(NoList(format!("{url}: not found")));
                };
                let failed = |why: &dyn fmt::Display| NoList(format!("{url}: {why}"));
                let directory = Directory::from_json(&body).map_err(|error| failed(&error))?;
                let list = self.verify(&directory.list, &failed)?;
                self.keep(folder, &directory.list)?;
                Ok(list)
            }
            _ => self.read(folder),
        }
    }

    /// Takes what is new. Blocks.
    pub(super) fn update(&self, folder: &Path, service: &Service) -> Result<(), NoList> {
        let Some(url) = &self.url else {
            let adopted = service.adopt(self.read(folder)?);
            return adopted.map(drop).map_err(|error| NoList(error.to_string()));
        };
        loop {
            let next = format!("{url}/lists/{}", service.list_serial().saturating_add(1));
            let Some(body) = self.fetch(folder, &next)? else { return Ok(()) };
            let failed = |why: &dyn fmt::Display| NoList(format!("{next}: {why}"));
            let signed = SignedList::from_json(&body).map_err(|error| failed(&error))?;
            match service.adopt(self.verify(&signed, &failed)?) {
                Ok(true) => self.keep(folder, &signed)?,
                // Published before it begins.
                Ok(false) | Err(Error::EarlyList) => return Ok(()),
                Err(error) => return Err(failed(&error)),
            }
        }
    }

    /// The list of the file.
    fn read(&self, folder: &Path) -> Result<ParameterList, NoList> {
        let path = folder.join(&self.file);
        let failed = |why: &dyn fmt::Display| NoList(format!("{}: {why}", path.display()));
        let bytes = std::fs::read(&path).map_err(|error| failed(&error))?;
        let signed = SignedList::from_json(&bytes).map_err(|error| failed(&error))?;
        self.verify(&signed, &failed)
    }

    /// The list, if enough of the pinned keys have signed it.
    fn verify(
        &self,
        signed: &SignedList,
        failed: &dyn Fn(&dyn fmt::Display) -> NoList,
    ) -> Result<ParameterList, NoList> {
        if self.threshold == 0 || self.threshold > self.keys.len() {
            return Err(failed(&"the threshold is not one of 1 to the number of keys"));
        }
        signed.verify(&self.keys, self.threshold).map_err(|error| failed(&error))
    }

    /// The next start begins with this list, also if the authority cannot be reached then.
    fn keep(&self, folder: &Path, signed: &SignedList) -> Result<(), NoList> {
        let path = folder.join(&self.file);
        let failed = |why: &dyn fmt::Display| NoList(format!("{}: {why}", path.display()));
        let json = signed.to_json().map_err(|error| failed(&error))?;
        let new = path.with_extension("new");
        let write = || {
            let mut file = std::fs::File::create(&new)?;
            file.write_all(&json)?;
            file.sync_all()?;
            std::fs::rename(&new, &path)
        };
        write().map_err(|error: std::io::Error| failed(&error))
    }

    /// What is at a URL; nothing, if the server says that there is nothing. No redirects are
    /// followed, and no more is read than a body may have.
    fn fetch(&self, folder: &Path, url: &str) -> Result<Option<Vec<u8>>, NoList> {
        let failed = |why: &dyn fmt::Display| NoList(format!("{url}: {why}"));
        let roots = tls::certificates(&folder.join(&self.root_certificate_file));
        let roots = roots.map_err(|error| failed(&error))?;
        let roots = roots.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(tls::provider())
            .build();
        let agent: Agent = Agent::config_builder()
            .https_only(true)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .tls_config(tls)
            .build()
            .into();
        let mut response = agent.get(url).call().map_err(|error| failed(&error))?;
        match response.status().as_u16() {
            200 => {}
            404 => return Ok(None),
            status => return Err(failed(&format_args!("status {status}"))),
        }
        let limited = response.body_mut().with_config().limit(MAX_BODY as u64);
        limited.read_to_vec().map(Some).map_err(|error| failed(&error))
    }
}
