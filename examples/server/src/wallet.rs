//! The wallet: what a device does, with its state in one file. (A real one encrypts it, and keeps
//! evidence out of every backup.) And a browser, which only has a cookie.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Mutex;

use pairnym::*;
use serde::{Deserialize, Serialize};

use crate::{Failure, rng};

/// Where each host is: the wallet's name service and certificates in one.
pub type Hosts = HashMap<&'static str, SocketAddr>;

/// What the file holds: the secret, and stored forms under its MAC.
#[derive(Default, Serialize, Deserialize)]
struct Vault {
    master: [u8; 32],
    number: String,
    list: Vec<u8>,
    credential: Vec<u8>,
    evidence: Vec<Vec<u8>>,
}

pub struct Wallet {
    path: PathBuf,
    vault: Vault,
    holder: Holder,
    hosts: Hosts,
    http: reqwest::Client,
}

impl Wallet {
    pub fn create(path: PathBuf, list: ParameterList, hosts: Hosts) -> Result<Self, Failure> {
        let master = MasterSecret::generate(&mut rng());
        let holder = Holder::new(&master, list)?;
        let vault = Vault { master: *master.export(), list: holder.store_list(), ..Vault::default() };
        let wallet = Self { path, vault, holder, hosts, http: reqwest::Client::new() };
        wallet.save()?;
        Ok(wallet)
    }

    pub fn list(&self) -> ParameterList {
        self.holder.list().clone()
    }

    pub fn hosts(&self) -> Hosts {
        self.hosts.clone()
    }

    pub fn moved(&mut self, host: &'static str, to: SocketAddr) {
        self.hosts.insert(host, to);
    }

    pub fn evidence(&self) -> usize {
        self.vault.evidence.len()
    }

    /// On the disk before anything else happens.
    fn save(&self) -> Result<(), Failure> {
        let new = self.path.with_extension("new");
        let file = std::fs::File::create(&new)?;
        serde_json::to_writer(&file, &self.vault)?;
        file.sync_all()?;
        Ok(std::fs::rename(new, &self.path)?)
    }

    /// What a host says, which is known by its address.
    async fn ask(&self, host: &str, path: &str, body: Option<Vec<u8>>) -> Result<Vec<u8>, Failure> {
        let address = self.hosts.get(host).ok_or("unknown host")?;
        let url = format!("http://{address}{path}");
        let request = match body {
            Some(body) => self.http.post(url).body(body),
            None => self.http.get(url),
        };
        let response = request.send().await?;
        let (status, body) = (response.status(), response.bytes().await?.to_vec());
        if status.is_success() { Ok(body) } else { Err(String::from_utf8_lossy(&body).into()) }
    }

    pub async fn enroll(&mut self, number: &str) -> Result<(), Failure> {
        let bytes = self.ask("id.example", "/ticket", Some(number.into())).await?;
        let (list, peer) = (self.holder.list(), "id.example".parse()?);
        let ticket = Received::<EnrollmentTicket>::from_authority(list, &peer, &bytes)?;
        let request = self.holder.enroll(&ticket, &mut rng())?;
        self.ask("id.example", "/enroll", Some(request.into_bytes())).await?;
        self.vault.number = number.into();
        self.save()
    }

    /// A credential, and all its evidence in the same session.
    pub async fn refresh(&mut self) -> Result<(), Failure> {
        let number = self.vault.number.clone().into_bytes();
        let bytes = self.ask("id.example", "/offer", Some(number)).await?;
        let (list, peer) = (self.holder.list(), "id.example".parse()?);
        let offer = Received::<IssuanceOffer>::from_authority(list, &peer, &bytes)?;
        let (request, pending) = self.holder.request_credential(&offer, UnixTime::now(), &mut rng())?;
        let response = self.ask("id.example", "/issue", Some(request.into_bytes())).await?;
        let issued = pending.finish(&IssuanceResponse::from_bytes(&response)?)?;
        let mut batches = Vec::new();
        for _ in 0..issued.batches().get() {
            let (request, offered) = self.holder.request_evidence(&issued, &mut rng())?;
            let bytes = self.ask("id.example", "/evidence", Some(request.to_bytes())).await?;
            let commitments = EvidenceCommitments::from_bytes(&bytes)?;
            let (challenges, waiting) = offered.challenge(&commitments, &mut rng())?;
            let bytes = self.ask("id.example", "/respond", Some(challenges.to_bytes())).await?;
            batches.push(waiting.finish(&EvidenceResponses::from_bytes(&bytes)?)?);
        }
        let (credential, evidence) = issued.complete(batches)?;
        self.vault.credential = self.holder.store_credential(&credential).to_vec();
        let stored = evidence.iter().map(|item| self.holder.store_evidence(item).to_vec());
        self.vault.evidence = stored.collect();
        self.save()
    }

    async fn fetch(&self, host: &str, nonce: &str) -> Result<Received<Request>, Failure> {
        let bytes = self.ask(host, &format!("/request/{nonce}"), None).await?;
        Ok(Received::<Request>::from_host(&host.parse()?, &bytes)?)
    }

    /// Answers what a platform asks. Here a person would look at it, and consent.
    pub async fn answer(&mut self, host: &str, nonce: &str) -> Result<(), Failure> {
        if self.fetch(host, nonce).await?.wanted() == Wanted::Login {
            return self.answer_login(host, nonce).await;
        }
        let request = self.fetch(host, nonce).await?;
        let credential = self.holder.load_credential(&self.vault.credential)?;
        let item = self.vault.evidence.pop().ok_or("no evidence is left")?;
        self.save()?; // the item is gone before the answer leaves
        let item = self.holder.load_evidence(&item)?;
        let (consent, now) = (Consent::to_disclose(&request), UnixTime::now());
        let answer = self.holder.present(&credential, item, consent, now, &mut rng());
        let answer = answer.map_err(Error::from)?;
        self.ask(host, "/present", Some(answer.into_bytes())).await.map(|_| ())
    }

    pub async fn answer_login(&self, host: &str, nonce: &str) -> Result<(), Failure> {
        let request = self.fetch(host, nonce).await?;
        let (consent, now) = (Consent::to_answer(&request), UnixTime::now());
        let answer = self.holder.log_in(consent, now, &mut rng())?;
        self.ask(host, "/log_in", Some(answer.into_bytes())).await.map(|_| ())
    }
}

/// A browser at the shop's page.
pub struct Browser {
    shop: SocketAddr,
    http: reqwest::Client,
    cookie: Mutex<Option<String>>,
}

impl Browser {
    pub fn new(shop: SocketAddr) -> Result<Self, Failure> {
        Ok(Self { shop, http: reqwest::Client::new(), cookie: Mutex::default() })
    }

    fn cookie(&self) -> String {
        self.cookie.lock().ok().and_then(|cookie| cookie.clone()).unwrap_or_default()
    }

    /// Clicks "register" or "log in": the nonce that a link or a QR code hands to the wallet.
    pub async fn begin(&self, purpose: &str) -> Result<String, Failure> {
        let url = format!("http://{}/begin/{purpose}", self.shop);
        let response = self.http.post(url).header("cookie", self.cookie()).send().await?;
        let set = response.headers().get("set-cookie").ok_or("no cookie")?.to_str()?;
        let cookie = set.split(';').next().map(Into::into);
        *self.cookie.lock().map_err(|_| "poisoned")? = cookie;
        Ok(response.error_for_status()?.text().await?)
    }

    pub async fn whoami(&self) -> Result<String, Failure> {
        let url = format!("http://{}/whoami", self.shop);
        let response = self.http.get(url).header("cookie", self.cookie()).send().await?;
        let (status, body) = (response.status(), response.text().await?);
        if status.is_success() { Ok(body) } else { Err(body.into()) }
    }
}
