//! What must fail, each with its error.

use pairnym::*;

use crate::world::{Authorities, Citizen, EPOCH, Result, rng};
use crate::{ask, present};

/// Runs every attempt; one that succeeds is an error.
pub fn all_fail(
    citizens: &mut [Citizen],
    platforms: &[Platform],
    authorities: &Authorities,
    now: UnixTime,
) -> Result<()> {
    println!("What must fail");
    let [shop, other, ..] = platforms else { return Err("two platforms are needed".into()) };
    let [alice, bob, ..] = citizens else { return Err("two persons are needed".into()) };
    let nonces = &mut MemoryNonces::new(1_000);

    let (request, presentation) = present(alice, shop, now)?;
    let mut bytes = presentation.to_bytes();
    bytes[400] ^= 1;
    let tampered = match Presentation::from_bytes(&bytes) {
        Ok(tampered) => shop.verify(&request, &tampered, now, nonces).map(drop),
        Err(error) => Err(error.into()),
    };
    report("a tampered byte", tampered)?;

    let fresh = ask(shop, now)?;
    report("a replay with another nonce", shop.verify(&fresh, &presentation, now, nonces))?;

    shop.verify(&request, &presentation, now, nonces)?;
    report("the same answer twice", shop.verify(&request, &presentation, now, nonces))?;

    let asked = ask(other, now)?;
    report("another platform's presentation", other.verify(&asked, &presentation, now, nonces))?;

    let later = now.after(EPOCH.into());
    let future = ask(shop, later)?;
    let consent = Consent::to_disclose(&future, shop.id());
    let (credential, evidence) = alice.wallet.as_mut().ok_or("no credential")?;
    let item = evidence.pop().ok_or("no evidence left")?;
    let refused = alice.holder.present(credential, item, consent, later, &mut rng());
    let refused = refused.err().ok_or("an expired credential was shown")?;
    println!("  an expired epoch: {refused}");
    let item = refused.into_evidence();

    let strict = shop
        .request(Purpose::Registration)
        .disclose("assurance")
        .require("assurance", Condition::AtLeast(9))
        .build(now, &mut rng())?;
    let consent = Consent::to_disclose(&strict, shop.id());
    let refused = alice.holder.present(credential, item, consent, now, &mut rng());
    let refused = refused.err().ok_or("an unmet condition was shown")?;
    println!("  an unmet condition: {refused}, the evidence is still there");
    evidence.push(refused.into_evidence());

    // Bob puts Alice's 网号 into his own presentation: 32 bytes after t, the disclosed values
    // (2 × index and tag, 1 and 8 bytes of content, the count) and the 160 bytes of evidence.
    let (request, presentation) = present(bob, shop, now)?;
    let mut bytes = presentation.to_bytes();
    let place = 2 + 8 + (1 + 3 + 10) + 160;
    let borrowed = alice.holder.pseudonym(shop.id(), None)?;
    bytes[place..place + 32].copy_from_slice(&borrowed.to_bytes());
    let forged = Presentation::from_bytes(&bytes)?;
    report("a borrowed 网号", shop.verify(&request, &forged, now, nonces))?;

    // A malicious platform passes the shop's request on to a person who is connected to it.
    let relayed = shop.request(Purpose::Login).build(now, &mut rng())?;
    let consent = Consent::to_answer(&relayed, other.id());
    report(
        "a request relayed from another platform",
        alice.holder.log_in(consent, now, &mut rng()),
    )?;

    let answer = alice.present(Consent::to_answer(&ask(shop, now)?, shop.id()), now);
    println!("  disclosure without separate consent: {}", answer.err().ok_or("it was shown")?);

    let mut strangers = PinnedParameters::new(authorities.parameters().clone());
    let (key, _) = AuthorityKey::generate(&mut rng())?;
    let evil =
        Authority::new(key, "evil.example".parse()?, Schema::new([])?, std::num::NonZeroU32::MIN);
    report("parameters of another authority", strangers.pin(evil.parameters().clone()))?;
    Ok(())
}

fn report<T>(what: &str, outcome: std::result::Result<T, Error>) -> Result<()> {
    match outcome {
        Ok(_) => Err(format!("{what} succeeded").into()),
        Err(error) => {
            println!("  {what}: {error}");
            Ok(())
        }
    }
}
