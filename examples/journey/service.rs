//! The public service: its keys, its published list, its registry, and everything it ever saw.

use std::collections::BTreeMap;
use std::time::Duration;

use pairnym::{attribute::*, authority::*, holder::*, message::*, store::*, *};
use zeroize::Zeroizing;

use crate::device::Device;
use crate::identity::{Checked, Person, Standing};
use crate::{EPOCH, Result, rng};

const MINUTES: Duration = Duration::from_secs(600);

/// A person with their device.
pub struct Citizen {
    pub person: Person,
    pub checked: Checked,
    pub device: Device,
}

pub struct Service {
    /// One for each key that is in use.
    authorities: Vec<Authority>,
    /// Where the keys are kept.
    seeds: Vec<Zeroizing<[u8; 32]>>,
    /// What is published, the same for everybody.
    pub list: ParameterList,
    registry: MemoryRegistry,
    registry_key: [u8; 32],
    seen: BTreeMap<&'static str, Vec<Vec<u8>>>,
}

fn schema() -> Result<Schema> {
    Ok(Schema::new([
        ("name", Kind::Text),
        ("document_kind", Kind::Text),
        ("birth_year", Kind::Integer),
        ("age_over_14", Kind::Flag),
        ("age_over_18", Kind::Flag),
        ("guardian", Kind::Flag),
        ("assurance", Kind::Integer),
        ("remark", Kind::Text),
    ])?)
}

/// A key with its seed, and parameters for it: weeks, and one batch of evidence.
pub fn new_key(id: &str) -> Result<(AuthorityKey, Zeroizing<[u8; 32]>, AuthorityParameters)> {
    let (key, seed) = AuthorityKey::generate(&mut rng())?;
    let parameters = AuthorityParameters::new(&key, id.parse()?, EPOCH, 1, schema()?)?;
    Ok((key, seed, parameters))
}

/// What arrives is what was decoded from bytes.
fn sent<M: Message>(message: &M) -> Result<M> {
    Ok(M::from_bytes(&message.to_bytes())?)
}

fn random() -> [u8; 32] {
    *MasterSecret::generate(&mut rng()).export()
}

impl Service {
    /// A first key and a first list.
    pub fn new(since: UnixTime, until: UnixTime) -> Result<Self> {
        let (key, seed, parameters) = new_key("authority.example")?;
        let host = "id.authority.example".parse()?;
        let list = ParameterList::first(host, since..until, since, parameters)?;
        Ok(Self {
            authorities: vec![Authority::open(key, list.clone())?],
            seeds: vec![seed],
            list,
            registry: MemoryRegistry::new(Reenrollment::Refused),
            registry_key: random(),
            seen: BTreeMap::new(),
        })
    }

    fn issuing(&self, now: UnixTime) -> Result<&Authority> {
        issuing(&self.authorities, &self.list, now)
    }

    /// Announces a key that issues `from` then on.
    pub fn rotate(&mut self, since: UnixTime, until: UnixTime, from: UnixTime) -> Result<()> {
        let (key, seed, parameters) = new_key(self.list.authority().as_str())?;
        let next = self.list.rotate(since..until, from, parameters)?;
        self.publish(next, key, seed)
    }

    /// Withdraws the issuing key, which was stolen, and puts another one in its place.
    pub fn withdraw(&mut self, since: UnixTime, until: UnixTime, suspect: UnixTime) -> Result<()> {
        let stolen = *self.issuing(since)?.parameters().id();
        let (key, seed, parameters) = new_key(self.list.authority().as_str())?;
        let next = self.list.withdraw(since..until, &stolen, suspect, Some(parameters))?;
        self.publish(next, key, seed)
    }

    fn publish(
        &mut self,
        next: ParameterList,
        key: AuthorityKey,
        seed: Zeroizing<[u8; 32]>,
    ) -> Result<()> {
        for authority in &mut self.authorities {
            authority.adopt(next.clone(), next.since())?;
        }
        self.authorities.push(Authority::open(key, next.clone())?);
        self.seeds.push(seed);
        self.list = next;
        Ok(())
    }

    /// What a thief finds: the seed of the newest key.
    pub fn steal(&self) -> Result<AuthorityKey> {
        Ok(AuthorityKey::from_seed(self.seeds.last().ok_or("no key")?)?)
    }

    fn receive<M: Message>(&mut self, what: &'static str, bytes: &[u8]) -> Result<M> {
        self.seen.entry(what).or_default().push(bytes.to_vec());
        Ok(M::from_bytes(bytes)?)
    }

    /// Checks the document, registers the person, issues the first credential.
    pub fn enroll(
        &mut self,
        person: Person,
        now: UnixTime,
    ) -> std::result::Result<Citizen, (Person, Box<dyn std::error::Error>)> {
        let enrolled = person.check().map_err(Into::into).and_then(|checked| {
            let list = self.list.clone();
            let mut device = match checked.standing {
                Standing::GuardianApplies => Device::with_guardian(list)?,
                Standing::GuardianSupervises | Standing::Adult => Device::new(list)?,
            };
            self.register(&checked, &mut device, now)?;
            Ok((checked, device))
        });
        match enrolled {
            Ok((checked, device)) => {
                let mut citizen = Citizen { person, checked, device };
                match self.refresh(&mut citizen, now) {
                    Ok(()) => Ok(citizen),
                    Err(error) => Err((citizen.person, error)),
                }
            }
            Err(error) => Err((person, error)),
        }
    }

    /// Opens an identity check.
    pub fn ticket(&self, now: UnixTime) -> Result<OpenTicket> {
        let transaction = TransactionId(random());
        Ok(self.issuing(now)?.open_ticket(transaction, MINUTES, now, &mut rng())?)
    }

    /// Registers the person whose document was checked by the commitment of their device.
    pub fn register(
        &mut self,
        checked: &Checked,
        device: &mut Device,
        now: UnixTime,
    ) -> Result<()> {
        let person = checked.person_id(&self.registry_key)?;
        let open = self.ticket(now)?;
        let request = device.enroll(self.list.host(), &open.ticket().to_bytes(), now)?;
        let request = self.receive("enrollment", &request)?;
        let authority = self.issuing(now)?;
        authority.enroll(&open, &request, person, now, &self.registry).map_err(Error::from)?;
        Ok(())
    }

    /// Offers what the registry has on a person.
    pub fn offer(&self, citizen: &Citizen, now: UnixTime) -> Result<OpenOffer> {
        let Citizen { person, checked, .. } = citizen;
        let id = checked.person_id(&self.registry_key)?;
        let commitment = self.registry.commitment(&id)?.ok_or("not registered")?;
        let values = [
            ("name", person.name.as_str().into()),
            ("document_kind", checked.kind.name().into()),
            ("birth_year", checked.birth_year.into()),
            ("age_over_14", (checked.age >= 14).into()),
            ("age_over_18", (checked.standing == Standing::Adult).into()),
            ("guardian", (checked.standing != Standing::Adult).into()),
            ("assurance", person.assurance.into()),
        ];
        Ok(self.issuing(now)?.offer(commitment, values, MINUTES, now, &mut rng())?)
    }

    /// Issues what was offered, if the registry says that it still holds.
    pub fn issue(
        &mut self,
        open: &OpenOffer,
        request: &[u8],
        now: UnixTime,
    ) -> Result<IssuanceResponse> {
        let request = self.receive("issuance", request)?;
        let response = self.issuing(now)?.issue(open, &request, now, &self.registry);
        Ok(response.map_err(Error::from)?)
    }

    /// A credential for the slot of `now`, with its evidence.
    pub fn refresh(&mut self, citizen: &mut Citizen, now: UnixTime) -> Result<()> {
        let open = self.offer(citizen, now)?;
        let device = &mut citizen.device;
        let (request, pending) = device.accept(self.list.host(), &open.offer().to_bytes(), now)?;
        let response = self.issue(&open, &request, now)?;
        let issued = pending.finish(&sent(&response)?)?;
        let authority = issuing(&self.authorities, &self.list, now)?;
        let seen = &mut self.seen;
        let evidence = fetch_evidence(authority, device, &issued, now, |what, bytes| {
            seen.entry(what).or_default().push(bytes.to_vec());
        });
        device.keep(issued.complete(evidence?)?);
        Ok(())
    }

    pub fn delete(&self, citizen: &Citizen) -> Result<bool> {
        Ok(self.registry.delete(&citizen.checked.person_id(&self.registry_key)?)?)
    }

    /// What the authority saw: counts, and no 网号 in any byte of it.
    pub fn print_view<'a>(&self, pseudonyms: impl Iterator<Item = &'a Pseudonym>) -> Result<()> {
        println!("\nWhat the authority saw");
        for (what, messages) in &self.seen {
            let bytes: usize = messages.iter().map(Vec::len).sum();
            println!("  {what}: {} messages, {bytes} bytes", messages.len());
        }
        let all = self.seen.values().flatten().flatten().copied().collect::<Vec<u8>>();
        let mut windows: Vec<&[u8]> = all.windows(32).collect();
        windows.sort_unstable();
        for pseudonym in pseudonyms {
            if windows.binary_search(&pseudonym.to_bytes().as_slice()).is_ok() {
                return Err("the authority saw a 网号".into());
            }
        }
        println!("  none of the 网号s, and no platform's name");
        Ok(())
    }
}

/// The one whose key issues now.
fn issuing<'a>(
    authorities: &'a [Authority],
    list: &ParameterList,
    now: UnixTime,
) -> Result<&'a Authority> {
    let slot = list.slot(now).ok_or("nobody issues")?;
    let mut all = authorities.iter();
    let found = all.find(|authority| *authority.parameters().id() == slot.parameters);
    Ok(found.ok_or("nobody has the key")?)
}

/// All the batches of evidence of a credential that has just come.
pub fn fetch_evidence(
    authority: &Authority,
    device: &Device,
    issued: &IssuedCredential,
    now: UnixTime,
    mut see: impl FnMut(&'static str, &[u8]),
) -> Result<Vec<EvidenceBatch>> {
    let mut sessions = EvidenceSessions::new(1, Duration::from_secs(60));
    let mut batches = Vec::new();
    for _ in 0..issued.batches().get() {
        let (request, offered) = device.request_evidence(issued)?;
        see("evidence requests", &request.to_bytes());
        let request = sent(&request)?;
        let (session, commitments) = authority.open_evidence(&request, &mut rng())?;
        sessions.keep(session, now)?;
        let (challenges, waiting) = offered.challenge(&sent(&commitments)?, &mut rng())?;
        see("evidence challenges", &challenges.to_bytes());
        let challenges = sent(&challenges)?;
        let session = sessions.take(challenges.session(), now)?;
        batches.push(waiting.finish(&sent(&authority.respond(session, &challenges)?)?)?);
    }
    Ok(batches)
}
