//! A child of ten and a guardian (SPEC §20): two devices, of which neither can do anything alone.
//! They are paired, the guardian applies, the child registers at one platform with the guardian's
//! consent and at another one without it, a manipulated device tries a third, and at fourteen the
//! young person is handed what the guardian's device has. The authority and the platforms do
//! what they always do. The persons are synthetic.
//!
//! `cargo run --release --example guardian`

use std::time::Duration;

use pairnym::{
    Message, attribute::*, authority::*, holder::*, message::*, platform::*, shared::*, store::*, *,
};
use rand_core::UnwrapErr;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const DAY: Duration = Duration::from_secs(86_400);
const MINUTES: Duration = Duration::from_secs(600);
/// 2026-11-22, when the child is ten.
const TEN: UnixTime = UnixTime(1_795_305_600);

fn rng() -> impl SecureRng {
    UnwrapErr(getrandom::SysRng)
}

/// A message on its way over the channel between the two devices.
fn over_channel<M: Message>(message: &M) -> Result<M> {
    Ok(M::from_bytes(&message.to_bytes())?)
}

/// The guardian's device, and whether its person agrees to what it shows.
struct Guardian {
    second: Second,
    list: ParameterList,
    sessions: CoSessions,
}

impl Guardian {
    /// Shows what the child's device asks; the guardian agrees to answers to this platform only.
    fn consent(&mut self, asked: &CoRequest, to: &PlatformId) -> Result<Option<CoApproval>> {
        match self.second.read(&asked.to_bytes(), &self.list, TEN)? {
            Asked::Answer(asked) => {
                println!("  the guardian is asked about {}", asked.request().platform());
                for (name, value) in asked.disclosed() {
                    println!("    which would learn {name}: {value}");
                }
                if asked.request().platform() != to {
                    println!("  and says no");
                    return Ok(None);
                }
                println!("  and agrees");
                self.keep(asked.approve_and_disclose(&mut rng())?)
            }
            Asked::Credential(asked) => self.keep(asked.approve(&mut rng())?),
            Asked::Enrollment(_) => Err("an enrollment needs the guardian's own ticket".into()),
        }
    }

    fn keep(&mut self, (approval, session): (CoApproval, CoSession)) -> Result<Option<CoApproval>> {
        self.sessions.keep(session, TEN)?;
        Ok(Some(approval))
    }

    fn answer(&mut self, nonces: &CoNonces) -> Result<CoAnswer> {
        let session = self.sessions.take(nonces.session(), TEN)?;
        Ok(self.second.answer(session, nonces, TEN)?)
    }
}

/// The service: an authority and its registry.
struct Service {
    authority: Authority,
    registry: MemoryRegistry,
}

impl Service {
    fn new() -> Result<Self> {
        let (key, _seed) = AuthorityKey::generate(&mut rng())?;
        let schema = Schema::new([("age_over_14", Kind::Flag), ("age_over_18", Kind::Flag)])?;
        let id: AuthorityId = "id.example".parse()?;
        let parameters = AuthorityParameters::new(&key, id, DAY, 1, schema)?;
        let until = TEN.after(31 * DAY)?;
        let list =
            ParameterList::first("id.example".parse()?, TEN..until, UnixTime(0), parameters)?;
        let authority = Authority::open(key, list)?;
        Ok(Self { authority, registry: MemoryRegistry::new(Reenrollment::Refused) })
    }

    fn list(&self) -> &ParameterList {
        self.authority.list()
    }
}

fn main() -> Result<()> {
    let service = Service::new()?;
    let list = service.list().clone();
    let child_master = MasterSecret::generate(&mut rng());
    let (lead, mut guardian) = pair(&child_master, &list)?;
    enroll(&service, &lead, &mut guardian)?;
    let (credential, mut evidence) = fetch(&service, &lead, &mut guardian)?;

    let nonces = MemoryNonces::new(1_000);
    let school = Platform::new(list.clone(), "school.example".parse()?);
    let game = Platform::new(list.clone(), "game.example".parse()?);

    println!("The child registers at {}", school.id());
    let ask = |platform: &Platform| {
        platform.request(Purpose::Registration).disclose("age_over_14").build(TEN, &mut rng())
    };
    let asked = ask(&school)?;
    let request = Received::<Request>::from_host(school.id(), &asked.to_bytes())?;
    let consent = Consent::to_disclose(&request);
    let (message, waiting) = lead.ask_to_present(&credential, consent, TEN, &mut rng())?;
    let approval = guardian.consent(&message, school.id())?.ok_or("refused")?;
    let item = evidence.pop().ok_or("no evidence")?; // first deleted from storage
    let approval = over_channel(&approval)?;
    let (halves, waiting) = waiting.commit(item, &approval, TEN, &mut rng())?;
    let answer = guardian.answer(&over_channel(&halves)?)?;
    let answer = waiting.complete(&over_channel(&answer)?)?;
    let answer = Presentation::from_bytes(answer.as_bytes())?;
    let verified = school.verify(&asked, &answer, TEN, &nonces)?;
    let pseudonym = *verified.pseudonym();
    println!("  the platform sees an ordinary presentation, of {pseudonym}");

    println!("The child would like to register at {}", game.id());
    let asked = ask(&game)?;
    let request = Received::<Request>::from_host(game.id(), &asked.to_bytes())?;
    let consent = Consent::to_disclose(&request);
    let (message, waiting) = lead.ask_to_present(&credential, consent, TEN, &mut rng())?;
    assert!(guardian.consent(&message, school.id())?.is_none());
    drop(waiting); // nothing was used up

    println!("A manipulated device shows the guardian a login at {}", school.id());
    let harmless = school.request_login(Purpose::Login).build(TEN, &mut rng())?;
    let harmless = Received::<Request>::from_host(school.id(), &harmless.to_bytes())?;
    let consent = Consent::to_answer(&harmless);
    let (message, _) = lead.ask_to_log_in(consent, TEN, &mut rng())?;
    let approval = guardian.consent(&message, school.id())?.ok_or("refused")?;
    println!("  and takes the guardian's consent to {}", game.id());
    let (_, waiting) =
        lead.ask_to_present(&credential, Consent::to_disclose(&request), TEN, &mut rng())?;
    let item = evidence.pop().ok_or("no evidence")?;
    let (halves, _) = waiting.commit(item, &over_channel(&approval)?, TEN, &mut rng())?;
    let refused = guardian.answer(&over_channel(&halves)?);
    println!("  {}", refused.err().ok_or("a guardian signed what was not shown")?);

    println!("At fourteen the guardian hands over");
    let transfer = ShareTransfer::from_bytes(&guardian.second.transfer().to_bytes())?;
    let (alone, _kept) = lead.take_over(&child_master, &transfer)?;
    assert_eq!(alone.pseudonym(school.id(), None)?, pseudonym);
    let asked = school.request_login(Purpose::Login).build(TEN, &mut rng())?;
    let request = Received::<Request>::from_host(school.id(), &asked.to_bytes())?;
    let login = alone.log_in(Consent::to_answer(&request), TEN, &mut rng())?;
    let login = Login::from_bytes(login.as_bytes())?;
    let account = |other: &Pseudonym| (*other == pseudonym).then_some("the same account");
    let returned = school.verify_login(&asked, &login, account, TEN, &nonces)?;
    println!("  and the young person logs in alone, to {}", returned.into_account());
    Ok(())
}

/// Face to face: each device shows a code, and reads the other's.
fn pair(child: &MasterSecret, list: &ParameterList) -> Result<(Lead, Guardian)> {
    println!("Guardian and child pair their devices");
    let guardian = MasterSecret::generate(&mut rng());
    // The public keys of the channel that the two devices will speak over.
    let (guardian_key, child_key) = (ChannelKey([1; 32]), ChannelKey([2; 32]));
    let inviting = Second::invite(&guardian, list.authority(), guardian_key, &mut rng())?;
    let invitation = over_channel(inviting.invitation())?;
    let (answer, lead) = Lead::accept(child, list.clone(), &invitation, child_key, &mut rng())?;
    let second = inviting.accept(&over_channel(&answer)?)?;
    assert_eq!(second.commitment(), lead.commitment());
    let sessions = CoSessions::new(16, Duration::from_secs(120));
    Ok((lead, Guardian { second, list: list.clone(), sessions }))
}

/// The guardian applies: the ticket and the finished request pass through the guardian's device.
fn enroll(service: &Service, lead: &Lead, guardian: &mut Guardian) -> Result<()> {
    println!("The guardian applies for the child");
    let Service { authority, registry } = service;
    let list = service.list();
    let transaction = TransactionId::generate(&mut rng());
    let open = authority.open_ticket(transaction, MINUTES, TEN, &mut rng())?;
    let bytes = open.ticket().to_bytes();
    let ticket = Received::<EnrollmentTicket>::from_authority(list, list.host(), &bytes)?;
    let (message, waiting) = lead.ask_to_enroll(ticket.bytes(), &mut rng())?;
    let asked = guardian.second.read(&message.to_bytes(), list, TEN)?;
    let Asked::Enrollment(asked) = asked else { return Err("not an enrollment".into()) };
    let approval = guardian.keep(asked.approve(&ticket, &mut rng())?)?.ok_or("refused")?;
    let (halves, waiting) = waiting.commit(&over_channel(&approval)?, &mut rng())?;
    let answer = guardian.answer(&over_channel(&halves)?)?;
    let request = waiting.complete(&over_channel(&answer)?)?;
    let request = EnrollmentRequest::from_bytes(request.as_bytes())?;
    authority.enroll(&open, &request, PersonId([10; 32]), TEN, registry)?;
    Ok(())
}

/// The child's device fetches credential and evidence; the guardian agrees to the values.
fn fetch(
    service: &Service,
    lead: &Lead,
    guardian: &mut Guardian,
) -> Result<(Credential, Vec<Evidence>)> {
    println!("The child's device fetches a credential");
    let Service { authority, registry } = service;
    let list = service.list();
    let values = [("age_over_14", false.into()), ("age_over_18", false.into())];
    let open = authority.offer(*lead.commitment(), values, MINUTES, TEN, &mut rng())?;
    let bytes = open.offer().to_bytes();
    let offer = Received::<IssuanceOffer>::from_authority(list, list.host(), &bytes)?;
    let (message, waiting) = lead.ask_for_credential(&offer, TEN, &mut rng())?;
    let approval = guardian.consent(&message, list.host())?.ok_or("refused")?;
    let (halves, waiting) = waiting.commit(&over_channel(&approval)?, TEN, &mut rng())?;
    let answer = guardian.answer(&over_channel(&halves)?)?;
    let (request, pending) = waiting.complete(&over_channel(&answer)?)?;
    let request = IssuanceRequest::from_bytes(request.as_bytes())?;
    let issued = pending.finish(&authority.issue(&open, &request, TEN, registry)?)?;
    let (request, offered) = lead.request_evidence(&issued, &mut rng())?;
    let (session, commitments) = authority.open_evidence(&request, &mut rng())?;
    let (challenges, waiting) = offered.challenge(&commitments, &mut rng())?;
    let batch = waiting.finish(&authority.respond(session, &challenges)?)?;
    Ok(issued.complete([batch])?)
}
