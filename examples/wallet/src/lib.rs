//! The wallet: a device, with its state in one file. (A real one encrypts it, and keeps evidence
//! out of every backup.)

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use pairnym::{holder::*, message::*, rand_core::UnwrapErr, *};
use reqwest::Client;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Where each host is: name service and certificates in one.
pub type Hosts = HashMap<&'static str, SocketAddr>;

/// What the file holds: the secret, and stored forms under its MAC.
#[derive(Serialize, Deserialize)]
struct Vault {
    master: [u8; 32],
    list: Vec<u8>,
    credential: Vec<u8>,
    evidence: Vec<Vec<u8>>,
}

pub struct Wallet {
    path: PathBuf,
    vault: Vault,
    holder: Holder,
    hosts: Hosts,
}

impl Wallet {
    /// Opens the file, or makes one with a new secret.
    pub fn open(path: PathBuf, list: ParameterList, hosts: Hosts) -> Result<Self, Failure> {
        let authority = *list.authority();
        let vault = kept(&path, || {
            let master = MasterSecret::generate(&mut rng());
            let list = Holder::new(&master, list)?.store_list();
            let (master, credential, evidence) = (*master.export(), Vec::new(), Vec::new());
            Ok(serde_json::to_vec(&Vault { master, list, credential, evidence })?)
        })?;
        let vault: Vault = serde_json::from_slice(&vault)?;
        let holder = Holder::restore(&MasterSecret::import(vault.master), &authority, &vault.list)?;
        Ok(Self { path, vault, holder, hosts })
    }

    /// On the disk before anything else happens.
    fn save(&self) -> Result<(), Failure> {
        let new = self.path.with_extension("new");
        let file = std::fs::File::create(&new)?;
        serde_json::to_writer(&file, &self.vault)?;
        file.sync_all()?;
        Ok(std::fs::rename(new, &self.path)?)
    }

    /// Asks the host with this name, who is authenticated, and says who that is.
    async fn ask<T: DeserializeOwned>(
        &self,
        host: &str,
        path: &str,
        body: &impl Serialize,
    ) -> Result<(PlatformId, T), Failure> {
        let address = self.hosts.get(host).ok_or("unknown host")?;
        Ok((host.parse()?, post(&Client::new(), *address, path, body).await?))
    }

    pub async fn enroll(&mut self, number: &str) -> Result<(), Failure> {
        let (peer, ticket) = self.ask::<EnrollmentTicket>("id.example", "/ticket", &number).await?;
        let list = self.holder.list();
        let ticket = Received::<EnrollmentTicket>::from_authority(list, &peer, &ticket.to_bytes())?;
        let request = self.holder.enroll(&ticket, &mut rng())?;
        self.ask::<()>("id.example", "/enroll", &request).await?;
        Ok(())
    }

    /// A credential, and all its evidence in the same session.
    pub async fn refresh(&mut self, number: &str) -> Result<usize, Failure> {
        let (peer, offer) = self.ask::<IssuanceOffer>("id.example", "/offer", &number).await?;
        let (list, now) = (self.holder.list(), UnixTime::now());
        let offer = Received::<IssuanceOffer>::from_authority(list, &peer, &offer.to_bytes())?;
        let (request, pending) = self.holder.request_credential(&offer, now, &mut rng())?;
        let issued = pending.finish(&self.ask("id.example", "/issue", &request).await?.1)?;
        let mut batches = Vec::new();
        for _ in 0..issued.batches().get() {
            let (request, offered) = self.holder.request_evidence(&issued, &mut rng())?;
            let (_, commitments) = self.ask("id.example", "/evidence", &request).await?;
            let (challenges, waiting) = offered.challenge(&commitments, &mut rng())?;
            let (_, responses) = self.ask("id.example", "/respond", &challenges).await?;
            batches.push(waiting.finish(&responses)?);
        }
        let (credential, evidence) = issued.complete(batches)?;
        self.vault.credential = self.holder.store_credential(&credential).to_vec();
        let stored = evidence.iter().map(|item| self.holder.store_evidence(item).to_vec());
        self.vault.evidence = stored.collect();
        self.save()?;
        Ok(evidence.len())
    }

    /// Answers what a platform asks. Here a person would read it, and consent.
    pub async fn answer(&mut self, host: &str, nonce: Nonce) -> Result<String, Failure> {
        let (peer, request) = self.ask::<Request>(host, "/request", &nonce).await?;
        let request = Received::<Request>::from_host(&peer, &request.to_bytes())?;
        let (now, rng) = (UnixTime::now(), &mut rng());
        if request.wanted() == Wanted::Login {
            let answer = self.holder.log_in(Consent::to_answer(&request), now, rng)?;
            self.ask::<()>(host, "/log_in", &answer).await?;
        } else {
            let credential = self.holder.load_credential(&self.vault.credential)?;
            let item = self.vault.evidence.pop().ok_or("no evidence is left")?;
            self.save()?; // the item is gone before the answer leaves
            let item = self.holder.load_evidence(&item)?;
            let consent = Consent::to_disclose(&request);
            let answer = self.holder.present(&credential, item, consent, now, rng)?;
            self.ask::<()>(host, "/present", &answer).await?;
        }
        Ok(request.to_string())
    }
}

/// What a server says; what it refuses is an error.
pub async fn post<T: DeserializeOwned>(
    from: &Client,
    to: SocketAddr,
    path: &str,
    body: &impl Serialize,
) -> Result<T, Failure> {
    let response = from.post(format!("http://{to}{path}")).json(body).send().await?;
    if response.status().is_success() {
        return Ok(response.json().await?);
    }
    Err(format!("{}: {}", response.status(), response.text().await?).into())
}

/// The kernel's randomness.
pub fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

/// What a file holds; if there is none, what is made now. (A real program encrypts its secrets.)
pub fn kept(path: &Path, make: impl FnOnce() -> Kept) -> Kept {
    if !path.exists() {
        std::fs::write(path, make()?)?;
    }
    Ok(std::fs::read(path)?)
}

type Kept = Result<Vec<u8>, Failure>;
