//! The authority's service and the persons' devices, with everything that passes between them
//! encoded and decoded as it would be on a network.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use pairnym::*;
use rand_core::UnwrapErr;

use crate::identity::{Checked, Person, Standing};

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// 2026-11-22, 00:00 UTC.
pub const NOW: UnixTime = UnixTime(1_795_305_600);
/// An epoch of 30 days.
pub const EPOCH: u32 = 30 * 86_400;

/// The operating system's random generator.
pub fn rng() -> impl rand_core::CryptoRng {
    UnwrapErr(getrandom::SysRng)
}

/// A person with their device.
pub struct Citizen {
    pub person: Person,
    pub checked: Checked,
    pub holder: Holder,
    pub wallet: Option<(Credential, Vec<Evidence>)>,
    master: MasterSecret,
}

impl Citizen {
    /// Uses one item of evidence; the device deletes it before the presentation leaves.
    pub fn present(&mut self, consent: Consent<'_>, now: UnixTime) -> Result<Presentation> {
        let (credential, evidence) = self.wallet.as_mut().ok_or("no credential")?;
        let evidence = evidence.pop().ok_or("no evidence left")?;
        let presentation = self.holder.present(credential, evidence, consent, now, &mut rng())?;
        Ok(sent(&presentation)?.0)
    }
}

/// The public service: its present key, its registry, and everything it ever saw.
pub struct Authorities {
    authority: Authority,
    registry: MemoryRegistry,
    registry_key: [u8; 32],
    seen: BTreeMap<&'static str, Vec<Vec<u8>>>,
}

/// What arrives is what was decoded from bytes.
fn sent<M: Message>(message: &M) -> Result<(M, Vec<u8>)> {
    let bytes = message.to_bytes();
    Ok((M::from_bytes(&bytes)?, bytes))
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

fn new_authority() -> Result<Authority> {
    let (key, _seed) = AuthorityKey::generate(&mut rng())?;
    let id = "id.authority.example".parse()?;
    let epoch = NonZeroU32::new(EPOCH).ok_or("an epoch has seconds")?;
    Ok(Authority::new(key, id, schema()?, epoch))
}

fn random() -> [u8; 32] {
    *MasterSecret::generate(&mut rng()).export()
}

impl Authorities {
    pub fn new() -> Result<Self> {
        Ok(Self {
            authority: new_authority()?,
            registry: MemoryRegistry::new(Reenrollment::Refused),
            registry_key: random(),
            seen: BTreeMap::new(),
        })
    }

    pub fn parameters(&self) -> &AuthorityParameters {
        self.authority.parameters()
    }

    fn receive<M: Message>(&mut self, what: &'static str, message: &M) -> Result<M> {
        let (message, bytes) = sent(message)?;
        self.seen.entry(what).or_default().push(bytes);
        Ok(message)
    }

    /// Checks the document, registers the person, issues the first credential.
    pub fn enroll(
        &mut self,
        person: Person,
    ) -> std::result::Result<Citizen, (Person, Box<dyn std::error::Error>)> {
        match self.try_enroll(&person) {
            Ok((checked, holder, master)) => {
                let mut citizen = Citizen { person, checked, holder, wallet: None, master };
                match self.refresh(&mut citizen, NOW) {
                    Ok(()) => Ok(citizen),
                    Err(error) => Err((citizen.person, error)),
                }
            }
            Err(error) => Err((person, error)),
        }
    }

    fn try_enroll(&mut self, person: &Person) -> Result<(Checked, Holder, MasterSecret)> {
        let checked = person.check()?;
        let master = MasterSecret::generate(&mut rng());
        let holder = Holder::new(&master, PinnedParameters::new(self.parameters().clone()))?;
        self.register(&checked, &holder)?;
        Ok((checked, holder, master))
    }

    fn register(&mut self, checked: &Checked, holder: &Holder) -> Result<()> {
        let ticket = self.authority.invite(random(), &mut rng());
        let request = holder.enroll(&sent(&ticket)?.0, &mut rng())?;
        let request = self.receive("enrollment", &request)?;
        let person = checked.person_id(&self.registry_key)?;
        self.authority.enroll(&ticket, &request, person, &mut self.registry)?;
        Ok(())
    }

    /// The same document, with a new secret.
    pub fn enroll_again(&mut self, citizen: &Citizen) -> std::result::Result<(), Error> {
        let pinned = PinnedParameters::new(self.parameters().clone());
        let holder = Holder::new(&MasterSecret::generate(&mut rng()), pinned)?;
        let ticket = self.authority.invite(random(), &mut rng());
        let request = holder.enroll(&ticket, &mut rng())?;
        let person = citizen.checked.person_id(&self.registry_key)?;
        self.authority.enroll(&ticket, &request, person, &mut self.registry)?;
        Ok(())
    }

    /// A credential for the epoch of `now`, and a batch of evidence.
    pub fn refresh(&mut self, citizen: &mut Citizen, now: UnixTime) -> Result<()> {
        let Citizen { person, checked, holder, .. } = citizen;
        let id = checked.person_id(&self.registry_key)?;
        let commitment = self.registry.commitment(&id).ok_or("not registered")?;
        let values = vec![
            person.name.as_str().into(),
            checked.kind.name().into(),
            checked.birth_year.into(),
            (checked.age >= 14).into(),
            (checked.standing == Standing::Adult).into(),
            (checked.standing != Standing::Adult).into(),
            person.assurance.into(),
            Value::Absent,
        ];
        let offer = self.authority.offer(commitment, values, now, &mut rng())?;
        let (request, pending) = holder.request_credential(&sent(&offer)?.0, now, &mut rng())?;
        let request = self.receive("issuance", &request)?;
        let response = self.authority.issue(&offer, &request)?;
        let credential = pending.finish(&sent(&response)?.0)?;

        let mut sessions = EvidenceSessions::new(1, 60);
        let (request, offered) = holder.request_evidence(&credential, &mut rng())?;
        let request = self.receive("evidence requests", &request)?;
        let (session, commitments) = self.authority.open_evidence(&request, &mut rng())?;
        sessions.keep(session, now)?;
        let (challenges, waiting) = offered.challenge(&sent(&commitments)?.0, &mut rng())?;
        let challenges = self.receive("evidence challenges", &challenges)?;
        let session = sessions.take(&challenges, now)?;
        let responses = self.authority.respond(session, &challenges)?;
        citizen.wallet = Some((credential, waiting.finish(&sent(&responses)?.0)?));
        Ok(())
    }

    /// A new key for the same authority id; applications pin it beside the old one.
    pub fn rotate_key(&mut self, citizens: &mut [Citizen]) -> Result<()> {
        let old = self.parameters().clone();
        self.authority = new_authority()?;
        for citizen in citizens {
            let mut pinned = PinnedParameters::new(old.clone());
            pinned.pin(self.parameters().clone())?;
            citizen.holder = Holder::new(&citizen.master, pinned)?;
        }
        Ok(())
    }

    /// What the authority saw: counts, and no 网号 in any byte of it.
    pub fn print_view<'a>(&self, pseudonyms: impl Iterator<Item = &'a Pseudonym>) -> Result<()> {
        println!("What the authority saw");
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
        println!("  none of the 网号s, and no platform's name\n");
        Ok(())
    }
}
