//! The process with x.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use pairnym::authority::{Authority, AuthorityKey, OpenOffer, OpenTicket, StorageKey};
use pairnym::message::{
    Commitment, EnrollmentRequest, EvidenceChallenges, EvidenceRequest, IssuanceRequest,
};
use pairnym::rand_core::{Rng as _, UnwrapErr};
use pairnym::store::Registration;
use pairnym::zeroize::Zeroizing;
use pairnym::{Error, Message as _, Name, ParameterList, PersonId, TransactionId, UnixTime};
use pairnym_store::Hashed;
use pairnym_transport::Refusal;
use serde::Deserialize;

use super::evidence::Open;
use super::work::Work;
use super::{OpenedOffer, OpenedTicket, Signed, Signer, SignerState, Unsigned};
use crate::authority::{Unfit, Values};
use crate::{Clock, Refused};

/// How long a ticket or an offer can be answered: as long as a counter's code is good.
const LIFE: Duration = Duration::from_secs(600);

/// How many evidence sessions are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// For each device: at least the batches of a credential.
    pub per_fetcher: usize,
    /// In all; each takes about 1.2 kB.
    pub in_all: usize,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { per_fetcher: 64, in_all: 65_536 }
    }
}

/// What a signer is.
pub struct SignerOptions {
    /// The name of this process in URLs. No two processes have one name.
    pub node: Name,
    /// The seeds of the authority's keys: those of the list, and those that will be on it.
    pub seeds: Vec<Zeroizing<[u8; 32]>>,
    /// The key of the stored forms: the same for all signers of an authority.
    pub storage_key: Zeroizing<[u8; 32]>,
    /// The present list, authenticated.
    pub list: ParameterList,
    /// How many evidence sessions are open.
    pub sessions: Sessions,
    /// How many threads work with x.
    pub threads: usize,
    /// How many calls may wait for them.
    pub queue: usize,
}

impl std::fmt::Debug for SignerOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignerOptions").field("node", &self.node).finish_non_exhaustive()
    }
}

/// The process with x, for itself or behind [`signer_api`](super::signer_api). Clones share it.
#[derive(Clone)]
pub struct LocalSigner(Arc<Inner>);

struct Inner {
    node: Name,
    instance: [u8; 16],
    keys: RwLock<Keys>,
    storage_key: StorageKey,
    open: Mutex<Open>,
    work: Work,
    clock: Clock,
    stopping: AtomicBool,
}

struct Keys {
    authority: Authority,
    /// Of keys that are not on the list yet, or not any more.
    others: Vec<Zeroizing<[u8; 32]>>,
}

impl Keys {
    /// Those of the seeds that are on the list.
    fn open(seeds: Vec<Zeroizing<[u8; 32]>>, list: &ParameterList) -> Result<Self, Error> {
        let mut others = seeds;
        for place in 0..others.len() {
            let key = AuthorityKey::from_seed(&others[place])?;
            if let Ok(authority) = Authority::open(key, list.clone()) {
                others.remove(place);
                let mut keys = Self { authority, others };
                keys.add()?;
                return Ok(keys);
            }
        }
        Err(Error::ForeignParameters)
    }

    /// Adds the keys that the list has by now.
    fn add(&mut self) -> Result<(), Error> {
        for seed in std::mem::take(&mut self.others) {
            let added = self.authority.add_key(AuthorityKey::from_seed(&seed)?);
            if added.is_err() {
                self.others.push(seed);
            }
        }
        Ok(())
    }
}

fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

impl LocalSigner {
    /// Starts it.
    ///
    /// # Errors
    /// The list has the key of none of the seeds, or none that issues now.
    pub fn start(options: SignerOptions, clock: Clock) -> Result<Self, Unfit> {
        let SignerOptions { node, seeds, storage_key, list, sessions, threads, queue } = options;
        let keys = Keys::open(seeds, &list)
            .map_err(|error| Unfit(format!("the seeds and the list: {error}")))?;
        let mut instance = [0; 16];
        rng().fill_bytes(&mut instance);
        Ok(Self(Arc::new(Inner {
            node,
            instance,
            keys: RwLock::new(keys),
            storage_key: StorageKey::new(*storage_key, *list.authority()),
            open: Mutex::new(Open::new(sessions)),
            work: Work::new(threads, queue),
            clock,
            stopping: AtomicBool::new(false),
        })))
    }

    /// Takes the successor of its list, which has been authenticated, and the keys that are on it.
    /// Returns whether it is another.
    ///
    /// # Errors
    /// As [`Authority::adopt`].
    pub fn adopt(&self, list: ParameterList) -> Result<bool, Error> {
        let now = (self.0.clock)();
        let mut keys = self.0.keys.write().unwrap_or_else(PoisonError::into_inner);
        let another = keys.authority.adopt(list, now)?;
        if another {
            keys.add()?;
        }
        Ok(another)
    }

    /// Opens no more sessions: the process stops.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    /// How many evidence sessions are open and have not expired.
    #[must_use]
    pub fn open_sessions(&self) -> usize {
        self.0.open().purge((self.0.clock)())
    }

    /// How many calls wait for a thread.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.work.waiting()
    }

    pub(crate) fn describe(&self) -> SignerState {
        let inner = &self.0;
        let serial = inner.with(|authority| authority.list().serial());
        let ready = !inner.stopping.load(Ordering::Relaxed);
        SignerState { node: inner.node, instance: inner.instance, ready, serial }
    }

    /// Does something with x, on a thread for that.
    async fn work<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Inner, UnixTime) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Unsigned> {
        let inner = self.0.clone();
        let working = self.0.work.run(move || act(&inner, (inner.clock)()));
        Ok(working.await??)
    }
}

impl Inner {
    fn with<T>(&self, act: impl FnOnce(&Authority) -> T) -> T {
        act(&self.keys.read().unwrap_or_else(PoisonError::into_inner).authority)
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_evidence(
        &self,
        fetcher: Hashed,
        requests: &[EvidenceRequest],
        now: UnixTime,
    ) -> Result<Vec<Vec<u8>>, Refused> {
        let opened: Result<Vec<_>, Error> = self.with(|authority| {
            requests.iter().map(|request| authority.open_evidence(request, &mut rng())).collect()
        });
        let (sessions, commitments): (Vec<_>, Vec<_>) = opened?.into_iter().unzip();
        self.open().keep(fetcher, sessions, now)?;
        Ok(commitments.iter().map(|commitments| commitments.to_bytes()).collect())
    }
}

/// Places that were reserved; given back when it is dropped, whatever happens.
struct Reserved {
    inner: Arc<Inner>,
    fetcher: Hashed,
    many: usize,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.inner.open().release(&self.fetcher, self.many);
    }
}

/// A stored form that this authority did not write is its own fault, or an attack on its database.
fn damaged(error: pairnym::DecodeError) -> Refused {
    tracing::error!("a stored form: {error}");
    Refusal::Internal.into()
}

impl Signer for LocalSigner {
    fn open_ticket(&self, transaction: TransactionId) -> Signed<'_, OpenedTicket> {
        Box::pin(self.work(move |inner, now| {
            let open = inner
                .with(|authority| authority.open_ticket(transaction, LIFE, now, &mut rng()))?;
            let stored = open.store(&inner.storage_key);
            Ok(OpenedTicket { stored, ticket: open.ticket().to_bytes(), expires: open.expires() })
        }))
    }

    fn check_enrollment(
        &self,
        stored: Vec<u8>,
        request: Vec<u8>,
        person: PersonId,
    ) -> Signed<'_, Registration> {
        Box::pin(self.work(move |inner, now| {
            let request = EnrollmentRequest::from_bytes(&request)?;
            let open = OpenTicket::load(&stored, &inner.storage_key).map_err(damaged)?;
            let checked =
                inner.with(|authority| authority.check_enrollment(&open, &request, person, now))?;
            Ok(*checked.to_register())
        }))
    }

    fn open_offer(&self, commitment: Commitment, values: Values) -> Signed<'_, OpenedOffer> {
        Box::pin(self.work(move |inner, now| {
            let named = values.iter().map(|(name, value)| (name.as_str(), value.clone()));
            let open = inner
                .with(|authority| authority.offer(commitment, named, LIFE, now, &mut rng()))?;
            let (offer, expires) = (open.offer(), open.expires());
            let stored = open.store(&inner.storage_key).to_vec();
            Ok(OpenedOffer { stored, offer: offer.to_bytes(), nonce: *offer.nonce(), expires })
        }))
    }

    fn issue(&self, stored: Vec<u8>, request: Vec<u8>) -> Signed<'_, Vec<u8>> {
        Box::pin(self.work(move |inner, now| {
            let request = IssuanceRequest::from_bytes(&request)?;
            let open = OpenOffer::load(&stored, &inner.storage_key).map_err(damaged)?;
            // The registry is asked by the front, before it releases this.
            let response = inner
                .with(|authority| authority.check_issuance(&open, &request, now)?.issue_if(true))?;
            Ok(response.to_bytes())
        }))
    }

    fn open_evidence(&self, fetcher: Hashed, requests: Vec<Vec<u8>>) -> Signed<'_, Vec<Vec<u8>>> {
        Box::pin(async move {
            if self.0.stopping.load(Ordering::Relaxed) {
                return Err(Refusal::Unavailable.into());
            }
            let decoded = requests.iter().map(|request| EvidenceRequest::from_bytes(request));
            let decoded = decoded.collect::<Result<Vec<_>, _>>()?;
            let (inner, many) = (self.0.clone(), decoded.len());
            inner.open().reserve(fetcher, many, (inner.clock)())?;
            let reserved = Reserved { inner, fetcher, many };
            self.work(move |inner, now| {
                let opened = inner.open_evidence(fetcher, &decoded, now);
                drop(reserved);
                opened
            })
            .await
        })
    }

    fn answer_evidence(
        &self,
        fetcher: Hashed,
        challenges: Vec<Vec<u8>>,
    ) -> Signed<'_, Vec<Vec<u8>>> {
        Box::pin(self.work(move |inner, now| {
            let decoded = challenges.iter().map(|bytes| EvidenceChallenges::from_bytes(bytes));
            let decoded = decoded.collect::<Result<Vec<_>, _>>()?;
            let sessions = inner.open().take(&fetcher, &decoded, now)?;
            let responses: Result<Vec<_>, Error> = inner.with(|authority| {
                let answers = sessions.into_iter().zip(&decoded);
                answers
                    .map(|(session, challenges)| authority.respond(session, challenges))
                    .collect()
            });
            Ok(responses?.iter().map(|responses| responses.to_bytes()).collect())
        }))
    }

    fn state(&self) -> Signed<'_, SignerState> {
        Box::pin(async { Ok(self.describe()) })
    }
}

impl std::fmt::Debug for LocalSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalSigner").field("node", &self.0.node).finish_non_exhaustive()
    }
}
