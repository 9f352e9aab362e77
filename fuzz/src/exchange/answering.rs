//! Requests, presentations and logins (SPEC §10 to §13).

use std::collections::BTreeMap;

use pairnym::*;

use super::issuing::{Owned, key};
use super::{Exchange, Fault, HOLDERS, Move, PERSONS, WORLDS, back, pins};
use crate::pool::{HOST, label};
use crate::rules;

/// Honest answers: the request that each answers, and the holder.
type Honest = BTreeMap<Vec<u8>, (Vec<u8>, usize)>;

pub struct Answering {
    /// The platform's own copies, with the keys of their parameters.
    requests: Vec<(Request, usize)>,
    nonces: MemoryNonces,
    most: usize,
    /// All nonces that were ever used up.
    used: Vec<[u8; 32]>,
    presentations: Honest,
    logins: Honest,
}

impl Answering {
    pub fn new(most: usize) -> Self {
        Self {
            requests: vec![],
            nonces: MemoryNonces::new(most),
            most,
            used: vec![],
            presentations: BTreeMap::new(),
            logins: BTreeMap::new(),
        }
    }
}

/// Whom the holder's connection has authenticated: nearly always the platform.
fn authenticated(step: &Move) -> PlatformId {
    let host = if step.tamper >> 3 == 31 { "other.example" } else { HOST };
    host.parse().unwrap()
}

impl Exchange {
    pub(super) fn ask(&mut self, step: &Move) {
        let key = usize::from(step.choice) % 2;
        let bit = |bit: u8| step.value >> bit & 1 == 1;
        let platform = &WORLDS[key].platform;
        let mut ask = platform.request(if bit(0) { Purpose::Login } else { Purpose::Registration });
        if bit(1) {
            ask = ask.disclose("age_over_18");
        }
        if bit(2) {
            ask = ask.disclose("assurance").require("assurance", Condition::AtLeast(3));
        }
        if bit(3) {
            ask = ask.accept_previous_epochs(1);
        }
        if bit(4) {
            ask = ask.statement(b"agreed");
        }
        if let Some(label) = label(step.place.into()) {
            ask = ask.label(label);
        }
        let ask = ask.valid_for(60 * u64::from(step.value >> 5));
        let request = ask.build(self.now, &mut self.rng()).unwrap();
        self.network.send(&request);
        self.answering.requests.push((request, key));
    }

    pub(super) fn present(&mut self, step: &Move) {
        let Some((request, bytes)) = self.network.receive::<Request>(step) else { return };
        let credentials = &self.issuing.credentials;
        let Some(chosen) = back(credentials.len(), step.choice) else { return };
        // Evidence of this credential, or sometimes of any.
        let evidence = &mut self.fetching.evidence;
        let any = step.who % 8 == 7;
        let found = evidence.iter().rposition(|(_, owner)| any || *owner == chosen);
        let Some((item, owner)) = found.map(|place| evidence.remove(place)) else { return };

        let Owned { credential, holder, .. } = &credentials[chosen];
        let host = authenticated(step);
        let discloses = step.who % 4 != 3;
        let consent = if discloses {
            Consent::to_disclose(&request, &host)
        } else {
            Consent::to_answer(&request, &host)
        };
        let mut expected = self.refused_to_present(&request, &host, chosen, discloses);
        // One content has one credential, however often it was issued.
        let made_for = &credentials[owner].credential;
        if expected.is_none() && made_for.export() != credential.export() {
            expected = Some(Error::ForeignEvidence);
        }
        let before = item.export();
        self.draws += 1;
        let rng = &mut crate::pool::seeded(self.draws);
        match HOLDERS[*holder].present(credential, item, consent, self.now, rng) {
            Ok(presentation) => {
                assert_eq!(expected, None);
                let presentation = self.network.send(&presentation);
                self.answering.presentations.insert(presentation, (bytes, *holder));
            }
            Err(refused) => {
                assert_eq!(Some(refused.error()), expected);
                let item = refused.into_evidence();
                if self.fault != Fault::LosesEvidence {
                    self.fetching.evidence.push((item, owner));
                }
                let kept = self.fetching.evidence.last().map(|(item, _)| item.export());
                assert!(kept.is_some_and(|kept| kept == before), "refused evidence comes back");
            }
        }
    }

    /// SPEC §11 but for the last rule.
    fn refused_to_present(
        &self,
        request: &Request,
        host: &PlatformId,
        chosen: usize,
        discloses: bool,
    ) -> Option<Error> {
        let Owned { credential, holder, .. } = &self.issuing.credentials[chosen];
        if request.platform() != host {
            return Some(Error::ForeignPlatform);
        }
        let Some(key) = key(request.parameters()).filter(|key| pins(*holder, *key)) else {
            return Some(Error::UnpinnedParameters);
        };
        let rules = [
            (credential.parameters() == request.parameters(), Error::ForeignParameters),
            (self.now <= request.expires(), Error::Expired),
            (request.epochs().contains(&credential.epoch()), Error::EpochNotAccepted),
        ];
        if let Some((_, error)) = rules.iter().find(|(holds, _)| !holds) {
            return Some(*error);
        }
        if !rules::fits(request, WORLDS[key].authority.parameters().schema()) {
            return Some(Error::Schema);
        }
        if !discloses && !request.disclosures().is_empty() {
            return Some(Error::DisclosureWithoutConsent);
        }
        (!rules::meet(credential.values(), request)).then_some(Error::ConditionUnmet)
    }

    pub(super) fn log_in(&mut self, step: &Move) {
        let Some((request, bytes)) = self.network.receive::<Request>(step) else { return };
        let holder = usize::from(step.who) % PERSONS;
        let host = authenticated(step);
        let consent = Consent::to_answer(&request, &host);
        let login = HOLDERS[holder].log_in(consent, self.now, &mut self.rng());
        let pinned = key(request.parameters()).is_some_and(|key| pins(holder, key));
        let rules = [
            (*request.platform() == host, Error::ForeignPlatform),
            (pinned, Error::UnpinnedParameters),
            (self.now <= request.expires(), Error::Expired),
            (request.disclosures().is_empty(), Error::LoginCannotDisclose),
        ];
        let expected = rules.iter().find(|(holds, _)| !holds).map(|(_, error)| error);
        assert_eq!(login.as_ref().err(), expected);
        if let Ok(login) = login {
            let login = self.network.send(&login);
            self.answering.logins.insert(login, (bytes, holder));
        }
    }

    pub(super) fn verify(&mut self, step: &Move) {
        let Some((answer, bytes)) = self.network.receive::<Presentation>(step) else { return };
        let Some((request, key, now)) = self.asked(step) else { return };
        let honest = self.answering.presentations.get(&bytes).cloned();
        let holder = honest.filter(|(asked, _)| *asked == request.to_bytes()).map(|(_, it)| it);
        let nonces = &mut self.answering.nonces;
        let verdict = WORLDS[key].platform.verify(&request, &answer, now, nonces);
        let verified = verdict.as_ref().map(Verified::pseudonym).copied().map_err(|error| *error);
        self.judge(&request, verified, holder, false);
        if let (Ok(verified), Some(holder)) = (verdict, holder) {
            assert_eq!(*verified.request(), request.digest());
            assert!(verified.claims().len() == request.disclosures().len());
            // Nobody is accepted who was never registered.
            assert!(self.enrolling.was_registered(holder));
        }
    }

    pub(super) fn verify_login(&mut self, step: &Move) {
        let Some((answer, bytes)) = self.network.receive::<Login>(step) else { return };
        let Some((request, key, now)) = self.asked(step) else { return };
        let honest = self.answering.logins.get(&bytes).cloned();
        let holder = honest.filter(|(asked, _)| *asked == request.to_bytes()).map(|(_, it)| it);
        let nonces = &mut self.answering.nonces;
        let verdict = WORLDS[key].platform.verify_login(&request, &answer, now, nonces);
        self.judge(&request, verdict, holder, true);
    }

    /// One of the platform's own requests, its key, and the time.
    fn asked(&mut self, step: &Move) -> Option<(Request, usize, UnixTime)> {
        if self.fault == Fault::ForgetsNonces {
            self.answering.nonces = MemoryNonces::new(self.answering.most);
        }
        let place = back(self.answering.requests.len(), step.choice)?;
        let (request, key) = self.answering.requests[place].clone();
        Some((request, key, self.now))
    }

    /// Whether this is the verdict on an answer of this holder, or of nobody.
    fn judge(
        &mut self,
        request: &Request,
        verdict: Result<Pseudonym, Error>,
        holder: Option<usize>,
        login: bool,
    ) {
        let used = self.answering.used.contains(request.nonce());
        let expected = if self.now > request.expires() {
            Err(Error::Expired)
        } else if login && !request.disclosures().is_empty() {
            Err(Error::LoginCannotDisclose)
        } else {
            holder.ok_or(Error::Rejected)
        };
        let holder = match expected {
            Ok(holder) => holder,
            Err(error) => return assert_eq!(verdict, Err(error)),
        };
        let full = self.answering.nonces.len() == self.answering.most;
        match verdict {
            Ok(pseudonym) => {
                assert!(!used, "an answer counts once");
                self.answering.used.push(*request.nonce());
                let host = request.platform();
                let own = HOLDERS[holder].pseudonym(host, request.label()).unwrap();
                assert_eq!(pseudonym, own);
            }
            Err(Error::Replayed) => assert!(used),
            // A clock that stepped back: the nonce may have been forgotten.
            Err(Error::Expired) => assert!(self.latest > request.expires()),
            Err(Error::Full) => assert!(full && !used),
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Every holder stores what it has and reads it again.
    pub(super) fn restart(&mut self) {
        for Owned { credential, .. } in &mut self.issuing.credentials {
            let stored = credential.export();
            *credential = Credential::import(&stored).unwrap();
            assert!(credential.export() == stored);
        }
        for (item, _) in &mut self.fetching.evidence {
            let stored = item.export();
            *item = Evidence::import(&stored).unwrap();
            assert!(item.export() == stored);
        }
    }
}
