//! One person's whole life with the protocol, read from top to bottom.

mod common;

use std::collections::BTreeSet;

use common::{ATTRIBUTES, DAY, NOW, authority, seeded, values};
use pairnym::*;

/// What the authority runs: two keys in turn, one registry, open sessions.
struct Office {
    registry: MemoryRegistry,
    sessions: EvidenceSessions,
}

impl Office {
    /// The identity check is outside; its result is a person.
    fn enroll(
        &mut self,
        authority: &Authority,
        holder: &Holder,
        person: PersonId,
    ) -> Result<Commitment, Error> {
        let rng = &mut seeded(10);
        let ticket = authority.invite([1; 32], rng);
        let request = send(&holder.enroll(&ticket, rng)?);
        authority.enroll(&ticket, &request, person, &mut self.registry)
    }

    /// A credential for the registered commitment of a person.
    fn issue(
        &self,
        authority: &Authority,
        holder: &Holder,
        person: PersonId,
        now: UnixTime,
    ) -> Option<Credential> {
        let rng = &mut seeded(11);
        let commitment = self.registry.commitment(&person)?;
        let offer = authority.offer(commitment, values(), now, rng).unwrap();
        let (request, pending) = holder.request_credential(&send(&offer), now, rng).unwrap();
        let response = authority.issue(&offer, &send(&request)).unwrap();
        Some(pending.finish(&send(&response)).unwrap())
    }

    /// A batch of evidence, fetched without saying who one is.
    fn evidence(
        &mut self,
        authority: &Authority,
        holder: &Holder,
        credential: &Credential,
        now: UnixTime,
    ) -> Vec<Evidence> {
        let rng = &mut seeded(now.0);
        let (request, offered) = holder.request_evidence(credential, rng).unwrap();
        let (session, commitments) = authority.open_evidence(&send(&request), rng).unwrap();
        self.sessions.keep(session, now).unwrap();
        let (challenges, challenged) = offered.challenge(&send(&commitments), rng).unwrap();
        let challenges = send(&challenges);
        let session = self.sessions.take(&challenges, now).unwrap();
        let responses = authority.respond(session, &challenges).unwrap();
        challenged.finish(&send(&responses)).unwrap()
    }
}

/// What arrives is what was sent.
fn send<M: Message>(message: &M) -> M {
    M::from_bytes(&message.to_bytes()).unwrap()
}

/// A platform's side of one visit: it asks, and judges the answer.
struct Visit<'a> {
    platform: &'a Platform,
    request: Request,
    now: UnixTime,
}

impl<'a> Visit<'a> {
    fn new(platform: &'a Platform, label: Option<Token>, now: UnixTime) -> Self {
        let ask = platform
            .request(Purpose::Registration)
            .disclose("age_over_18")
            .require("age_over_18", Condition::Equals(true.into()));
        let ask = match label {
            Some(label) => ask.label(label),
            None => ask,
        };
        Self { platform, request: ask.build(now, &mut seeded(now.0)).unwrap(), now }
    }

    fn present(&self, holder: &Holder, credential: &Credential, item: Evidence) -> Verified {
        let request = send(&self.request);
        let consent = Consent::to_disclose(&request, self.platform.id());
        let rng = &mut seeded(12);
        let answer = send(&holder.present(credential, item, consent, self.now, rng).unwrap());
        let nonces = &mut MemoryNonces::new(1);
        let verified = self.platform.verify(&self.request, &answer, self.now, nonces).unwrap();
        assert_eq!(verified.claims().len(), 1);
        assert_eq!(verified.claim("age_over_18"), Some(&true.into()));
        assert_eq!(verified.claim("region"), None);
        assert_eq!(*verified.request(), self.request.digest());
        verified
    }
}

fn log_in(holder: &Holder, platform: &Platform, now: UnixTime) -> Pseudonym {
    let request = platform.request(Purpose::Login).build(now, &mut seeded(now.0)).unwrap();
    let consent = Consent::to_answer(&request, platform.id());
    let login = send(&holder.log_in(consent, now, &mut seeded(13)).unwrap());
    platform.verify_login(&request, &login, now, &mut MemoryNonces::new(1)).unwrap()
}

#[test]
fn a_whole_life() {
    // An authority with one key, and the list that the application ships.
    let first_key = authority(1, &ATTRIBUTES);
    let mut office = Office {
        registry: MemoryRegistry::new(Reenrollment::Refused),
        sessions: EvidenceSessions::new(1, 60),
    };
    let mut pinned = PinnedParameters::new(first_key.parameters().clone());
    let master = |seed: u8| MasterSecret::import([seed; 32]);
    let ming = Holder::new(&master(1), pinned.clone()).unwrap();
    let document = |number| {
        PersonId::of_document(&[5; 32], DocumentKind::ResidentIdentityCard, number).unwrap()
    };
    let ming_id = document("11010519491231002X");

    // Once: the person is registered by a commitment, and cannot be again.
    let commitment = office.enroll(&first_key, &ming, ming_id).unwrap();
    assert_eq!(commitment, *ming.commitment());
    let second_device = Holder::new(&master(2), pinned.clone()).unwrap();
    let refused = office.enroll(&first_key, &second_device, ming_id);
    assert_eq!(refused, Err(Error::PersonRegistered));

    // Another person has other 网号s.
    let hong = Holder::new(&master(3), pinned.clone()).unwrap();
    let hong_id = document("440308199901101512");
    assert_eq!(office.enroll(&first_key, &ming, hong_id), Err(Error::CommitmentRegistered));
    office.enroll(&first_key, &hong, hong_id).unwrap();

    // A credential for today, and evidence for 32 presentations, kept on the device.
    let credential = office.issue(&first_key, &ming, ming_id, NOW).unwrap();
    let mut evidence = office.evidence(&first_key, &ming, &credential, NOW);
    assert_eq!(evidence.len(), EVIDENCE_BATCH);
    assert!(office.sessions.is_empty());
    let credential = Credential::import(&credential.export()).unwrap();

    // At every platform and in each of its applications the person is somebody else.
    let platforms = ["www.12306.cn", "www.taobao.com", "xn--fiqs8s.example"]
        .map(|host| Platform::new(first_key.parameters().clone(), PlatformId::new(host).unwrap()));
    let labels = [None, Some(Token::new("app-1").unwrap()), Some(Token::new("app-2").unwrap())];
    let mut known = Vec::new();
    for platform in &platforms {
        for label in labels {
            let visit = Visit::new(platform, label, NOW);
            let verified = visit.present(&ming, &credential, evidence.pop().unwrap());
            let own = ming.pseudonym(platform.id(), label.as_ref()).unwrap();
            assert_eq!(*verified.pseudonym(), own);
            assert_eq!(own.to_string().parse(), Ok(own));
            known.push(own);
        }
    }
    let all: BTreeSet<_> = known.iter().collect();
    assert_eq!(all.len(), 9);
    let hongs = platforms.iter().map(|platform| hong.pseudonym(platform.id(), None).unwrap());
    assert!(hongs.into_iter().all(|other| !known.contains(&other)));

    // A second visit and a login: the same 网号, and nothing else the same.
    let shop = &platforms[1];
    let again = Visit::new(shop, None, NOW.after(60));
    let again = again.present(&ming, &credential, evidence.pop().unwrap());
    assert_eq!(*again.pseudonym(), known[3]);
    assert_eq!(log_in(&ming, shop, NOW), known[3]);
    assert_ne!(log_in(&hong, shop, NOW), known[3]);

    // Tomorrow the credential is old; a new one shows the same 网号.
    let tomorrow = NOW.after(DAY);
    let visit = Visit::new(shop, None, tomorrow);
    let consent = Consent::to_disclose(&visit.request, shop.id());
    let item = evidence.pop().unwrap();
    let refused = ming.present(&credential, item, consent, tomorrow, &mut seeded(1)).unwrap_err();
    assert_eq!(refused.error(), Error::EpochNotAccepted);
    let newer = office.issue(&first_key, &ming, ming_id, tomorrow).unwrap();
    assert_ne!(newer.epoch(), credential.epoch());
    let item = refused.into_evidence();
    let refused = ming.present(&newer, item, consent, tomorrow, &mut seeded(1)).unwrap_err();
    assert_eq!(refused.error(), Error::ForeignEvidence);
    let mut evidence = office.evidence(&first_key, &ming, &newer, tomorrow);
    let verified = visit.present(&ming, &newer, evidence.pop().unwrap());
    assert_eq!(*verified.pseudonym(), known[3]);
    assert_eq!(verified.epoch(), newer.epoch());

    // The authority takes a new key. Who has not pinned it accepts nothing of it.
    let second_key = authority(2, &ATTRIBUTES);
    assert_ne!(second_key.parameters().id(), first_key.parameters().id());
    let offer = second_key.offer(commitment, values(), tomorrow, &mut seeded(1)).unwrap();
    let refused = ming.request_credential(&offer, tomorrow, &mut seeded(1));
    assert_eq!(refused.unwrap_err(), Error::UnpinnedParameters);
    // The next version of the application has; the registration and the 网号 stay.
    pinned.pin(second_key.parameters().clone()).unwrap();
    let ming = Holder::new(&master(1), pinned.clone()).unwrap();
    assert_eq!(*ming.commitment(), commitment);
    let renewed = office.issue(&second_key, &ming, ming_id, tomorrow).unwrap();
    let mut renewed_evidence = office.evidence(&second_key, &ming, &renewed, tomorrow);
    let new_shop = Platform::new(second_key.parameters().clone(), *shop.id());
    let visit = Visit::new(&new_shop, None, tomorrow);
    let verified = visit.present(&ming, &renewed, renewed_evidence.pop().unwrap());
    assert_eq!(*verified.pseudonym(), known[3]);
    assert_eq!(log_in(&ming, &new_shop, tomorrow), known[3]);
    // Until the old entry is gone, the old credential is good where the old key is asked for.
    let visit = Visit::new(shop, None, tomorrow);
    let verified = visit.present(&ming, &newer, evidence.pop().unwrap());
    assert_eq!(*verified.pseudonym(), known[3]);

    // Deletion: no credential any more, no second 网号, and the commitment is nobody else's.
    assert!(office.registry.delete(&ming_id));
    assert!(office.issue(&second_key, &ming, ming_id, tomorrow).is_none());
    let other_self = Holder::new(&master(4), pinned.clone()).unwrap();
    for holder in [&ming, &other_self] {
        assert_eq!(office.enroll(&second_key, holder, ming_id), Err(Error::PersonDeleted));
    }
    let somebody = document("31010120000101001X");
    assert_eq!(office.enroll(&second_key, &ming, somebody), Err(Error::CommitmentRegistered));
    assert!(office.issue(&first_key, &hong, hong_id, tomorrow).is_some(), "others are served");
}
