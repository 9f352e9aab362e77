//! A person's device: it answers what comes over authenticated connections, and keeps everything
//! in its own storage, which it believes by its MAC only.

use pairnym::{holder::*, message::*, *};
use zeroize::Zeroizing;

use crate::{Result, rng};

pub struct Device {
    master: MasterSecret,
    pub holder: Holder,
    /// The credential, as it lies in storage.
    credential: Option<Zeroizing<Vec<u8>>>,
    /// The evidence that came with it.
    evidence: Vec<Zeroizing<Vec<u8>>>,
    /// The requests that the person answered.
    pub history: Vec<Vec<u8>>,
}

impl Device {
    /// A new secret. The application brings the list, and has checked its signatures.
    pub fn new(list: ParameterList) -> Result<Self> {
        let master = MasterSecret::generate(&mut rng());
        let holder = Holder::new(&master, list)?;
        Ok(Self { master, holder, credential: None, evidence: Vec::new(), history: Vec::new() })
    }

    /// Switched off and on again.
    pub fn restart(&mut self) -> Result<()> {
        let list = self.holder.store_list();
        self.holder = Holder::restore(&self.master, self.holder.list().authority(), &list)?;
        Ok(())
    }

    /// Answers a ticket from the authenticated peer.
    pub fn enroll(&self, peer: &PlatformId, ticket: &[u8]) -> Result<Vec<u8>> {
        let list = self.holder.list();
        let ticket = Received::<EnrollmentTicket>::from_authority(list, peer, ticket)?;
        Ok(self.holder.enroll(&ticket, &mut rng())?.into_bytes())
    }

    /// Accepts an offer from the authenticated peer, after the person has seen its values.
    pub fn accept(
        &self,
        peer: &PlatformId,
        offer: &[u8],
        now: UnixTime,
    ) -> Result<(Vec<u8>, AwaitingIssuance)> {
        let list = self.holder.list();
        let offer = Received::<IssuanceOffer>::from_authority(list, peer, offer)?;
        let (request, pending) = self.holder.request_credential(&offer, now, &mut rng())?;
        Ok((request.into_bytes(), pending))
    }

    /// Keeps a credential with its evidence, and no older one.
    pub fn keep(&mut self, (credential, evidence): (Credential, Vec<Evidence>)) {
        self.credential = Some(self.holder.store_credential(&credential));
        self.evidence = evidence.iter().map(|item| self.holder.store_evidence(item)).collect();
    }

    /// The stored bytes of the credential.
    pub fn stored(&self) -> Result<&[u8]> {
        Ok(self.credential.as_ref().ok_or("no credential")?)
    }

    /// Shows the credential to the authenticated peer. The person has seen the request, and
    /// consents; `discloses` is the separate consent to disclose attributes.
    pub fn present(
        &mut self,
        peer: &PlatformId,
        request: &[u8],
        discloses: bool,
        now: UnixTime,
    ) -> Result<Vec<u8>> {
        let request = Received::<Request>::from_host(peer, request)?;
        let consent = match discloses {
            true => Consent::to_disclose(&request),
            false => Consent::to_answer(&request),
        };
        let credential = self.holder.load_credential(self.stored()?)?;
        // Gone from storage before the presentation leaves.
        let stored = self.evidence.pop().ok_or("no evidence left")?;
        let item = self.holder.load_evidence(&stored)?;
        match self.holder.present(&credential, item, consent, now, &mut rng()) {
            Ok(presentation) => {
                self.history.push(request.bytes().to_vec());
                Ok(presentation.into_bytes())
            }
            Err(refused) => {
                let error = refused.error();
                let unused = refused.into_evidence();
                self.evidence.extend(unused.map(|item| self.holder.store_evidence(&item)));
                Err(error.into())
            }
        }
    }

    /// Logs in at the authenticated peer.
    pub fn log_in(&mut self, peer: &PlatformId, request: &[u8], now: UnixTime) -> Result<Vec<u8>> {
        let request = Received::<Request>::from_host(peer, request)?;
        let login = self.holder.log_in(Consent::to_answer(&request), now, &mut rng())?;
        self.history.push(request.bytes().to_vec());
        Ok(login.into_bytes())
    }

    /// So many presentations are left in this slot.
    pub fn evidence(&self) -> usize {
        self.evidence.len()
    }
}
