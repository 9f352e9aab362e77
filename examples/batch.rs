//! A platform verifies many presentations at once and learns which ones are bad.
//!
//! `cargo run --release --example batch`

use std::time::Instant;

use pairnym::{attribute::*, message::*, platform::*, store::*, *};
use pairnym_testkit::Service;
use rand_core::UnwrapErr;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rng = &mut UnwrapErr(getrandom::SysRng);
    let now = UnixTime::now();

    // The authority, and a person with a credential. (`journey` shows what they do.)
    let service = Service::new(now);
    let values = [("age_over_18", true.into()), ("assurance", 3.into())];
    let mut person = service.person(1, values, now);

    // Tables for the slots that are shown now; without them everything verifies too, a little
    // slower.
    let host: PlatformId = "shop.example".parse()?;
    let platform = Platform::new(service.list().clone(), host);
    let platform = platform.prepare(&[], &platform.slots(now));

    let mut answers = Vec::new();
    while answers.len() < 64 {
        if person.evidence.is_empty() {
            person.refresh(&service, now)?;
        }
        let pending = platform
            .request(Purpose::Reverification)
            .disclose("age_over_18")
            .require("age_over_18", Condition::Equals(true.into()))
            .build(now, rng)?;
        let answer = person.answer(&host, &pending.to_bytes(), now)?;
        answers.push((pending, Presentation::from_bytes(&answer)?));
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
