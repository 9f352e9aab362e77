//! A platform verifies many presentations at once and learns which ones are bad.
//!
//! `cargo run --release --example batch`

use std::time::{Duration, Instant};

use pairnym::{attribute::*, authority::*, holder::*, message::*, platform::*, store::*, *};
use rand_core::UnwrapErr;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rng = &mut UnwrapErr(getrandom::SysRng);
    let now = UnixTime::now();
    let (day, minutes) = (Duration::from_secs(86_400), Duration::from_secs(600));

    // The authority and its list: with each credential come two batches of evidence.
    let (key, _seed) = AuthorityKey::generate(rng)?;
    let schema = Schema::new([("age_over_18", Kind::Flag), ("assurance", Kind::Integer)])?;
    let parameters = AuthorityParameters::new(&key, "authority.example".parse()?, day, 2, schema)?;
    let authority_host: PlatformId = "id.authority.example".parse()?;
    let until = now.after(30 * day)?;
    let list = ParameterList::first(authority_host, now, until, UnixTime(0), parameters)?;
    let authority = Authority::open(key, list.clone())?;

    // A person with a credential. (How a person is registered shows `Holder`.)
    let holder = Holder::new(&MasterSecret::generate(rng), list.clone())?;
    let values = [("age_over_18", true.into()), ("assurance", 3.into())];
    let open = authority.offer(*holder.commitment(), values, minutes, now, rng)?;
    let bytes = open.offer().to_bytes();
    let offer = Received::<IssuanceOffer>::from_authority(&list, &authority_host, &bytes)?;
    let (request, pending) = holder.request_credential(&offer, now, rng)?;
    let request = IssuanceRequest::from_bytes(request.as_bytes())?;
    let response = authority.check_issuance(&open, &request, now)?.issue_if(true)?;
    let issued = pending.finish(&response)?;
    let mut batches = Vec::new();
    for _ in 0..issued.batches().get() {
        let (request, offered) = holder.request_evidence(&issued, rng)?;
        let (session, commitments) = authority.open_evidence(&request, rng)?;
        let (challenges, waiting) = offered.challenge(&commitments, rng)?;
        batches.push(waiting.finish(&authority.respond(session, &challenges)?)?);
    }
    let (credential, evidence) = issued.complete(batches)?;

    // Tables for the slots that are shown now; without them everything verifies too, a little
    // slower.
    let host: PlatformId = "shop.example".parse()?;
    let platform = Platform::new(list, host);
    let platform = platform.prepare(&[], &platform.slots(now));

    let mut answers = Vec::new();
    for item in evidence {
        let pending = platform
            .request(Purpose::Reverification)
            .disclose("age_over_18")
            .require("age_over_18", Condition::Equals(true.into()))
            .build(now, rng)?;
        let request = Received::<Request>::from_host(&host, &pending.to_bytes())?;
        let consent = Consent::to_disclose(&request);
        let answer = holder.present(&credential, item, consent, now, rng)?;
        answers.push((pending, Presentation::from_bytes(answer.as_bytes())?));
    }
    // Number 17 answers another request than its own.
    answers[17].1 = answers[18].1.clone();

    let answers: Vec<_> = answers.iter().map(|(request, answer)| (request, answer)).collect();
    let nonces = MemoryNonces::new(1_000);
    let start = Instant::now();
    let verdicts = platform.verify_batch(&answers, now, &nonces)?;
    let each = start.elapsed() / answers.len() as u32;
    for (index, verdict) in verdicts.iter().enumerate() {
        if let Err(error) = verdict {
            println!("number {index}: {error}");
        }
    }
    let good = verdicts.iter().filter(|verdict| verdict.is_ok()).count();
    println!("{good} of {} verified, {each:?} each", answers.len());
    Ok(())
}
