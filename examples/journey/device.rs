//! A person's device: it answers what comes over authenticated connections, and keeps everything
//! in its own storage, which it believes by its MAC only.

use pairnym::{holder::*, message::*, shared::*, *};
use zeroize::Zeroizing;

use crate::guardian::Guardian;
use crate::{Result, rng};

pub struct Device {
    master: MasterSecret,
    body: Body,
    /// The credential, as it lies in storage.
    credential: Option<Zeroizing<Vec<u8>>>,
    /// The evidence that came with it.
    evidence: Vec<Zeroizing<Vec<u8>>>,
    /// The requests that the person answered.
    pub history: Vec<Vec<u8>>,
}

/// Whether the device acts alone.
enum Body {
    Alone(Box<Holder>),
    /// With a guardian's device, without which it can do nothing.
    Shared(Box<Lead>, Box<Guardian>),
}

/// What both kinds of holder do in the same way.
macro_rules! either {
    ($device:expr, $holder:ident => $does:expr) => {
        match &$device.body {
            Body::Alone($holder) => $does,
            Body::Shared($holder, _) => $does,
        }
    };
}

impl Device {
    /// A new secret. The application brings the list, and has checked its signatures.
    pub fn new(list: ParameterList) -> Result<Self> {
        let master = MasterSecret::generate(&mut rng());
        let body = Body::Alone(Box::new(Holder::new(&master, list)?));
        Ok(Self { master, body, credential: None, evidence: Vec::new(), history: Vec::new() })
    }

    /// The device of a person under 14, paired with a guardian's.
    pub fn with_guardian(list: ParameterList) -> Result<Self> {
        let master = MasterSecret::generate(&mut rng());
        let (lead, guardian) = Guardian::pair(&master, list)?;
        let body = Body::Shared(Box::new(lead), Box::new(guardian));
        Ok(Self { master, body, credential: None, evidence: Vec::new(), history: Vec::new() })
    }

    /// Switched off and on again.
    pub fn restart(&mut self) -> Result<()> {
        let list = either!(self, holder => holder.store_list());
        let authority = *self.list().authority();
        match &mut self.body {
            Body::Alone(holder) => **holder = Holder::restore(&self.master, &authority, &list)?,
            Body::Shared(lead, guardian) => {
                let pairing = lead.store_pairing();
                **lead = Lead::restore_pairing(&self.master, &authority, &list, &pairing)?;
                guardian.restart()?;
            }
        }
        Ok(())
    }

    /// The list that it has.
    pub fn list(&self) -> &ParameterList {
        either!(self, holder => holder.list())
    }

    /// Takes the next list; a guardian's device does so, too.
    pub fn adopt(&mut self, list: ParameterList, now: UnixTime) -> Result<bool> {
        match &mut self.body {
            Body::Alone(holder) => Ok(holder.adopt(list, now)?),
            Body::Shared(lead, guardian) => {
                guardian.adopt(list.clone(), now)?;
                Ok(lead.adopt(list, now)?)
            }
        }
    }

    /// What the person is registered by.
    pub fn commitment(&self) -> &Commitment {
        either!(self, holder => holder.commitment())
    }

    /// The person's 网号; a child's device does not know it alone.
    pub fn pseudonym(&self, platform: &PlatformId) -> Result<Pseudonym> {
        match &self.body {
            Body::Alone(holder) => Ok(holder.pseudonym(platform, None)?),
            Body::Shared(..) => Err("the device does not know it alone".into()),
        }
    }

    /// Answers a ticket from the authenticated peer.
    pub fn enroll(&mut self, peer: &PlatformId, ticket: &[u8], now: UnixTime) -> Result<Vec<u8>> {
        let ticket = Received::<EnrollmentTicket>::from_authority(self.list(), peer, ticket)?;
        match &mut self.body {
            Body::Alone(holder) => Ok(holder.enroll(&ticket, &mut rng())?.into_bytes()),
            Body::Shared(lead, guardian) => {
                // The guardian applies, and the ticket comes over the channel.
                let (asked, waiting) = lead.ask_to_enroll(ticket.bytes(), &mut rng())?;
                let approval = guardian.approve_enrollment(&asked, &ticket, now)?;
                let (halves, waiting) = waiting.commit(&approval, &mut rng())?;
                Ok(waiting.complete(&guardian.answer(&halves, now)?)?.into_bytes())
            }
        }
    }

    /// Accepts an offer from the authenticated peer, after the person has seen its values.
    pub fn accept(
        &mut self,
        peer: &PlatformId,
        offer: &[u8],
        now: UnixTime,
    ) -> Result<(Vec<u8>, AwaitingIssuance)> {
        let offer = Received::<IssuanceOffer>::from_authority(self.list(), peer, offer)?;
        let (request, pending) = match &mut self.body {
            Body::Alone(holder) => holder.request_credential(&offer, now, &mut rng())?,
            Body::Shared(lead, guardian) => {
                let (asked, waiting) = lead.ask_for_credential(&offer, now, &mut rng())?;
                let approval = guardian.approve(&asked, now)?;
                let (halves, waiting) = waiting.commit(&approval, now, &mut rng())?;
                waiting.complete(&guardian.answer(&halves, now)?)?
            }
        };
        Ok((request.into_bytes(), pending))
    }

    /// Begins a batch of evidence.
    pub fn request_evidence(
        &self,
        issued: &IssuedCredential,
    ) -> Result<(EvidenceRequest, AwaitingCommitments)> {
        Ok(either!(self, holder => holder.request_evidence(issued, &mut rng()))?)
    }

    /// Keeps a credential with its evidence, and no older one.
    pub fn keep(&mut self, (credential, evidence): (Credential, Vec<Evidence>)) {
        self.credential = Some(either!(self, holder => holder.store_credential(&credential)));
        self.evidence = evidence.iter().map(|item| self.store_evidence(item)).collect();
    }

    fn store_evidence(&self, item: &Evidence) -> Zeroizing<Vec<u8>> {
        either!(self, holder => holder.store_evidence(item))
    }

    /// Reads a stored credential.
    pub fn load(&self, stored: &[u8]) -> std::result::Result<Credential, Error> {
        either!(self, holder => holder.load_credential(stored))
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
        let credential = self.load(self.stored()?)?;
        // Gone from storage before the presentation leaves.
        let stored = self.evidence.pop().ok_or("no evidence left")?;
        let item = either!(self, holder => holder.load_evidence(&stored))?;
        match self.body.present(&credential, item, consent, now)? {
            Ok(presentation) => {
                self.history.push(request.bytes().to_vec());
                Ok(presentation.into_bytes())
            }
            Err(refused) => {
                let error = refused.error();
                let unused = refused.into_evidence().map(|item| self.store_evidence(&item));
                self.evidence.extend(unused);
                Err(error.into())
            }
        }
    }

    /// Logs in at the authenticated peer.
    pub fn log_in(&mut self, peer: &PlatformId, request: &[u8], now: UnixTime) -> Result<Vec<u8>> {
        let request = Received::<Request>::from_host(peer, request)?;
        let consent = Consent::to_answer(&request);
        let login = match &mut self.body {
            Body::Alone(holder) => holder.log_in(consent, now, &mut rng())?,
            Body::Shared(lead, guardian) => {
                let (asked, waiting) = lead.ask_to_log_in(consent, now, &mut rng())?;
                let approval = guardian.approve(&asked, now)?;
                let (halves, waiting) = waiting.commit(&approval, now, &mut rng())?;
                waiting.complete(&guardian.answer(&halves, now)?)?
            }
        };
        self.history.push(request.bytes().to_vec());
        Ok(login.into_bytes())
    }

    /// So many presentations are left in this slot.
    pub fn evidence(&self) -> usize {
        self.evidence.len()
    }
}

impl Body {
    fn present(
        &mut self,
        credential: &Credential,
        item: Evidence,
        consent: Consent<'_>,
        now: UnixTime,
    ) -> Result<std::result::Result<Outgoing<Presentation>, PresentError>> {
        let (lead, guardian) = match self {
            Self::Alone(holder) => {
                return Ok(holder.present(credential, item, consent, now, &mut rng()));
            }
            Self::Shared(lead, guardian) => (lead, guardian),
        };
        let (asked, waiting) = lead.ask_to_present(credential, consent, now, &mut rng())?;
        let approval = guardian.approve(&asked, now)?;
        let (halves, waiting) = match waiting.commit(item, &approval, now, &mut rng()) {
            Ok(committed) => committed,
            Err(refused) => return Ok(Err(refused)),
        };
        Ok(Ok(waiting.complete(&guardian.answer(&halves, now)?)?))
    }
}
