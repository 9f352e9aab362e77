//! A platform verifies many presentations at once and learns which ones are bad.
//!
//! `cargo run --release --example batch`

use std::num::NonZeroU32;
use std::time::Instant;

use pairnym::*;
use rand_core::UnwrapErr;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rng = &mut UnwrapErr(getrandom::SysRng);
    let now = UnixTime::now();
    let (key, _seed) = AuthorityKey::generate(rng)?;
    let schema = Schema::new([("age_over_18", Kind::Flag), ("assurance", Kind::Integer)])?;
    let day = NonZeroU32::new(86_400).ok_or("a day has seconds")?;
    let authority = Authority::new(key, "id.authority.example".parse()?, schema, day);
    let parameters = authority.parameters();

    let holder =
        Holder::new(&MasterSecret::generate(rng), PinnedParameters::new(parameters.clone()))?;
    let values = vec![true.into(), 3.into()];
    let offer = authority.offer(*holder.commitment(), values, now, rng)?;
    let (request, pending) = holder.request_credential(&offer, now, rng)?;
    let credential = pending.finish(&authority.issue(&offer, &request)?)?;

    // Tables for this epoch's credentials; without them everything verifies too, a little slower.
    let host: PlatformId = "shop.example".parse()?;
    let epoch = parameters.epoch(now);
    let platform = Platform::new(parameters.clone(), host).prepare(&[], epoch..=epoch);

    let mut answers = Vec::new();
    while answers.len() < 64 {
        let (request, offered) = holder.request_evidence(&credential, rng)?;
        let (session, commitments) = authority.open_evidence(&request, rng)?;
        let (challenges, waiting) = offered.challenge(&commitments, rng)?;
        for evidence in waiting.finish(&authority.respond(session, &challenges)?)? {
            let request = platform
                .request(Purpose::Reverification)
                .disclose("age_over_18")
                .require("age_over_18", Condition::Equals(true.into()))
                .build(now, rng)?;
            let consent = Consent::to_disclose(&request, &host);
            let presentation = holder.present(&credential, evidence, consent, now, rng)?;
            answers.push((request, presentation));
        }
    }
    // Number 17 answers another request than its own.
    answers[17].1 = answers[18].1.clone();

    let answers: Vec<_> = answers.iter().map(|(request, answer)| (request, answer)).collect();
    let mut nonces = MemoryNonces::new(1_000);
    let start = Instant::now();
    let verdicts = platform.verify_batch(&answers, now, &mut nonces);
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
