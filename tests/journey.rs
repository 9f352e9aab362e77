//! One person's whole life with the protocol, read from top to bottom.

use std::collections::{BTreeMap, BTreeSet};

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::*;

/// What the authority runs: a process for each key on its list, one registry, open sessions.
struct Office {
    authorities: Vec<Authority>,
    registry: MemoryRegistry,
    sessions: EvidenceSessions,
    storage: StorageKey,
    transactions: u8,
}

impl Office {
    fn new(authority: Authority) -> Self {
        Self {
            authorities: vec![authority],
            registry: MemoryRegistry::new(Reenrollment::Refused),
            sessions: EvidenceSessions::new(1, seconds(60)),
            storage: storage_key(),
            transactions: 0,
        }
    }

    fn list(&self) -> &ParameterList {
        self.authorities[0].list()
    }

    /// Everybody at the authority takes the next list, and a process with a new key begins.
    fn publish(&mut self, next: &ParameterList, new_key: Option<u8>, now: UnixTime) {
        for authority in &mut self.authorities {
            assert_eq!(authority.adopt(next.clone(), now), Ok(true));
        }
        let new = new_key.map(|seed| Authority::open(key(seed), next.clone()).unwrap());
        self.authorities.extend(new);
        self.authorities.retain(|own| own.list().find(own.parameters().id()).is_some());
    }

    /// The process whose key issues.
    fn issuing(&self, now: UnixTime) -> &Authority {
        let slot = self.list().slot(now).unwrap();
        let mut authorities = self.authorities.iter();
        authorities.find(|authority| *authority.parameters().id() == slot.parameters).unwrap()
    }

    /// The identity check is outside; its result is a person. The response is lost once.
    fn enroll(
        &mut self,
        holder: &Holder,
        person: PersonId,
        now: UnixTime,
    ) -> Result<Commitment, Error> {
        let rng = &mut seeded(10);
        self.transactions += 1;
        let transaction = TransactionId([self.transactions; 32]);
        let authority = self.issuing(now);
        let open = authority.open_ticket(transaction, TEN_MINUTES, now, rng)?;
        let kept = open.store(&self.storage);
        let ticket = received_ticket(holder.list(), &open);
        let request = sent(&holder.enroll(&ticket, rng)?);
        let open = OpenTicket::load(&kept, &self.storage)?;
        let enroll = || authority.enroll(&open, &request, person, now, &self.registry);
        let _lost = enroll()?;
        Ok(enroll()?)
    }

    /// A credential for the registered commitment of a person, and all its evidence.
    fn refresh(
        &mut self,
        holder: &Holder,
        person: PersonId,
        now: UnixTime,
    ) -> Result<(Credential, Vec<Evidence>), Error> {
        let rng = &mut seeded(now.0);
        let commitment = self.registry.commitment(&person)?.ok_or(Error::NotRegistered)?;
        let authority = self.issuing(now);
        let named = by_name(authority, values());
        let open = authority.offer(commitment, named, TEN_MINUTES, now, rng)?;
        let kept = open.store(&self.storage);
        let offer = received_offer(holder.list(), &open);
        let (request, pending) = holder.request_credential(&offer, now, rng)?;
        let open = OpenOffer::load(&kept, &self.storage)?;
        let response = authority.issue(&open, &sent(&request), now, &self.registry)?;
        let issued = pending.finish(&send(&response))?;
        let place = self.place(now);
        let batches: Result<Vec<_>, Error> = (0..issued.batches().get())
            .map(|index| {
                let rng = &mut seeded(now.0 + u64::from(index));
                let (request, offered) = holder.request_evidence(&issued, rng)?;
                let authority = &self.authorities[place];
                let (session, commitments) = authority.open_evidence(&send(&request), rng)?;
                self.sessions.keep(session, now)?;
                let (challenges, waiting) = offered.challenge(&send(&commitments), rng)?;
                let challenges = send(&challenges);
                let session = self.sessions.take(challenges.session(), now)?;
                waiting.finish(&send(&self.authorities[place].respond(session, &challenges)?))
            })
            .collect();
        issued.complete(batches?)
    }

    fn place(&self, now: UnixTime) -> usize {
        let issuing = *self.issuing(now).parameters().id();
        let mut authorities = self.authorities.iter();
        authorities.position(|authority| *authority.parameters().id() == issuing).unwrap()
    }
}

/// What arrives is what was sent.
fn send<M: Message>(message: &M) -> M {
    M::from_bytes(&message.to_bytes()).unwrap()
}

/// A platform with its nonces and the accounts that it knows.
struct Site {
    platform: Platform,
    nonces: MemoryNonces,
    accounts: BTreeMap<Pseudonym, String>,
}

impl Site {
    fn new(list: &ParameterList, name: &str) -> Self {
        let platform = Platform::new(list.clone(), host(name));
        Self { platform, nonces: MemoryNonces::new(100), accounts: BTreeMap::new() }
    }

    fn asks(&self, label: Option<Name>, now: UnixTime) -> Request {
        let asked = self
            .platform
            .request(Purpose::Registration)
            .disclose("age_over_18")
            .require("age_over_18", Condition::Equals(true.into()));
        let asked = match label {
            Some(label) => asked.label(label),
            None => asked,
        };
        asked.build(now, &mut seeded(now.0)).unwrap()
    }

    /// A visit: the person registers.
    fn visit(
        &mut self,
        holder: &Holder,
        credential: &Credential,
        item: Evidence,
        label: Option<Name>,
        now: UnixTime,
    ) -> Pseudonym {
        let request = self.asks(label, now);
        let from_host = received(&request);
        let consent = Consent::to_disclose(&from_host);
        let rng = &mut seeded(12);
        let answer = sent(&holder.present(credential, item, consent, now, rng).unwrap());
        assert_eq!(answer.nonce(), request.nonce());
        let verified = self.platform.verify(&request, &answer, now, &self.nonces).unwrap();
        assert_eq!(verified.claims().len(), 1);
        assert_eq!(verified.claim("age_over_18"), Some(&true.into()));
        assert_eq!(verified.claim("region"), None);
        assert_eq!(*verified.request(), request.digest());
        assert_eq!(verified.slot(), credential.slot());
        let again = self.platform.verify(&request, &answer, now, &self.nonces).unwrap_err();
        assert_eq!(again.refused(), Some(Error::Replayed));
        self.accounts.insert(*verified.pseudonym(), format!("since {}", now.0));
        *verified.pseudonym()
    }

    fn log_in(&self, holder: &Holder, now: UnixTime) -> Result<(Pseudonym, String), Error> {
        let asked = self.platform.request_login(Purpose::Login).statement("I agree.\n我同意。");
        let request = asked.build(now, &mut seeded(now.0 + 1)).unwrap();
        let from_host = received(&request);
        let consent = Consent::to_answer(&from_host);
        let login = sent(&holder.log_in(consent, now, &mut seeded(13))?);
        let account = |pseudonym: &Pseudonym| self.accounts.get(pseudonym).cloned();
        let verdict = self.platform.verify_login(&request, &login, account, now, &self.nonces)?;
        // The signed statement can be verified again at any time.
        let act = Act::of_login(&request, &login)?;
        assert_eq!((act.pseudonym(), act.statement()), (verdict.pseudonym(), "I agree.\n我同意。"));
        Ok((*verdict.pseudonym(), verdict.into_account()))
    }
}

fn storage_key() -> StorageKey {
    StorageKey::new([17; 32], authority_id())
}

#[test]
fn a_whole_life() {
    // An authority with one key, and the list that it publishes.
    let mut office = Office::new(authority(1, &ATTRIBUTES, NOW));
    let first = office.list().clone();
    let master = |seed: u8| MasterSecret::import([seed; 32]);
    let mut ming = Holder::new(&master(1), first.clone()).unwrap();
    let document = |number| {
        PersonId::of_document(&[5; 32], DocumentKind::ResidentIdentityCard, number).unwrap()
    };
    let ming_id = document("11010519491231002X");

    // Once: the person is registered by a commitment, and cannot be again.
    let commitment = office.enroll(&ming, ming_id, NOW).unwrap();
    assert_eq!(commitment, *ming.commitment());
    let second_device = Holder::new(&master(2), first.clone()).unwrap();
    assert_eq!(office.enroll(&second_device, ming_id, NOW), Err(Error::PersonRegistered));

    // Another person has other 网号s.
    let hong = Holder::new(&master(3), first.clone()).unwrap();
    let hong_id = document("440308199901101512");
    assert_eq!(office.enroll(&ming, hong_id, NOW), Err(Error::CommitmentRegistered));
    office.enroll(&hong, hong_id, NOW).unwrap();

    // A credential for today, with evidence for 32 presentations, kept on the device.
    let (credential, evidence) = office.refresh(&ming, ming_id, NOW).unwrap();
    assert_eq!(evidence.len(), EVIDENCE_BATCH);
    assert!(office.sessions.is_empty());
    let kept: Vec<_> = evidence.iter().map(|item| ming.store_evidence(item)).collect();
    let stored = (ming.store_list(), ming.store_credential(&credential));
    drop((ming, credential, evidence));
    ming = Holder::restore(&master(1), &authority_id(), &stored.0).unwrap();
    let credential = ming.load_credential(&stored.1).unwrap();
    let evidence: Result<Vec<_>, _> = kept.iter().map(|item| ming.load_evidence(item)).collect();
    let mut evidence = evidence.unwrap();
    assert_eq!(hong.load_credential(&stored.1).unwrap_err().code(), "mac");

    // At every platform and in each of its applications the person is somebody else.
    let mut sites = ["www.12306.cn", "www.taobao.com", "xn--fiqs8s.example"]
        .map(|host| Site::new(&first, host));
    let labels = [None, Some(name("app-1")), Some(name("app-2"))];
    let mut known = Vec::new();
    for site in &mut sites {
        for (label, at) in labels.into_iter().zip(0..) {
            let now = UnixTime(NOW.0 + at);
            let seen = site.visit(&ming, &credential, evidence.pop().unwrap(), label, now);
            let own = ming.pseudonym(site.platform.id(), label.as_ref()).unwrap();
            assert_eq!(seen, own);
            assert_eq!(own.to_string().parse(), Ok(own));
            known.push(own);
        }
    }
    let all: BTreeSet<_> = known.iter().collect();
    assert_eq!(all.len(), 9);
    let hongs = sites.iter().map(|site| hong.pseudonym(site.platform.id(), None).unwrap());
    assert!(hongs.into_iter().all(|other| !known.contains(&other)));

    // A second visit and a login: the same 网号, and nothing else the same. Who has no account
    // cannot log in.
    let [_, shop, _] = &mut sites;
    let later = UnixTime(NOW.0 + 60);
    assert_eq!(shop.visit(&ming, &credential, evidence.pop().unwrap(), None, later), known[3]);
    assert_eq!(shop.log_in(&ming, later).unwrap(), (known[3], format!("since {}", later.0)));
    assert_eq!(shop.log_in(&hong, later).unwrap_err(), Error::NoAccount);

    // Tomorrow the credential of today is still shown; the day after it is too old, and a new one
    // shows the same 网号. Evidence is for one credential.
    let tomorrow = UnixTime(NOW.0 + DAY);
    let item = evidence.pop().unwrap();
    assert_eq!(shop.visit(&ming, &credential, item, None, tomorrow), known[3]);
    let third_day = UnixTime(NOW.0 + 2 * DAY);
    let request = shop.asks(None, third_day);
    let from_host = received(&request);
    let consent = Consent::to_disclose(&from_host);
    let (item, rng) = (evidence.pop().unwrap(), &mut seeded(1));
    let refused = ming.present(&credential, item, consent, third_day, rng).unwrap_err();
    assert_eq!(refused.error(), Error::StaleCredential);
    let (newer, mut evidence) = office.refresh(&ming, ming_id, third_day).unwrap();
    assert_ne!(newer.slot(), credential.slot());
    let item = refused.into_evidence().unwrap();
    let refused = ming.present(&newer, item, consent, third_day, rng).unwrap_err();
    assert_eq!(refused.error(), Error::ForeignEvidence);
    let item = evidence.pop().unwrap();
    assert_eq!(shop.visit(&ming, &newer, item, None, third_day), known[3]);

    // The authority announces a new key. Everybody takes the list when they like; who shows
    // another list of the same number raises the alarm.
    let from = UnixTime(NOW.0 / DAY * DAY + 11 * DAY);
    let until = UnixTime(NOW.0 + 25 * DAY);
    let second = first.rotate(third_day..until, from, parameters(&key(2), &ATTRIBUTES)).unwrap();
    let fork = first.rotate(third_day..until, from, parameters(&key(9), &ATTRIBUTES)).unwrap();
    office.publish(&second, Some(2), third_day);
    assert_eq!(shop.platform.adopt(second.clone(), third_day), Ok(true));
    let in_use =
        shop.visit(&ming, &newer, evidence.pop().unwrap(), None, UnixTime(third_day.0 + 9));
    assert_eq!(in_use, known[3], "with the old list on the device");
    assert_eq!(ming.adopt(second.clone(), third_day), Ok(true));
    assert_eq!(ming.adopt(fork, third_day), Err(Error::ConflictingList));
    assert_eq!(ming.list(), &second);

    // In the last slot of the old key a credential is fetched; in the first of the new one it is
    // still shown, and one of the new key too. The registration and the 网号 stay.
    let last = UnixTime(from.0 - 7200);
    let (old_key, mut old_evidence) = office.refresh(&ming, ming_id, last).unwrap();
    let now = UnixTime(from.0 + 3600);
    assert_eq!(shop.visit(&ming, &old_key, old_evidence.pop().unwrap(), None, now), known[3]);
    assert_eq!(*ming.commitment(), commitment);
    let (new_key, mut new_evidence) = office.refresh(&ming, ming_id, now).unwrap();
    assert_ne!(new_key.slot().parameters, old_key.slot().parameters);
    let now = UnixTime(now.0 + 60);
    assert_eq!(shop.visit(&ming, &new_key, new_evidence.pop().unwrap(), None, now), known[3]);

    // The new key is stolen. Whoever has the next list accepts nothing under it, not even in
    // answer to a request from before; a replacement issues at once.
    let pending = shop.asks(None, UnixTime(now.0 + 1));
    let from_host = received(&pending);
    let (item, consent) = (new_evidence.pop().unwrap(), Consent::to_disclose(&from_host));
    let answer = sent(&ming.present(&new_key, item, consent, now, &mut seeded(1)).unwrap());
    let stolen = new_key.slot().parameters;
    let replacement = parameters(&key(4), &ATTRIBUTES);
    let until = UnixTime(now.0 + 25 * DAY);
    let third = second.withdraw(now..until, &stolen, third_day, Some(replacement)).unwrap();
    office.publish(&third, Some(4), now);
    assert_eq!(office.authorities.len(), 1);
    assert_eq!(shop.platform.adopt(third.clone(), now), Ok(true));
    assert_eq!(ming.adopt(third, now), Ok(true));
    let refused = shop.platform.verify(&pending, &answer, now, &shop.nonces).unwrap_err();
    assert_eq!(refused.refused(), Some(Error::ForeignParameters));
    let now = UnixTime(now.0 + 120);
    let (replaced, mut evidence) = office.refresh(&ming, ming_id, now).unwrap();
    assert_eq!(shop.visit(&ming, &replaced, evidence.pop().unwrap(), None, now), known[3]);
    let hong = Holder::new(&master(3), office.list().clone()).unwrap();
    assert!(office.refresh(&hong, hong_id, now).is_ok(), "others are served");

    // Deletion: no credential any more, no second 网号, and the commitment is nobody else's. Not
    // even an offer that was made before.
    let rng = &mut seeded(20);
    let authority = office.issuing(now);
    let named = by_name(authority, values());
    let open = authority.offer(commitment, named, TEN_MINUTES, now, rng).unwrap();
    let offer = received_offer(ming.list(), &open);
    let (request, _) = ming.request_credential(&offer, now, rng).unwrap();
    assert!(office.registry.delete(&ming_id).unwrap());
    let refused = authority.issue(&open, &sent(&request), now, &office.registry).unwrap_err();
    assert_eq!(refused.refused(), Some(Error::NotRegistered));
    assert_eq!(office.refresh(&ming, ming_id, now).unwrap_err(), Error::NotRegistered);
    let other_self = Holder::new(&master(4), office.list().clone()).unwrap();
    for holder in [&ming, &other_self] {
        assert_eq!(office.enroll(holder, ming_id, now), Err(Error::PersonDeleted));
    }
    let somebody = document("31010120000101001X");
    assert_eq!(office.enroll(&ming, somebody, now), Err(Error::CommitmentRegistered));
    // Whoever had an account still logs in.
    let now = UnixTime(now.0 + 60);
    assert_eq!(shop.log_in(&ming, now).unwrap().0, known[3]);
}
