//! Requests, presentations and logins (SPEC §10 to §13).

use std::collections::{BTreeMap, BTreeSet};

use pairnym::{attribute::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::{seconds, seeded};

use super::issuing::Owned;
use super::publishing::of_key;
use super::{Exchange, Fault, PERSONS, PLATFORM};
use crate::network::{Move, back, peer};
use crate::parts::Parts;
use crate::pool::{HOST, label};
use crate::rules;

/// Honest answers: the request that each answers, and the holder.
type Honest = BTreeMap<Vec<u8>, (Vec<u8>, usize)>;

/// What was checked and waits for its nonce.
struct Checked {
    unspent: Unspent<Verified>,
    request: Request,
    holder: usize,
}

pub struct Answering {
    /// The platform's own copies.
    requests: Vec<Request>,
    nonces: MemoryNonces,
    most: usize,
    /// All nonces that were ever used up.
    used: BTreeSet<Nonce>,
    checked: Vec<Checked>,
    /// The 网号s that the platform has accounts for.
    accounts: BTreeSet<Pseudonym>,
    presentations: Honest,
    logins: Honest,
}

impl Answering {
    pub fn new(most: usize) -> Self {
        Self {
            requests: vec![],
            nonces: MemoryNonces::new(most),
            most,
            used: BTreeSet::new(),
            checked: vec![],
            accounts: BTreeSet::new(),
            presentations: BTreeMap::new(),
            logins: BTreeMap::new(),
        }
    }
}

impl Exchange {
    pub(super) fn ask(&mut self, step: &Move) {
        let bit = |bit: u8| step.value >> bit & 1 == 1;
        let (now, rng) = (self.clock(PLATFORM), &mut self.rng());
        let platform = self.publishing.platform();
        let login = step.choice % 2 == 1;
        let mut ask = match login {
            true => platform.request_login(Purpose::Login),
            false => platform.request(Purpose::Registration),
        };
        let mut names = vec![];
        if bit(1) {
            ask = ask.disclose("age_over_18");
            names.push(("age_over_18", Kind::Flag));
        }
        if bit(2) {
            ask = ask.disclose("assurance").require("assurance", Condition::AtLeast(3));
            names.push(("assurance", Kind::Integer));
        }
        if bit(3) {
            ask = ask.disclose("note");
            names.push(("note", Kind::Text));
        }
        if bit(0) {
            ask = ask.current_slot_only();
        }
        if bit(4) {
            ask = ask.statement("agreed");
        }
        if let Some(label) = label(step.place.into()) {
            ask = ask.label(label);
        }
        let life = [300, 0, 60, 3600, 85_200, 85_201, 86_400, 86_401][usize::from(step.value >> 5)];
        let asked = ask.valid_for(seconds(life)).build(now, rng);
        let list = platform.list();
        let fits = |schema: &Schema| {
            let has = |wanted: &str| schema.iter().any(|(name, _)| name.as_str() == wanted);
            let all = names.iter().all(|(name, _)| has(name));
            if all { Ok(()) } else { Err(Error::UnknownAttribute) }
        };
        let expected = match login {
            true if life <= 86_400 && names.is_empty() => Ok(vec![]),
            true => Err(Error::Range),
            false => rules::asks(list, now, life, bit(0), fits),
        };
        let slots = asked.as_ref().map(|request| request.slots().to_vec()).map_err(|error| *error);
        assert_eq!(slots, expected);
        if let Ok(request) = asked {
            assert_eq!(request.expires().0, now.0 + life);
            self.network.send(&request);
            self.answering.requests.push(request);
        }
    }

    /// A request as a holder takes it from the network.
    fn receive_request(&self, step: &Move) -> Option<(Received<Request>, Vec<u8>)> {
        let (request, bytes) = self.network.receive::<Request>(11, step)?;
        let peer = peer(HOST, step);
        let received = Received::<Request>::from_host(&peer, &bytes);
        let own = *request.platform() == peer;
        assert_eq!(received.as_ref().err(), (!own).then_some(&Error::ForeignPlatform));
        Some((received.ok()?, bytes))
    }

    pub(super) fn present(&mut self, step: &Move) {
        let Some((request, bytes)) = self.receive_request(step) else { return };
        let credentials = &self.issuing.credentials;
        let Some(chosen) = back(credentials.len(), step.choice) else { return };
        let Owned { credential, holder: owner, content } = &credentials[chosen];
        // Evidence of this credential, or sometimes of any.
        let evidence = &mut self.fetching.evidence;
        let any = step.who % 8 == 7;
        let found = evidence.iter().rposition(|(_, of)| any || of == content);
        let Some((item, of)) = found.map(|place| evidence.remove(place)) else { return };

        // Sometimes another holder.
        let person = if step.who >> 5 == 7 { (owner + 1) % PERSONS } else { *owner };
        let now = self.clock(person);
        let holder = self.publishing.holder(person);
        let consents = step.who % 4 != 3;
        let consent =
            if consents { Consent::to_disclose(&request) } else { Consent::to_answer(&request) };
        let asked = rules::Asked { list: holder.list(), now, request: &request };
        let own = person == *owner;
        let values = credential.values();
        let expected = asked.presents(own, &content.0, values, consents, of == *content);
        let before = holder.store_evidence(&item).to_vec();
        self.draws += 1;
        let clock = match self.fault {
            Fault::PresentsAtAnyTime => now.min(request.expires()),
            _ => now,
        };
        match holder.present(credential, item, consent, clock, &mut seeded(self.draws)) {
            Ok(presentation) => {
                assert_eq!(expected, Ok(()));
                let presentation = self.network.send_checked(presentation);
                self.answering.presentations.insert(presentation, (bytes, person));
            }
            Err(refused) => {
                assert_eq!(Err(refused.error()), expected);
                let item = refused.into_evidence().filter(|_| self.fault != Fault::LosesEvidence);
                let item = item.expect("refused evidence comes back");
                assert_eq!(holder.store_evidence(&item)[..], before);
                self.fetching.evidence.push((item, of));
            }
        }
    }

    pub(super) fn log_in(&mut self, step: &Move) {
        let Some((request, bytes)) = self.receive_request(step) else { return };
        let person = usize::from(step.who) % PERSONS;
        let (now, rng) = (self.clock(person), &mut self.rng());
        let holder = self.publishing.holder(person);
        let login = holder.log_in(Consent::to_answer(&request), now, rng);
        let asked = rules::Asked { list: holder.list(), now, request: &request };
        assert_eq!(login.as_ref().err(), asked.logs_in().err().as_ref());
        if let Ok(login) = login {
            let login = self.network.send_checked(login);
            self.answering.logins.insert(login, (bytes, person));
        }
    }

    /// The verdict on an answer but for its nonce: whose it is, if anybody's.
    fn judge(
        &self,
        request: &Request,
        wanted: Wanted,
        bytes: &[u8],
        honest: &Honest,
    ) -> Result<usize, Error> {
        let platform = self.publishing.platform();
        rules::verifies(platform, request, wanted, self.clock(PLATFORM))?;
        if wanted == Wanted::Presentation {
            let Parts { nonce, plain, .. } = Parts::presentation(bytes);
            let shown = plain.map_or(0, |plain| usize::from(plain.slot));
            let slot = request.slots().get(shown).filter(|_| nonce == request.nonce().0);
            let slot = slot.ok_or(Error::Rejected)?;
            rules::verifies_slot(platform.list().find(&slot.parameters), request)?;
        }
        let holder = honest.get(bytes).filter(|(asked, _)| *asked == request.to_bytes());
        holder.map(|(_, holder)| *holder).ok_or(Error::Rejected)
    }

    fn asked(&mut self, step: &Move) -> Option<Request> {
        if self.fault == Fault::ForgetsNonces {
            self.answering.nonces = MemoryNonces::new(self.answering.most);
        }
        let place = back(self.answering.requests.len(), step.choice)?;
        Some(self.answering.requests[place].clone())
    }

    /// In one call, or in two phases of which the second comes later.
    pub(super) fn verify(&mut self, step: &Move, at_once: bool) {
        let Some((answer, bytes)) = self.network.receive::<Presentation>(12, step) else { return };
        let Some(request) = self.asked(step) else { return };
        let now = self.clock(PLATFORM);
        let honest = &self.answering.presentations;
        let holder = self.judge(&request, Wanted::Presentation, &bytes, honest);
        let foreign = holder == Err(Error::ForeignParameters);
        let withdrawn = foreign && self.fault == Fault::IgnoresWithdrawal;
        let old = withdrawn
            .then(|| Platform::new(self.publishing.chain[0].clone(), HOST.parse().unwrap()));
        let platform = old.as_ref().unwrap_or_else(|| self.publishing.platform());
        let checked = platform.check(&request, &answer, now);
        assert_eq!(checked.as_ref().err(), holder.as_ref().err());
        let (Ok(unspent), Ok(holder)) = (checked, holder) else { return };
        let spend = Spend { nonce: *request.nonce(), expires: request.expires() };
        assert_eq!(*unspent.to_spend(), spend);
        let checked = Checked { unspent, request, holder };
        if !at_once {
            return self.answering.checked.push(checked);
        }
        drop(checked.unspent);
        let verdict = platform.verify(&checked.request, &answer, now, &self.answering.nonces);
        self.verified(verdict.map_err(Error::from), &checked.request, holder);
    }

    /// The second phase: the store may have changed, and the time may be over.
    pub(super) fn spend(&mut self, step: &Move) {
        let Some(place) = back(self.answering.checked.len(), step.choice) else { return };
        let Checked { unspent, request, holder } = self.answering.checked.remove(place);
        let now = self.clock(PLATFORM);
        let verdict = unspent.spend(&self.answering.nonces, now).map_err(Error::from);
        self.verified(verdict, &request, holder);
    }

    /// A presentation that is all right but perhaps for its nonce.
    fn verified(&mut self, verdict: Result<Verified, Error>, request: &Request, holder: usize) {
        let pseudonym = verdict.as_ref().map(|verified| *verified.pseudonym());
        if self.counts(pseudonym.map_err(|error| *error), request, holder) {
            let verified = verdict.unwrap();
            assert_eq!(*verified.request(), request.digest());
            assert!(verified.claims().len() == request.disclosures().len());
            let of = [0, 1, 2, 3].map(of_key);
            assert!(of.iter().any(|it| *it.id() == verified.slot().parameters));
            // Nobody is accepted who was never registered.
            assert!(self.enrolling.was_registered(holder));
            self.answering.accounts.insert(*verified.pseudonym());
        }
    }

    pub(super) fn verify_login(&mut self, step: &Move) {
        let Some((answer, bytes)) = self.network.receive::<Login>(13, step) else { return };
        let Some(request) = self.asked(step) else { return };
        let now = self.clock(PLATFORM);
        let holder = self.judge(&request, Wanted::Login, &bytes, &self.answering.logins);
        let accounts = &self.answering.accounts;
        let anybody = self.fault == Fault::KnowsEverybody;
        let look_up =
            |pseudonym: &Pseudonym| (anybody || accounts.contains(pseudonym)).then_some(*pseudonym);
        let (platform, nonces) = (self.publishing.platform(), &self.answering.nonces);
        let before = nonces.len();
        let verdict = platform.verify_login(&request, &answer, look_up, now, nonces);
        let verdict = verdict.map(|returning| *returning.account()).map_err(Error::from);
        let own = |holder: usize| {
            let holder = self.publishing.holder(holder);
            holder.pseudonym(request.platform(), request.label()).unwrap()
        };
        let holder = holder.and_then(|holder| {
            accounts.contains(&own(holder)).then_some(holder).ok_or(Error::NoAccount)
        });
        match holder {
            Err(error) => {
                assert_eq!(verdict, Err(error));
                assert_eq!(self.answering.nonces.len(), before, "a refusal uses up no nonce");
            }
            Ok(holder) => drop(self.counts(verdict, &request, holder)),
        }
    }

    /// Whether an answer of this holder's counts, by its nonce.
    fn counts(
        &mut self,
        verdict: Result<Pseudonym, Error>,
        request: &Request,
        holder: usize,
    ) -> bool {
        let used = self.answering.used.contains(request.nonce());
        let full = self.answering.nonces.len() == self.answering.most;
        let over = self.clock(PLATFORM) > request.expires();
        match verdict {
            Ok(pseudonym) => {
                assert!(!used && !over, "an answer counts once, and in time");
                self.answering.used.insert(*request.nonce());
                let holder = self.publishing.holder(holder);
                let own = holder.pseudonym(request.platform(), request.label()).unwrap();
                assert_eq!(pseudonym, own);
            }
            Err(Error::Expired) => assert!(over),
            // A clock that stepped back: the nonce may have been forgotten.
            Err(Error::Replayed) => {
                assert!(!over && (used || self.latest > self.clock(PLATFORM)));
            }
            Err(Error::Full) => assert!(full && !used && !over),
            Err(error) => panic!("{error:?}"),
        }
        verdict.is_ok()
    }

    /// Everybody stores what they have and reads it again.
    pub(super) fn restart(&mut self) {
        for Owned { credential, holder, .. } in &mut self.issuing.credentials {
            let holder = self.publishing.holder(*holder);
            let stored = holder.store_credential(credential);
            *credential = holder.load_credential(&stored).unwrap();
            assert!(holder.store_credential(credential) == stored);
        }
        let holder = self.publishing.holder(0);
        for (item, _) in &mut self.fetching.evidence {
            let stored = holder.store_evidence(item);
            *item = holder.load_evidence(&stored).unwrap();
            assert!(holder.store_evidence(item) == stored);
        }
        self.publishing.restart();
        self.enrolling.restart();
        self.issuing.restart();
    }
}
