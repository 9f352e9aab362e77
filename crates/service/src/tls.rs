//! TLS of a listener's own: its certificate, read again when its files change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use serde::Deserialize;
use tokio_rustls::TlsAcceptor;

use crate::settings::BadSettings;

/// The files of a listener's certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The certificate, and those that lead from it to a root, in PEM.
    pub certificate_file: PathBuf,
    /// Its private key, in PEM.
    pub key_file: PathBuf,
    /// How often it is looked whether they have changed.
    #[serde(default = "minute")]
    pub reload_seconds: u64,
}

fn minute() -> u64 {
    60
}

/// The certificate in use: new connections take it as it is when they begin.
#[derive(Debug)]
struct Certificate {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    key: RwLock<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.key.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl TlsFiles {
    /// What accepts connections with this certificate, TLS 1.2 or 1.3 and HTTP/1.1. Within a Tokio
    /// runtime, which reads the files again when they change; if those do not fit each other, that is
    /// logged, and the certificate in use stays.
    pub(crate) fn acceptor(&self, folder: &Path) -> Result<TlsAcceptor, BadSettings> {
        let files = Self {
            certificate_file: folder.join(&self.certificate_file),
            key_file: folder.join(&self.key_file),
            reload_seconds: self.reload_seconds.max(1),
        };
        let provider = provider();
        let changed = files.changed();
        let key = RwLock::new(files.read(&provider)?);
        let certificate = Arc::new(Certificate { files, provider: provider.clone(), key });
        tokio::spawn(follow(certificate.clone(), changed));
        let config = ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions();
        let config = config.map_err(|error| BadSettings(error.to_string()))?;
        let mut config = config.with_no_client_auth().with_cert_resolver(certificate);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn read(&self, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, BadSettings> {
        let chain = certificates(&self.certificate_file)?;
        let key = PrivateKeyDer::from_pem_file(&self.key_file)
            .map_err(|error| bad(&self.key_file, &error))?;
        // Also whether the key is the certificate's.
        let key = CertifiedKey::from_der(chain, key, provider);
        key.map(Arc::new).map_err(|error| bad(&self.certificate_file, &error))
    }

    /// When the files were changed, if they are there.
    fn changed(&self) -> [Option<SystemTime>; 2] {
        [&self.certificate_file, &self.key_file]
            .map(|file| std::fs::metadata(file).and_then(|found| found.modified()).ok())
    }
}

async fn follow(certificate: Arc<Certificate>, mut seen: [Option<SystemTime>; 2]) {
    let mut clock = tokio::time::interval(Duration::from_secs(certificate.files.reload_seconds));
    loop {
        clock.tick().await;
        // Before reading: what changes meanwhile is seen the next time.
        let changed = certificate.files.changed();
        if changed == seen {
            continue;
        }
        seen = changed;
        let reading = certificate.clone();
        let read = move || reading.files.read(&reading.provider);
        let read = tokio::task::spawn_blocking(read).await;
        match read.unwrap_or_else(|panic| Err(BadSettings(panic.to_string()))) {
            Ok(key) => {
                *certificate.key.write().unwrap_or_else(PoisonError::into_inner) = key;
                tracing::info!("another certificate");
            }
            Err(error) => tracing::error!("the certificate in use stays: {error}"),
        }
    }
}

/// The algorithms.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// The certificates of a file, at least one.
pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, BadSettings> {
    let found = CertificateDer::pem_file_iter(file).map_err(|error| bad(file, &error))?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(|error| bad(file, &error))?;
    if found.is_empty() { Err(bad(file, &"no certificate")) } else { Ok(found) }
}

fn bad(file: &Path, why: &dyn std::fmt::Display) -> BadSettings {
    BadSettings(format!("{}: {why}", file.display()))
}

/// A client's side, which trusts the certificates of this file and what they have signed.
#[cfg(feature = "postgres")]
pub(crate) fn client(roots: &Path) -> Result<rustls::ClientConfig, BadSettings> {
    let mut store = rustls::RootCertStore::empty();
    for certificate in certificates(roots)? {
        store.add(certificate).map_err(|error| bad(roots, &error))?;
    }
    let config = rustls::ClientConfig::builder_with_provider(provider());
    let config = config.with_safe_default_protocol_versions();
    let config = config.map_err(|error| bad(roots, &error))?;
    Ok(config.with_root_certificates(store).with_no_client_auth())
}
