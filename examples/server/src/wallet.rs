//! The wallet: a device, with its state in one file. (A real one encrypts it, and keeps evidence
//! out of every backup.)

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use pairnym::{holder::*, message::*, *};
use reqwest::{Body, Client};
use serde::{Deserialize, Serialize};

use crate::{Failure, rng};

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
        let vault = crate::kept(&path, || {
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

    async fn ask(&self, host: &str, path: &str, body: impl Into<Body>) -> Result<Vec<u8>, Failure> {
        let host = self.hosts.get(host).ok_or("unknown host")?;
        post(&Client::new(), *host, path, body).await
    }

    pub async fn enroll(&mut self, number: &'static str) -> Result<(), Failure> {
        let bytes = self.ask("id.example", "/ticket", number).await?;
        let (list, peer) = (self.holder.list(), "id.example".parse()?);
        let ticket = Received::<EnrollmentTicket>::from_authority(list, &peer, &bytes)?;
        let request = self.holder.enroll(&ticket, &mut rng())?;
        self.ask("id.example", "/enroll", request.into_bytes()).await.map(|_| ())
    }

    /// A credential, and all its evidence in the same session.
    pub async fn refresh(&mut self, number: &'static str) -> Result<usize, Failure> {
        let bytes = self.ask("id.example", "/offer", number).await?;
        let (list, peer, now) = (self.holder.list(), "id.example".parse()?, UnixTime::now());
        let offer = Received::<IssuanceOffer>::from_authority(list, &peer, &bytes)?;
        let (request, pending) = self.holder.request_credential(&offer, now, &mut rng())?;
        let response = self.ask("id.example", "/issue", request.into_bytes()).await?;
        let issued = pending.finish(&IssuanceResponse::from_bytes(&response)?)?;
        let mut batches = Vec::new();
        for _ in 0..issued.batches().get() {
            let (request, offered) = self.holder.request_evidence(&issued, &mut rng())?;
            let bytes = self.ask("id.example", "/evidence", request.to_bytes()).await?;
            let commitments = EvidenceCommitments::from_bytes(&bytes)?;
            let (challenges, waiting) = offered.challenge(&commitments, &mut rng())?;
            let bytes = self.ask("id.example", "/respond", challenges.to_bytes()).await?;
            batches.push(waiting.finish(&EvidenceResponses::from_bytes(&bytes)?)?);
        }
        let (credential, evidence) = issued.complete(batches)?;
        self.vault.credential = self.holder.store_credential(&credential).to_vec();
        let stored = evidence.iter().map(|item| self.holder.store_evidence(item).to_vec());
        self.vault.evidence = stored.collect();
        self.save()?;
        Ok(evidence.len())
    }

    /// Answers what a platform asks. Here a person would read it, and consent.
    pub async fn answer(&mut self, host: &str, nonce: Vec<u8>) -> Result<String, Failure> {
        let bytes = self.ask(host, "/request", nonce).await?;
        let request = Received::<Request>::from_host(&host.parse()?, &bytes)?;
        let (now, rng) = (UnixTime::now(), &mut rng());
        if request.wanted() == Wanted::Login {
            let answer = self.holder.log_in(Consent::to_answer(&request), now, rng)?;
            self.ask(host, "/log_in", answer.into_bytes()).await?;
        } else {
            let credential = self.holder.load_credential(&self.vault.credential)?;
            let item = self.vault.evidence.pop().ok_or("no evidence is left")?;
            self.save()?; // the item is gone before the answer leaves
            let item = self.holder.load_evidence(&item)?;
            let consent = Consent::to_disclose(&request);
            let answer = self.holder.present(&credential, item, consent, now, rng)?;
            self.ask(host, "/present", answer.into_bytes()).await?;
        }
        Ok(request.to_string())
    }
}

/// What a server says; what it refuses is an error.
pub async fn post(
    from: &Client,
    to: SocketAddr,
    path: &str,
    body: impl Into<Body>,
) -> Result<Vec<u8>, Failure> {
    let response = from.post(format!("http://{to}{path}")).body(body).send().await?;
    let (status, body) = (response.status(), response.bytes().await?.to_vec());
    if status.is_success() {
        Ok(body)
    } else {
        Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into())
    }
}
