use std::time::Duration;

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
    let (now, minutes) = (UnixTime::now(), Duration::from_secs(600));
    let (day, month) = (Duration::from_secs(86_400), Duration::from_secs(30 * 86_400));

    // The authority publishes a list of parameters, which everybody else authenticates and keeps.
    let (key, _seed) = AuthorityKey::generate(rng)?;
    let schema = Schema::new([("age_over_18", Kind::Flag), ("assurance", Kind::Integer)])?;
    let parameters = AuthorityParameters::new(&key, "id.example".parse()?, day, 1, schema)?;
    let host: PlatformId = "id.example".parse()?;
    let list = ParameterList::first(host, now..now.after(month)?, UnixTime(0), parameters)?;
    let authority = Authority::open(key, list.clone())?;
    let registry = MemoryRegistry::new(Reenrollment::Refused);

    // Once: an identity check, in whose session the person enrolls.
    let holder = Holder::new(&MasterSecret::generate(rng), list.clone())?;
    let open = authority.open_ticket(TransactionId::generate(rng), minutes, now, rng)?;
    let bytes = open.ticket().to_bytes();
    let ticket = Received::<EnrollmentTicket>::from_authority(&list, &host, &bytes)?;
    let request = EnrollmentRequest::from_bytes(holder.enroll(&ticket, rng)?.as_bytes())?;
    let commitment = authority.enroll(&open, &request, PersonId([1; 32]), now, &registry)?;

    // In each epoch: a credential, and its evidence in the same session.
    let values = [("age_over_18", true.into()), ("assurance", 3.into())];
    let open = authority.offer(commitment, values, minutes, now, rng)?;
    let bytes = open.offer().to_bytes();
    let offer = Received::<IssuanceOffer>::from_authority(&list, &host, &bytes)?;
    let (request, pending) = holder.request_credential(&offer, now, rng)?;
    let request = IssuanceRequest::from_bytes(request.as_bytes())?;
    let issued = pending.finish(&authority.issue(&open, &request, now, &registry)?)?;
    let (request, offered) = holder.request_evidence(&issued, rng)?;
    let (session, commitments) = authority.open_evidence(&request, rng)?;
    let (challenges, waiting) = offered.challenge(&commitments, rng)?;
    let batch = waiting.finish(&authority.respond(session, &challenges)?)?;
    let (credential, mut evidence) = issued.complete([batch])?;

    // A platform asks for one attribute, and keeps the request.
    let platform = Platform::new(list, "shop.example".parse()?);
    let nonces = MemoryNonces::new(1_000);
    let asked = platform
        .request(Purpose::Registration)
        .disclose("age_over_18")
        .require("age_over_18", Condition::Equals(true.into()))
        .build(now, rng)?;
    let on_the_wire = asked.to_bytes();

    // The device fetches it. The platform is the peer that TLS authenticated, never a name in the
    // message. The person sees the request, and consents to answer and to disclose.
    let tls_peer: PlatformId = "shop.example".parse()?;
    let request = Received::<Request>::from_host(&tls_peer, &on_the_wire)?;
    let item = evidence.pop().ok_or("no evidence is left")?; // first deleted from storage
    let answer = holder.present(&credential, item, Consent::to_disclose(&request), now, rng)?;

    // The platform verifies with public data, and knows a 网号 and one claim.
    let presentation = Presentation::from_bytes(answer.as_bytes())?;
    let verified = platform.verify(&asked, &presentation, now, &nonces)?;
    let adult = verified.claim("age_over_18").and_then(Value::as_flag);
    println!("{} is over 18: {adult:?}", verified.pseudonym());
    Ok(())
}
