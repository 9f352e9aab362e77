//! The recipes of PROFILE.md, on a synthetic person.
//!
//! `cargo run --release --example profile`

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hkdf::Hkdf;
use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use rand_core::{Rng, UnwrapErr};
use sha2::Sha512;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const DAY: u64 = 86_400;
/// Epochs begin on Thursdays.
const WEEK: Duration = Duration::from_secs(7 * DAY);
const MINUTES: Duration = Duration::from_secs(600);
/// Sunday, 2026-11-22.
const SUNDAY: UnixTime = UnixTime(1_795_305_600);
const TUESDAY: UnixTime = UnixTime(SUNDAY.0 + 2 * DAY);
const THURSDAY: UnixTime = UnixTime(SUNDAY.0 + 4 * DAY);

fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

/// What the authority's records say of a person.
struct Record {
    name: &'static str,
    /// The documents that the identity check has found.
    documents: [(DocumentKind, &'static str); 2],
    turns_14: UnixTime,
    turns_18: UnixTime,
    assurance: u64,
}

const PERSON: Record = Record {
    name: "示例甲",
    documents: [
        (DocumentKind::HongKongMacaoTravelPermit, "H99999901"),
        (DocumentKind::HongKongMacaoResidencePermit, "810000200811249991"),
    ],
    turns_14: UnixTime(TUESDAY.0 - 1_461 * DAY),
    turns_18: TUESDAY,
    assurance: 3,
};

fn schema() -> Result<Schema> {
    Ok(Schema::new([
        ("age_over_14", Kind::Flag),
        ("age_over_18", Kind::Flag),
        ("assurance", Kind::Integer),
        ("assurance_2", Kind::Flag),
        ("name", Kind::Text),
        ("name_number", Kind::Text),
    ])?)
}

/// A name and number as the authority certifies them, and as a platform that has the key computes
/// them from its own records.
fn name_number(key: &[u8; 32], name: &str, (kind, number): (DocumentKind, &str)) -> String {
    let mut hash = [0; 32];
    let parts = [kind.name(), "\0", number, "\0", name].map(str::as_bytes);
    let hkdf = Hkdf::<Sha512>::new(Some(b"name-number"), key);
    hkdf.expand_multi_info(&parts, &mut hash).expect("32 bytes are within 255 blocks");
    hex::encode(hash)
}

/// Which person each document is of, as keyed hashes.
struct Documents {
    key: [u8; 32],
    persons: BTreeMap<PersonId, PersonId>,
}

impl Documents {
    /// The registry's key of a person: that of the document by which they first came.
    fn person(&mut self, documents: &[(DocumentKind, &str)]) -> Result<PersonId> {
        let mut ids = Vec::new();
        for (kind, number) in documents {
            ids.push(PersonId::of_document(&self.key, *kind, number)?);
        }
        let known: BTreeSet<_> = ids.iter().filter_map(|id| self.persons.get(id)).collect();
        if known.len() > 1 {
            return Err("one person was registered as two".into());
        }
        let person = **known.first().or(ids.first().as_ref()).ok_or("no document")?;
        self.persons.extend(ids.into_iter().map(|id| (id, person)));
        Ok(person)
    }
}

struct Service {
    authority: Authority,
    registry: MemoryRegistry,
    documents: Documents,
    comparison_key: [u8; 32],
}

impl Service {
    fn new() -> Result<Self> {
        let (key, _seed) = AuthorityKey::generate(&mut rng())?;
        let id = "authority.example".parse()?;
        let parameters = AuthorityParameters::new(&key, id, WEEK, 1, schema()?)?;
        let host = "id.authority.example".parse()?;
        let until = SUNDAY.after(4 * WEEK)?;
        let list = ParameterList::first(host, SUNDAY..until, UnixTime(0), parameters)?;
        let [mut documents_key, mut comparison_key] = [[0; 32]; 2];
        rng().fill_bytes(&mut documents_key);
        rng().fill_bytes(&mut comparison_key);
        Ok(Self {
            authority: Authority::open(key, list)?,
            registry: MemoryRegistry::new(Reenrollment::Refused),
            documents: Documents { key: documents_key, persons: BTreeMap::new() },
            comparison_key,
        })
    }

    fn list(&self) -> &ParameterList {
        self.authority.list()
    }

    fn enroll(&mut self, documents: &[(DocumentKind, &str)], device: &Device) -> Result<()> {
        let person = self.documents.person(documents)?;
        let mut transaction = TransactionId([0; 32]);
        rng().fill_bytes(&mut transaction.0);
        let open = self.authority.open_ticket(transaction, MINUTES, SUNDAY, &mut rng())?;
        let (list, bytes) = (self.list(), open.ticket().to_bytes());
        let ticket = Received::<EnrollmentTicket>::from_authority(list, list.host(), &bytes)?;
        let request = device.holder.enroll(&ticket, &mut rng())?;
        let request = EnrollmentRequest::from_bytes(request.as_bytes())?;
        let enrolled = self.authority.enroll(&open, &request, person, SUNDAY, &self.registry);
        enrolled.map(drop).map_err(|error| Error::from(error).into())
    }

    /// A credential of the present slot. What it says holds in the first second of that slot.
    fn refresh(&self, person: &Record, device: &mut Device, now: UnixTime) -> Result<()> {
        let (list, holder) = (self.list(), &device.holder);
        let slot = list.slot(now).ok_or("no slot")?;
        let begins = UnixTime(slot.epoch.0 * WEEK.as_secs());
        let hash = name_number(&self.comparison_key, person.name, person.documents[0]);
        let values = [
            ("age_over_14", (person.turns_14 <= begins).into()),
            ("age_over_18", (person.turns_18 <= begins).into()),
            ("assurance", person.assurance.into()),
            ("assurance_2", (person.assurance >= 2).into()),
            ("name", person.name.into()),
            ("name_number", hash.as_str().into()),
        ];
        let open = self.authority.offer(*holder.commitment(), values, MINUTES, now, &mut rng())?;
        let bytes = open.offer().to_bytes();
        let offer = Received::<IssuanceOffer>::from_authority(list, list.host(), &bytes)?;
        let (request, pending) = holder.request_credential(&offer, now, &mut rng())?;
        let request = IssuanceRequest::from_bytes(request.as_bytes())?;
        let response = self.authority.issue(&open, &request, now, &self.registry);
        let issued = pending.finish(&response.map_err(Error::from)?)?;
        let (request, offered) = holder.request_evidence(&issued, &mut rng())?;
        let (session, commitments) = self.authority.open_evidence(&request, &mut rng())?;
        let (challenges, waiting) = offered.challenge(&commitments, &mut rng())?;
        let batch = waiting.finish(&self.authority.respond(session, &challenges)?)?;
        device.credential = Some(issued.complete([batch])?);
        Ok(())
    }
}

struct Device {
    holder: Holder,
    credential: Option<(Credential, Vec<Evidence>)>,
}

impl Device {
    fn new(list: &ParameterList) -> Result<Self> {
        let holder = Holder::new(&MasterSecret::generate(&mut rng()), list.clone())?;
        Ok(Self { holder, credential: None })
    }

    fn answer(
        &mut self,
        request: &Received<Request>,
        consent: Consent<'_>,
        now: UnixTime,
    ) -> Result<Vec<u8>> {
        if request.wanted() == Wanted::Login {
            return Ok(self.holder.log_in(consent, now, &mut rng())?.into_bytes());
        }
        let (credential, evidence) = self.credential.as_mut().ok_or("no credential")?;
        let item = evidence.pop().ok_or("no evidence is left")?;
        // A wallet takes the unused item back out of the refusal.
        let answer = self.holder.present(credential, item, consent, now, &mut rng());
        Ok(answer.map_err(Error::from)?.into_bytes())
    }
}

struct Site {
    platform: Platform,
    nonces: MemoryNonces,
}

impl Site {
    fn new(host: &str, list: &ParameterList) -> Result<Self> {
        let platform = Platform::new(list.clone(), host.parse()?);
        Ok(Self { platform, nonces: MemoryNonces::new(1_000) })
    }

    /// The person agrees to everything.
    fn ask(&self, device: &mut Device, request: &Request, now: UnixTime) -> Result<Vec<u8>> {
        // The host that TLS authenticated.
        let peer = self.platform.id();
        let received = Received::<Request>::from_host(peer, &request.to_bytes())?;
        device.answer(&received, Consent::to_disclose(&received), now)
    }

    fn verify(&self, request: &Request, answer: &[u8], now: UnixTime) -> Result<Verified> {
        let answer = Presentation::from_bytes(answer)?;
        Ok(self.platform.verify(request, &answer, now, &self.nonces).map_err(Error::from)?)
    }
}

fn main() -> Result<()> {
    let mut service = Service::new()?;
    let mut device = Device::new(service.list())?;
    documents(&mut service, &device)?;
    let site = Site::new("shop.example", service.list())?;
    service.refresh(&PERSON, &mut device, SUNDAY)?;
    levels(&site, &mut device)?;
    comparison(&service, &site, &mut device)?;
    code(&site, &mut device)?;
    reverification(&site, &mut device)?;
    government(&service, &mut device)?;
    ages(&service, &site, &mut device)
}

fn documents(service: &mut Service, device: &Device) -> Result<()> {
    println!("Two documents of one person");
    let [permit, residence] = PERSON.documents;
    service.enroll(&[permit], device)?;
    println!("  enrolled by {}", permit.0.name());
    // A residence permit bears the number of the travel permit.
    let another = Device::new(service.list())?;
    let again = service.enroll(&[residence, permit], &another);
    refused("by the other, with another device", again, Error::PersonRegistered)
}

fn levels(site: &Site, device: &mut Device) -> Result<()> {
    println!("Trust level 2 at least");
    let ask = || site.platform.request(Purpose::Registration);
    let level = ask().disclose("assurance").require("assurance", Condition::AtLeast(2));
    let flag = ask().disclose("assurance_2").require("assurance_2", Condition::Equals(true.into()));
    for request in [level, flag] {
        let request = request.build(SUNDAY, &mut rng())?;
        let verified = site.verify(&request, &site.ask(device, &request, SUNDAY)?, SUNDAY)?;
        verified.claims().for_each(|(name, value)| println!("  shows {name}: {value}"));
    }
    Ok(())
}

fn comparison(service: &Service, site: &Site, device: &mut Device) -> Result<()> {
    println!("A name and number that the platform has");
    let compare = |name: &str| -> Result<Request> {
        let expected = name_number(&service.comparison_key, name, PERSON.documents[0]);
        let request = site
            .platform
            .request(Purpose::Other("account-binding".parse()?))
            .disclose("name_number")
            .require("name_number", Condition::Equals(expected.as_str().into()));
        Ok(request.build(SUNDAY, &mut rng())?)
    };
    let request = compare("示例甲")?;
    let verified = site.verify(&request, &site.ask(device, &request, SUNDAY)?, SUNDAY)?;
    println!("  the same person, whose 网号 is {}", verified.pseudonym());
    let other = site.ask(device, &compare("示例乙")?, SUNDAY);
    refused("another name", other, Error::ConditionUnmet)
}

fn code(site: &Site, device: &mut Device) -> Result<()> {
    println!("网号 and code");
    let typed = device.holder.pseudonym(site.platform.id(), None)?.to_string();

    let account: Pseudonym = typed.parse()?;
    let code = format!("{:06}", rng().next_u32() % 1_000_000);
    let request = site
        .platform
        .request_login(Purpose::Login)
        .statement(&format!("Sign in at terminal 17, city library. Code on its screen: {code}"))
        .valid_for(Duration::from_secs(120))
        .build(SUNDAY, &mut rng())?;
    let look_up = |shown: &Pseudonym| (*shown == account).then_some(account);

    let verify = |answer: &[u8]| -> Result<_> {
        let login = Login::from_bytes(answer)?;
        let returning = site.platform.verify_login(&request, &login, look_up, SUNDAY, &site.nonces);
        Ok(returning.map_err(Error::from)?)
    };
    let mut stranger = Device::new(site.platform.list())?;
    let login = verify(&site.ask(&mut stranger, &request, SUNDAY)?);
    refused("another person's device", login, Error::NoAccount)?;
    verify(&site.ask(device, &request, SUNDAY)?)?;
    println!("  signed: {}", request.statement().ok_or("no statement")?);
    Ok(())
}

fn reverification(site: &Site, device: &mut Device) -> Result<()> {
    println!("Re-verification");
    let account = device.holder.pseudonym(site.platform.id(), None)?;
    let request = site
        .platform
        .request(Purpose::Reverification)
        .statement("Lift the lock on the account that signed in from a new place.")
        .build(SUNDAY, &mut rng())?;
    let verified = site.verify(&request, &site.ask(device, &request, SUNDAY)?, SUNDAY)?;
    let owner = *verified.pseudonym() == account;
    println!("  the account's owner: {owner}");
    expect(owner)
}

fn government(service: &Service, device: &mut Device) -> Result<()> {
    println!("A service that needs the name");
    let site = Site::new("pension.example", service.list())?;
    let request = site
        .platform
        .request(Purpose::GovernmentService)
        .label("pension".parse()?)
        .disclose("name")
        .require("name", Condition::Present)
        .statement("I apply for a pension. Article 1 of the Example Act requires my name.")
        .notice([7; 32])
        .build(SUNDAY, &mut rng())?;
    let received = Received::<Request>::from_host(site.platform.id(), &request.to_bytes())?;
    let hasty = device.answer(&received, Consent::to_answer(&received), SUNDAY);
    refused("without separate consent", hasty, Error::DisclosureWithoutConsent)?;
    let answer = site.ask(device, &request, SUNDAY)?;
    site.verify(&request, &answer, SUNDAY)?;
    // Request and answer are kept on file, and verified again whenever somebody asks.
    let answer = Presentation::from_bytes(&answer)?;
    let act = Act::of_presentation(&request, &answer, service.authority.parameters())?;
    act.claims().for_each(|(name, value)| println!("  {name}: {value}"));
    println!("  signed: {}", act.statement());
    Ok(())
}

fn ages(service: &Service, site: &Site, device: &mut Device) -> Result<()> {
    println!("Age tiers: 18 on Tuesday");
    let last_second = UnixTime(THURSDAY.0 - 1);
    for (day, now, adult) in [
        ("on Sunday", SUNDAY, false),
        ("at the end of Wednesday", last_second, false),
        ("on Thursday, in the next epoch", THURSDAY, true),
    ] {
        service.refresh(&PERSON, device, now)?;
        let request = site
            .platform
            .request(Purpose::Registration)
            .disclose("age_over_14")
            .disclose("age_over_18")
            .require("age_over_14", Condition::Equals(true.into()))
            .build(now, &mut rng())?;
        let verified = site.verify(&request, &site.ask(device, &request, now)?, now)?;
        let shown = verified.claim("age_over_18").and_then(Value::as_flag);
        expect(shown == Some(adult))?;
        println!("  {day}: over 14, {}", if adult { "over 18" } else { "not over 18" });
    }
    Ok(())
}

fn expect(fact: bool) -> Result<()> {
    if fact { Ok(()) } else { Err("not as the recipe says".into()) }
}

/// It must fail with this error.
fn refused<T>(what: &str, outcome: Result<T>, expected: Error) -> Result<()> {
    let Err(error) = outcome else { return Err(format!("{what}: succeeded").into()) };
    if error.downcast_ref::<Error>() != Some(&expected) {
        return Err(format!("{what}: {error}, instead of: {expected}").into());
    }
    println!("  {what}: refused, {error}");
    Ok(())
}
